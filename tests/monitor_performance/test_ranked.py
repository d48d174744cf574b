"""Ranking metrics from labels: intervals that cover although the concept has changed, or none."""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.judging import judge
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows

LAYOUT, WINDOWS, SIZE = Layout("classification", ("no", "yes")), 200, 1_000


def draw(rng, n, changed):
    """Scores, predictions and truth; where the concept has changed four in ten of the surest positives are none."""
    signal = rng.normal(size=n)
    true = 1.0 / (1.0 + np.exp(0.8 - 3.0 * signal))
    rows = Rows((true > 0.5).astype(int), np.column_stack([1.0 - true, true]))
    return rows, (rng.uniform(size=n) < np.where(changed & (signal > 0.5), 0.6 * true, true)).astype(int)


@pytest.fixture(scope="module")
def model():
    rows, truth = draw(np.random.default_rng(0), 3_000, changed=False)
    return fit_row_model(LAYOUT, project_edges(LAYOUT, rows.probabilities), rows, truth)


def judged(model, labels, windows=WINDOWS):
    """The report of some windows of changed concept, a random share labelled."""
    rng = np.random.default_rng(labels)
    rows, truth = draw(rng, SIZE * windows, changed=True)
    window = np.repeat(np.arange(windows), SIZE)
    stack = summarise_rows(model, rows, window, windows)
    some = np.flatnonzero(rng.uniform(size=len(truth)) < labels / SIZE)
    nothing = np.zeros(len(some), dtype=int)
    add(stack, np.arange(windows), summarise_labels(model, rows.pick(some), truth[some], np.ones(len(some)), nothing, window[some], windows))
    return judge(results(LAYOUT, {1: model}, np.arange(windows), np.ones(windows, dtype=int), stack, True), "average_precision", 0.01, {})


@pytest.fixture(scope="module")
def real(model):
    """The metrics of the changed concept, all of many rows labelled."""
    rows, truth = draw(np.random.default_rng(1), 400_000, changed=True)
    where = np.zeros(len(truth), dtype=int)
    stack = summarise_rows(model, rows, where, 1)
    add(stack, np.array([0]), summarise_labels(model, rows, truth, np.ones(len(truth)), where, where, 1))
    return results(LAYOUT, {1: model}, np.array([0]), np.array([1]), stack, True).set_index("metric")["realized"]


def test_a_changed_concept_is_covered_and_the_middle_is_not_off(model, real):
    frame = judged(model, 250).set_index("metric")
    for name in ("roc_auc", "average_precision"):
        part = frame.loc[name].dropna(subset=["assisted_lower"])
        assert len(part) > 0.9 * WINDOWS
        covered = (part["assisted_lower"] <= real[name]) & (real[name] <= part["assisted_upper"])
        assert covered.mean() >= 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / len(part)), name
        assert abs(part["assisted"].mean() - real[name]) < 4.0 * part["assisted"].std() / np.sqrt(len(part)), name


def test_with_few_labels_of_the_class_average_precision_has_no_interval_and_the_reason_says_so(model):
    frame = judged(model, 60, windows=20).set_index("metric").loc["average_precision"]
    assert frame["realized"].notna().all()
    assert frame[["realized_lower", "realized_upper", "assisted", "assisted_lower", "assisted_upper"]].isna().all(axis=None)
    assert (frame["line"] == "estimated").all()
    assert frame["why"].str.contains("too few of the class").all()
