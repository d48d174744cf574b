"""A shadow loses no row: what a killed process has not asked is asked by the next, once."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.stores.predictions import PredictionLog
from lifecycle.verbs.predictions import answering, shadowing
from tests.release.conftest import features, made


def ids(project, stream):
    return project._context.log(stream).read(["id"])["id"].to_pylist()


def test_what_is_missing_is_asked_once_and_its_labels_are_paired(project, monkeypatch):
    project.predict(features(5, 1))
    project.roll_out(2, mode="shadow", by="bob")
    context = project._context
    lost = made(60, 2)
    with monkeypatch.context() as dead:
        dead.setattr(shadowing, "ask", lambda *_: None)
        answers = project.predict(lost.drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": answers["id"], "label": lost["label"]}))
    assert (project.trial().requests, project.trial().labelled) == (0, 0), "the labels were taken in, and had nothing to be paired with"
    project.predict(features(7, 3))
    assert len(ids(project, "shadow-2")) == 7
    assert [shadowing.make_up(context, answering.route(context)) for _ in range(2)] == [60, 0]
    assert sorted(ids(project, "shadow-2")) == sorted(ids(project, "served")[5:]), "every row since the start, none of before"
    said = context.log("shadow-2").read(["id", "prediction", "p_yes"]).to_pandas().set_index("id").loc[answers["id"]]
    wanted = project.answer(lost.drop(columns="label"), version=2)
    assert said["prediction"].tolist() == wanted["prediction"].tolist()
    assert np.allclose(said["p_yes"], wanted["p_yes"], rtol=0, atol=1e-12)
    assert (project.trial().requests, project.trial().labelled) == (67, 60)


def test_a_server_that_stops_leaves_the_rest_to_the_next(project, monkeypatch):
    project.roll_out(2, mode="shadow", by="bob")
    with monkeypatch.context() as dead:
        dead.setattr(shadowing, "ask", lambda *_: None)
        project.predict(features(30, 1))
    context = project._context
    assert shadowing.make_up(context, answering.route(context), lambda: True) == 0
    assert shadowing.make_up(context, answering.route(context), lambda: False) == 30


def test_a_shadow_is_asked_of_what_is_in_the_log_alone(project, monkeypatch):
    project.roll_out(2, mode="shadow", by="bob")
    with monkeypatch.context() as full:
        full.setattr(PredictionLog, "append", lambda *_: (_ for _ in ()).throw(lifecycle.StoreError("the disk is full")))
        with pytest.raises(lifecycle.StoreError):
            project.predict(features(5, 1))
    assert (ids(project, "shadow-2"), project.trial().requests) == ([], 0)


def test_two_processes_keep_a_row_once(project):
    project.roll_out(2, mode="shadow", by="bob")
    context, said = project._context, project.predict(features(20, 1))
    route = answering.route(context)
    shadowing.ask(context, context.schema, features(20, 1), said["id"].tolist(), route)
    assert sorted(ids(project, "shadow-2")) == sorted(said["id"])


def test_whoever_serves_next_makes_it_up(home, request, monkeypatch):
    project = lifecycle.open_workspace(home).project("demo")
    project.roll_out(2, mode="shadow", by="bob")
    with monkeypatch.context() as dead:
        dead.setattr(shadowing, "ask", lambda *_: None)
        project.predict(features(40, 1))
    api = request.getfixturevalue("api")
    api.post("/projects/demo/predict", json={"records": features(10, 2).to_dict("records")})
    deadline = time.monotonic() + 20
    while len(ids(project, "shadow-2")) < 50:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert sorted(ids(project, "shadow-2")) == sorted(ids(project, "served"))
