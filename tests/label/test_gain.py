"""What further labels bring: the fit against curves whose truth is known, and the verb on projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.errors import InvalidValue
from lifecycle.label.gain import fit_curve, sizes
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.gaining import labeling_gain

Make = Callable[..., Context]


@pytest.mark.parametrize("exponent", [0.3, 0.6, 1.0])
def test_the_interval_holds_the_true_gain(exponent: float) -> None:
    """Over 60 noisy curves the 95 % interval covers in at least 85 % (Monte-Carlo error 3 %)."""
    n = np.array(sizes(300), dtype=float)
    truth = 0.4 * (300**-exponent - 350**-exponent)
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        errors = 0.1 + 0.4 * n**-exponent + rng.normal(0, 0.01, (6, len(n))) + rng.normal(0, 0.05, (6, 1))
        curve = fit_curve(n, errors, rng)
        assert curve is not None
        low, high = np.quantile(curve.gain(300, 50), [0.025, 0.975])
        inside.append(low <= truth <= high)
    assert np.mean(inside) >= 0.85


def test_too_little_is_no_curve() -> None:
    assert fit_curve(np.arange(1.0, 4), np.ones((6, 3)), np.random.default_rng(0)) is None


def test_a_project_learns_less_and_less(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1500, 8))
    frame = pd.DataFrame(rows, columns=[f"x{i}" for i in range(8)])
    frame["label"] = np.where(rows[:, 0] + 0.5 * rows[:, 1] + rng.normal(0, 0.5, 1500) > 0, "yes", "no")
    found = {}
    for size in (80, 1200):
        ws = lifecycle.open_workspace(tmp_path / str(size))
        project = ws.create_project("p", training=frame.head(size), recipe=LogisticRegression())
        given = frame.tail(120).reset_index(drop=True)
        ids = project.predict(given.drop(columns="label"))["id"]
        project.record_labels(pd.DataFrame({"id": ids, "label": given["label"]}))
        found[size] = project.labeling_gain(50)
    few, many = found[80], found[1200]
    for gain in (few, many):
        assert gain.gain_lower <= gain.gain <= gain.gain_upper
        assert gain.lower < gain.value < gain.upper
        assert 0.75 < gain.value < 0.95
        assert gain.sentence.startswith("50 more labels are expected to gain ")
        assert set(gain.points["kind"]) == {"measured", "curve"}
    assert few.gain > many.gain
    assert many.plateau
    assert "time to stop" in many.sentence
    assert project.labeling_gain(500).gain > many.gain


def test_without_a_random_sample_nothing_is_claimed(make: Make) -> None:
    context = make(rows=100)
    found = labeling_gain(context)
    assert np.isnan(found.gain)
    assert "40 more labels" in found.sentence
    assert not found.plateau
    with pytest.raises(InvalidValue, match="whole number from 1"):
        labeling_gain(context, 0)
