"""Every metric equals scikit-learn's on many seeded cases, weighted ones too, and is told about in full."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from lifecycle.monitor.performance.calibration import bin_centres
from lifecycle.monitor.performance.channels import Rows, observed
from lifecycle.monitor.performance.layout import Layout, Means
from lifecycle.monitor.performance.metrics import default_metrics, metric_facts, metric_names, metrics

MEANS = {
    "accuracy": lambda y, h, p, w: sk.accuracy_score(y, h, sample_weight=w),
    "balanced_accuracy": lambda y, h, p, w: sk.balanced_accuracy_score(y, h, sample_weight=w),
    "f1": lambda y, h, p, w: sk.f1_score(y, h, average="macro", sample_weight=w, zero_division=0),
    "precision": lambda y, h, p, w: sk.precision_score(y, h, average="macro", sample_weight=w, zero_division=0),
    "recall": lambda y, h, p, w: sk.recall_score(y, h, average="macro", sample_weight=w, zero_division=0),
    "mcc": lambda y, h, p, w: sk.matthews_corrcoef(y, h, sample_weight=w),
    "log_loss": lambda y, h, p, w: sk.log_loss(y, p, sample_weight=w, labels=range(p.shape[1])),
    "brier": lambda y, h, p, w: np.average(((p - np.eye(p.shape[1])[y]) ** 2).sum(1) / (2 if p.shape[1] == 2 else 1), weights=w),
    "cost": lambda y, h, p, w: np.average([3.0 * (a - b) ** 2 + (a > b) - (a == b) for a, b in zip(y, h, strict=True)], weights=w),
    "mae": lambda y, h, p, w: sk.mean_absolute_error(y, h, sample_weight=w),
    "mse": lambda y, h, p, w: sk.mean_squared_error(y, h, sample_weight=w),
    "rmse": lambda y, h, p, w: sk.root_mean_squared_error(y, h, sample_weight=w),
    "r2": lambda y, h, p, w: sk.r2_score(y, h, sample_weight=w),
    "mape": lambda y, h, p, w: sk.mean_absolute_percentage_error(y, h, sample_weight=w),
    "pinball": lambda y, h, p, w: sk.mean_pinball_loss(y, h, sample_weight=w),
    "bias": lambda y, h, p, w: np.average(h - y, weights=w),
}


def case(seed: int, task: str):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 400))
    weight = rng.uniform(0.2, 5.0, n) if seed % 2 else np.ones(n)
    if task == "regression":
        y = rng.normal(3.0, 2.0, n)
        return Layout(task), y, y + rng.normal(size=n), np.empty((n, 0)), weight
    k = (2, 3, 5)[seed % 3]
    p = rng.dirichlet(np.ones(k), n)
    y = np.array([rng.choice(k, p=row) for row in p])
    costs = tuple(tuple(3.0 * (a - b) ** 2 + (a > b) - (a == b) for b in range(k)) for a in range(k))
    return Layout(task, tuple(str(c) for c in range(k)), costs=costs), y, p.argmax(axis=1), p, weight


@pytest.mark.parametrize("name", [n for task in ("classification", "regression") for n in metric_names(task) if metric_facts(n)["kind"] == "means"])
def test_metrics_of_means_equal_scikit_learn(name):
    task = metric_facts(name)["task"]
    for seed in range(40):
        layout, y, h, p, w = case(seed, task)
        channels = observed(layout, Rows(h, p if task == "classification" else None), y)
        ours = metrics[name](Means(layout, np.average(channels, axis=0, weights=w)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert float(ours) == pytest.approx(MEANS[name](y, h, p, w), rel=1e-9, abs=1e-9), (name, seed)


def binned(p, y, w, bins=4000):
    edges = np.linspace(0, 1, bins + 1)
    place = np.minimum((p * bins).astype(int), bins - 1)
    hits = np.array([np.bincount(place[y == c], w[y == c], bins) for c in (1, 0)])
    return hits[0], hits[1], bin_centres(edges)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "calibration_error"])
def test_ranking_metrics_equal_the_definition_on_binned_scores(name):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(20, 500))
        w = rng.uniform(0.2, 5.0, n) if seed % 2 else np.ones(n)
        p = (np.floor(rng.uniform(size=n) * 4000) + 0.5) / 4000  # on the middles of the bins, so that binning loses nothing
        y = (rng.uniform(size=n) < p).astype(int)
        y[:2] = 0, 1
        value = metrics[name](*binned(p, y, w))[0]
        if name == "roc_auc":
            expected = sk.roc_auc_score(y, p, sample_weight=w)
        elif name == "average_precision":
            expected = sk.average_precision_score(y, p, sample_weight=w)
        else:
            fold = np.minimum((p * 10).astype(int), 9)
            expected = sum(abs(np.sum(w[fold == b] * (y - p)[fold == b])) for b in range(10)) / w.sum()
        assert float(value) == pytest.approx(expected, abs=1e-9), (name, seed)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "calibration_error"])
def test_influence_is_the_derivative(name):
    rng = np.random.default_rng(5)
    positive, negative = rng.uniform(0.5, 2.0, (2, 30))
    centres = (np.arange(30) + 0.5) / 30
    value, up, down = metrics[name](positive, negative, centres)
    for at in (0, 7, 29):
        for which, slope in ((0, up), (1, down)):
            moved = [positive.copy(), negative.copy()]
            moved[which][at] += 1e-6
            assert (metrics[name](*moved, centres)[0] - value) / 1e-6 == pytest.approx(slope[at], abs=1e-4), (name, at, which)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["classification", "regression"]))
def test_order_and_the_names_of_classes_do_not_matter(seed, task):
    layout, y, h, p, _ = case(seed, task)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    rows = Rows(h, p if task == "classification" else None)
    one = observed(layout, rows, y).mean(axis=0)
    other = observed(layout, rows.pick(order), y[order]).mean(axis=0)
    names = [n for n in metric_names(task) if metric_facts(n)["kind"] == "means"]
    for name in names:
        assert float(metrics[name](Means(layout, one))) == pytest.approx(float(metrics[name](Means(layout, other))), nan_ok=True)
    if task == "classification":
        names.remove("cost")  # what is paid depends on which class is which
        turn = rng.permutation(p.shape[1])
        back = np.argsort(turn)
        renamed = observed(layout, Rows(back[h], p[:, turn]), back[y]).mean(axis=0)
        for name in names:
            assert float(metrics[name](Means(layout, one))) == pytest.approx(float(metrics[name](Means(layout, renamed)))), name


def test_every_metric_states_what_it_is():
    for task in ("classification", "regression"):
        assert default_metrics(task)[0] in ("accuracy", "mae")
        for name in metric_names(task):
            facts = metric_facts(name)
            assert facts["kind"] in ("means", "ranking")
            assert facts["better"] in ("higher", "lower", "zero")
            assert metrics[name].__doc__
            assert facts["kind"] == "ranking" or name in MEANS, f"{name} has no oracle in this file"
