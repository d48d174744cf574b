"""What the scores are worth at every threshold: ROC, precision against recall, and gains, old and new in one picture each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, words
from pages.parts.rows import each

__all__ = ["show"]


@dataclass(frozen=True, slots=True)
class Picture:
    """How one kind of curve is drawn: the question it answers, what its axes are, and what a point says."""

    question: str
    x: str
    y: str
    says: str


PICTURES = {
    "roc": Picture(
        "How many are found at which price?", "share of the others taken for it", "share found", "finds {y} and takes {x} of the others for it"
    ),
    "precision_recall": Picture(
        "How many of those it names are right?", "share found", "share right", "{y} of those named are right when {x} are found"
    ),
    "gains": Picture(
        "How soon are they found?",
        "share looked at, the likeliest first",
        "share found",
        "{y} found by looking at {x}: {lift} times chance",
    ),
}


def show(found: lifecycle.Comparison, dark: bool) -> None:
    """The three pictures for the class that is sought; nothing where no version gives probabilities."""
    if found.curves.empty:
        return
    targets = list(dict.fromkeys(str(target) for target in found.curves["target"]))
    wanted = targets[0]
    if len(targets) > 1:
        wanted = choices.pick("Which class is sought?", targets, "sought", targets[0], place=st.columns([1, 3])[0])
    rows = found.curves[found.curves["target"].map(str) == wanted]
    shares = dict(zip(map(str, found.figures["classes"]), found.figures["shares"], strict=True))
    for column, (name, picture) in zip(st.columns(3, gap="medium"), PICTURES.items(), strict=True):
        with column:
            st.markdown(f"**{picture.question}**")
            alt = f"{name.replace('_', ' ')} of both versions for {wanted}: {picture.y} against {picture.x}"
            charts.draw(_chart(rows[rows["curve"] == name], picture, shares.get(wanted, 0.0), dark), key=f"curve-{name}", alt=alt)
    st.caption(
        f"What is sought: {page.plain(wanted)}. Bands are 95 % intervals at each point; there is none where fewer than ten would be found or missed."
    )


def _chart(rows: pd.DataFrame, picture: Picture, share: float, dark: bool) -> go.Figure:
    """One picture; the dashed line is chance. share: of the class that is sought among all rows."""
    falling = picture.y == "share right"
    chart = charts.figure(height=290, x=picture.x, y=picture.y, right=16)
    chance = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"}
    chart.add_shape(type="line", x0=0, x1=1, y0=share if falling else 0, y1=share if falling else 1, line=chance)
    for at, side in enumerate(("old", "new")):
        part, tint = rows[rows["version"] == side], charts.color(side, dark)
        if part.empty:
            continue
        known = part[part["lower"].notna()]
        charts.band(chart, known["x"], known["lower"], known["upper"], tint)
        charts.line(chart, part["x"], part["y"], tint, hover=[_said(side, row, picture) for row in each(part)], marks=False)
        charts.note(chart, 0.04 if falling else 0.98, 0.22 - 0.1 * at, side, tint, xanchor="left" if falling else "right")
    chart.update_xaxes(range=[0, 1], tickformat=".0%")
    chart.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return chart


def _said(side: str, row: pd.Series, picture: Picture) -> str:
    lift = words.number(row.y / row.x) if row.x else "1"
    between = f" ({words.percent(row.lower)} to {words.percent(row.upper)})" if row.lower == row.lower else ""
    return f"{side}: {picture.says.format(x=words.percent(row.x), y=words.percent(row.y) + between, lift=lift)}"
