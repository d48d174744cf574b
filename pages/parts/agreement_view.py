"""How far experts agree."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page, words
from pages.parts.rows import each

__all__ = ["agreement"]


def agreement(project: lifecycle.Project, dark: bool) -> None:
    """Krippendorff's alpha, pairs and people."""
    page.section(
        "How far do experts agree?", "Krippendorff's alpha: 1 is always, 0 is what chance gives; above 0.8 is good, below 0.67 the task is unclear."
    )
    found = project.agreement()
    if found.krippendorff_alpha != found.krippendorff_alpha:
        page.empty(
            "Agreement will be here.",
            "It takes samples that at least two people answered; set the overlap of the queue to 2 or more.",
            "Start labeling",
            "label",
        )
        return
    st.metric("Krippendorff's alpha", words.number(found.krippendorff_alpha))
    if len(found.pairs):
        charts.draw(_pairs(found.pairs, dark), key="pairs", alt="Cohen's kappa of each pair of experts")
    st.dataframe(found.annotators.rename(columns=str.capitalize), hide_index=True, key="experts")


def _pairs(frame: pd.DataFrame, dark: bool) -> go.Figure:
    """Cohen's kappa of each pair (first, second, items, kappa) as a bar, the lowest on top."""
    rows = frame.sort_values("kappa", ascending=False).reset_index(drop=True)
    names = [f"{row.first} and {row.second}" for row in each(rows)]
    said = [f"{words.number(row.kappa)} on {words.plural(row.items, 'sample')}" for row in each(rows)]
    chart = charts.figure(height=80 + 34 * len(rows), x="Cohen's kappa", right=24)
    chart.add_trace(
        go.Bar(x=rows["kappa"], y=names, orientation="h", marker_color=charts.color("labels", dark), text=said, textposition="auto", hoverinfo="text")
    )
    chart.update_xaxes(range=[min(0.0, float(rows["kappa"].min())), 1])
    return chart
