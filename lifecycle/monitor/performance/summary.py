"""The summary of a window's rows and labels that performance is derived from. Summaries merge by adding.

A stack holds many of them, an array a field with the window first. Labelled rows are kept in two groups: 0, rows
that arrived at random within their window (weight 1), and 1, rows picked with a known chance (weight 1 / chance).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from lifecycle.monitor.performance.channels import Ints, Rows, observed
from lifecycle.monitor.performance.counting import GROUPS, Stack, count_cells, count_labels
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.row_model import STRATA, Guess, RowModel

__all__ = ["GROUPS", "Stack", "add", "empty", "pack", "stacked", "summarise_features", "summarise_labels", "summarise_rows", "unpack"]

MANY = 4_000  # labelled rows a window above which counting cells is quicker than going through the rows


def shapes(layout: Layout) -> dict[str, tuple[int, ...]]:
    """The fields of one summary.

    rows (): all rows. guess (C,), guess2 (C, C): sums of the guessed channels and of their products. strata (D,): rows by
    stratum of the guess. scores (S, B): rows by score bin. Of the labelled rows, by group: labels: how many.
    Of the rows whose features were read, each standing for w rows: sampled (): sum of w. sharper (C,): sum of w s with s what the
    features add to the guess. sharper2 (C, C): sum of w (w - 1) s s', the variance of that sum over the draw of the rows.
    moments, moments2 (Z, Z): sums of w z z' and w^2 z z' with z = (1, observed, guessed). confusion, confusion2 (K, K):
    sums of w and w^2 by truth and prediction. hits, hits2 (S, 2, B): sums of w and w^2 by class or not and score bin.
    """
    c, k, s, b = len(layout.channels), len(layout.classes), len(layout.scored), layout.bins
    if layout.task == "regression":
        b = 0
    z = 1 + 2 * c
    return {
        "rows": (),
        "guess": (c,),
        "guess2": (c, c),
        "strata": (STRATA,),
        "scores": (s, b),
        "labels": (GROUPS,),
        "moments": (GROUPS, z, z),
        "moments2": (GROUPS, z, z),
        "confusion": (GROUPS, k, k),
        "confusion2": (GROUPS, k, k),
        "hits": (GROUPS, s, 2, b),
        "hits2": (GROUPS, s, 2, b),
        "sampled": (),
        "sharper": (c,),
        "sharper2": (c, c),
    }


def empty(layout: Layout, windows: int) -> Stack:
    """`windows` summaries of nothing."""
    return {name: np.zeros((windows, *shape)) for name, shape in shapes(layout).items()}


def add(into: Stack, at: Ints, other: Stack) -> None:
    """Add the summaries of `other` to the places `at` of `into`, in place; a place may come twice."""
    alone = len(np.unique(at)) == len(at)
    for name, values in into.items():
        if alone:
            values[at] += other[name]
        else:
            np.add.at(values, at, other[name])


def summarise_features(model: RowModel, rows: Rows, window: Ints, windows: int, weight: Floats) -> Stack:
    """What the features of some rows add to the guess, to be added to the summaries of all rows; `weight` (n,) is 1 / the chance
    with which each was drawn, so that the mean is that of all rows whatever the draw."""
    out = empty(model.layout, windows)
    if model.conditional is None or rows.features is None or rows.probabilities is None or not len(rows):
        return out
    order, starts = _grouped(window, windows)
    more, weight = model.sharper(rows)[order], weight[order]
    for w in range(windows):
        part, stands = more[starts[w] : starts[w + 1]], weight[starts[w] : starts[w + 1]]
        out["sampled"][w], out["sharper"][w] = stands.sum(), stands @ part
        out["sharper2"][w] = part.T @ ((stands * (stands - 1.0))[:, None] * part)
    return out


def summarise_rows(model: RowModel, rows: Rows, window: Ints, windows: int) -> Stack:
    """Summaries of rows without their labels; `window` (n,) is each row's place in the stack, in any order."""
    out = summarise_features(model, rows, window, windows, np.ones(len(rows)))
    if model.cells is not None and rows.probabilities is not None:
        return _count_cells(out, model, model.cells, rows, window)
    return _sum_guesses(out, model, rows, window)


def _sum_guesses(out: Stack, model: RowModel, rows: Rows, window: Ints) -> Stack:
    windows = len(out["rows"])
    guess = model.guess(rows)
    order, starts = _grouped(window, windows)
    out["rows"][:] = np.bincount(window, minlength=windows)
    out["strata"][:] = _counted(window, guess.stratum, windows, out["strata"].shape[1])
    for s in range(guess.bins.shape[1]):
        out["scores"][:, s] = _counted(window, guess.bins[:, s], windows, out["scores"].shape[2])
    channels = guess.channels[order] if model.guesses else None
    for w in range(windows if channels is not None else 0):
        part = channels[starts[w] : starts[w + 1]]  # type: ignore[index]
        if len(part):
            out["guess"][w], out["guess2"][w] = part.sum(axis=0), part.T @ part
    return out


