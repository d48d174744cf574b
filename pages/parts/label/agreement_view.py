"""How far experts agree."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page, words
from pages.parts.rows import each

__all__ = ["agreement"]

PAIRS = 20  # those that agree least


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
    left, right = st.columns([1, 3])
    left.metric("Krippendorff's alpha", words.number(found.krippendorff_alpha), help="The interval holds the true value in 95 of 100 cases.")
    left.caption(f"{words.number(found.lower)} to {words.number(found.upper)}")
    if len(found.classes):
        with right:
            charts.draw(_bars(found.classes, "alpha", "class", "Krippendorff's alpha of each class", dark), key="classes", alt="Alpha of each class")
    if len(found.pairs):
        named = found.pairs.assign(pair=found.pairs["first"] + " and " + found.pairs["second"]).sort_values("kappa").head(PAIRS)
        charts.draw(_bars(named, "kappa", "pair", "Cohen's kappa", dark), key="pairs", alt="Cohen's kappa of each pair of experts")
    page.section(
        "How good and how fast is each?", "Quality: the chance to name what the others' answers point to. Gold: answers that are known, mixed in."
    )
    st.dataframe(_people(found.annotators), hide_index=True, key="experts", column_config=_columns())


def _people(frame: pd.DataFrame) -> pd.DataFrame:
    """Each person's figures, with intervals as text."""
    rows = frame.reset_index(drop=True)
    return pd.DataFrame(
        {
            "Expert": rows["annotator"],
            "Answers": rows["answered"],
            "Unsure": rows["unsure"],
            "Skipped": rows["skipped"],
            "Quality": rows["quality"],
            "Between": [_between(row.quality_lower, row.quality_upper) for row in each(rows)],
            "Gold": rows["gold_quality"],
            "Of gold": [f"{words.count(row.gold)}, {_between(row.gold_lower, row.gold_upper)}" if row.gold else "" for row in each(rows)],
            "Seconds": rows["median_seconds"],
            "An hour": rows["per_hour"],
        }
    )


def _between(lower: float, upper: float) -> str:
    return f"{words.percent(lower)} to {words.percent(upper)}" if lower == lower else ""


def _columns() -> dict[str, Any]:
    share: dict[str, Any] = {"format": "percent", "min_value": 0.0, "max_value": 1.0}
    return {
        "Quality": st.column_config.ProgressColumn(**share),
        "Gold": st.column_config.ProgressColumn(**share),
        "Seconds": st.column_config.NumberColumn(format="%.1f", help="The median of an answer"),
        "An hour": st.column_config.NumberColumn(format="%.0f", help="Answers an hour of sittings"),
    }


def _bars(frame: pd.DataFrame, value: str, name: str, title: str, dark: bool) -> go.Figure:
    """A bar for each row with its interval, the lowest on top."""
    rows = frame.sort_values(value, ascending=False).reset_index(drop=True)
    said = [
        f"{words.number(row[value])} ({words.number(row['lower'])} to {words.number(row['upper'])}), {words.plural(row['items'], 'sample')}"
        for _, row in rows.iterrows()
    ]
    chart = charts.figure(height=80 + 30 * len(rows), x=title, right=24)
    bars = {
        "type": "data",
        "array": rows["upper"] - rows[value],
        "arrayminus": rows[value] - rows["lower"],
        "thickness": 1.2,
        "color": charts.ROLES["muted"],
    }
    tint = charts.color("labels", dark)
    chart.add_trace(
        go.Bar(x=rows[value], y=rows[name].astype(str), orientation="h", marker_color=tint, error_x=bars, hovertext=said, hoverinfo="text")
    )
    chart.update_yaxes(type="category")
    chart.update_xaxes(range=[min(0.0, float(rows["lower"].fillna(rows[value]).min())), 1])
    return chart
