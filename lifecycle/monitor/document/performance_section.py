"""Performance in the report: each metric over time, with its intervals, limits and alarms."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd

from lifecycle.monitor.condensing import worst_of_each
from lifecycle.monitor.document import svg
from lifecycle.monitor.document.facts import ReportFacts, day

__all__ = ["performance_lines"]

LINES = ("estimated", "realized", "assisted")
MOST_METRICS = 6
MOST_WINDOWS = 180


def performance_lines(facts: ReportFacts) -> str:
    """A chart a metric, the headline first."""
    frame = facts.performance
    metrics = [name for name in dict.fromkeys([facts.headline, *frame["metric"]]) if (frame["metric"] == name).any()]
    parts = [_metric(name, frame[frame["metric"] == name]) for name in metrics[:MOST_METRICS]]
    return "".join(part for part in parts if part) or "<p>Performance has not been judged yet: neither labels nor probabilities have arrived.</p>"


def _metric(name: str, rows: pd.DataFrame) -> str:
    total = len(rows)
    rows = _thinned(rows.sort_values("start", kind="stable").reset_index(drop=True))
    figures = {column: rows[column].to_numpy(dtype=np.float64) for column in _columns()}
    span = _span(figures)
    if span is None:
        return ""
    figures = {column: np.clip(values, *span) for column, values in figures.items()}
    frame = svg.Frame(svg.Axis(-0.5, len(rows) - 0.5, svg.LEFT, svg.WIDTH - svg.RIGHT), svg.Axis(*span, 220 - svg.FOOT, svg.TOP), 220)
    x = [float(i) for i in range(len(rows))]
    parts = [svg.ticks(frame, [day(start) for start in rows["start"]])]
    for side in ("lower", "upper"):
        parts.append(svg.polyline(frame, x, figures[f"threshold_{side}"], "limits"))
    ends: list[tuple[float, str]] = []
    for line in LINES:
        known = figures[line][np.isfinite(figures[line])]
        if len(known):
            parts.append(svg.band(frame, x, figures[f"{line}_lower"], figures[f"{line}_upper"], line))
            parts.append(svg.polyline(frame, x, figures[line], line))
            ends.append((frame.y(float(known[-1])), line))
    parts += _names(frame, ends)
    alarms = np.flatnonzero(rows["alarm"].to_numpy(dtype=bool))
    titles = [f"alarm, {day(rows['start'].iloc[i])}" for i in alarms]
    parts.append(svg.dots(frame, [x[i] for i in alarms], [span[0]] * len(alarms), "alarm", titles, 4))
    thin = f" {total:,} windows, of each run of them the worst is drawn." if total > len(rows) else ""
    words = f"<p class='soft'>{_sentence(name, rows)}{thin}</p>"
    return f"<h3>{html.escape(name.replace('_', ' '))}</h3>{words}{svg.picture(parts, frame.height, f'{name} in each window')}"


def _columns() -> list[str]:
    return [f"{line}{end}" for line in LINES for end in ("", "_lower", "_upper")] + ["threshold_lower", "threshold_upper"]


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """Few enough windows: of each run the one that alarms or is the furthest beyond what is usual."""
    if len(rows) <= MOST_WINDOWS:
        return rows
    best = rows["assisted"].fillna(rows["realized"]).fillna(rows["estimated"]).to_numpy(dtype=np.float64)
    off = np.abs(best - np.nanmedian(best)) if np.isfinite(best).any() else best
    badness = np.nan_to_num(off) + 1e9 * rows["alarm"].to_numpy(dtype=bool)
    place = np.arange(len(rows))
    kept = worst_of_each(np.zeros(len(rows), dtype=np.int64), place, len(rows), MOST_WINDOWS, badness)
    return rows.iloc[np.sort(kept)].reset_index(drop=True)


def _span(figures: dict[str, np.ndarray]) -> tuple[float, float] | None:
    """The values that the chart shows; an interval far wider than the lines move does not flatten them."""
    lines = np.concatenate([figures[name] for name in LINES])
    lines = lines[np.isfinite(lines)]
    if not len(lines):
        return None
    limits = np.concatenate([figures["threshold_lower"], figures["threshold_upper"]])
    low, high = np.quantile(lines, [0.01, 0.99]).tolist() if len(lines) > 100 else (lines.min(), lines.max())  # one wild window flattens nothing
    known = limits[np.isfinite(limits)]
    low, high = float(min([low, *known])), float(max([high, *known]))
    room = (high - low) or abs(high) * 0.1 or 1.0
    ends = np.concatenate([figures[f"{name}{end}"] for name in LINES for end in ("_lower", "_upper")])
    inside = ends[np.isfinite(ends) & (ends > low - room / 2) & (ends < high + room / 2)]
    return min([low, *inside.tolist()]) - 0.04 * room, max([high, *inside.tolist()]) + 0.04 * room


def _names(frame: svg.Frame, ends: list[tuple[float, str]]) -> list[str]:
    """The lines' names at their right ends, moved apart where they would overlap."""
    parts, last = [], -np.inf
    for y, line in sorted(ends):
        last = max(y, last + 15)
        parts.append(svg.text(frame.x.end + 6, last + 4, line, line))
    return parts


def _sentence(name: str, rows: pd.DataFrame) -> str:
    for line in ("assisted", "realized", "estimated"):
        known = rows[rows[line].notna()]
        if len(known):
            last = known.iloc[-1]
            value, lower, upper = (svg.number(float(last[f"{line}{end}"])) for end in ("", "_lower", "_upper"))
            metric = html.escape(name.replace("_", " "))
            return f"Newest {line} {metric}: {value} ({lower}–{upper}), {day(last['start'])}. The band is the 95 % interval."
    return ""
