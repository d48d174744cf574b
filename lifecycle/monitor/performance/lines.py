"""A line: channel means of each window with their covariance, from which any metric of means gets value and interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.intervals import around, gradient, quantile_t, wilson
from lifecycle.monitor.performance.layout import Floats, Layout, Means
from lifecycle.monitor.performance.metrics import metric_facts, metrics
from lifecycle.monitor.performance.outcomes import Outcomes

__all__ = ["BOUNDS", "Line", "Numbers", "blended", "metric_on"]

LIKELY = 10.0  # rows that the variance to expect counts for, against the labels' own degrees of freedom
PRIOR = 4.0  # pseudo-rows of the reference's spread, so that two equal losses do not make a certainty

BOUNDS = {
    "classification": {"log_loss": (0.0, np.inf), "mcc": (-1.0, 1.0), "cost": (-np.inf, np.inf)},
    "regression": {"bias": (-np.inf, np.inf), "r2": (-np.inf, 1.0)},
}


@dataclass(frozen=True)
class Numbers:
    """A metric in each of W windows, with its 95 % interval; NaN where it cannot be said."""

    value: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def unknown(cls, windows: int) -> Numbers:
        """Nothing known of any window."""
        nothing = np.full(windows, np.nan)
        return cls(nothing, nothing.copy(), nothing.copy())


@dataclass(frozen=True)
class Line:
    """means (W, C), covariance (W, C, C) of them, freedom (W,) degrees of freedom behind the covariance.

    `proportion_rows` (W,): the rows behind Wilson's interval of the accuracy, None where the normal one is meant.
    `outcomes`: where it is known what a labelled row can be, `covariance` is as the labels say, and is helped by it for each metric.
    `beside` (W, C, C): covariance that does not come from the draw of the labels, None for none. `spread` (W, C, C): of one row on the reference.
    `foretold`: the interval is to hold what the rows' own labels would show, too, such as a share of exactly 1.
    """

    layout: Layout
    means: Floats
    covariance: Floats
    freedom: Floats
    proportion_rows: Floats | None = None
    outcomes: Outcomes | None = None
    beside: Floats | None = None
    spread: Floats | None = None
    foretold: bool = False


def blended(covariance: Floats, rows: Floats, spread: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """A covariance of means helped by what one row spreads on the reference, with its degrees of freedom.

    covariance : (W, C, C) of the means as the sample says (with n / (n - 1)). rows : (W,) effective. spread : (W, C, C) of one
    row, NaN where there is no reference. unit : (W,) sum of squared weights.
    """
    known = ~np.isnan(spread[:, 0, 0])
    own = np.maximum(rows - 1.0, 0.0)
    prior = np.where(known, PRIOR, 0.0)
    total = np.maximum(own + prior, 1e-300)[:, None, None]
    from_reference = np.where(known[:, None, None], spread, 0.0) * unit[:, None, None]
    return (own[:, None, None] * np.nan_to_num(covariance) + prior[:, None, None] * from_reference) / total, own + prior


def metric_on(line: Line, name: str, function: Callable[[Means], Floats] | None = None) -> Numbers:
    """Value and interval of one metric of means on each window of a line; `function` in place of the registered one, such as that of a class."""
    facts, layout = metric_facts(name), line.layout
    windows = len(line.means)
    if facts.get("per_class") and not layout.per_class:
        return Numbers.unknown(windows)
    function = function or metrics[name]

    def on(vector: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(function(Means(layout, vector)), dtype=np.float64)

    value = on(line.means)
    if name == "accuracy" and line.proportion_rows is not None and line.outcomes is None:
        return Numbers(value, *wilson(value, np.where(np.isnan(value), 0.0, line.proportion_rows)))
    scale = np.abs(line.means) if layout.task == "regression" else np.zeros_like(line.means)
    slope = np.nan_to_num(gradient(on, line.means, 1e-9 + 1e-6 * scale))
    variance, freedom = np.einsum("wc,wcd,wd->w", slope, line.covariance, slope), line.freedom
    if line.outcomes is not None:
        likely, trust = _with_reference(*line.outcomes.of(slope), line, slope)
        known = LIKELY * line.outcomes.agreement
        variance, freedom = (trust * variance + known * likely) / (trust + known), np.where(np.isnan(freedom), np.nan, trust + known)
    if line.beside is not None:
        variance = variance + np.einsum("wc,wcd,wd->w", slope, line.beside, slope)
    low, high = BOUNDS[layout.task].get(name, (0.0, 1.0 if layout.task == "classification" else np.inf))
    if name == "brier" and len(layout.classes) > 2:
        high = 2.0
    variance = np.where(np.isnan(value), np.nan, variance)
    behind = None if line.outcomes is None else line.outcomes.rows
    lower, upper = around(value, variance, freedom, low, high, np.ones(windows) if line.foretold else behind)  # no labels stand behind a guess
    if line.foretold:
        half = quantile_t(freedom) * np.sqrt(np.maximum(variance, 0.0))
        lower, upper = np.minimum(lower, np.maximum(value - half, low)), np.maximum(upper, np.minimum(value + half, high))
    return Numbers(value, lower, upper)


def _with_reference(likely: Floats, trust: Floats, line: Line, slope: Floats) -> tuple[Floats, Floats]:
    """Few rows do not show how much rows differ from one another: what lacks, a share of 1 / rows, is as on the reference."""
    assert line.outcomes is not None
    if line.spread is None:
        return likely, trust
    one = np.einsum("wc,wcd,wd->w", slope, line.spread, slope) * line.outcomes.weight2.sum(axis=1)
    return likely + np.maximum(np.nan_to_num(one) - likely, 0.0) / np.maximum(line.outcomes.rows, 1.0), trust
