"""Performance by any column's values or bins, the worst first, corrected for looking at many."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import ndtr, ndtri

from lifecycle.monitor.performance.assisted import assisted_line
from lifecycle.monitor.performance.channels import Ints, Rows, observed
from lifecycle.monitor.performance.estimated import estimated_line, estimated_ranking
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.lines import metric_on
from lifecycle.monitor.performance.metrics import metric_facts
from lifecycle.monitor.performance.pooled import pool
from lifecycle.monitor.performance.realized import realized_ranking
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.performance.summary import GROUPS, Stack, empty, stacked

__all__ = ["Cut", "SliceData", "cut_numeric", "cut_values", "slice_frame"]

BINS = 5
VALUES = 12
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Cut:
    """How a column is cut into slices: `place` (n,) the slice of each row, `names` of the slices."""

    place: Ints
    names: tuple[str, ...]


Cuts: TypeAlias = Mapping[str, tuple["Cut", "Cut"]]


@dataclass(frozen=True)
class SliceData:
    """A sample of rows, all of them and the labelled ones.

    rows, version : (n,) all rows. labelled, truth, weight, part, labelled_version : (m,) as `summarise_labels` takes them.
    """

    rows: Rows
    version: Ints
    labelled: Rows
    truth: Ints | Floats
    weight: Floats
    part: Ints
    labelled_version: Ints


def cut_numeric(values: Floats, more: Floats) -> tuple[Cut, Cut]:
    """Five slices at the quantiles of `values`, missing ones apart; the same cut of two arrays.

    >>> cut_numeric(np.array([1.0, 2, 3, 4, 5, np.nan]), np.array([9.0]))[0].names
    ('below 1.8', '1.8 to 2.6', '2.6 to 3.4', '3.4 to 4.2', '4.2 and above', 'missing')
    """
    known = values[np.isfinite(values)]
    cuts = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.empty(0)
    text = [f"{cut:.4g}" for cut in cuts]
    names = [f"below {text[0]}", *(f"{a} to {b}" for a, b in itertools.pairwise(text)), f"{text[-1]} and above"] if text else ["all"]

    def place(array: Floats) -> Ints:
        return np.where(np.isnan(array), len(cuts) + 1, np.searchsorted(cuts, array, side="right")).astype(np.int64)

    return Cut(place(values), (*names, "missing")), Cut(place(more), (*names, "missing"))


def cut_values(values: pa.ChunkedArray, more: pa.ChunkedArray) -> tuple[Cut, Cut]:
    """A slice a value, the dozen most frequent ones; all others together, missing ones apart.

    >>> cut_values(pa.chunked_array([["a", "b", "b", None]]), pa.chunked_array([["b", "c"]]))[1]
    Cut(place=array([0, 2]), names=('b', 'a', 'other', 'missing'))
    """
    codes, known = _dictionary(values)
    frequent = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(known)), kind="stable")[:VALUES]
    names = tuple(str(known[at]) for at in frequent)
    place = {name: i for i, name in enumerate(names)}

    def placed(codes: Ints, known: Sequence[object]) -> Ints:
        table = np.array([*(place.get(str(value), len(names)) for value in known), len(names) + 1], dtype=np.int64)
        return table[codes]

    both = (*names, "other", "missing")
    return Cut(placed(codes, known), both), Cut(placed(*_dictionary(more)), both)


def _dictionary(values: pa.ChunkedArray) -> tuple[Ints, list[object]]:
    """Each row's place among the distinct values, -1 for missing ones, and these values."""
    encoded = values.combine_chunks() if pa.types.is_dictionary(values.type) else values.dictionary_encode().combine_chunks()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    return np.asarray(encoded.indices.fill_null(-1), dtype=np.int64), encoded.dictionary.to_pylist()


