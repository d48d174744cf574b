"""Judging the columns of windows by a policy, from counts; and what these verdicts make of each window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor.alarming.persistence import persistent
from lifecycle.monitor.alarms import ColumnVerdicts, WindowVerdicts, combine, describe_cells, judge
from lifecycle.monitor.summaries import Bins, Summary, decode
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored, reference_counts
from lifecycle.verbs.monitor.drift_dependence import measured
from lifecycle.verbs.monitor.drift_policy import Policy
from lifecycle.verbs.monitor.drift_stored import alike

__all__ = ["Verdicts", "conclude", "judge_column", "judge_windows", "stored_verdicts"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of several windows and columns, each field (windows, columns); p_values NaN where it is not judged."""

    p_values: NDArray[np.float64]
    effects: NDArray[np.float64]
    drifted: NDArray[np.bool_]

    @classmethod
    def none(cls, windows: int, columns: int) -> Verdicts:
        """Nothing is judged yet."""
        shape = (windows, columns)
        return cls(np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, dtype=bool))

    def followed_by(self, others: Verdicts) -> Verdicts:
        """These windows and the others."""
        p_values, effects = (np.concatenate(pair) for pair in ((self.p_values, others.p_values), (self.effects, others.effects)))
        return Verdicts(np.asarray(p_values), np.asarray(effects), np.concatenate((self.drifted, others.drifted)))

    def at(self, places: Sequence[int]) -> Verdicts:
        """The windows at these places."""
        return Verdicts(self.p_values[places], self.effects[places], self.drifted[places])


def judge_windows(
    context: Context, columns: Monitored, rules: Policy, rows: Sequence[Mapping[str, Any]], made: Mapping[str, Summary]
) -> tuple[Verdicts, list[tuple[Any, ...]]]:
    """Judge every column of windows, given as stored rows, from their whole summaries; and the results as they are stored."""
    names = tuple(columns.bins)
    found = Verdicts.none(len(rows), len(names))
    results: list[tuple[Any, ...]] = []
    for version, closed, at in alike(rows):
        references = reference_counts(context, columns, version)
        level, together = rules.level(len(names), closed), measured(context, columns, version) if rules.inflation is None else {}
        for j, name in enumerate(names):
            if name not in made or name not in references:
                continue
            counts = decode(references[name]["counts"])
            one = judge_column(rules, columns.bins[name], name, counts, made[name], at, level, rules.rows_as_one(together, name))
            found.p_values[at, j], found.effects[at, j], found.drifted[at, j] = one.p_value, one.effect, one.drifted
            results += _result_rows([rows[i]["window"] for i in at], name, columns.bins[name].kind, one)
    return found, results


def judge_column(
    rules: Policy, bins: Bins, name: str, reference: NDArray[np.int64], made: Summary, at: NDArray[np.int64], level: float, inflation: float = 1.0
) -> ColumnVerdicts:
    """Judge one column of the windows at these places of its summary."""
    test = rules.test(name, bins, reference)
    cells = describe_cells(bins, reference, [made.unseen[i] for i in at])
    return judge(test, reference, made.counts[at], cells, level, rules.least, rules.threshold(name, bins.kind), inflation)


def conclude(rules: Policy, names: tuple[str, ...], found: Verdicts) -> WindowVerdicts:
    """One verdict a window, the windows being given in order of time."""
    p_values, drifted = persistent(found.p_values, found.drifted, rules.k, rules.m)
    return combine(names, p_values, found.effects, drifted)


def stored_verdicts(context: Context, names: Sequence[str], keys: Sequence[int]) -> Verdicts:
    """What is stored of these windows and columns."""
    found = Verdicts.none(len(keys), len(names))
    column, window = {name: j for j, name in enumerate(names)}, {key: i for i, key in enumerate(keys)}
    for row in store.results(context.database, context.name, keys):
        i, j = window[row["window"]], column.get(row["column"])
        if j is not None:
            found.p_values[i, j] = np.nan if row["p_value"] is None else row["p_value"]
            found.effects[i, j], found.drifted[i, j] = row["effect"] or 0.0, bool(row["drifted"])
    return found


def _result_rows(keys: list[int], name: str, kind: str, found: ColumnVerdicts) -> list[tuple[Any, ...]]:
    figures = (found.statistic, found.p_value, found.effect, found.threshold)
    numbers = zip(*(figure.tolist() for figure in figures), found.drifted.astype(int).tolist(), strict=True)
    return [(key, name, kind, found.test, *row) for key, row in zip(keys, numbers, strict=True)]
