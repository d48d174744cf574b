"""Data quality as the project's rules have it: what was learned from the reference, with what was set by hand in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.monitor import windows
from lifecycle.monitor.quality.rules import OFF, apply_rules, outside, require_rules, split
from lifecycle.monitor.summaries import Bins, decode
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting

__all__ = ["newest_quality", "preview_quality", "quality"]


def quality(context: Context) -> pd.DataFrame:
    """Data quality by window and column: window, column ('' for the window as a whole), check, value, expected, failed."""
    return _ruled(context, drifting.quality(context), context.settings.quality)


def newest_quality(context: Context) -> pd.DataFrame:
    """The data quality of the newest window that was checked, as `quality` says it."""
    return _ruled(context, drifting.newest_quality(context), context.settings.quality)


def preview_quality(context: Context, rules: Mapping[str, Any]) -> pd.DataFrame:
    """What other rules would have said of every window: `quality` with would_expect and would_fail beside. Nothing is changed.

    Raises
    ------
    UnknownName, InvalidValue : as when the rules are set.
    """
    require_rules(rules, store.monitored_names(context.database, context.name, context.schema.names))
    learned = drifting.quality(context)
    now = _ruled(context, learned, context.settings.quality)
    would = _ruled(context, learned, rules)
    return now.assign(value=would["value"], would_expect=would["expected"], would_fail=would["failed"])


def _ruled(context: Context, found: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    if not rules or found.empty:
        return found
    by = context.config.window
    names = set(found["window"].unique())
    rows = store.window_rows(context.database, context.name)
    keys = {key: name for key in rows if (name := windows.name(key, by)) in names}
    strays: dict[str, Mapping[Any, float]] = {}
    for key, allowed in rules.items():
        column, check = split(key)
        if check == "range" and allowed != OFF:
            shares = _strays(context, column, list(keys), *allowed)
            strays[column] = {keys[at]: share for at, share in shares.items()}
    return apply_rules(found, rules, strays, {name: rows[at] for at, name in keys.items()})


def _strays(context: Context, column: str, keys: list[int], low: float | None, high: float | None) -> dict[int, float]:
    """The share of a column's values outside [low, high], by window."""
    cells = next((cell for cell in store.columns(context.database, context.name) if cell[0] == column), None)
    found = store.summaries(context.database, context.name, column, keys) if cells and cells[1] == "numeric" else []
    if cells is None or not found:
        return {}
    bins = Bins(cells[1], cells[2], cells[3], cells[4])
    counts = np.stack([decode(row["counts"]) for row in found])
    lowest, highest = (np.array([row[name] for row in found], dtype=np.float64) for name in ("low", "high"))
    shares = outside(bins, counts, lowest, highest, low, high)
    return {row["window"]: float(share) for row, share in zip(found, shares, strict=True)}
