"""The parts of a change as a frame and in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.monitor import windows
from lifecycle.monitor.health import NAMES, said
from lifecycle.monitor.performance.metrics import metric_facts
from lifecycle.monitor.root_cause import Z95

__all__ = ["CONCEPT", "TOGETHER", "as_frame", "trusted"]

TOGETHER, CONCEPT = "several columns together", "a changed concept"
TEXTS = ("window", "metric", "column", "kind", "sentence")
ORDER = ("window", "metric", "column", "kind", "contribution", "lower", "upper", "share", "drifted", "sentence")


def as_frame(found: Sequence[Mapping[str, Any]], result: Mapping[str, Any], by: str) -> pd.DataFrame:
    """The columns, the most harmful first, then what only several of them together explain, then what none does.

    found : by column: contribution, error, expected (of it, what needs no label), drifted. result : the metric's stored row, with `key`.
    """
    if not found:
        empty = {name: pd.Series(dtype="str" if name in TEXTS else bool if name == "drifted" else "float64") for name in ORDER}
        return pd.DataFrame(empty)
    change, half, line = trusted(result)
    worse = {"higher": -1.0, "lower": 1.0}.get(str(metric_facts(str(result["metric"]))["better"]), math.copysign(1.0, change or 1.0))
    ranked = sorted(found, key=lambda part: -worse * part["contribution"])
    rows = [(part["column"], "column", part["contribution"], Z95 * part["error"], part["drifted"]) for part in ranked]
    rows += _rest(found, result, line, half)
    names, kinds, parts, halves, drifted = zip(*rows, strict=True)
    frame = pd.DataFrame({"column": names, "kind": kinds, "contribution": np.array(parts, dtype=np.float64), "drifted": drifted})
    width = np.array(halves, dtype=np.float64)
    frame["lower"], frame["upper"] = frame["contribution"] - width, frame["contribution"] + width
    sure = abs(change) > half
    frame["share"] = frame["contribution"] / change if sure else np.nan
    frame["window"], frame["metric"] = windows.name(int(result["key"]), by), str(result["metric"])
    frame["sentence"] = [_sentence(row, change if sure else 0.0) for row in frame.to_dict("records")]
    return frame[list(ORDER)]


def trusted(result: Mapping[str, Any]) -> tuple[float, float, str]:
    """The change of the metric against the reference by the best line there is, the reach of its interval, and the line."""
    for line in ("assisted", "realized", "estimated"):
        ends = [result[name] for name in (line, f"{line}_lower", f"{line}_upper", "level", "level_lower", "level_upper")]
        if all(end is not None and math.isfinite(end) for end in ends):
            value, lower, upper, level, low, high = ends
            return value - level, math.hypot((upper - lower) / 2.0, (high - low) / 2.0), line
    return 0.0, math.inf, ""


def _rest(found: Sequence[Mapping[str, Any]], result: Mapping[str, Any], line: str, half: float) -> list[tuple[str, str, float, float, bool]]:
    """What the columns' own parts leave of the estimated change, and what the estimate leaves of the measured one."""
    explained, expected = (sum(part[name] for part in found) for name in ("contribution", "expected"))
    estimated, level = result["estimated"], result["level"]
    rows = []
    guessed = estimated is not None and level is not None
    if guessed:
        rows.append((TOGETHER, "together", estimated - level - expected, math.nan, False))
    if line in ("assisted", "realized"):
        rest = result[line] - (estimated + explained - expected if guessed else level + explained)
        rows.append((CONCEPT, "concept", rest, half, False))
    return rows


def _sentence(row: Mapping[Any, Any], change: float) -> str:
    """One part in words."""
    name = NAMES.get(str(row["metric"]), str(row["metric"]).replace("_", " "))
    metric = name if name[1:2].isupper() or name[1:2] in "²1" else name[:1].lower() + name[1:]
    part, share = row["contribution"], row["share"]
    size = f"{'raises' if part > 0 else 'lowers'} {metric} by {said(abs(part))}"
    if row["kind"] == "together":
        return f"What only several columns together explain {size}."
    chance = row["lower"] <= 0 <= row["upper"]
    if row["kind"] == "concept":
        return f"What no column explains {size}" + (", which may be chance." if chance else ": the same inputs have other outcomes now.")
    if chance:
        moved = "drifted, but not" if row["drifted"] else "did not move"
        return f"{row['column']} {moved} in a way that changes {metric} beyond chance."
    of = f", {100 * share:.0f} % of the change" if change and share > 0.005 else ""
    return f"The move of {row['column']} {size}{of}."
