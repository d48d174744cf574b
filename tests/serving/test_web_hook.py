"""POST /projects/{name}/retrain: a web hook that queues one run."""

from __future__ import annotations

import lifecycle
from lifecycle.serving.tokens import wanted


def test_a_web_hook_queues_one_run_however_often_it_calls(api, home):
    first = api.post("/projects/demo/retrain", json={"reason": "new catalogue", "figures": {"rows": 3}, "sender": "a field of theirs"})
    assert first.status_code == 202, first.text
    assert first.json()["fired"]
    again = [api.post("/projects/demo/retrain") for _ in range(20)]
    assert {answer.json()["run"] for answer in again} == {first.json()["run"]}
    (run,) = lifecycle.open_workspace(home).project("demo").runs()
    assert (run.reason, run.status, run.requested_by) == ("new catalogue", "queued", "prediction API")
    assert api.post("/projects/moon/retrain").status_code == 404
    assert api.post("/projects/demo/retrain", json={"figures": [1]}).status_code == 422
    assert api.get("/openapi.json").json()["paths"]["/projects/{name}/retrain"]["post"]["security"] == [{"token": ["retrain"]}, {}]


def test_it_has_a_scope_of_its_own():
    assert wanted("/projects/demo/retrain", False) == "retrain"
