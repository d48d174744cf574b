"""How large a regression's error is likely to be: followed where rows move, and never in the way of what is fitted."""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle.monitor.performance.error_model import fit_error_model
from lifecycle.records import Column


def growing(rng, n, middle):
    """Rows whose error doubles with each unit of the first column."""
    x = rng.normal(middle, 1.0, size=(n, 2))
    predicted = x.sum(axis=1)
    return x, predicted, predicted + 2.0 ** x[:, 0] * rng.normal(size=n)


def test_growth_holds_on_beyond_the_reference_where_trees_alone_stand_still():
    rng = np.random.default_rng(0)
    model, _ = fit_error_model(*growing(rng, 3000, 0.0))
    x, predicted, truth = growing(rng, 20_000, 2.5)
    real = np.abs(predicted - truth).mean()
    trees, line = model.sizes(x, predicted).mean(axis=0)
    assert trees < 0.85 * real < line < 1.15 * real
    assert abs(model.guess(x, predicted)[:, 0].mean() / real - 1.0) < 0.15


@pytest.mark.parametrize(("shape", "low", "high"), [(lambda x: 0.1 + 3.0 * (x > 0.7), 0.8, 1.0), (lambda x: 2.0**x, 0.0, 0.4)])
def test_the_opinion_that_is_right_on_other_rows_counts(shape, low, high):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(6000, 2))
    predicted = x.sum(axis=1)
    model, _ = fit_error_model(x, predicted, predicted + shape(x[:, 0]) * rng.normal(size=6000))
    assert low <= model.share <= high


def test_a_category_is_a_name_to_the_line_as_well():
    rng = np.random.default_rng(2)
    level = rng.integers(0, 3, 4000).astype(float)
    predicted = rng.normal(size=4000)
    truth = predicted + np.array([1.0, 5.0, 1.0])[level.astype(int)] * rng.normal(size=4000)
    kinds = (Column("town", "categorical", ("a", "b", "c")),)
    model, _ = fit_error_model(level[:, None], predicted, truth, columns=kinds)
    line = model.sizes(np.array([[0.0], [1.0], [2.0]]), np.zeros(3))[:, 1]
    assert line[1] > 3.0 * line[0]
    assert line[1] > 3.0 * line[2]


@pytest.mark.parametrize("case", ["no features", "constant", "empty column", "no error", "one error", "few rows", "huge"])
def test_whatever_comes_the_guess_is_finite(case):
    rng = np.random.default_rng(3)
    n = 70 if case == "few rows" else 400
    x, predicted = rng.normal(size=(n, 2)), rng.normal(size=n)
    error = rng.normal(size=n)
    if case in ("constant", "empty column"):
        x[:, 0] = 1.0 if case == "constant" else np.nan
    if case in ("no error", "one error"):
        error = np.zeros(n)
        error[0] = float(case == "one error")
    if case == "huge":
        x[0, 0], error[1] = 1e12, 1e9
    features = None if case == "no features" else x
    model, guesses = fit_error_model(features, predicted, predicted - error)
    far = None if features is None else x * 1e6
    assert np.isfinite(guesses).all()
    assert np.isfinite(model.guess(far, predicted * 1e3)).all()
    assert (model.guess(far, predicted * 1e3)[:, 0] >= 0).all()
    assert guesses[:, 0].mean() == pytest.approx(np.abs(error).mean(), rel=0.5, abs=1e-12)


def test_its_out_of_fold_guess_is_as_large_as_the_error_and_its_square():
    x, predicted, truth = growing(np.random.default_rng(4), 5000, 0.0)
    _, guesses = fit_error_model(x, predicted, truth)
    assert guesses[:, 0].mean() == pytest.approx(np.abs(predicted - truth).mean(), rel=0.02)
    assert guesses[:, 1].mean() == pytest.approx(np.mean((predicted - truth) ** 2), rel=1e-9)
