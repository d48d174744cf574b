"""Intervals of what is foretold without labels, and of windows of few rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.estimated import estimated_line
from lifecycle.monitor.performance.intervals import around
from lifecycle.monitor.performance.judging import judge
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.lines import metric_on
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows
from lifecycle.records import Column


def drawn(rng, n, strength, features=0):
    """Scores that are right about themselves, features that say nothing more, and the truth; predicted is the likelier class."""
    second = expit(strength * rng.normal(size=n))
    return Rows((second > 0.5).astype(int), np.column_stack([1.0 - second, second]), rng.normal(size=(n, features)) if features else None), (
        rng.uniform(size=n) < second
    ).astype(int)


def taught(rows, truth, features=0):
    layout = Layout("classification", ("0", "1"), tuple(Column(f"x{i}", "numeric") for i in range(features)))
    return fit_row_model(layout, project_edges(layout, rows.probabilities), rows, truth)


def estimates(model, rows, windows):
    """The estimated accuracy of equal windows: value, lower, upper."""
    stack = summarise_rows(model, rows, np.repeat(np.arange(windows), len(rows) // windows), windows)
    return metric_on(estimated_line(model, stack), "accuracy")


@pytest.mark.parametrize("strength", [2.0, 8.0, 200.0])
def test_what_labels_would_show_is_held_by_19_of_20_intervals_even_where_no_row_is_wrong(strength):
    inside, clean = [], []
    for seed in range(30):
        rng = np.random.default_rng([seed, int(strength)])
        model = taught(*drawn(rng, 1_000, strength))
        rows, truth = drawn(rng, 20 * 300, strength)
        real = (np.asarray(rows.predicted) == truth).reshape(20, 300).mean(axis=1)
        found = estimates(model, rows, 20)
        inside.append(np.mean((found.lower <= real) & (real <= found.upper)))
        clean.append(np.mean(real == 1.0))
    assert np.mean(inside) > 0.93  # 600 windows in 30 clusters: standard error about 1 point
    assert np.mean(clean) > 0.2 or strength < 100.0


def test_features_that_say_nothing_take_nothing_off_a_score_that_is_right():
    off = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        model = taught(*drawn(rng, 1_500, 10.0, features=30), features=30)
        rows, truth = drawn(rng, 8_000, 10.0, features=30)
        off.append(estimates(model, rows, 1).value[0] - np.mean(np.asarray(rows.predicted) == truth))
    assert abs(np.mean(off)) < 0.006  # by half as much again where a ridge draws the score to a half; standard error 0.002


def test_where_opinions_part_the_interval_grows():
    rng = np.random.default_rng(0)

    def made(n, centre):
        x = rng.normal(centre, 1.0, size=(n, 1))
        second = np.clip(0.5 + 0.4 * np.tanh(rng.normal(size=n)), 0.05, 0.95)
        said = (second > 0.5).astype(int)
        right = rng.uniform(size=n) < np.where(x[:, 0] > 1.0, 0.5, np.maximum(second, 1.0 - second))
        return Rows(said, np.column_stack([1.0 - second, second]), x), np.where(right, said, 1 - said)

    model = taught(*made(3_000, 0.0), features=1)
    usual, moved = (estimates(model, made(2_000, centre)[0], 1) for centre in (0.0, 2.0))
    assert moved.upper[0] - moved.lower[0] > 1.3 * (usual.upper[0] - usual.lower[0])


def test_an_interval_is_never_narrower_than_its_variance_says():
    value, variance = np.linspace(0.05, 0.95, 19), np.full(19, 0.004)
    lower, upper = around(value, variance, np.full(19, 1e6), 0.0, 1.0, np.full(19, 100.0))
    free = (lower > 0.0) & (upper < 1.0)
    assert free.sum() >= 15
    assert (upper - lower >= 2 * 1.9599 * np.sqrt(variance))[free].all()


def test_windows_of_one_row_seldom_alarm_falsely():
    alarms = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        model = taught(*drawn(rng, 300, 2.1))
        rows, truth = drawn(rng, 40, 2.1)
        at = np.arange(40)
        stack = summarise_rows(model, rows, at, 40)
        add(stack, at, summarise_labels(model, rows, truth, np.ones(40), np.zeros(40, dtype=int), at, 40))
        frame = judge(results(model.layout, {1: model}, at, np.ones(40, dtype=int), stack, True), "accuracy", 0.01, {})
        alarms.append(frame.groupby("window")["alarm"].any().mean())
    assert np.mean(alarms) <= 0.002  # of 2,400 windows; 0.005 where the normal's ends are taken for Student's


def test_heavy_tailed_errors_seldom_alarm_falsely_and_twice_the_error_is_found():
    false, found = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        layout = Layout("regression", ())

        def answered(n, scale=1.0, rng=rng):
            truth = 10.0 + 3.0 * rng.normal(size=n)
            return Rows(truth + scale * rng.standard_t(3, size=n), None), truth

        rows, truth = answered(300)
        model = fit_row_model(layout, project_edges(layout, None), rows, truth)
        at = np.repeat(np.arange(30), 20)
        for scale, into in ((1.0, false), (2.0, found)):
            rows, truth = answered(600, scale)
            stack = summarise_rows(model, rows, at, 30)
            add(stack, np.arange(30), summarise_labels(model, rows, truth, np.ones(600), np.zeros(600, dtype=int), at, 30))
            frame = judge(results(layout, {1: model}, np.arange(30), np.ones(30, dtype=int), stack, False), "mae", 0.01, {})
            into.append(frame.groupby("window")["alarm"].any().mean())
    assert np.mean(false) <= 0.01
    assert np.mean(found) > 0.75
