"""Which windows perform worse than they should: beyond chance, by a margin that matters, and at a rate that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.monitor.performance.intervals import quantile_t
from lifecycle.monitor.performance.layout import Bools, Floats
from lifecycle.monitor.performance.metrics import metric_facts
from lifecycle.monitor.performance.trust import reasons

__all__ = ["MARGIN", "judge"]

MARGIN = 0.1  # of the loss on the reference: 1 - level where more is better, the level itself where less is
SMALL = 30  # rows (labels, where labels speak) below which a window is judged together with the windows before it
MEMORY = 8  # and with how many of them at most
RUN = 5  # windows that are also judged together, for falls too small to show in one
LINES = ("assisted", "realized", "estimated")  # in the order in which they are trusted

Trusted: TypeAlias = tuple[Floats, Floats, Floats, NDArray[np.object_]]


def judge(frame: pd.DataFrame, headline: str, rate: float, by_hand: Mapping[str, float]) -> pd.DataFrame:
    """Add threshold_lower, threshold_upper, alarm, line, alarm_lines and why to results, in order of window.

    The line that is judged is assisted, else realized, else estimated. A window alarms when it, or the last five windows
    together, lie beyond the level by more than the margin, with what chance does to both allowed for. Half of `rate` goes to the
    headline metric and half to all others together, so that at most that share of windows whose model holds its level
    alarms. Metrics that chance alone moves one way (calibration error) or that the rows' mix moves (R2, MAPE) alarm only
    by hand or as the headline. A threshold by hand replaces level and margin; its alarm still needs the 95 % interval beyond it.
    alarm_lines names each line that would alarm by itself; why says why `line` is the one to trust.
    """
    out = frame.reset_index(drop=True)
    n = len(frame)
    kept: dict[str, NDArray[Any]] = {"threshold_lower": np.full(n, np.nan), "threshold_upper": np.full(n, np.nan)}
    kept |= {"alarm": np.zeros(n, dtype=bool), "line": np.full(n, "", dtype=object), "alarm_lines": np.full(n, "", dtype=object)}
    judged = [name for name in dict.fromkeys(frame["metric"]) if name in by_hand or name == headline or metric_facts(name).get("judged")]
    others = max(1, len([name for name in judged if name != headline]))
    for name in dict.fromkeys(frame["metric"]):
        at = np.flatnonzero(out["metric"].to_numpy() == name)
        part = out.iloc[at]
        low, high = _thresholds(out, part, name, by_hand)
        trusted = _trusted(part)
        alpha = 0.025 if name in by_hand else rate / 4.0 / (1 if name == headline else others)
        level = np.zeros(len(part)) if name in by_hand else _level_reach(part, name)
        may = name in judged
        alarm = _alarms(part, trusted, (low, high), alpha, level) & may
        each = [np.where(_alarms(part, _trusted(part, (one,)), (low, high), alpha, level) & may, f"{one} ", "").astype(object) for one in LINES]
        told = np.array([text.strip() for text in sum(each[1:], each[0])], dtype=object)
        found = {"threshold_lower": low, "threshold_upper": high, "alarm": alarm, "line": trusted[3], "alarm_lines": told}
        for column, values in found.items():
            kept[column][at] = values
    out = out.assign(**kept)
    return out.assign(why=reasons(out))


def _alarms(part: pd.DataFrame, trusted: Trusted, limits: tuple[Floats, Floats], alpha: float, level: Floats) -> Bools:
    """Which windows of one metric alarm on the line that is trusted in each, each side with chance `alpha`."""
    low, high = limits
    alarm = np.zeros(len(part), dtype=bool)
    beyond = _beyond(*_together(part, *trusted, MEMORY, SMALL)[:2], low, high)
    for most, enough in ((MEMORY, SMALL), (RUN, np.inf)):
        middle, width, rows = _together(part, *trusted, most, enough)
        freedom = np.maximum(rows - 1.0, 1.0)  # an interval of few rows is Student's, whose ends lie farther out
        reach = quantile_t(freedom, 2.0 * alpha) / quantile_t(freedom) * np.sqrt(width**2 + np.nan_to_num(level) ** 2)
        alarm |= beyond & ((middle + reach < low) | (middle - reach > high))
    return alarm


def _level_reach(part: pd.DataFrame, name: str) -> Floats:
    """How far off the level may be: of a loss, which may be larger than the reference shows, above it; else half its interval."""
    if metric_facts(name)["better"] == "lower":
        return (part["level_upper"] - part["level"]).to_numpy(dtype=np.float64)
    return (part["level_upper"] - part["level_lower"]).to_numpy(dtype=np.float64) / 2.0


def _beyond(value: Floats, half: Floats, low: Floats, high: Floats) -> Bools:
    """Which windows are beyond a threshold at all; one that has recovered does not alarm for those before it."""
    return np.asarray(np.isfinite(half) & ((value < low) | (value > high)), dtype=np.bool_)


def _thresholds(frame: pd.DataFrame, part: pd.DataFrame, name: str, by_hand: Mapping[str, float]) -> tuple[Floats, Floats]:
    better, n = metric_facts(name)["better"], len(part)
    nothing = np.full(n, np.nan)
    if name in by_hand:
        fixed = np.full(n, float(by_hand[name]))
        if better == "zero":
            return -np.abs(fixed), np.abs(fixed)
        return (fixed, nothing) if better == "higher" else (nothing, fixed)
    level = part["level"].to_numpy(dtype=np.float64)
    if better == "higher":
        return level - MARGIN * np.maximum(1.0 - level, 0.0), nothing
    if better == "lower":
        return nothing, level + MARGIN * np.abs(level)
    size = frame[frame["metric"] == "mae"].set_index("window")["level"].reindex(part["window"]).to_numpy(dtype=np.float64)
    return level - MARGIN * size, level + MARGIN * size


def _trusted(part: pd.DataFrame, lines: tuple[str, ...] = LINES) -> Trusted:
    """Of the first of `lines` that speaks, which is the one to trust in each window: value, reach of its interval, how many rows or labels it
    stands on, and its name. Of a loss, whose interval is longer above, the reach is the mean of both sides."""
    losses = len(part) > 0 and metric_facts(str(part["metric"].iloc[0]))["better"] == "lower"
    value, half, line = np.full(len(part), np.nan), np.full(len(part), np.nan), np.full(len(part), "", dtype=object)
    weight = part["labels"].to_numpy(dtype=np.float64)
    for name in lines:
        middle = part[name].to_numpy(dtype=np.float64)
        ends = (part[f"{name}{end}"].to_numpy(dtype=np.float64) for end in ("_upper", "_lower"))
        up, down = (np.abs(end - middle) for end in ends)
        longer = np.maximum(up, down)  # where an interval is cut at a bound, the shorter arm is no certainty
        width = np.where(losses & (middle > down), (up + down) / 2.0, longer)
        take = np.isnan(value) & np.isfinite(middle) & np.isfinite(width)
        value[take], half[take], line[take] = middle[take], width[take], name
        if name == "estimated":
            weight = np.where(take, part["rows"].to_numpy(dtype=np.float64), weight)
    return value, half, weight, line


def _together(
    part: pd.DataFrame, value: Floats, half: Floats, weight: Floats, line: NDArray[np.object_], most: int, enough: float
) -> tuple[Floats, Floats, Floats]:
    """Each window with those before it of the same version and line, at most `most` of them and until they have `enough` rows:
    their mean by rows, the reach of its interval, and the rows."""
    version, n = part["version"].to_numpy(), len(part)
    total, spread, rows = np.zeros(n), np.zeros(n), np.zeros(n)
    for back in range(min(most, n)):
        at = np.arange(n) - back
        use = (at >= 0) & (version[at] == version) & (line[at] == line) & (line != "") & (weight[at] > 0) & (rows < enough)
        share = np.where(use, weight[at], 0.0)
        total, rows = total + share * np.nan_to_num(value[at]), rows + share
        spread += (share * np.nan_to_num(half[at])) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / rows, dtype=np.float64), np.asarray(np.sqrt(spread) / rows, dtype=np.float64), rows
