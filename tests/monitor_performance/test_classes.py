"""Precision, recall and F1 of each class are scikit-learn's where every row is labelled."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from lifecycle.verbs.monitor.performance_classes import performance_classes

CLASSES = (3, 7, 11)


def test_each_class_is_scikit_learns_and_assisted_is_narrower_with_few_labels(make, scores, as_columns):
    stage, rng = make(classes=CLASSES, window="700 rows"), np.random.default_rng(0)
    p, predicted, truth = scores(rng, 3000, CLASSES)
    stage.version(as_columns(p, predicted, CLASSES) | {"label": [str(CLASSES[t]) for t in truth]})
    p, predicted, truth = scores(rng, 2000, CLASSES)
    ids = stage.land(as_columns(p, predicted, CLASSES))
    stage.label(ids[:200], [CLASSES[t] for t in truth[:200]])
    few = performance_classes(stage.context)
    assert (few["labels"] == 200).all()
    assert (few["assisted_upper"] - few["assisted_lower"]).mean() < (few["realized_upper"] - few["realized_lower"]).mean()
    stage.label(ids[200:], [CLASSES[t] for t in truth[200:]])
    frame = performance_classes(stage.context)
    expected = dict(zip(("precision", "recall", "f1"), sk.precision_recall_fscore_support(truth, predicted)[:3], strict=True))
    for row in frame.itertuples():
        place = CLASSES.index(row[1])
        assert row.realized == pytest.approx(expected[row.metric][place])
        assert row.realized_lower < row.realized < row.realized_upper
        assert abs(row.estimated - row.realized) < 0.08
    assert len(frame) == 9


def test_regression_has_no_classes(make):
    assert performance_classes(make(task="regression").context).empty
