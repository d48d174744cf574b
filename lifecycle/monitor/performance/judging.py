"""Which windows perform worse than they should: beyond chance, by a margin that matters, and at a rate that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from lifecycle.monitor.performance.layout import Bools, Floats
from lifecycle.monitor.performance.metrics import metric_facts

__all__ = ["MARGIN", "judge"]

MARGIN = 0.1  # of the loss on the reference: 1 - level where more is better, the level itself where less is
SMALL = 30  # rows (labels, where labels speak) below which a window is judged together with the windows before it
MEMORY = 8  # and with how many of them at most
Z95 = 1.959963984540054


def judge(frame: pd.DataFrame, headline: str, rate: float, by_hand: Mapping[str, float]) -> pd.DataFrame:
    """Add threshold_lower, threshold_upper, alarm and line to results, in order of window.

    The line that is judged is assisted, else realized, else estimated. Half of `rate` goes to the headline metric and
    half to all others together, so that at most that share of windows whose model holds its level alarms. Metrics that
    chance alone moves one way (calibration error) or that the rows' mix moves (R2, MAPE) alarm only by hand or as the headline.
    A threshold by hand replaces level and margin; its alarm still needs the 95 % interval to lie beyond it.
    """
    out = frame.reset_index(drop=True)
    n = len(frame)
    kept: dict[str, NDArray[Any]] = {"threshold_lower": np.full(n, np.nan), "threshold_upper": np.full(n, np.nan)}
    kept |= {"alarm": np.zeros(n, dtype=bool), "line": np.full(n, "", dtype=object)}
    judged = [name for name in dict.fromkeys(frame["metric"]) if name in by_hand or name == headline or metric_facts(name).get("judged")]
    others = max(1, len([name for name in judged if name != headline]))
    for name in dict.fromkeys(frame["metric"]):
        at = np.flatnonzero(out["metric"].to_numpy() == name)
        part = out.iloc[at]
        alpha = rate / 2.0 / (1 if name == headline else others)
        low, high = _thresholds(part, name, by_hand)
        value, half, line = _trusted(part)
        z = Z95 if name in by_hand else float(-ndtri(alpha))
        reach = half / Z95 * z
        known = np.isfinite(value) & np.isfinite(half) & (name in judged)
        alarm = known & ((value + reach < low) | (value - reach > high))
        for column, values in (("threshold_lower", low), ("threshold_upper", high), ("alarm", alarm), ("line", line)):
            kept[column][at] = values
    return out.assign(**kept)


def _thresholds(part: pd.DataFrame, name: str, by_hand: Mapping[str, float]) -> tuple[Floats, Floats]:
    better, n = metric_facts(name)["better"], len(part)
    nothing = np.full(n, np.nan)
    if name in by_hand:
        fixed = np.full(n, float(by_hand[name]))
        if better == "zero":
            return -np.abs(fixed), np.abs(fixed)
        return (fixed, nothing) if better == "higher" else (nothing, fixed)
    level, lower, upper = (part[c].to_numpy(dtype=np.float64) for c in ("level", "level_lower", "level_upper"))
    if better == "higher":
        return lower - MARGIN * np.maximum(1.0 - level, 0.0), nothing
    if better == "lower":
        return nothing, upper + MARGIN * np.abs(level)
    margin = (upper - lower) / 2.0
    return lower - margin, upper + margin


def _trusted(part: pd.DataFrame) -> tuple[Floats, Floats, list[str]]:
    """Value and reach of the line to trust; thin windows are averaged with those before them."""
    value, half, line = np.full(len(part), np.nan), np.full(len(part), np.nan), np.full(len(part), "", dtype=object)
    weight = part["labels"].to_numpy(dtype=np.float64)
    for name in ("assisted", "realized", "estimated"):
        middle = part[name].to_numpy(dtype=np.float64)
        ends = (part[f"{name}{end}"].to_numpy(dtype=np.float64) for end in ("_upper", "_lower"))
        width = np.maximum(*(np.abs(end - middle) for end in ends))  # the longer arm: an interval that is cut at a bound is no certainty
        take = np.isnan(value) & np.isfinite(middle) & np.isfinite(width)
        value[take], half[take], line[take] = middle[take], width[take], name
        if name == "estimated":
            weight = np.where(take, part["rows"].to_numpy(dtype=np.float64), weight)
    version = part["version"].to_numpy()
    alone, reach = value.copy(), half.copy()
    for i in np.flatnonzero((weight < SMALL) & (line != "")):
        value[i], half[i] = _together(alone, reach, weight, (version == version[i]) & (line == line[i]), int(i))
    return value, half, line.tolist()


def _together(value: Floats, half: Floats, weight: Floats, same: Bools, at: int) -> tuple[float, float]:
    """The mean over this window and as many of the same kind before it as make SMALL, each by its rows."""
    chosen, rows = [], 0.0
    for j in range(at, max(-1, at - MEMORY), -1):
        if same[j] and weight[j] > 0:
            chosen.append(j)
            rows += weight[j]
        if rows >= SMALL:
            break
    if not chosen:
        return float("nan"), float("nan")
    share = weight[chosen] / rows
    return float(np.sum(share * value[chosen])), float(np.sqrt(np.sum((share * half[chosen]) ** 2)))
