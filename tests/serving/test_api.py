import base64
import re
import threading
import time

import httpx
import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.serving import bodies, main
from lifecycle.serving.limits import MOST_BYTES
from tests.release.conftest import features, made

ROW = {"x0": 1.0, "x1": 2.0, "x2": 0.5}


def ask(api, records, **more):
    return api.post("/projects/demo/predict", json={"records": records, **more})


def records(n, seed=1):
    return features(n, seed).to_dict("records")


def demo(home):
    return lifecycle.open_workspace(home).project("demo")


def test_answers_are_the_champions_and_in_the_log(api, home):
    given = records(20)
    given[3]["id"] = "mine"
    answer = ask(api, given)
    assert answer.status_code == 200
    found = answer.json()["predictions"]
    project = demo(home)
    said = project.answer(features(20, 1))
    assert [row["prediction"] for row in found] == said["prediction"].tolist()
    assert [row["probabilities"]["yes"] for row in found] == said["p_yes"].tolist()
    assert {row["model_version"] for row in found} == {1}
    assert found[3]["id"] == "mine"
    logged = project.predictions()
    assert logged["id"].tolist() == [row["id"] for row in found]
    assert logged["prediction"].tolist() == said["prediction"].tolist()


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        ({"x1": "abc"}, "x1", "is not a number"),
        ({"nonsense": 1}, "nonsense", "is no column"),
        ({"x1": [1, 2]}, "x1", "number"),
        ({"x1": {"a": 1}}, "x1", "number"),
        ({"id": ""}, "id", ""),
    ],
)
def test_a_bad_record_is_named_and_nothing_lands(api, home, bad, column, words):
    answer = ask(api, [ROW, {**ROW, **bad}, ROW])
    assert answer.status_code == 422
    body = answer.json()
    assert [(row["row"], row["column"]) for row in body["refused"]] == [(1, column)]
    assert words in body["refused"][0]["reason"]
    assert len(demo(home).predictions()) == 0


def test_missing_field_infinite_number_and_missing_value(api, home):
    missing = ask(api, [{"x0": 1.0, "x1": 1.0}])
    assert missing.json()["refused"] == [{"row": 0, "column": "x2", "value": None, "reason": "is missing (null says that it is not known)"}]
    infinite = api.post("/projects/demo/predict", content=b'{"records":[{"x0":1e999,"x1":1,"x2":1}]}', headers={"content-type": "application/json"})
    assert (infinite.status_code, infinite.json()["refused"][0]["column"]) == (422, "x0")
    unknown = ask(api, [{**ROW, "x2": None}])
    assert unknown.status_code == 422
    assert "cannot take missing values, and 'x2' has some" in unknown.json()["detail"]
    assert len(demo(home).predictions()) == 0


def test_the_same_id_again(api, home):
    first = ask(api, [{**ROW, "id": "a"}]).json()
    assert ask(api, [{**ROW, "id": "a"}]).json() == first
    assert ask(api, [{**ROW, "id": "a", "x0": 9.0}]).status_code == 422
    assert len(demo(home).predictions()) == 1


def test_a_bad_request_does_not_spoil_those_it_is_batched_with(api, home):
    results: dict[int, int] = {}

    def one(i: int) -> None:
        with httpx.Client(base_url=api.base_url, timeout=30) as client:
            results[i] = ask(client, [{**ROW, "x0": "bad" if i % 5 == 0 else float(i)}]).status_code

    threads = [threading.Thread(target=one, args=(i,)) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: 422 if i % 5 == 0 else 200 for i in range(40)}
    assert sorted(demo(home).predictions()["x0"]) == sorted(float(i) for i in range(40) if i % 5)


@pytest.mark.parametrize("body", [{}, {"records": []}, {"records": [1]}, {"records": [ROW], "more": 1}, {"records": [ROW], "entity": ""}])
def test_requests_of_another_shape(api, body):
    answer = api.post("/projects/demo/predict", json=body)
    assert answer.status_code == 422
    assert "shape that /docs shows" in answer.json()["detail"]


def test_limits(api):
    assert ask(api, [ROW] * (bodies.MOST_RECORDS + 1)).status_code == 422
    large = api.post("/projects/demo/predict", content=b" " * (MOST_BYTES + 1))
    assert large.status_code == 413

    def stream():
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b" " * 2**20

    assert api.post("/projects/demo/predict", content=stream()).status_code == 413


def test_unknown_project_and_unready_project(api, home):
    assert api.post("/projects/nope/predict", json={"records": [ROW]}).status_code == 404
    lifecycle.open_workspace(home).create_project("watched", reference=made(50, 1).assign(prediction="no"))
    answer = api.post("/projects/watched/predict", json={"records": [ROW]})
    assert (answer.status_code, "lives elsewhere" in answer.json()["detail"]) == (409, True)
    assert api.get("/ready").status_code == 200


def test_labels_and_feedback(api, home):
    ids = [row["id"] for row in ask(api, records(3)).json()["predictions"]]
    said = api.post("/projects/demo/labels", json={"labels": [{"id": ids[0], "label": "yes"}, {"id": "late", "label": "no", "probability": 0.5}]})
    assert said.status_code == 200
    assert (said.json()["landed"], said.json()["waiting"]) == (2, 1)
    assert api.post("/projects/demo/feedback", json={"id": ids[1], "label": "no", "by": "user 7"}).status_code == 200
    project = demo(home)
    assert project.predictions()["label"].notna().tolist() == [True, False, False]
    assert project.feedback()["by"].tolist() == ["user 7"]
    refused = api.post("/projects/demo/labels", json={"labels": [{"id": ids[0], "label": "maybe"}]})
    assert (refused.status_code, refused.json()["refused"][0]["column"]) == (422, "label")


