"""Old against new as figures: dots with intervals around 'no change', confusion matrices, calibration."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.rows import each

__all__ = ["LOWER_IS_BETTER", "calibration", "confusion", "dots", "metric_rows", "slice_rows"]

LOWER_IS_BETTER = frozenset({"mae", "rmse", "mse", "mape", "bias", "log_loss", "brier", "calibration_error", "pinball", "cost"})
HEAD = ("name", "text", "difference", "lower", "upper", "better")


def metric_rows(metrics: pd.DataFrame) -> pd.DataFrame:
    """A row a metric, the difference turned so that right is better for the new version."""
    rows = []
    for row in each(metrics):
        sign = -1.0 if row.metric in LOWER_IS_BETTER else 1.0
        ends = sorted((sign * float(row.lower), sign * float(row.upper)))
        text = f"{words.number(row.old)} → {words.number(row.new)}"
        rows.append((words.metric(str(row.metric)), text, sign * float(row.difference), *ends, row.better))
    return pd.DataFrame(rows, columns=list(HEAD))


def slice_rows(slices: pd.DataFrame, most: int = 14) -> pd.DataFrame:
    """A row a slice, the worst for the new version first, likewise turned; when there are many, the ends of the list."""
    rows = []
    for row in each(slices):
        sign = -1.0 if row.metric in LOWER_IS_BETTER else 1.0
        ends = sorted((sign * float(row.lower), sign * float(row.upper)))
        better = "new" if ends[0] > 0 else "old" if ends[1] < 0 else "unclear"
        text = f"{words.number(row.old)} → {words.number(row.new)}, {words.count(row.rows)} rows"
        rows.append((f"{row.column}: {row.value}", text, sign * float(row.difference), *ends, better))
    frame = pd.DataFrame(rows, columns=list(HEAD)).sort_values("difference").reset_index(drop=True)
    return frame if len(frame) <= most else pd.concat([frame.head(most // 2), frame.tail(most - most // 2)], ignore_index=True)


def dots(rows: pd.DataFrame, own_scale: bool, dark: bool) -> go.Figure:
    """One row each: its words, and below them dot and interval of the difference around zero. `own_scale`: the rows have different units."""
    rows = rows[::-1].reset_index(drop=True)
    ends = rows[["difference", "lower", "upper"]].to_numpy(dtype=float)
    reach = np.nanmax(np.abs(ends), axis=1) if own_scale else np.ones(len(rows))
    reach = np.where((reach > 1e-12) & np.isfinite(reach), reach, 1.0)  # what is equal but for rounding has no length
    tint = [charts.color(b, dark) if b in ("old", "new") else charts.color("muted", dark) for b in rows["better"]]
    chart = charts.figure(height=64 + 42 * max(len(rows), 2), right=12)
    at = list(range(len(rows)))
    for y, row in enumerate(each(rows)):
        x = [row.lower / reach[y], row.upper / reach[y]]
        chart.add_trace(go.Scatter(x=x, y=[y, y], mode="lines", line={"color": tint[y], "width": 5}, opacity=0.35, hoverinfo="skip"))
        name = f"<b>{html.escape(row.name)}</b>  {html.escape(row.text)}"
        chart.add_annotation(x=0, y=y + 0.15, text=name, xref="paper", xanchor="left", yanchor="bottom", showarrow=False, font={"size": 13})
    said = [f"{row.name}: {row.text}<br>difference {words.interval(row.difference, row.lower, row.upper)}" for row in each(rows)]
    spots = {"size": 11, "color": tint}
    chart.add_trace(go.Scatter(x=rows["difference"] / reach, y=at, mode="markers", marker=spots, text=said, hovertemplate="%{text}<extra></extra>"))
    rule = {"color": charts.ROLES["muted"], "width": 1}
    chart.add_trace(
        go.Scatter(x=[0.0, 0.0, None] * len(at), y=[y + d for y in at for d in (-0.4, 0.12, 0)], mode="lines", line=rule, hoverinfo="skip")
    )
    for text, anchor, shift in (("← old better", "right", -6), ("new better →", "left", 6)):
        charts.note(chart, 0, 1, text, charts.ROLES["muted"], yref="paper", xanchor=anchor, xshift=shift, yanchor="bottom")
    chart.update_yaxes(showticklabels=False, tickvals=at, range=[-0.5, len(rows) - 0.2])
    chart.update_xaxes(showticklabels=not own_scale, zeroline=False, range=[-1.12, 1.12] if own_scale else _around_zero(ends), tickangle=0, nticks=5)
    return chart


def _around_zero(ends: Any) -> list[float]:
    """The axis of differences, with room for a word on both sides of no change."""
    low, high = (float(found) if np.isfinite(found) else 0.0 for found in (np.nanmin(ends, initial=0.0), np.nanmax(ends, initial=0.0)))
    low, high = min(low, -high / 2) or -1.0, max(high, -low / 2) or 1.0
    return [1.05 * low, 1.05 * high]


def confusion(matrix: Any, classes: Sequence[Any], role: str, dark: bool) -> go.Figure:
    """Truth down, answer across; the shade is the share of the truth, the number the count."""
    counts = np.asarray(matrix, dtype=float)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [str(value) for value in classes]
    tint = charts.color(role, dark)
    chart = charts.figure(height=130 + 30 * max(len(names), 4), x="answer", y="truth")
    chart.add_trace(
        go.Heatmap(
            z=share,
            x=names,
            y=names,
            text=[[f"{int(n):,}" if n else "" for n in row] for row in counts],
            textfont={"color": "#F2F5F7"} if dark else None,
            customdata=counts,
            texttemplate="%{text}" if len(names) <= 12 else None,
            colorscale=[(0, charts.faint(tint, 0.03)), (1, charts.faint(tint, 0.95))],
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="truth %{y}, answer %{x}: %{customdata} rows (%{z:.0%} of the truth)<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    chart.update_yaxes(autorange="reversed", type="category", showgrid=False)
    chart.update_xaxes(type="category", side="bottom")
    return chart


def calibration(curves: Sequence[tuple[str, Sequence[float], Sequence[float]]], dark: bool) -> go.Figure:
    """How often it was right against how sure it said it was; on the diagonal is honest. curves: role, said, found."""
    chart = charts.figure(height=300, x="how sure it said", y="how often it came true")
    chart.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"})
    for at, (role, said, found) in enumerate(curves):
        charts.line(chart, list(said), list(found), charts.color(role, dark))
        charts.note(chart, 0.98, 0.22 - 0.1 * at, role, charts.color(role, dark), xanchor="right")
    chart.update_xaxes(range=[0, 1.02], tickformat=".0%")
    chart.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return chart
