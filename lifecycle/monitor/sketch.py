"""What a window was as a whole, small and mergeable: which rows repeat, and when in the window rows came."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor import windows

__all__ = ["SLOTS", "Sketch", "add_column", "decode_sketch", "encode_sketch", "merge_sketch", "repeated", "row_sketch", "time_slots"]

KEPT = 512
SLOTS = 48
_ODD = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Sketch = tuple[Hashes, NDArray[np.uint32], NDArray[np.int64]]  # the smallest hashes, how often each came, rows by slot of time


def add_column(hashes: Hashes, column: NDArray[Any]) -> None:
    """Stir one more column into the rows' hashes, in place: floats by their bits, cells by their number (n,)."""
    np.bitwise_xor(hashes, np.ascontiguousarray(column).view(np.uint64), out=hashes)
    np.multiply(hashes, _ODD, out=hashes)
    np.bitwise_xor(hashes, hashes >> np.uint64(32), out=hashes)


def row_sketch(hashes: Hashes, place: NDArray[np.int64], slots: NDArray[np.int64], count: int) -> list[Sketch]:
    """A sketch for each of `count` windows of rows with these hashes, in these windows and slots of time (-1: no slots)."""
    order = np.lexsort((hashes, place))
    ordered, owner = hashes[order], place[order]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]) | (owner[1:] != owner[:-1])
    starts = np.flatnonzero(first)
    times = np.diff(np.append(starts, len(ordered)))
    unique, whose = ordered[starts], owner[starts]
    cut = np.searchsorted(whose, np.arange(count + 1))
    by_slot = np.zeros((count, SLOTS), dtype=np.int64)
    np.add.at(by_slot, (place[slots >= 0], slots[slots >= 0]), 1)
    kept = [slice(start, min(end, start + KEPT)) for start, end in pairwise(cut.tolist())]
    return [(unique[part], times[part].astype(np.uint32), by_slot[i]) for i, part in enumerate(kept)]


def merge_sketch(first: Sketch, second: Sketch) -> Sketch:
    """The sketch of both parts of a window.

    >>> one = row_sketch(np.array([5, 9], dtype=np.uint64), np.array([0, 0]), np.array([0, 0]), 1)[0]
    >>> repeated(merge_sketch(one, one)), merge_sketch(one, one)[2][0]
    (0.5, np.int64(4))
    """
    hashes, place = np.unique(np.concatenate((first[0], second[0])), return_inverse=True)
    times = np.bincount(place.reshape(-1), np.concatenate((first[1], second[1])), minlength=len(hashes)).astype(np.uint32)
    return hashes[:KEPT], times[:KEPT], first[2] + second[2]


def repeated(sketch: Sketch) -> float:
    """The share of rows that repeat an earlier one: exact up to 512 different rows, beyond them of an even sample of them."""
    rows = int(sketch[1].sum())
    return 1.0 - len(sketch[0]) / rows if rows else 0.0


def time_slots(times: NDArray[np.int64], keys: NDArray[np.int64], window: str) -> NDArray[np.int64]:
    """The slot, of 48 equal ones of its window, that each row's time lies in; -1 for windows by rows (n,)."""
    if windows.parse(window).by_rows:
        return np.full(len(times), -1, dtype=np.int64)
    unique, place = np.unique(keys, return_inverse=True)
    spans = np.array([_span(int(key), window) for key in unique], dtype=np.int64)
    return np.asarray(np.clip((times - keys) * SLOTS // spans[place.reshape(-1)], 0, SLOTS - 1), dtype=np.int64)


def encode_sketch(sketch: Sketch) -> bytes:
    """A sketch as bytes."""
    return np.uint32(len(sketch[0])).tobytes() + sketch[0].tobytes() + sketch[1].tobytes() + sketch[2].astype(np.int64).tobytes()


def decode_sketch(blob: bytes) -> Sketch:
    """What `encode_sketch` wrote."""
    n = int(np.frombuffer(blob, np.uint32, 1)[0])
    end = 4 + 8 * n
    return np.frombuffer(blob, np.uint64, n, 4), np.frombuffer(blob, np.uint32, n, end), np.frombuffer(blob, np.int64, SLOTS, end + 4 * n)


def _span(key: int, window: str) -> int:
    start, end = windows.bounds(key, window)
    return int((end - start).total_seconds() * 1_000_000)  # type: ignore[operator, union-attr]
