"""Rules by hand: what a person expects of a column, in place of what was learned from the reference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.quality.registration import SMALLEST, registry
from lifecycle.monitor.summaries import Bins, Counts, Floats

__all__ = ["apply_rules", "outside", "require_rules", "split"]

OFF = "off"
_SHARES = ("missing", "unseen", "type", "duplicates", "timestamps")
_SPANS = ("range", "volume")


def split(key: str) -> tuple[str, str]:
    """A rule's column ('' for windows as wholes) and check.

    >>> split("income:range"), split("duplicates")
    (('income', 'range'), ('', 'duplicates'))
    """
    column, _, check = key.rpartition(":")
    return column, check


def require_rules(rules: Any, columns: Collection[str] | None = None) -> None:
    """Refuse rules that no check understands; `columns`: those that there are, where they are known.

    Raises
    ------
    UnknownName, InvalidValue : no such check or column, or a value that the check does not take.
    """
    if not isinstance(rules, Mapping):
        raise InvalidValue(f"The setting quality is {rules!r}; it must be rules by name, such as {{'age:missing': 0.05}}.")
    for key, value in rules.items():
        column, check = split(str(key))
        scope = "column" if column else "window"
        if check not in registry.names(scope=scope):
            raise UnknownName.among(f"quality check of a {scope}", check, registry.names(scope=scope))
        if column and columns is not None and column not in columns:
            raise UnknownName.among("column", column, columns)
        _require_value(str(key), check, value)


def apply_rules(found: pd.DataFrame, rules: Mapping[str, Any], strays: Mapping[str, Mapping[Any, float]], rows: Mapping[Any, int]) -> pd.DataFrame:
    """Findings as the rules have them: value, expected and failed of what a rule is about; all else as it was learned.

    Parameters
    ----------
    found : window, column, check, value, expected, failed. rules : "column:check" or "check" by what is allowed.
    strays : per column with a rule of range, the share of values outside it by window. rows : of each window.
    """
    if not rules or found.empty:
        return found
    value, failed = found["value"].to_numpy(dtype=np.float64).copy(), found["failed"].to_numpy(dtype=bool).copy()
    expected = found["expected"].to_numpy(dtype=object).copy()
    columns, names = pd.factorize(found["column"])
    checks, known = pd.factorize(found["check"])
    windows = found["window"].to_numpy()
    for key, allowed in rules.items():
        column, check = split(key)
        if column not in names or check not in known:
            continue
        at = np.flatnonzero((columns == names.get_loc(column)) & (checks == known.get_loc(check)))
        if check == "range" and allowed != OFF:
            value[at] = [strays[column].get(window, np.nan) for window in windows[at]]
        expected[at] = _said(check, allowed)
        large = np.array([rows.get(window, 0) >= SMALLEST for window in windows[at]], dtype=bool)
        failed[at] = _fails(check, allowed, value[at]) & (large | (check == "volume"))
    return found.assign(value=value, expected=expected, failed=failed)


def outside(bins: Bins, counts: Counts, lowest: Floats, highest: Floats, low: float | None, high: float | None) -> Floats:
    """The share of known values outside [low, high] of each window, NaN without any; at least one value where an extreme lies outside.

    Parameters
    ----------
    counts : (windows, cells). lowest, highest : (windows,) the extremes, which are exact.
    """
    edges, known = bins.edges, counts[:, 1:].sum(axis=1)
    wholly = np.zeros(len(edges) + 1, dtype=bool)
    beyond = np.zeros(len(counts), dtype=bool)
    with np.errstate(invalid="ignore"):
        if low is not None:
            wholly |= np.append(edges, np.inf) < low
            beyond |= lowest < low
        if high is not None:
            wholly |= np.append(-np.inf, edges) >= high
            beyond |= highest > high
    strays = np.where(beyond, np.maximum(counts[:, 1:][:, wholly].sum(axis=1), 1), 0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known > 0, strays / known, np.nan), dtype=np.float64)


def _require_value(key: str, check: str, value: Any) -> None:
    if value == OFF and isinstance(value, str):
        return
    if check in _SHARES and _is_number(value) and 0 <= value <= 1:
        return
    if check in _SPANS and isinstance(value, list | tuple) and len(value) == 2 and all(end is None or _is_number(end) for end in value):
        low, high = value
        if (low is not None or high is not None) and (low is None or high is None or low <= high):
            return
    allowed = "a share from 0 to 1" if check in _SHARES else "[lowest, highest], one of which may be None" if check in _SPANS else ""
    raise InvalidValue(f"The rule {key} is {value!r}; it must be {allowed + ' or ' if allowed else ''}'off'.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _fails(check: str, allowed: Any, value: Floats) -> Any:
    if allowed == OFF:
        return np.zeros(len(value), dtype=bool)
    with np.errstate(invalid="ignore"):
        if check == "volume":
            low, high = allowed
            return (value < (-np.inf if low is None else low)) | (value > (np.inf if high is None else high))
        return value > (0.0 if check == "range" else allowed)


def _said(check: str, allowed: Any) -> str:
    if allowed == OFF:
        return "not checked, by hand"
    if check in _SPANS:
        low, high = ("any" if end is None else f"{end:.6g}" for end in allowed)
        return f"{low} to {high}{' rows' if check == 'volume' else ''}, by hand"
    return f"at most {allowed:.2%}, by hand"
