"""Estimated performance against the truth that it stands in for."""

from __future__ import annotations

import numpy as np
import pytest

import lifecycle
from lifecycle import estimated_accuracy
from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.error_model import fit_error_model
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.metrics import metric_facts, metric_names
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows


def overconfident(rng, n, k, shift=0.0):
    """Scores that say too much, and the truth."""
    z = 1.5 * rng.normal(size=(n, k))
    z[:, 0] += shift
    true = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    said = true**2 / (true**2).sum(axis=1, keepdims=True)
    return said, (true.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)


@pytest.mark.parametrize("k", [2, 4])
def test_the_interval_covers_what_labels_would_show(k):
    covered = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        reference, truth = overconfident(rng, 1500, k)
        now, later = overconfident(rng, 800, k, shift=0.5)
        estimate = estimated_accuracy(now, reference, truth)
        covered.append(estimate.lower <= np.mean(now.argmax(axis=1) == later) <= estimate.upper)
    assert 0.90 <= np.mean(covered) <= 1.0


def test_calibration_mends_overconfidence():
    rng = np.random.default_rng(0)
    reference, truth = overconfident(rng, 20_000, 2)
    now, later = overconfident(rng, 20_000, 2, shift=1.0)
    estimate = estimated_accuracy(now, reference, truth)
    real = np.mean(now.argmax(axis=1) == later)
    assert abs(estimate.value - real) < 0.01 < abs(now.max(axis=1).mean() - real)


def test_string_boolean_and_whole_number_labels_mean_the_same():
    rng = np.random.default_rng(0)
    reference, truth = overconfident(rng, 500, 2)
    now, _ = overconfident(rng, 300, 2)
    first = estimated_accuracy(now, reference, truth)
    for labels in (np.array(["a", "b"])[truth], truth == 1, truth + 5):
        assert estimated_accuracy(now, reference, labels) == first


def test_what_does_not_fit_is_refused():
    with pytest.raises(lifecycle.InvalidValue, match="same classes"):
        estimated_accuracy([[0.5, 0.5]], [[0.2, 0.3, 0.5]], [0])
    with pytest.raises(lifecycle.InvalidValue, match="between 0 and 1"):
        estimated_accuracy([[1.5, -0.5]], [[0.5, 0.5]], [0])
    with pytest.raises(lifecycle.InvalidValue, match="labels"):
        estimated_accuracy([[0.5, 0.5]], [[0.5, 0.5]], [0, 1])


def test_direct_loss_estimation_follows_the_error():
    rng = np.random.default_rng(0)

    def draw(n, shift):
        x = rng.normal(size=(n, 2)) + np.array([shift, 0.0])
        return x, x.sum(axis=1), x.sum(axis=1) + (0.2 + np.abs(x[:, 0])) * rng.normal(size=n)

    model, _ = fit_error_model(*draw(4000, 0.0))
    for shift in (0.0, 1.0):
        x, predicted, truth = draw(4000, shift)
        guess = model.guess(x, predicted).mean(axis=0)
        assert guess[0] == pytest.approx(np.abs(predicted - truth).mean(), rel=0.1)
        assert np.sqrt(guess[1]) == pytest.approx(np.sqrt(np.mean((predicted - truth) ** 2)), rel=0.15)


def test_all_three_lines_agree_where_nothing_changed():
    rng = np.random.default_rng(0)
    layout = Layout("classification", ("0", "1", "2"))
    reference, truth = overconfident(rng, 20_000, 3)
    model = fit_row_model(layout, project_edges(layout, reference), Rows(reference.argmax(axis=1), reference), truth)
    now, later = overconfident(rng, 40_000, 3)
    window = np.arange(40_000) // 10_000
    rows = Rows(now.argmax(axis=1), now)
    stack = summarise_rows(model, rows, window, 4)
    ones = np.ones(40_000)
    add(stack, np.arange(4), summarise_labels(model, rows, later, ones, np.zeros(40_000, dtype=int), window, 4))
    frame = results(layout, {1: model}, np.arange(4), np.ones(4, dtype=int), stack, True)
    assert set(frame["metric"]) == set(metric_names("classification")) - {"cost"}
    for name, part in frame.groupby("metric"):
        assert np.allclose(part["realized"], part["level"], atol=0.03), name
        if name != "calibration_error":
            assert np.allclose(part["realized"], part["estimated"], atol=0.03), name
        if metric_facts(name)["kind"] == "means":
            assert np.allclose(part["realized"], part["assisted"], atol=1e-6), name
        for line in ("realized", "estimated", "level"):
            assert (part[f"{line}_lower"] <= part[line] + 1e-12).all(), (name, line)
            assert (part[f"{line}_upper"] >= part[line] - 1e-12).all(), (name, line)