def test_entity_keeps_its_version(api, home):
    demo(home).roll_out(2, mode="canary", share=0.5, by="bob")
    await_version(api, lambda: len(versions(api, 40)) == 2)
    first = {name: ask(api, [ROW], entity=name).json()["predictions"][0]["model_version"] for name in "abcdefghij"}
    assert len(set(first.values())) == 2
    assert all(ask(api, [ROW], entity=name).json()["predictions"][0]["model_version"] == first[name] for name in first)
    mixed = ask(api, [{**ROW, "entity": name} for name in first]).json()["predictions"]
    assert [row["model_version"] for row in mixed] == list(first.values())


def versions(api, n):
    return {row["model_version"] for row in ask(api, records(n)).json()["predictions"]}


def await_version(api, reached, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "the release did not become live"


def test_shadow_is_kept_apart_and_labels_decide(api, home):
    project = demo(home)
    project.roll_out(2, mode="shadow", by="bob")
    time.sleep(0.3)
    frame = made(600, 5)
    answers = ask(api, frame.drop(columns="label").to_dict("records")).json()["predictions"]
    assert {row["model_version"] for row in answers} == {1}
    api.post(
        "/projects/demo/labels", json={"labels": [{"id": row["id"], "label": label} for row, label in zip(answers, frame["label"], strict=True)]}
    )
    await_version(api, lambda: project.trial().requests == 600)
    assert (project.trial().labelled, project.trial().decision) == (600, "new")


def test_a_version_that_does_not_load_is_never_swapped_in(api, home):
    workspace = lifecycle.open_workspace(home)
    project = workspace.project("demo")
    path = workspace.models.path(project.version(2).model)
    path.write_bytes(b"no model")
    from lifecycle.stores import versions as stored
    from lifecycle.verbs.predictions import scoring

    scoring._models.clear()
    scoring._alive.clear()
    stored.release(workspace.database, "demo", 2, "full", 1.0, project._context.now(), "somebody", "past the checks")
    await_version(api, lambda: api.get("/ready").status_code == 503)
    assert "changed after it was stored" in api.get("/ready").json()["reasons"][0]
    assert versions(api, 5) == {1}
    happened = project.history().query("verb == 'swap_failed'").iloc[0]
    assert (happened["by"], happened["subject"]) == ("prediction API", "version 2")
    assert "changed after it was stored" in happened["details"]["reason"]
    assert 'lifecycle_failed_swaps_total{project="demo"} 1.0' in api.get("/metrics").text
    project.roll_back(by="bob", reason="does not load")
    await_version(api, lambda: api.get("/ready").status_code == 200)


def test_a_model_that_crashes_whoever_opens_it_crashes_a_child_alone(api, home, monkeypatch, tmp_path):
    from lifecycle.verbs.predictions import scoring
    from lifecycle.verbs.train import jobs

    project = demo(home)
    asked = []

    def ask(context, verb, log, **arguments):
        if verb == "smoke":
            asked.append(arguments["version"])
            raise lifecycle.TrainingFailed("Training failed: it crashed (SIGSEGV) inside compiled code.")

    monkeypatch.setattr(jobs, "ask", ask)
    monkeypatch.setattr(scoring, "is_warm", lambda *_: False)  # the rollout itself warmed it, in this same process
    project.roll_out(2, by="bob")
    await_version(api, lambda: api.get("/ready").status_code == 503)
    assert asked == [2]
    assert "It failed when it was opened: it crashed (SIGSEGV)" in api.get("/ready").json()["reasons"][0]
    assert versions(api, 5) == {1}


def test_metrics_health_and_the_description(api):
    ask(api, records(4))
    text = api.get("/metrics").text
    assert 'lifecycle_predictions_total{project="demo",version="1"} 4.0' in text
    assert 'lifecycle_requests_total{path="predict",project="demo",status="200"} 1.0' in text
    assert 'lifecycle_champion_version{project="demo"} 1.0' in text
    assert api.get("/health").json() == {"status": "ok"}
    paths = api.get("/openapi.json").json()["paths"]
    assert {"/projects/{name}/predict", "/projects/{name}/labels", "/projects/{name}/feedback", "/health", "/ready", "/metrics"} <= set(paths)


def test_the_docs_page_fetches_nothing_from_elsewhere(api):
    page = api.get("/docs").text
    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(path.endswith(".js") for path in fetched)
    assert all(path.startswith("/") and api.get(path).status_code == 200 for path in fetched)
    assert "//" not in "".join(fetched)
    assert "https://" not in page


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "example.com"])
def test_it_does_not_listen_where_others_could_reach_it(host, tmp_path):
    with pytest.raises(lifecycle.NotAllowed, match="nobody has an account"):
        main(tmp_path, host, 9)


def test_images_are_bytes_never_paths():
    from lifecycle.records import Column, Schema

    schema = Schema((Column("picture", "image"),), "label", None, "classification", "image", ("a", "b"))
    frame = bodies.frame_of([{"picture": base64.b64encode(b"png").decode()}], schema, None)
    assert frame["picture"].tolist() == [b"png"]
    with pytest.raises(lifecycle.BadData, match="base64"):
        bodies.frame_of([{"picture": "/etc/passwd"}], schema, None)
    assert np.array_equal(pd.isna(bodies.frame_of([{"picture": None}], schema, None)["picture"]), [True])


def test_ids_that_are_made_together_tell_nothing_of_one_another(api):
    found = [row["id"] for row in ask(api, records(30)).json()["predictions"]]
    own = {id.rsplit("-", 1)[1] for id in found}
    assert len(own) == 30
    assert {len(text) for text in own} == {16}
    assert found == sorted(found)
