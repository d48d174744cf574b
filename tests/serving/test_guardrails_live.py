"""A canary that fails, then one that is slow, behind the API on a real port: each is rolled back by itself and told, and nobody who
asks sees anything of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import lifecycle
from tests.notify.conftest import Hook
from tests.notify.conftest import hook as hook
from tests.release.conftest import features, made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Version 1 takes missing values, version 2 fails on them, version 3 is slow."""
    rows = made(300, 1)
    workspace = lifecycle.open_workspace(tmp_path / "home")
    recipe = make_pipeline(SimpleImputer(), LogisticRegression())
    project = workspace.create_project("demo", recipe=recipe, training=rows, reference=made(60, 2), by="eve")
    for model in (LogisticRegression(), make_pipeline(SimpleImputer(), RandomForestClassifier(60, max_depth=2, random_state=0))):
        project.register_model(model.fit(rows.drop(columns="label"), rows["label"]), by="ann")
    return workspace.path


def asked(client: httpx.Client, missing: bool, enough: Callable[[], bool], most: int = 1500) -> set[int]:
    """Ask one request after the other until it is enough; all must be answered. The versions that answered."""
    rows, found = features(200, 3).to_dict("records"), set()
    for k in range(most):
        record = {**rows[k % 200], **({"x2": None} if missing else {})}
        answer = client.post("/projects/demo/predict", json={"records": [record]})
        assert answer.status_code == 200, answer.text
        found.add(answer.json()["predictions"][0]["model_version"])
        if k % 10 == 9 and enough():
            return found
    raise AssertionError(f"not after {most} requests")


def test_a_canary_that_fails_or_is_slow_is_rolled_back_and_no_request_fails(api: httpx.Client, home: Path, hook: Hook) -> None:
    workspace = lifecycle.open_workspace(home)
    project = workspace.project("demo")
    workspace.notices.add("team", hook.url)
    project.configure(by="eve", guardrails={"predictions": "off"})
    for version, guardrail, missing, word in ((2, "errors", True, "it fails"), (3, "latency", False, "it is too slow")):
        project.roll_out(version, mode="ab", by="bob", reason="see it live")
        began = time.monotonic()
        versions = asked(api, missing, lambda: project.history(limit=1)["verb"].tolist() == ["end_trial"])
        assert versions == ({1} if missing else {1, 3}), "what the candidate cannot answer, the champion does"
        assert time.monotonic() - began < 30
        told = project.history(limit=1).iloc[0]
        assert (told["verb"], told["by"], told["subject"]) == ("end_trial", "lifecycle", f"version {version}")
        assert (told["details"]["automatic"], told["details"]["guardrail"]) == (True, guardrail)
        workspace.notices.deliver()
        assert f"rolled back by itself, {word}" in hook.got[-1]["message"]
        assert "trial stopped automatically" in hook.got[-1]["title"]
    time.sleep(0.6)  # the API looks at what is committed four times a second
    assert asked(api, False, lambda: True) == {1}
    assert project.champion.version == 1
