"""All lines of all metrics of some windows, from their summaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lifecycle.monitor.performance.assisted import assisted_line
from lifecycle.monitor.performance.channels import Ints
from lifecycle.monitor.performance.estimated import Moved, estimated_line, estimated_ranking
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.lines import Line, Numbers, metric_on
from lifecycle.monitor.performance.metrics import metric_facts, metric_names, metrics
from lifecycle.monitor.performance.one_class import per_class
from lifecycle.monitor.performance.outcomes import Outcomes, agreement, informed
from lifecycle.monitor.performance.pooled import Sample, pool
from lifecycle.monitor.performance.ranked import labelled_ranking
from lifecycle.monitor.performance.realized import averaged, realized_line, realized_ranking
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.performance.summary import Stack, add, empty

__all__ = ["LINES", "class_results", "level", "results"]

LINES = ("realized", "estimated", "assisted", "level")


def results(
    layout: Layout,
    models: Mapping[int, RowModel],
    window: Ints,
    version: Ints,
    stack: Stack,
    proba: bool,
    moved: Moved | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row a (window, metric): window (its place), version, rows, labels, metric and, for each of realized, estimated, assisted
    and level, the value, `<line>_lower` and `<line>_upper`.

    window : (n,) the place of each summary's window, 0 .. W - 1, each at least once. version : (n,) who answered its rows.
    stack : n summaries. proba : do the rows carry probabilities. moved : what density ratios
    add to the estimated channel means of each summary, (n, C) and (n, C, C). names : the metrics asked for, all of the task if not given.
    """
    windows = int(window.max()) + 1 if len(window) else 0
    merged = empty(layout, windows)
    add(merged, window, stack)
    main = _main_version(window, version, stack["rows"], windows)
    sample = pool(merged)
    spread = np.array([models[v].spread for v in main])
    doubt = np.array([models[v].around for v in main])
    outcomes = outcomes_of([models[v] for v in main], sample)
    realized = realized_line(layout, sample, spread, outcomes)
    assisted = assisted_line(layout, merged, sample, spread, doubt, outcomes)
    estimated = _estimated(layout, models, window, version, stack, windows, moved)
    centres = models[int(main[0])].middles if windows else np.empty((0, 0))
    chances = _chances([models[v] for v in main], sample)
    frames = []
    for name in metric_names(layout.task) if names is None else names:
        if (metric_facts(name).get("needs_probabilities") and not proba) or (metric_facts(name).get("needs_costs") and not layout.costs):
            continue
        if metric_facts(name)["kind"] == "means":
            found = (metric_on(realized, name), metric_on(estimated, name), metric_on(assisted, name))
        else:
            guessed = _estimated_ranking(name, models, window, version, stack, windows)
            alone, helped = (labelled_ranking(name, merged, sample, *chances, centres, assisted) for assisted in (False, True))
            known = alone if np.isfinite(alone.value).any() else realized_ranking(name, sample, centres)
            found = (known, guessed, helped)
        columns = {
            "window": np.arange(windows),
            "version": main,
            "rows": merged["rows"].astype(int),
            "labels": sample.labels.astype(int),
            "metric": name,
        }
        for line, numbers in zip(LINES, (*found, _levels(name, models, main)), strict=True):
            columns |= {line: numbers.value, f"{line}_lower": numbers.lower, f"{line}_upper": numbers.upper}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def class_results(layout: Layout, model: RowModel, stack: Stack) -> pd.DataFrame:
    """Of one summary, a row a (class, metric): class (its place), metric (precision, recall, f1), rows, labels and the three lines."""
    sample = pool(stack)
    outcomes = outcomes_of([model], sample)
    lines = {
        "realized": realized_line(layout, sample, model.spread[None], outcomes),
        "estimated": estimated_line(model, stack),
        "assisted": assisted_line(layout, stack, sample, model.spread[None], model.around[None], outcomes),
    }
    rows = []
    for at in range(len(layout.classes)):
        for name, function in per_class(at).items():
            row = {"class": at, "metric": name, "rows": int(stack["rows"][0]), "labels": int(sample.labels[0])}
            for line, known in lines.items():
                numbers = metric_on(known, name, function)
                row |= {line: numbers.value[0], f"{line}_lower": numbers.lower[0], f"{line}_upper": numbers.upper[0]}
            rows.append(row)
    return pd.DataFrame(rows)


