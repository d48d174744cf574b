"""Density ratios: they sharpen an estimate where the input has moved to where the reference erred, and claim nothing from few rows."""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle.monitor.performance.reweighted import Reweighting, corrected, density_ratio
from lifecycle.verbs.configuring import configure
from lifecycle.verbs.monitor import performing


def test_the_ratio_is_that_of_two_normal_densities():
    rng = np.random.default_rng(0)
    reference, current = rng.normal(size=(4000, 1)), rng.normal(0.7, 1.0, size=(4000, 1))
    ratio = density_ratio(reference, current)
    true = np.exp(0.7 * reference[:, 0] - 0.7**2 / 2)
    assert np.corrcoef(ratio, true)[0, 1] > 0.8
    assert np.average(reference[:, 0], weights=ratio) == pytest.approx(0.7, abs=0.15)


def test_the_correction_is_towards_the_error_there_and_few_rows_correct_nothing():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 1))
    error = np.column_stack([-0.2 * (x[:, 0] > 0.5)]) + 0.05 * rng.normal(size=(4000, 1))
    shift, doubt = corrected(Reweighting(x, error), rng.normal(1.0, 1.0, size=(2000, 1)))
    there = -0.2 * 0.6915  # P(N(1, 1) > 0.5)
    assert there * 1.1 < shift[0] < there * 0.4
    assert 0 < doubt[0, 0] < 0.02**2
    shift, doubt = corrected(Reweighting(x, error), rng.normal(1.0, 1.0, size=(20, 1)))
    assert not shift.any()
    assert not doubt.any()


def test_the_setting_chooses_the_estimator_and_windows_are_counted_anew(make, scores, as_columns):
    classes, rng = ("no", "yes"), np.random.default_rng(2)
    stage, wrong = make(features=2), {}
    for n, moved in ((3000, 0.0), (3000, 1.0)):
        p, predicted, truth = scores(rng, n, classes)
        x = rng.normal(size=(n, 2)) + moved
        truth = np.where((x[:, 0] > 1) & (rng.uniform(size=n) < 0.5), 1 - predicted, truth)
        columns = as_columns(p, predicted, classes) | {"x0": x[:, 0], "x1": x[:, 1]}
        if not moved:
            stage.version(columns | {"label": np.array(classes)[truth].tolist()})
    stage.land(columns)
    real = (predicted == truth).reshape(3, 1000).mean(axis=1)
    for estimator in ("confidence", "auto", "reweighted"):
        configure(stage.context, None, {"estimator": estimator})
        frame = performing.performance(stage.context, ["accuracy"]).frame
        wrong[estimator] = np.abs(frame["estimated"] - real).mean()
        assert frame["estimated"].notna().all()
    assert wrong["reweighted"] < wrong["auto"] < wrong["confidence"]
