"""A trial over time: the interval that narrows to a decision, and who answered."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

import lifecycle
from pages.parts import charts, words
from pages.parts.rows import each

__all__ = ["allocation", "interval"]

FEWEST_TIMES = 3


def interval(trial: lifecycle.Trial, seen: pd.DataFrame, dark: bool) -> go.Figure:
    """The difference with its interval, each as it stood at the time; across time, or across labels where they came all at once."""
    seen = seen[seen["difference"].notna() & (seen["labelled"] > 0)]
    timed = seen["time"].dt.floor("min").nunique() >= FEWEST_TIMES
    x = seen["time"] if timed else seen["labelled"]
    chart = charts.figure(260, None if timed else "labelled requests", "new minus old, share right (or less error)", right=64)
    tint = charts.color("new" if trial.lower > 0 else "old" if trial.upper < 0 else "muted", dark)
    known = seen[["lower", "upper"]].abs().max(axis=1) < float("inf")
    if known.any():
        charts.band(chart, x[known], seen.loc[known, "lower"], seen.loc[known, "upper"], tint)
    told = [
        f"{words.moment(row.time)}<br>{words.interval(row.difference, row.lower, row.upper)}<br>"
        f"{words.plural(row.labelled, 'labelled request')}, e-value {words.number(row.e_value)}"
        for row in each(seen)
    ]
    charts.line(chart, x, seen["difference"], tint, hover=told, marks=len(seen) < 40)
    if len(seen):
        charts.note(chart, x.iloc[-1], seen["difference"].iloc[-1], f"{trial.difference:+.3f}", tint, xanchor="left", xshift=8)
    chart.add_shape(type="line", x0=0, x1=1, xref="paper", y0=0, y1=0, line={"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"})
    charts.note(chart, 1, 0, "no change", charts.ROLES["muted"], xref="paper", xanchor="left", xshift=4, yshift=-10)
    _steps(chart, seen, x)
    reach = _reach(seen[known] if known.any() else seen.assign(lower=1.5 * seen["difference"], upper=1.5 * seen["difference"]).tail(20))
    chart.update_yaxes(range=[-reach, reach], tickformat="+.2f")
    return chart


def allocation(trial: lifecycle.Trial, seen: pd.DataFrame, dark: bool) -> go.Figure:
    """Which share of the requests the new version answered, and which it was to answer."""
    seen = seen[seen["allocation"].notna()]
    timed = seen["time"].dt.floor("min").nunique() >= FEWEST_TIMES
    x = seen["time"] if timed else seen["requests"]
    chart = charts.figure(180, None if timed else "requests", "share that the new version answered", right=84)
    asked = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px", "shape": "hv"}
    chart.add_trace(go.Scatter(x=x, y=seen["share"], mode="lines", line=asked, hovertemplate="asked for: %{y:.0%}<extra></extra>"))
    dots = {"size": 6, "color": charts.color("new", dark), "opacity": 0.7}
    chart.add_trace(go.Scatter(x=x, y=seen["allocation"], mode="markers", marker=dots, hovertemplate="%{x}: %{y:.1%}<extra></extra>"))
    if len(seen):
        charts.note(
            chart, 1, trial.share or 0, f"asked {words.percent(trial.share or 0)}", charts.ROLES["muted"], xref="paper", xanchor="left", xshift=4
        )
    top = max(0.02, min(1.0, 1.25 * float(seen[["share", "allocation"]].max().max()))) if len(seen) else 1.0
    chart.update_yaxes(range=[0, top], tickformat=".0%")
    return chart


def _steps(chart: go.Figure, seen: pd.DataFrame, x: pd.Series) -> None:
    """A rule where a ramp took its next share."""
    for at in seen.index[seen["share"].diff().fillna(0) != 0]:
        charts.rule(chart, x[at], words.percent(float(seen.loc[at, "share"])))


def _reach(seen: pd.DataFrame) -> float:
    """How far the axis goes: the first intervals, as wide as anything can be, may leave the picture."""
    if seen.empty:
        return 1.0
    widths = seen[["lower", "upper"]].abs().max(axis=1)
    return float(min(1.0, max(1.15 * widths.iloc[-1], widths.quantile(0.7))))
