"""A backtest as people read it: what came, what would have been foretold with its interval, and each origin's error."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page

__all__ = ["show"]


def show(project: lifecycle.Project, version: int, dark: bool) -> None:
    """A button, as it fits the recipe once an origin; then the chart. Kept while this tab is open."""
    key = f"backtest-{project.name}-{version}"
    page.section("How would it have foretold the past?", "The recipe is fitted again at moments of the past, on what was known then.")
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    origins = int(left.number_input("Moments", 2, 40, 8, key="backtest-origins"))
    if right.button("Backtest", key="backtest", icon=":material/history:", **page.may(project, "backtest")):
        with page.refusals(), st.spinner(f"Fitting at {origins} moments of the past ..."):
            st.session_state[key] = project.backtest(version, origins)
    found = st.session_state.get(key)
    if found is None:
        return
    st.markdown(page.plain(found.sentence))
    charts.draw(_chart(found, project.config.schema.target, dark), key="backtest-chart", alt="Forecasts with their intervals beside what came")
    with st.expander("Each moment's error"):
        shown = found.origins.assign(covered=100 * found.origins["covered"]).round(3)
        names = {
            "origin": "Moment",
            "trained_on": "Rows known",
            "rows": "Forecasts",
            "error": "Mean error",
            "naive_error": "By the last value",
        }
        st.dataframe(shown.rename(columns={**names, "covered": "In the interval (%)"}), hide_index=True, key="backtest-table")


def _chart(found: lifecycle.Backtest, target: str, dark: bool) -> go.Figure:
    frame = found.frame.iloc[:: max(1, len(found.frame) // 600)]
    chart = charts.figure(340, y=target, right=90)
    tint = charts.color("estimated", dark)
    known = frame[frame["upper"].notna()]
    charts.band(chart, known["time"], known["lower"], known["upper"], tint)
    hover = [f"{row.time:%d %b %Y}: forecast {row.forecast:.3g}, came {row.actual:.3g}" for row in frame.itertuples()]
    charts.line(chart, frame["time"], frame["actual"], charts.color("realized", dark), "came", marks=False)
    charts.line(chart, frame["time"], frame["forecast"], tint, "forecast", dash="dot", hover=hover, marks=False)
    return chart
