"""Drift of the target: do the labels say that other outcomes have become frequent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from lifecycle.monitor.alarms import column_level, fewest_rows
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.drift.registration import Cells, Verdicts
from lifecycle.monitor.performance.layout import Floats, Layout, layout_of
from lifecycle.monitor.performance.pooled import Sample, pool
from lifecycle.monitor.performance.summary import add, empty, unpack
from lifecycle.monitor.report import window_bounds
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import performing
from lifecycle.verbs.monitor.performance_rows import truth_of
from lifecycle.verbs.remembering import Remembered

__all__ = ["target_drift"]

SQL = """SELECT window, labels, rows, first_time, last_time FROM performance_windows WHERE project = ? AND labels IS NOT NULL ORDER BY window"""
_truths: Remembered[Floats] = Remembered(8)


def target_drift(context: Context) -> pd.DataFrame:
    """Of each window with labels: window, start, end, rows, labels, test, statistic, p_value, effect, threshold, drifted.

    Classes are counted and compared by chi-squared, numbers by their mean. Labels that were picked stand for the rows that they
    speak for, and count by their effective number. The reference is that of the first version that has one, as for columns.
    """
    performing.catch_up(context)
    found, layout = context.database.frame(SQL, (context.name,)), layout_of(context.schema)
    keys, place = np.unique(found["window"].to_numpy(dtype=np.int64), return_inverse=True)
    truth, stack = _reference(context), empty(layout, len(keys))
    if len(found):
        add(stack, place.reshape(-1), unpack(layout, found["labels"]))
    facts = found.groupby("window").agg(rows=("rows", "sum"), first_time=("first_time", "min"), last_time=("last_time", "max")).reset_index()
    frame = window_bounds(facts, context.config.window)
    sample = pool(stack)
    level = column_level(context.settings.false_alarm_rate, 1)
    test = "chi_squared" if layout.task == "classification" else "mean"
    verdicts = _classes(layout, sample, truth, level) if test == "chi_squared" else _means(layout, sample, truth, level)
    small = sample.effective < fewest_rows(level, len(truth))
    nothing = np.where(small, np.nan, 1.0)
    least = drift_test("chi_squared").least
    figures = {
        "statistic": verdicts.statistic,
        "p_value": verdicts.p_value * nothing,
        "effect": verdicts.effect,
        "threshold": verdicts.threshold * nothing,
    }
    drifted = (verdicts.p_value <= level) & (verdicts.effect >= least) & ~small
    return frame.assign(labels=sample.labels.astype(np.int64), test=test, **figures, drifted=drifted)


def _reference(context: Context) -> Floats:
    """The truths of the reference: classes' places, or numbers."""
    base = next((v for v in versions.versions(context.database, context.name) if v.reference), None)

    def read() -> Floats:
        table: Any = context.reference(base.reference) if base else None
        if table is None or context.schema.target not in table.column_names:
            return np.empty(0)
        truth = np.asarray(truth_of(table[context.schema.target], layout_of(context.schema)), dtype=np.float64)
        return truth[np.isfinite(truth) & ((truth >= 0) | (context.schema.task == "regression"))]

    return _truths.get((str(context.root), context.name, base.reference if base else None), read)


def _classes(layout: Layout, sample: Sample, truth: Floats, level: float) -> Verdicts:
    k = len(layout.classes)
    now = np.round(sample.confusion.sum(axis=2) * sample.effective[:, None]).astype(np.int64)
    before = np.bincount(truth.astype(np.int64), minlength=k)
    counts = (np.append(0, before), np.column_stack([np.zeros(len(now), dtype=np.int64), now]))
    test = drift_test("chi_squared")
    return test.counted(*counts, Cells(), level, test.least)


def _means(layout: Layout, sample: Sample, truth: Floats, level: float) -> Verdicts:
    """The mean against the reference's, in its standard deviations."""
    spread = float(truth.std()) or 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.abs(sample.first[:, 0, 1 + layout.at("target")] - truth.mean()) / spread
        error = np.sqrt(1.0 / sample.effective + 1.0 / max(len(truth), 1))
        p_value = 2.0 * special.ndtr(-effect / error)
    critical = -float(special.ndtri(level / 2.0)) * error
    return Verdicts(effect, p_value, effect, np.maximum(critical, drift_test("chi_squared").least))
