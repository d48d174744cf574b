"""Stored summaries as arrays and back, and which stored windows are judged alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor.summaries import Bins, Summary, decode, encode
from lifecycle.stores import summaries as store
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context

__all__ = ["alike", "as_stored", "assemble", "served", "stored_summary"]


def alike(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, bool, NDArray[np.int64]]]:
    """The places of the windows that are judged alike: by the version that served most of them, and whether they are closed."""
    kinds = [(served(row), bool(row["closed"])) for row in rows]
    for version, closed in sorted(set(kinds)):
        yield version, closed, np.array([i for i, kind in enumerate(kinds) if kind == (version, closed)])


def served(row: Mapping[str, Any]) -> int:
    """The version that answered most rows of a window, the newer one of two that answered as many."""
    by_version = json.loads(row["versions"])
    return max((int(version) for version in by_version), key=lambda version: (by_version[str(version)], version))


def stored_summary(context: Context, name: str, bins: Bins, keys: list[int]) -> Summary:
    """A column's whole summaries of these windows."""
    return assemble(store.summaries(context.database, context.name, name, keys), bins, keys)


def assemble(rows: list[dict[str, Any]], bins: Bins, keys: list[int]) -> Summary:
    """Stored summaries as one, a row a key; windows that are not stored are empty."""
    place = {key: i for i, key in enumerate(keys)}
    count = len(keys)
    nothing = np.full(count, np.nan)
    empty: tuple[dict[str, int], ...] = ({},) * count
    summary = Summary(np.zeros((count, bins.cells), dtype=np.int64), nothing, nothing.copy(), np.zeros(count), np.zeros(count), empty)
    unseen = list(summary.unseen)
    for row in rows:
        i = place[row["window"]]
        summary.counts[i] = decode(row["counts"])
        summary.total[i], summary.squares[i] = row["total"], row["squares"]
        if row["low"] is not None:
            summary.low[i], summary.high[i] = row["low"], row["high"]
        if row["unseen"] != "{}":
            unseen[i] = json.loads(row["unseen"])
    return replace(summary, unseen=tuple(unseen))


def as_stored(summary: Summary) -> tuple[Any, ...]:
    """A summary as the columns that are stored of it."""
    blobs = [encode(counts) for counts in summary.counts]
    unseen = [dumps(levels) if levels else "{}" for levels in summary.unseen]
    figures = (summary.low, summary.high, summary.total, summary.squares)
    return (blobs, *(figure.tolist() for figure in figures), unseen)
