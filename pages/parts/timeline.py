"""Home's timeline: the headline metric as a band, and below it, on the same axis, all that happened."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, events, words

__all__ = ["best_line", "timeline"]

SYMBOLS = {"alarm": "triangle-up", "run_failed": "x", "reject": "x", "roll_back": "triangle-left", "approve": "star", "roll_out": "diamond"}
SYMBOLS["trigger"] = "triangle-down"
TINTS = {"Alarms": "alarm", "Labels": "labels", "Runs": "muted", "Decisions": "candidate", "Rollouts": "champion"}


def best_line(frame: pd.DataFrame) -> pd.DataFrame:
    """Each window's most trustworthy value of one metric: value, lower, upper, line (assisted, else realized, else estimated)."""
    best = frame[["window", "start", "end", "threshold_lower", "threshold_upper", "alarm"]].copy()
    best["value"], best["lower"], best["upper"], best["line"] = math.nan, math.nan, math.nan, ""
    for line in ("assisted", "realized", "estimated"):
        open_ = best["value"].isna() & frame[line].notna()
        for name, source in (("value", line), ("lower", f"{line}_lower"), ("upper", f"{line}_upper")):
            best.loc[open_, name] = frame.loc[open_, source].astype(float)
        best.loc[open_, "line"] = line
    return best[best["value"].notna()]


def timeline(metric: str, performance: pd.DataFrame, shown: pd.DataFrame, dark: bool = False) -> go.Figure:
    """The figure. performance: the headline metric's rows of `PerformanceReport.frame`; shown: `events.happened(...)`."""
    best = best_line(performance)
    chart = charts.figure(height=380, y=metric, right=56)
    _metric_band(chart, metric, best, dark)
    lanes = [name for name in events.LANES if name in set(shown["lane"])]
    for name in lanes:
        _lane(chart, name, shown[shown["lane"] == name], dark)
    chart.update_layout(
        yaxis={"domain": [0.4, 1.0] if lanes else [0, 1], "nticks": 4},
        yaxis2={
            "domain": [0, 0.32],
            "categoryorder": "array",
            "categoryarray": lanes[::-1],
            "range": [-0.7, len(lanes) - 0.3],
            "fixedrange": True,
            "showgrid": True,
            "gridcolor": charts.GRID,
            "automargin": True,
        },
    )
    for event in shown[(shown["lane"] == "Rollouts") & (shown["verb"] == "roll_out")].itertuples():
        chart.add_shape(
            type="line", x0=event.time, x1=event.time, y0=0, y1=1, yref="paper", line={"color": charts.faint(charts.ROLES["muted"], 0.5), "width": 1}
        )
    span = _span(best, shown)
    chart.update_xaxes(
        range=span,
        hoverformat="%-d %b %Y %H:%M",
        tickformatstops=[
            {"dtickrange": [None, "M1"], "value": "%-d %b"},
            {"dtickrange": ["M1", "M12"], "value": "%b %Y"},
            {"dtickrange": ["M12", None], "value": "%Y"},
        ],
    )
    return chart


def _metric_band(chart: go.Figure, metric: str, best: pd.DataFrame, dark: bool) -> None:
    """What was measured as a line with its band; what is only estimated so far in its own colour, dotted."""
    guessed = best["line"] == "estimated"
    for role, rows in (("assisted", best[~guessed]), ("estimated", best[guessed])):
        if rows.empty:
            continue
        middle, tint = rows["start"] + (rows["end"] - rows["start"]) / 2, charts.color(role, dark)
        if rows["lower"].notna().any():
            charts.band(chart, middle, rows["lower"], rows["upper"], tint)
        figures = zip(middle, rows["value"], rows["lower"], rows["upper"], rows["line"], strict=True)
        hover = [f"{words.moment(at)}<br>{metric} {words.interval(v, lo, up)}, {line}" for at, v, lo, up, line in figures]
        charts.line(chart, middle, rows["value"], tint, dash="dot" if role == "estimated" else None, hover=hover, marks=len(best) <= 60)
        if guessed.any():
            place = {"xanchor": "center", "yanchor": "bottom", "yshift": 6}
            charts.note(
                chart, middle.iloc[len(middle) // 2], float(rows["upper"].max()), "measured" if role == "assisted" else "estimated", tint, **place
            )
    if best.empty:
        return
    for column in ("threshold_lower", "threshold_upper"):
        value = float(best[column].iloc[-1]) if best[column].notna().any() else math.nan
        charts.threshold(chart, value, f"limit<br>{words.number(value)}" if math.isfinite(value) else "")


def _lane(chart: go.Figure, name: str, rows: pd.DataFrame, dark: bool) -> None:
    tint = charts.color(TINTS[name], dark)
    size: Any = [min(15.0, 6 + 2 * math.log10(max(1.0, count))) for count in rows["size"]] if name == "Labels" else 11
    symbol = [SYMBOLS.get(verb, "circle") for verb in rows["verb"]]
    hover = [f"{words.moment(time)}<br>{_wrapped(text)}" for time, text in zip(rows["time"], rows["text"], strict=True)]
    marker = {"size": size, "color": tint, "symbol": symbol, "opacity": 0.85, "line": {"width": 0}}
    chart.add_trace(
        go.Scatter(
            x=rows["time"], y=[name] * len(rows), yaxis="y2", mode="markers", marker=marker, text=hover, hovertemplate="%{text}<extra></extra>"
        )
    )


def _span(best: pd.DataFrame, shown: pd.DataFrame) -> list[Any] | None:
    times = [*best["start"], *best["end"], *shown["time"]]
    if not times:
        return None
    first, last = min(times), max(times)
    margin = (last - first) * 0.015 or pd.Timedelta(hours=1)
    return [first - margin, last + margin]


def _wrapped(text: str, width: int = 70) -> str:
    """Text in lines short enough for a hover."""
    return "<br>".join(textwrap.wrap(text, width))
