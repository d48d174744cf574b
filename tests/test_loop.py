"""The whole loop by Python, by the command line and by the prediction API, on the same workspace with the same results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.__main__ import main
from lifecycle.project import Project
from lifecycle.serving import create_app


def rows(n: int, rng: np.random.Generator, turned: bool = False) -> pd.DataFrame:
    """Two numbers that decide a class; `turned`: the world has changed, and the old rule is wrong."""
    x = rng.normal(size=(n, 2))
    y = x[:, 0] + (-x[:, 1] if turned else x[:, 1]) > 0
    return pd.DataFrame({"left": x[:, 0], "right": x[:, 1], "label": np.where(y, "yes", "no")})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    rng = np.random.default_rng(0)
    workspace = lifecycle.open_workspace(tmp_path)
    return workspace.create_project("loop", recipe=LogisticRegression(), training=rows(400, rng), window="500 rows")


def run_cli(home: Path, *arguments: str) -> object:
    result = CliRunner().invoke(main, ["--home", str(home), *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_loop_turns(project: Project, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    calm, changed = rows(1000, rng), rows(1000, rng, turned=True)
    calm_ids = project.log(calm.drop(columns="label"))
    changed_ids = project.log(changed.drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": calm_ids, "label": calm["label"]}))
    project.record_labels(pd.DataFrame({"id": changed_ids[:900], "label": changed["label"][:900]}))

    accuracy = project.performance(["accuracy"]).frame.set_index("window")["assisted"]
    assert accuracy.iloc[0] > 0.9
    assert accuracy.iloc[-1] < 0.7
    assert project.health().status == "critical"

    truth = dict(zip(changed_ids, changed["label"], strict=True))
    tasks = project.next_tasks("ana", n=20)
    assert tasks
    for task in tasks:
        project.annotate(task, truth[task.prediction_id], "ana")
    assert len(project.labels().query("source == 'expert'")) == len(tasks)

    project.configure(training_rows="last 900 rows")
    run = project.retrain(reason="performance fell")
    assert run.status == "done", run.error
    assert run.candidate == 2

    comparison = project.compare()
    assert "new" in comparison.metrics.set_index("metric").loc["accuracy", "better"]
    project.approve(2, by="carla", reason="It learned the changed rule.")
    champion = project.champion
    assert champion is not None
    assert champion.version == 2
    assert set(project.predict(changed.drop(columns="label").head(3))["model_version"]) == {2}
    assert project.roll_back(by="carla", reason="A rehearsal.") == 1
    assert set(project.predict(changed.drop(columns="label").head(3))["model_version"]) == {1}
    assert project.reproduce(2).identical
    assert lifecycle.open_workspace(tmp_path).verify() == []


def test_three_doors_one_house(project: Project, tmp_path: Path) -> None:
    """Python, the command line and the API see and do the same."""
    rng = np.random.default_rng(2)
    frame = rows(30, rng).drop(columns="label")
    by_python = project.predict(frame.head(10))["prediction"].tolist()
    frame.head(10).to_csv(tmp_path / "rows.csv", index=False)
    by_cli = run_cli(tmp_path, "predict", "loop", str(tmp_path / "rows.csv"))
    assert [row["prediction"] for row in by_cli] == by_python
    with TestClient(create_app(tmp_path), base_url="http://127.0.0.1") as client:
        answer = client.post("/projects/loop/predict", json={"records": frame.head(10).to_dict("records")})
        assert answer.status_code == 200, answer.text
        assert [row["prediction"] for row in answer.json()["predictions"]] == by_python
    assert len(project.predictions()) == 30
    shown = run_cli(tmp_path, "predictions", "loop")
    assert [row["id"] for row in shown] == project.predictions()["id"].tolist()
    assert run_cli(tmp_path, "health", "loop")["status"] == project.health().status


def test_a_refusal_is_one_sentence_and_status_one(project: Project, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "health", "lop"])
    assert result.exit_code == 1
    assert result.stderr.strip() == "No project named 'lop'; known: loop."


def test_derived_things_can_be_dropped_and_rebuilt(project: Project, tmp_path: Path) -> None:
    """Summaries are a cache: without them the same reports come back."""
    rng = np.random.default_rng(3)
    frame = rows(1200, rng)
    ids = project.log(frame.drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": ids[:700], "label": frame["label"][:700]}))
    drift, performance = project.drift().frame, project.performance().frame
    workspace = lifecycle.open_workspace(tmp_path)
    workspace.rebuild()
    again = workspace.project("loop")
    pd.testing.assert_frame_equal(again.drift().frame, drift)
    pd.testing.assert_frame_equal(again.performance().frame, performance)