def outcomes_of(models: Sequence[RowModel], sample: Sample) -> Outcomes | None:
    """What the labelled rows of each window could turn out to be, by the model that answered it; None unless all models can tell."""
    each = [model.outcomes for model in models]
    if not each or any(one is None for one in each):
        return None
    alone = all(model is models[0] for model in models)
    windows = len(models)

    def gathered(arrays: list[Floats]) -> Floats:
        return arrays[0][None] if alone else np.array(arrays)

    second, first, guess = (gathered([one[part] for one in each if one is not None]) for part in range(3))
    chances = np.broadcast_to(gathered([model.cautious[0] for model in models if model.cautious is not None]), (windows, models[0].layout.bins))
    weight, weight2 = sample.hits.sum(axis=2)[:, 0], sample.hits2.sum(axis=2)[:, 0]
    return Outcomes(
        informed(chances, sample.hits[:, 0], sample.hits2[:, 0]),
        weight,
        weight2,
        second,
        first,
        guess,
        np.zeros((windows, guess.shape[-1])),
        sample.effective,
        agreement(chances, sample.hits[:, 0], sample.hits2[:, 0]),
    )


def _chances(models: Sequence[RowModel], sample: Sample) -> tuple[Floats, Floats]:
    """The chance of each class by score bin (W, S, B), as each window's reference has it and after a look at the labels; no classes where a
    model has none."""
    windows = len(models)
    if not windows or any(model.chances is None for model in models):
        return np.empty((windows, 0, 0)), np.empty((windows, 0, 0))
    alone = all(model is models[0] for model in models)

    def gathered(arrays: list[Floats | None]) -> Floats:
        first = np.asarray(arrays[0])
        return np.broadcast_to(first, (windows, *first.shape)) if alone else np.array(arrays)

    each, cautious = gathered([model.chances for model in models]), gathered([model.cautious for model in models])
    return each, np.stack([informed(cautious[:, s], sample.hits[:, s], sample.hits2[:, s]) for s in range(each.shape[1])], axis=1)


def level(name: str, model: RowModel) -> Numbers:
    """A metric on the version's reference, with its interval."""
    if model.rows == 0:
        return Numbers.unknown(1)
    if metric_facts(name)["kind"] == "ranking":
        positive, negative = model.positive[None], model.negative[None]
        value, up, down = metrics[name](positive, negative, np.broadcast_to(model.middles, positive.shape))
        variance = np.sum(positive * np.nan_to_num(up) ** 2 + negative * np.nan_to_num(down) ** 2, axis=-1)
        return averaged(value, variance, (positive.sum(-1) > 0) & (negative.sum(-1) > 0), np.array([model.rows >= 2]))
    rows = np.array([float(model.rows)])
    line = Line(model.layout, model.level[None], model.level_covariance[None], rows - 1.0, rows)
    return metric_on(line, name)


def _levels(name: str, models: Mapping[int, RowModel], main: Ints) -> Numbers:
    known = {int(v): level(name, models[int(v)]) for v in np.unique(main)}
    parts = [known[int(v)] for v in main]
    return Numbers(*(np.array([getattr(part, which)[0] for part in parts]) for which in ("value", "lower", "upper")))


def _main_version(window: Ints, version: Ints, rows: Floats, windows: int) -> Ints:
    order = np.lexsort((version, rows, window))
    last = np.searchsorted(window[order], np.arange(windows), side="right") - 1
    return version[order][last]


def _estimated(layout: Layout, models: Mapping[int, RowModel], window: Ints, version: Ints, stack: Stack, windows: int, moved: Moved | None) -> Line:
    """Each version's rows are guessed by its own reference, and counted together."""
    c = len(layout.channels)
    means, covariance, freedom = np.zeros((windows, c)), np.zeros((windows, c, c)), np.full(windows, np.inf)
    total = np.maximum(np.bincount(window, stack["rows"], windows), 1.0)
    for number in np.unique(version):
        mine = version == number
        line = estimated_line(
            models[int(number)], {name: values[mine] for name, values in stack.items()}, None if moved is None else (moved[0][mine], moved[1][mine])
        )
        share = stack["rows"][mine] / total[window[mine]]
        np.add.at(means, window[mine], share[:, None] * line.means)
        np.add.at(covariance, window[mine], (share**2)[:, None, None] * line.covariance)
        with np.errstate(invalid="ignore"):  # a window of too few rows has no degrees of freedom, and stays NaN
            np.minimum.at(freedom, window[mine], line.freedom)
    return Line(layout, means, covariance, freedom, foretold=True)


def _estimated_ranking(name: str, models: Mapping[int, RowModel], window: Ints, version: Ints, stack: Stack, windows: int) -> Numbers:
    """By the version that answered most of a window; the average, weighted by rows, where several did."""
    value, half = np.zeros(windows), np.zeros(windows)
    total = np.maximum(np.bincount(window, stack["rows"], windows), 1.0)
    for number in np.unique(version):
        mine = version == number
        numbers = estimated_ranking(name, models[int(number)], {key: values[mine] for key, values in stack.items()})
        share = stack["rows"][mine] / total[window[mine]]
        np.add.at(value, window[mine], share * numbers.value)
        np.add.at(half, window[mine], share * (numbers.upper - numbers.lower) / 2.0)
    return Numbers(value, np.clip(value - half, 0.0, 1.0), np.clip(value + half, 0.0, 1.0))