def slice_frame(
    layout: Layout,
    models: Mapping[int, RowModel],
    data: SliceData,
    cuts: Mapping[str, tuple[Cut, Cut]],
    metric: str,
    population: float,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """A row a slice, the worst first: column, value (the slice's name), rows, labels, metric, score, lower, upper, gap (how much
    worse than all rows), p_value (one-sided, Holm's over all slices), overall (the metric on all rows), line.

    cuts : by column, of all rows and of the labelled rows. population : how many rows each sampled row stands for.
    The intervals hold for all slices together (Bonferroni).
    """
    narrow = layout if metric_facts(metric).get("per_class") or layout.task == "regression" else replace(layout, narrow=True)
    models = {number: _narrowed(model, narrow) for number, model in models.items()}
    ready, places = _prepared(narrow, models, data), []
    stacks = [_stack(ready, np.zeros(len(data.rows), dtype=np.int64), np.zeros(len(data.labelled), dtype=np.int64), 1)]
    for column, (every, known) in cuts.items():
        stacks.append(_stack(ready, every.place, known.place, len(every.names)))
        places += [(column, name) for name in every.names]
    joined = stacked(stacks)
    main = models[int(np.bincount(data.version).argmax())]
    value, se, labels, line = _numbers(narrow, main, joined, metric)
    out = pd.DataFrame(places, columns=["column", "value"])
    out["rows"], out["labels"] = np.round(joined["rows"][1:] * population).astype(int), labels[1:].astype(int)
    out["metric"], out["score"] = metric, value[1:]
    worse = -1.0 if metric_facts(metric)["better"] == "higher" else 1.0
    gap = worse * (value[1:] - value[0]) if metric_facts(metric)["better"] != "zero" else np.abs(value[1:]) - np.abs(value[0])
    out["gap"], out["se"], out["line"] = gap, se[1:], line[1:]
    partial = (joined["rows"][1:] > 0) & (joined["rows"][1:] < joined["rows"][0])  # all rows are no slice of them
    out = out[partial & out["score"].notna().to_numpy() & (out["se"] > 0)].reset_index(drop=True)
    return _corrected(out, float(value[0]), alpha)


def _corrected(out: pd.DataFrame, overall: float, alpha: float) -> pd.DataFrame:
    n = max(1, len(out))
    reach = float(-ndtri(alpha / 2.0 / n)) * out["se"]
    raw = 1.0 - ndtr(out["gap"].to_numpy(dtype=np.float64) / out["se"].to_numpy(dtype=np.float64))
    order = np.argsort(raw, kind="stable")
    holm = np.empty(len(out))
    holm[order] = np.minimum(1.0, np.maximum.accumulate(raw[order] * (n - np.arange(len(out)))))
    out = out.assign(lower=out["score"] - reach, upper=out["score"] + reach, p_value=holm, overall=overall)
    sure = out["gap"] - reach
    out = out.assign(sure=sure).sort_values("sure", ascending=False, kind="stable", ignore_index=True)
    return out[["column", "value", "rows", "labels", "metric", "score", "lower", "upper", "gap", "p_value", "overall", "line"]]


@dataclass(frozen=True)
class _Ready:
    """What each row adds to its slice, worked out once for all columns."""

    layout: Layout
    guess: Floats
    stratum: Ints
    bins: Ints
    z: Floats
    weight: Floats
    part: Ints
    label_bins: Ints
    truth: Ints | Floats


def _narrowed(model: RowModel, layout: Layout) -> RowModel:
    c = len(layout.channels)
    squares = {name: getattr(model, name)[..., :c, :c] for name in ("level_covariance", "spread", "around", "doubt")}
    return replace(model, layout=layout, level=model.level[:c], shift=model.shift[:, :c], **squares)


def _prepared(layout: Layout, models: Mapping[int, RowModel], data: SliceData) -> _Ready:
    n, m, c, s = len(data.rows), len(data.labelled), len(layout.channels), len(layout.scored)
    guess, stratum, bins = np.zeros((n, c)), np.zeros(n, dtype=np.int64), np.zeros((n, s), dtype=np.int64)
    z, label_bins = np.ones((m, 1 + 2 * c)), np.zeros((m, s), dtype=np.int64)
    for number, model in models.items():
        mine, theirs = np.flatnonzero(data.version == number), np.flatnonzero(data.labelled_version == number)
        said = model.guess(data.rows.pick(mine))
        guess[mine], stratum[mine] = said.channels if model.guesses else 0.0, said.stratum
        labelled = data.labelled.pick(theirs)
        also = model.guess(labelled)
        z[theirs, 1 : 1 + c], z[theirs, 1 + c :] = observed(layout, labelled, data.truth[theirs]), also.channels if model.guesses else 0.0
        if said.bins.shape[1] == s:
            bins[mine] = said.bins
        if also.bins.shape[1] == s:
            label_bins[theirs] = also.bins
    return _Ready(layout, guess, stratum, bins, z, data.weight, data.part, label_bins, data.truth)


def _stack(ready: _Ready, every: Ints, known: Ints, count: int) -> Stack:
    out = empty(ready.layout, count)
    for at in range(count):
        mine = every == at
        part = ready.guess[mine]
        out["rows"][at], out["guess"][at], out["guess2"][at] = len(part), part.sum(axis=0), part.T @ part
        out["strata"][at] = np.bincount(ready.stratum[mine], minlength=out["strata"].shape[1])
        for s in range(len(ready.layout.scored)):
            out["scores"][at, s] = np.bincount(ready.bins[mine, s], minlength=ready.layout.bins)
        for group in range(GROUPS):
            theirs = np.flatnonzero((known == at) & (ready.part == group))
            if len(theirs):
                _add_group(out, ready, at, group, theirs)
    return out


def _add_group(out: Stack, ready: _Ready, at: int, group: int, rows: Ints) -> None:
    z, weight = ready.z[rows], ready.weight[rows, None]
    out["labels"][at, group] = len(rows)
    out["moments"][at, group], out["moments2"][at, group] = z.T @ (weight * z), z.T @ (weight**2 * z)
    for s, c in enumerate(ready.layout.scored):
        miss = (np.asarray(ready.truth)[rows] != c).astype(np.int64)
        cell, cells = miss * ready.layout.bins + ready.label_bins[rows, s], 2 * ready.layout.bins
        for name, w in (("hits", weight[:, 0]), ("hits2", weight[:, 0] ** 2)):
            out[name][at, group, s] = np.bincount(cell, w, cells).reshape(2, -1)


def _numbers(layout: Layout, model: RowModel, stack: Stack, metric: str) -> tuple[Floats, Floats, Floats, list[str]]:
    """Value, standard error, labels and line of each slice: from its labels where it has any, else estimated."""
    n = len(stack["rows"])
    sample = pool(stack)
    spread, around = (np.broadcast_to(square, (n, *square.shape)) for square in (model.spread, model.around))
    if metric_facts(metric)["kind"] == "ranking":
        known, guessed = realized_ranking(metric, sample, model.middles), estimated_ranking(metric, model, stack)
        name = "realized"
    else:
        known = metric_on(assisted_line(layout, stack, sample, spread, around), metric)
        guessed = metric_on(estimated_line(model, stack), metric)
        name = "assisted"
    has = np.isfinite(known.value)
    value = np.where(has, known.value, guessed.value)
    half = np.where(has, known.upper - known.lower, guessed.upper - guessed.lower) / 2.0
    return value, half / Z95, sample.labels, [name if h else "estimated" for h in has]
