"""Which answers were given for which truth, in cells that can be clicked. A frame in, a figure out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["confusion"]


def confusion(frame: pd.DataFrame, dark: bool = False, height: int = 360) -> go.Figure:
    """Truth down, answers across, counts in the cells, shaded by the share of each truth. frame: truth, prediction, count."""
    classes = sorted(set(frame["truth"]) | set(frame["prediction"]), key=_in_order)
    counts = frame.pivot_table(index="truth", columns="prediction", values="count", aggfunc="sum", fill_value=0).reindex(
        index=classes, columns=classes, fill_value=0
    )
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0).to_numpy(dtype=float)
    names = [str(value) for value in classes]
    text = [[words.count(value) if value else "" for value in row] for row in counts.to_numpy()]
    hover = [
        [f"truly {t}, answered {p}<br>{words.count(counts.to_numpy()[i, j])} rows, {words.percent(shares[i, j])} of {t}" for j, p in enumerate(names)]
        for i, t in enumerate(names)
    ]
    chart = charts.figure(height=height, y="the truth, against the answer")
    scale = charts.SEQUENTIAL_DARK if dark else charts.SEQUENTIAL
    cells: dict[str, Any] = {"text": text, "hoverinfo": "skip"}
    if len(names) <= 12:
        cells["texttemplate"] = "%{text}"
    if dark:  # one light ink, and no cell so light that it could not be read
        cells["textfont"] = {"color": "#F2F5F7"}
    chart.add_trace(
        go.Heatmap(z=shares, x=names, y=names, zmin=0, zmax=1.8 if dark else 1.0, colorscale=scale, showscale=False, xgap=2, ygap=2, **cells)
    )
    chart.add_trace(_touched(names, hover))
    chart.update_layout(hoverdistance=-1, hovermode="closest")  # wherever in a cell the pointer is
    chart.update_xaxes(type="category", title_text="the model's answer", showgrid=False)
    chart.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return chart


def _touched(names: list[str], hover: list[list[str]]) -> go.Scatter:
    """Unseen points in the middle of the cells: a heat map itself tells nobody that it was clicked."""
    unseen = {"marker": {"opacity": 0}}
    cells = [(answer, truth, hover[i][j]) for i, truth in enumerate(names) for j, answer in enumerate(names)]
    across, down, text = zip(*cells, strict=True)
    return go.Scatter(
        x=across,
        y=down,
        mode="markers",
        marker={"opacity": 0, "size": 24},
        selected=unseen,
        unselected=unseen,
        text=text,
        hovertemplate="%{text}<extra></extra>",
    )


def _in_order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))
