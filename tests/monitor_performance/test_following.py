"""Windows follow the log and the labels, whatever the order and however late."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from lifecycle.verbs.monitor import performance_following, performing
from lifecycle.verbs.monitor.performance_following import forget

CLASSES = ("no", "yes")


@pytest.fixture
def stage(make, scores, as_columns):
    rng = np.random.default_rng(0)
    stage = make(window="500 rows")
    p, predicted, truth = scores(rng, 3000, CLASSES)
    stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
    p, predicted, truth = scores(rng, 2200, CLASSES)
    stage.ids = stage.land(as_columns(p, predicted, CLASSES))
    stage.p, stage.predicted, stage.truth = p, predicted, truth
    return stage


def frame_of(stage, *names):
    return performing.performance(stage.context, names or None).frame


def test_realized_equals_sklearn_and_columns_are_as_promised(stage):
    stage.label(stage.ids, [CLASSES[t] for t in stage.truth])
    frame = frame_of(stage, "accuracy", "f1", "balanced_accuracy", "log_loss", "brier", "mcc", "precision", "recall", "roc_auc", "average_precision")
    assert list(frame.columns[:7]) == ["window", "start", "end", "rows", "labels", "metric", "realized"]
    first = frame[frame["window"] == "1"].set_index("metric")["realized"]
    truth, predicted, p = stage.truth[:500], stage.predicted[:500], stage.p[:500]
    expected = {
        "accuracy": sk.accuracy_score(truth, predicted),
        "f1": sk.f1_score(truth, predicted, average="macro"),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
        "precision": sk.precision_score(truth, predicted, average="macro"),
        "recall": sk.recall_score(truth, predicted, average="macro"),
        "mcc": sk.matthews_corrcoef(truth, predicted),
        "log_loss": sk.log_loss(truth, p),
        "brier": sk.brier_score_loss(truth, p[:, 1]),
    }
    for name, value in expected.items():
        assert first[name] == pytest.approx(value, abs=1e-9), name
    assert first["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, p[:, 1]), abs=2e-3)
    assert first["average_precision"] == pytest.approx(sk.average_precision_score(truth, p[:, 1]), abs=5e-3)


def test_dropped_and_rebuilt_is_the_same(stage):
    stage.label(stage.ids[:900], [CLASSES[t] for t in stage.truth[:900]])
    performing.catch_up(stage.context)
    stage.label(stage.ids[100:1300], [CLASSES[t] for t in stage.truth[100:1300]], source="expert", probability=0.5, purpose="query")
    stage.label(stage.ids[:50], [CLASSES[1 - t] for t in stage.truth[:50]], source="adjudication")
    before = frame_of(stage)
    forget(stage.context)
    after = frame_of(stage)
    pd.testing.assert_frame_equal(before, after, rtol=1e-6, atol=1e-7)


def test_a_changed_label_is_replaced_not_added(stage):
    stage.label(stage.ids[:500], [CLASSES[t] for t in stage.truth[:500]])
    first = frame_of(stage, "accuracy").iloc[0]
    stage.label(stage.ids[:10], [CLASSES[1 - p] for p in stage.predicted[:10]])
    second = frame_of(stage, "accuracy").iloc[0]
    assert second["labels"] == first["labels"] == 500
    right = np.concatenate([np.zeros(10), stage.truth[10:500] == stage.predicted[10:500]])
    assert second["realized"] == pytest.approx(right.mean())


def test_labels_in_any_order_and_portion_give_the_same(stage, make):
    values = [CLASSES[t] for t in stage.truth]
    for part in np.array_split(np.random.default_rng(3).permutation(len(values)), 7):
        stage.label([stage.ids[i] for i in part], [values[i] for i in part])
        performing.catch_up(stage.context)
    portions = frame_of(stage)
    forget(stage.context)
    pd.testing.assert_frame_equal(portions, frame_of(stage), rtol=1e-6, atol=1e-7)


def test_nothing_new_takes_nothing(stage):
    assert performing.catch_up(stage.context) == 2200
    assert performing.catch_up(stage.context) == 0


def landed_by_day(make, scores, as_columns, portions):
    """A stage whose score misleads where x0 is large, and whose one day of rows lies there; landed in portions."""
    stage, rng = make(window="1D", features=2), np.random.default_rng(1)
    for n, shift in ((3000, 0.0), (6000, 1.5)):
        p, predicted, truth = scores(rng, n, CLASSES)
        x = rng.normal(size=(n, 2)) + shift
        truth = np.where((x[:, 0] > 1) & (rng.uniform(size=n) < 0.5), 1 - predicted, truth)
        columns = as_columns(p, predicted, CLASSES) | {"x0": x[:, 0], "x1": x[:, 1]}
        if not shift:
            stage.version(columns | {"label": np.array(CLASSES)[truth].tolist()})
    for some in np.array_split(np.arange(n), portions):
        stage.land(
            {name: np.asarray(values)[some] for name, values in columns.items()}, times=[pd.Timestamp("2026-01-01 12:00", tz="UTC")] * len(some)
        )
        performing.catch_up(stage.context)
    return stage


def test_some_rows_features_estimate_as_all_rows_do(make, scores, as_columns, monkeypatch):
    stage = landed_by_day(make, scores, as_columns, 1)
    some = frame_of(stage, "accuracy", "brier").set_index("metric")
    read = []
    original = performance_following.summarise_features
    monkeypatch.setattr(performance_following, "summarise_features", lambda *given: read.append(len(given[1])) or original(*given))
    forget(stage.context)
    pd.testing.assert_frame_equal(some, frame_of(stage, "accuracy", "brier").set_index("metric"))
    assert 2000 < sum(read) < 2500  # 1,000, and 500 each time that the rows double
    monkeypatch.setattr(performance_following, "DOUBLING", 10**9)
    forget(stage.context)
    every = frame_of(stage, "accuracy", "brier").set_index("metric")
    monkeypatch.setattr(performance_following, "summarise_features", lambda model, rows, *given: original(model, rows.pick(np.arange(0)), *given))
    forget(stage.context)
    none = frame_of(stage, "accuracy", "brier").set_index("metric")
    gained, left = (every["estimated"] - none["estimated"]).abs(), (every["estimated"] - some["estimated"]).abs()
    assert (gained > 0.03).all()
    assert (left < 0.1 * gained).all()
    width = {name: frame["estimated_upper"] - frame["estimated_lower"] for name, frame in (("some", some), ("every", every))}
    assert (width["some"] > width["every"]).all()
    assert (width["some"] < 1.5 * width["every"]).all()


def test_portions_read_the_same_rows_features(make, scores, as_columns):
    whole, portions = (frame_of(landed_by_day(make, scores, as_columns, n)) for n in (1, 7))
    pd.testing.assert_frame_equal(whole, portions, rtol=1e-6, atol=1e-7)
