"""Performance by any column's values or bins, the worst first, corrected for looking at many."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from lifecycle.monitor.performance.assisted import assisted_line
from lifecycle.monitor.performance.channels import Ints, Rows
from lifecycle.monitor.performance.estimated import estimated_line, estimated_ranking
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.lines import metric_on
from lifecycle.monitor.performance.metrics import metric_facts
from lifecycle.monitor.performance.pooled import pool
from lifecycle.monitor.performance.realized import realized_ranking
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.performance.summary import Stack, add, empty, summarise_labels, summarise_rows

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


def cut_values(values: Sequence[object], more: Sequence[object]) -> tuple[Cut, Cut]:
    """A slice a value, the dozen most frequent ones; all others together, missing ones apart."""
    series, other = pd.Series(list(values), dtype=object), pd.Series(list(more), dtype=object)
    kept = [str(value) for value in series.dropna().astype(str).value_counts().index[:VALUES]]
    names = (*kept, "other", "missing")
    codes = {name: i for i, name in enumerate(kept)}

    def place(column: pd.Series) -> Ints:
        missing = column.isna().to_numpy()
        found = column.astype(str).map(codes).fillna(len(kept)).to_numpy(dtype=np.int64)
        return np.where(missing, len(kept) + 1, found)

    return Cut(place(series), names), Cut(place(other), names)


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
    stacks, places = [], []
    for column, (every, known) in cuts.items():
        count = len(every.names)
        stack = _stack(layout, models, data, every.place, known.place, count)
        stacks.append(stack)
        places += [(column, name) for name in every.names]
    whole = _stack(layout, models, data, np.zeros(len(data.rows), dtype=np.int64), np.zeros(len(data.labelled), dtype=np.int64), 1)
    joined = {name: np.concatenate([whole[name], *(stack[name] for stack in stacks)]) for name in whole}
    main = models[int(np.bincount(data.version).argmax())]
    value, se, labels, line = _numbers(layout, main, joined, metric)
    out = pd.DataFrame(places, columns=["column", "value"])
    out["rows"], out["labels"] = np.round(joined["rows"][1:] * population).astype(int), labels[1:].astype(int)
    out["metric"], out["score"] = metric, value[1:]
    worse = -1.0 if metric_facts(metric)["better"] == "higher" else 1.0
    gap = worse * (value[1:] - value[0]) if metric_facts(metric)["better"] != "zero" else np.abs(value[1:]) - np.abs(value[0])
    out["gap"], out["se"], out["line"] = gap, se[1:], line[1:]
    out = out[(joined["rows"][1:] > 0) & out["score"].notna().to_numpy() & (out["se"] > 0)].reset_index(drop=True)
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


def _stack(layout: Layout, models: Mapping[int, RowModel], data: SliceData, every: Ints, known: Ints, count: int) -> Stack:
    out = empty(layout, count)
    at = np.arange(count)
    for number, model in models.items():
        mine = data.version == number
        if mine.any():
            add(out, at, summarise_rows(model, data.rows.pick(mine), every[mine], count))
        theirs = data.labelled_version == number
        if theirs.any():
            parts = (data.truth[theirs], data.weight[theirs], data.part[theirs], known[theirs])
            add(out, at, summarise_labels(model, data.labelled.pick(theirs), *parts, count))
    return out


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
