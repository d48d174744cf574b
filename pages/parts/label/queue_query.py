"""A filter of the queue as a URL's query and in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import lifecycle

__all__ = ["NAMES", "sentence", "shown", "wanted"]

NAMES = ("class", "window", "column", "value", "low", "high", "search")


def wanted(schema: lifecycle.Schema, query: Mapping[str, Sequence[str]]) -> lifecycle.QueueFilter | None:
    """The filter that a URL's query asks for, None for all samples.

    >>> from lifecycle import Column, Schema
    >>> schema = Schema((Column("age", "numeric"),), "buys", None, "classification", "tabular", (0, 1))
    >>> found = wanted(schema, {"class": ["1"], "column": ["age"], "low": ["60"]})
    >>> found.predicted, found.column, found.low, wanted(schema, {"project": ["x"]})
    ((1,), 'age', 60.0, None)
    """
    known = {str(value): value for value in schema.classes}
    first = {name: next(iter(query.get(name, ())), "") for name in NAMES}
    column = first["column"] if first["low"] or first["high"] or query.get("value") else ""
    found = lifecycle.QueueFilter(
        column=column or None,
        values=tuple(query.get("value", ())) if column else (),
        low=_number(first["low"]) if column else None,
        high=_number(first["high"]) if column else None,
        window=first["window"] or None,
        predicted=tuple(known.get(value, value) for value in query.get("class", ())),
        text=first["search"].strip(),
    )
    return None if found == lifecycle.QueueFilter() else found


def sentence(where: lifecycle.QueueFilter) -> str:
    """A filter in words.

    >>> sentence(lifecycle.QueueFilter(predicted=(7,), column="age", low=60.0, window="3", text="late"))
    "the model says 7; age at least 60; window 3; contains 'late'"
    """
    parts = [f"the model says {' or '.join(map(str, where.predicted))}"] if where.predicted else []
    if where.values:
        parts.append(f"{where.column} is {' or '.join(map(str, where.values))}")
    if where.low is not None and where.high is not None:
        parts.append(f"{where.column} {shown(where.low)} to {shown(where.high)}")
    elif where.low is not None or where.high is not None:
        parts.append(f"{where.column} at {'least' if where.low is not None else 'most'} {shown(where.low if where.low is not None else where.high)}")
    parts += [f"window {where.window}"] if where.window else []
    parts += [f"contains '{where.text}'"] if where.text else []
    return "; ".join(parts)


def shown(value: float | None) -> str:
    """A bound as it is typed, '' for none."""
    return "" if value is None else f"{value:g}"


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
