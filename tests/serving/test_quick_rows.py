"""Records read at once, and models asked with arrays, say what the long way says."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble, linear_model, naive_bayes, neural_network, preprocessing, tree
from sklearn.pipeline import make_pipeline

from lifecycle import schema as door
from lifecycle.records import Column, Schema
from lifecycle.serving.bodies import frame_of
from lifecycle.verbs.predictions.frames import feature_frame, model_frame, plain_frame
from lifecycle.verbs.predictions.nameless import is_likeliest, nameless
from lifecycle.verbs.predictions.scoring import _is_clear

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
MIXED = Schema((Column("age", "numeric"), Column("city", "categorical"), Column("note", "text")), "y", None, "classification", "tabular", ("a", "b"))
NUMBERS = Schema((Column("a", "numeric"), Column("b", "numeric")), "y", None, "regression", "tabular")
ONE = Schema((Column("a", "numeric"),), "y", None, "regression", "tabular")
PLAIN = [
    (MIXED, [{"age": 4, "city": "Rome", "note": "é"}, {"note": None, "age": None, "city": None}, {"age": 1.5, "city": "", "note": ""}]),
    (NUMBERS, [{"a": 1, "b": 2.5}, {"a": -0.0, "b": 1e300}]),
    (NUMBERS, [{"a": None, "b": None}]),
    (ONE, [{"a": 3}]),
    (NUMBERS, [{"a": 1, "b": 2, "id": "x", "entity": "ann"}, {"a": 1, "b": 2, "id": " y "}, {"a": 1, "b": 2, "entity": 7, "id": "z"}]),
    (NUMBERS, [{"a": 1, "b": 2, "entity": None}, {"a": 1, "b": 2, "id": None}]),
]
JUDGED = [
    {"a": 1},
    {"a": 1, "c": 2},
    {"a": 1, "b": 2, "more": 3},
    {"a": 1, "b": True},
    {"a": 1, "b": "2"},
    {"a": 1, "b": [2]},
    {"a": 1, "b": float("inf")},
    {"a": 1, "b": 10**400},
    {"a": 1, "b": 2, "id": ""},
    {"a": 1, "b": 2, "id": 5},
    {"a": 1, "b": 2, "timestamp": "2026-01-01"},
]


@pytest.mark.parametrize(("schema", "records"), PLAIN)
@pytest.mark.parametrize("entity", [None, "bob"])
def test_what_needs_no_judging_is_read_as_the_door_reads_it(schema, records, entity):
    found = door.quick(records, [entity] * len(records), schema, NOW)
    wanted = door.check(frame_of(records, schema, entity), schema, NOW)
    assert found.table.schema == wanted.table.schema
    assert found.table.to_pandas().equals(wanted.table.to_pandas())
    assert found.positions.tolist() == wanted.positions.tolist()
    assert model_frame(schema, found.table).equals(feature_frame(schema, plain_frame(wanted.table)))


@pytest.mark.parametrize("record", JUDGED)
def test_what_needs_judging_is_left_to_the_door(record):
    assert door.quick([{"a": 1, "b": 2}, record], [None, None], NUMBERS, NOW) is None


MODELS = [
    linear_model.LogisticRegression(),
    naive_bayes.GaussianNB(),
    neural_network.MLPClassifier(max_iter=20, early_stopping=True),
    tree.DecisionTreeClassifier(max_depth=3),
    ensemble.RandomForestClassifier(10),
    ensemble.ExtraTreesClassifier(10),
    ensemble.GradientBoostingClassifier(n_estimators=5),
    ensemble.HistGradientBoostingClassifier(max_iter=5),
    make_pipeline(preprocessing.StandardScaler(), preprocessing.PolynomialFeatures(2), linear_model.LogisticRegression()),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_twin_answers_an_array_as_the_model_answers_its_frame(model, classes):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "c"])
    model.fit(frame, (frame["a"] + rng.normal(size=300)).rank(pct=True).mul(classes).clip(0, classes - 1e-9).astype(int))
    twin, chances = nameless(model, ("a", "b", "c")), model.predict_proba(frame)
    assert np.array_equal(twin.predict_proba(frame.to_numpy()), chances)
    assert hasattr(model, "feature_names_in_"), "the model itself keeps its names"
    clear = np.array([_is_clear(row[None]) for row in chances])
    assert is_likeliest(model[-1] if hasattr(model, "steps") else model)
    assert clear.any()
    assert (model.classes_[chances.argmax(axis=1)] == model.predict(frame))[clear].all()
    assert nameless(model, ("a", "c", "b")) is None


def test_others_are_given_their_frame():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    assert nameless(preprocessing.FunctionTransformer().fit(frame), ("a",)) is None
    assert nameless(make_pipeline(preprocessing.FunctionTransformer(), linear_model.Ridge()).fit(frame, [1, 2, 3]), ("a",)) is None
    named = make_pipeline(preprocessing.StandardScaler().set_output(transform="pandas"), linear_model.Ridge()).fit(frame, [1, 2, 3])
    assert nameless(named, ("a",)) is None
    assert nameless(object(), ("a",)) is None
    assert not _is_clear(np.array([[0.5, 0.5]]))
    assert not _is_clear(np.array([[np.nan, np.nan]]))
