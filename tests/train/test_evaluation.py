"""Metrics against scikit-learn, intervals against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from lifecycle.train import evaluation


def answers(n: int, seed: int, classes: tuple[str, ...] = ("a", "b", "c")) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, len(classes)))
    truth = (scores + rng.normal(size=scores.shape)).argmax(axis=1)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    names = np.array(classes, dtype=object)
    return names[truth], names[probabilities.argmax(axis=1)], probabilities


def test_classification_metrics_are_scikit_learn_s() -> None:
    truth, said, probabilities = answers(500, 0)
    found = {name: estimate.value for name, estimate in evaluation.classification(truth, said, probabilities, ("a", "b", "c")).items()}
    onehot = np.column_stack([truth == name for name in "abc"])
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, said))
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, said))
    assert found["f1"] == pytest.approx(metrics.f1_score(truth, said, average="macro"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(truth, probabilities, labels=list("abc")))
    assert found["brier"] == pytest.approx(((probabilities - onehot) ** 2).sum(axis=1).mean())


def test_binary_auc_is_scikit_learn_s() -> None:
    truth, said, probabilities = answers(300, 1, ("a", "b"))
    rounded = probabilities.round(1)  # ties
    found = evaluation.classification(truth, said, rounded, ("a", "b"))["roc_auc"]
    assert found.value == pytest.approx(metrics.roc_auc_score(truth == "b", rounded[:, 1]))


def test_regression_metrics_are_scikit_learn_s() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=200)
    said = truth + rng.normal(scale=0.3, size=200)
    found = {name: estimate.value for name, estimate in evaluation.regression(truth, said).items()}
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(truth, said))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, said))
    assert found["r2"] == pytest.approx(metrics.r2_score(truth, said))
    assert found["bias"] == pytest.approx((said - truth).mean())


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    large = answers(200_000, 3, ("a", "b"))
    true = {name: estimate.value for name, estimate in evaluation.classification(*large, ("a", "b")).items()}
    held = dict.fromkeys(("accuracy", "balanced_accuracy", "f1", "log_loss", "brier", "roc_auc"), 0)
    for seed in range(80):
        found = evaluation.classification(*answers(200, 100 + seed, ("a", "b")), ("a", "b"))
        for name in held:
            held[name] += found[name].lower <= true[name] <= found[name].upper
    assert {name: share / 80 for name, share in held.items() if not 0.89 <= share / 80 <= 1.0} == {}


def test_regression_intervals_hold() -> None:
    held = dict.fromkeys(("mae", "rmse", "r2", "bias"), 0)
    true = {"mae": 0.5 * np.sqrt(2 / np.pi), "rmse": 0.5, "r2": 0.75, "bias": 0.0}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=150)
        found = evaluation.regression(truth, truth + rng.normal(scale=0.5, size=150))
        for name in held:
            held[name] += found[name].lower <= true[name] <= found[name].upper
    assert {name: share / 200 for name, share in held.items() if share / 200 < 0.89} == {}


def test_one_row_has_no_interval() -> None:
    found = evaluation.regression(np.array([1.0]), np.array([2.0]))
    assert found["mae"].value == 1.0
    assert np.isnan(found["mae"].lower)
    assert np.isnan(found["r2"].value)


def test_losses() -> None:
    assert evaluation.losses(np.array([1.0, 2.0]), np.array([1.5, 2.0]), "regression").tolist() == [0.5, 0.0]
