"""How far each pair of experts agrees."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["pairs"]


def pairs(frame: pd.DataFrame, dark: bool) -> go.Figure:
    """Cohen's kappa of each pair (first, second, items, kappa) as a bar, the lowest on top."""
    rows = frame.sort_values("kappa", ascending=False).reset_index(drop=True)
    names = [f"{row.first} and {row.second}" for row in rows.itertuples()]
    said = [f"{words.number(row.kappa)} on {words.plural(row.items, 'sample')}" for row in rows.itertuples()]
    chart = charts.figure(height=80 + 34 * len(rows), x="Cohen's kappa", right=24)
    chart.add_trace(
        go.Bar(x=rows["kappa"], y=names, orientation="h", marker_color=charts.color("labels", dark), text=said, textposition="auto", hoverinfo="text")
    )
    chart.update_xaxes(range=[min(0.0, float(rows["kappa"].min())), 1])
    return chart
