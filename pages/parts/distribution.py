"""One column's values in the reference and in a window, over one another or side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["distribution"]


def distribution(frame: pd.DataFrame, kind: str, dark: bool = False) -> go.Figure:
    """Reference against current values. frame: bin (its name), reference, current (shares), in order; left and right where `kind` is numeric."""
    chart = charts.figure(height=280, y="share of rows")
    before, now = charts.color("reference", dark), charts.color("current", dark)
    bins = [str(name) for name in frame["bin"]]
    hover = [
        f"{b}<br>reference {words.percent(r)}, now {words.percent(c)}" for b, r, c in zip(bins, frame["reference"], frame["current"], strict=True)
    ]
    for name, tint in (("reference", before), ("current", now)):
        fill = charts.faint(tint, 0.45 if name == "reference" else 0.75)
        chart.add_trace(
            go.Bar(
                x=bins,
                y=frame[name],
                marker={"color": fill, "line": {"width": 0}},
                text=hover,
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    overlaid = kind == "numeric"
    chart.update_layout(barmode="overlay" if overlaid else "group", bargap=0.02 if overlaid else 0.3, bargroupgap=0.08)
    for name, tint, shift in (("reference", before, 0), ("this window", now, 78)):
        charts.note(chart, 1, 1, name, tint, xref="paper", yref="paper", xanchor="right", yanchor="bottom", yshift=6, xshift=shift - 78)
    chart.update_xaxes(type="category", nticks=8)
    chart.update_yaxes(tickformat=".0%", nticks=4)
    return chart