def _count_cells(out: Stack, model: RowModel, cells: Guess, rows: Rows, window: Ints) -> Stack:
    """Two classes: a row is its cell of prediction x score bin, so that a window is counts."""
    windows = len(out["rows"])
    counts = count_cells(model, rows, window, windows)
    out["rows"][:] = counts.sum(axis=1)
    out["scores"][:, 0] = counts.reshape(windows, 3, -1).sum(axis=1)
    out["guess"][:] = counts @ cells.channels
    out["guess2"][:] = np.einsum("wk,kc,kd->wcd", counts, cells.channels, cells.channels, optimize=True)
    out["strata"][:] = counts @ (cells.stratum[:, None] == np.arange(STRATA))
    return out


def summarise_labels(model: RowModel, rows: Rows, truth: Floats | Ints, weight: Floats, group: Ints, window: Ints, windows: int) -> Stack:
    """Summaries of labelled rows alone, to be added to those of all rows.

    truth : (n,) as `Rows.predicted` is coded. weight : (n,) 1, or 1 / chance in group 1. group : (n,) 0 or 1.
    """
    layout = model.layout
    out = empty(layout, windows)
    if model.cells is not None and rows.probabilities is not None and len(rows) > MANY * windows:
        return count_labels(out, model, rows, np.asarray(truth, dtype=np.int64), weight, window * GROUPS + group)
    guess = model.guess(rows)
    z = np.column_stack([np.ones(len(rows)), observed(layout, rows, truth), guess.channels])
    cell = window * GROUPS + group
    order, starts = _grouped(cell, windows * GROUPS)
    z, w = z[order], weight[order, None]
    flat, flat2 = (out[name].reshape(windows * GROUPS, *out[name].shape[2:]) for name in ("moments", "moments2"))
    for place in range(windows * GROUPS):
        part, wide = z[starts[place] : starts[place + 1]], w[starts[place] : starts[place + 1]]
        if len(part):
            flat[place], flat2[place] = part.T @ (wide * part), part.T @ (wide**2 * part)
    out["labels"][:] = np.bincount(cell, minlength=windows * GROUPS).reshape(windows, GROUPS)
    for name, value in (("", weight), ("2", weight**2)):
        _cross(out["confusion" + name], out["hits" + name], layout, rows, truth, guess.bins, value, cell)
    return out


def _cross(confusion: Floats, hits: Floats, layout: Layout, rows: Rows, truth: Floats | Ints, bins: Ints, weight: Floats, cell: Ints) -> None:
    if layout.task == "regression":
        return
    k, cells = len(layout.classes), confusion.shape[0] * GROUPS
    predicted, actual = np.asarray(rows.predicted), np.asarray(truth)
    known = (predicted >= 0) & (actual >= 0)
    flat = (cell[known] * k + actual[known]) * k + predicted[known]
    confusion += np.bincount(flat, weight[known], cells * k * k).reshape(confusion.shape)
    for s in range(bins.shape[1]):
        miss = (actual != layout.scored[s]).astype(np.int64)
        b = hits.shape[-1]
        hits[:, :, s] += np.bincount((cell * 2 + miss) * b + bins[:, s], weight, cells * 2 * b).reshape(-1, GROUPS, 2, b)


def _grouped(window: Ints, windows: int) -> tuple[Ints, Ints]:
    order = np.argsort(window, kind="stable")
    return order, np.searchsorted(window[order], np.arange(windows + 1))


def _counted(window: Ints, place: Ints, windows: int, places: int) -> Floats:
    return np.bincount(window * places + place, minlength=windows * places).reshape(windows, places).astype(np.float64)


def pack(stack: Stack, at: int) -> bytes:
    """One summary of a stack as bytes; fields of zeros take no room."""
    parts, mask = [], 0
    for place, values in enumerate(stack.values()):
        if np.any(values[at]):
            mask |= 1 << place
            parts.append(np.ascontiguousarray(values[at], dtype="<f8").tobytes())
    return mask.to_bytes(2, "little") + zlib.compress(b"".join(parts), 1)


def unpack(layout: Layout, payloads: Sequence[bytes] | Iterable[bytes]) -> Stack:
    """What `pack` wrote, as a stack."""
    found = list(payloads)
    out = empty(layout, len(found))
    for at, payload in enumerate(found):
        mask, data, offset = int.from_bytes(payload[:2], "little"), zlib.decompress(payload[2:]), 0
        for place, values in enumerate(out.values()):
            if mask >> place & 1:
                size = int(np.prod(values.shape[1:], dtype=np.int64))
                values[at] = np.frombuffer(data, "<f8", size, offset).reshape(values.shape[1:])
                offset += size * 8
    return out


def stacked(stacks: Sequence[Stack]) -> Stack:
    """Stacks one after the other."""
    return {name: np.concatenate([stack[name] for stack in stacks]) for name in stacks[0]}
