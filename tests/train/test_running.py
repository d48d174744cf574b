"""Runs: durable, isolated, one at a time, cancelled and tried again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lifecycle
from lifecycle.project import Project
from lifecycle.train.pipeline import STEPS
from lifecycle.workspace import Workspace
from tests.train import recipes
from tests.train.conftest import gone, label, rows


def events(project: Project, verb: str) -> list[str]:
    history = project.history()
    return history[history["verb"] == verb]["subject"].tolist()


def wait_for(condition, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def test_a_run_goes_through_all_steps_and_registers_one_version(project: Project) -> None:
    run = project.retrain("a test", by="ana")
    assert run.status == "done", run.error
    assert [step.name for step in run.steps] == list(STEPS)
    assert {step.status for step in run.steps} == {"done"}
    version = project.version(run.candidate)
    assert (version.parent, version.run, version.status) == (1, run.id, "candidate")
    assert version.manifest["requested_by"] == "ana"
    assert {gate["name"] for gate in version.metrics["gates"]} >= {"not_worse", "slices", "schema", "latency", "size"}
    lower, upper = version.metrics["intervals"]["accuracy"]
    assert lower <= version.metrics["accuracy"] <= upper
    assert events(project, "request_approval") == ["version 2"]
    assert project.progress(run.id) == pytest.approx(1.0)
    assert "train done" in project.run_log(run.id)


def test_the_newest_fifth_of_the_labelled_rows_is_held_out(project: Project, workspace: Workspace) -> None:
    run = project.retrain()
    version = project.version(run.candidate)
    held, training = (workspace.snapshots.load(sha).to_pandas() for sha in (version.reference, version.training))
    logged = project.predictions()["id"].tolist()
    assert held["id"].tolist() == logged[-24:]
    assert set(training["id"]).isdisjoint(held["id"])
    assert set(training.columns) == {"id", "time", "label", "left", "right"}
    assert {"prediction", "p_no", "p_yes"} <= set(held.columns)
    assert len(training) == 80 + 96


def test_feedback_that_nobody_reviewed_is_not_learned_from(project: Project) -> None:
    ids = project.log(rows(10, seed=5).drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": ids, "label": "yes"}), source="feedback")
    run = project.retrain()
    assert run.steps[0].details["labelled"] == 120


@pytest.mark.parametrize("died_at", ["train", "register", "policy"])
def test_a_killed_worker_is_resumed_at_the_step_it_was_in(project: Project, workspace: Workspace, died_at: str, forks: Callable[..., int]) -> None:
    queued = project.request_retrain()
    pid = forks(workspace.path, "dying", died_at)
    wait_for(lambda: gone(pid))
    interrupted = project.run(queued.id)
    assert interrupted.status == "running"
    names = list(STEPS)
    before = {step.name: step.finished for step in interrupted.steps if step.status == "done"}
    assert list(before) == names[: names.index(died_at)]
    assert len(project.versions()) == (2 if died_at == "policy" else 1)

    (ended,) = project.tick()
    assert ended.status == "done", ended.error
    assert {step.name: step.finished for step in ended.steps if step.name in before} == before
    attempts = workspace.database.frame("SELECT name, attempts FROM run_steps WHERE run = ?", (queued.id,)).set_index("name")["attempts"]
    assert attempts.to_dict() == {name: 2 if name == died_at else 1 for name in names}
    assert project.versions()["version"].tolist() == [2, 1]
    assert workspace.verify() == []


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [(recipes.Dying(), "crashed (SIGSEGV)"), (recipes.Greedy(), "ran out of memory"), (recipes.Raising(), "has a bug")],
)
def test_what_user_code_does_is_a_failed_run_with_a_plain_reason(
    project: Project, recipe: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFECYCLE_JOB_MEMORY", "1500")
    project.set_recipe(recipe)
    run = project.retrain()
    assert run.status == "failed"
    assert reason in run.error
    assert [step.status for step in run.steps if step.name == "train"] == ["failed"]
    assert len(project.versions()) == 1
    assert events(project, "run_failed") == [f"run {run.id}"]
    project.set_recipe(LogisticRegression())
    assert project.retry(run.id).status == "queued"
    assert project.tick()[0].status == "done"


def test_a_run_that_takes_too_long_is_stopped(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_JOB_SECONDS", "0.5")
    project.set_recipe(recipes.Sleeping())
    run = project.retrain()
    assert run.status == "failed"
    assert "longer than" in run.error


def test_cancel_while_queued_and_while_under_way(project: Project) -> None:
    waiting = project.request_retrain()
    assert project.cancel(waiting.id, by="ana").status == "cancelled"
    assert project.tick() == []
    with pytest.raises(lifecycle.Conflict, match="cancelled"):
        project.cancel(waiting.id)

    project.set_recipe(recipes.Sleeping())
    queued = project.request_retrain()
    thread = threading.Thread(target=project.tick)
    thread.start()
    wait_for(lambda: any(step.name == "train" and step.status == "running" for step in project.run(queued.id).steps))
    with pytest.raises(lifecycle.Conflict, match="under way"):
        project.retrain("another")
    project.cancel(queued.id, by="ana")
    thread.join(timeout=20)
    ended = project.run(queued.id)
    assert ended.status == "cancelled"
    assert ended.error == "cancelled by ana"

    project.set_recipe(LogisticRegression())
    project.retry(queued.id)
    (again,) = project.tick()
    assert again.id == queued.id
    assert again.status == "done", again.error


def test_a_storm_of_requests_is_one_run(project: Project, workspace: Workspace) -> None:
    ids = {project.request_retrain("drift").id for _ in range(200)}
    assert len(ids) == 1
    project.configure(triggers=[lifecycle.Trigger("labels", n=1, cool_down="0D"), lifecycle.Trigger("volume", n=1, cool_down="0D")])
    assert len(project.tick()) == 1
    assert len(project.runs()) == 1


@pytest.mark.parametrize(
    ("labels", "reason"),
    [(0, "Only 0 predictions have a label"), (1, "Only 1 predictions have a label")],
)
def test_too_few_labels_say_what_to_do(workspace: Workspace, labels: int, reason: str) -> None:
    project = workspace.create_project("few", recipe=LogisticRegression(), training=rows(50))
    label(project, rows(labels)) if labels else None
    run = project.retrain()
    assert run.status == "failed"
    assert reason in run.error


def test_one_class_is_refused(workspace: Workspace) -> None:
    frame = rows(40).assign(prediction="no")
    project = workspace.create_project("watched", reference=frame)
    with pytest.raises(lifecycle.NotReady, match="recipe"):
        project.retrain()
    project.set_recipe(LogisticRegression())
    label(project, rows(200).query("label == 'yes'").assign(prediction="no"))
    run = project.retrain()
    assert run.status == "failed"
    assert "of the class yes" in run.error


def test_a_watched_project_trains_its_first_own_model_against_the_logged_answers(workspace: Workspace) -> None:
    project = workspace.create_project("watched", reference=rows(40).assign(prediction="no"))
    project.set_recipe(LogisticRegression())
    label(project, rows(200).assign(prediction="no"))
    run = project.retrain()
    assert run.status == "done", run.error
    version = project.version(run.candidate)
    assert version.metrics["champion"]["accuracy"] < version.metrics["accuracy"]
    assert all(gate["passed"] for gate in version.manifest["gates"]), json.dumps(version.manifest["gates"])


def test_policies(project: Project, workspace: Workspace) -> None:
    project.configure(training_rows="last 50 rows")
    version = project.version(project.retrain().candidate)
    assert version.manifest["rows"] + version.manifest["held_out_rows"] == 50
    project.configure(training_rows="since drift")
    run = project.retrain()
    assert run.status == "done", run.error
    with pytest.raises(lifecycle.InvalidValue, match="training_rows"):
        project.configure(training_rows="a few")


@pytest.mark.parametrize(("release", "live"), [("automatic", 2), ("shadow", 1), ("canary", 1), ("approval", 1)])
def test_release_policies(project: Project, release: str, live: int) -> None:
    project.configure(release=release)
    run = project.retrain()
    assert run.status == "done", run.error
    assert project.champion.version == live
    assert project.trial().mode == (release if release in ("shadow", "canary") else "none")


def test_a_failing_gate_never_releases(project: Project) -> None:
    project.configure(release="automatic", thresholds={"gate:megabytes": 1e-6})
    run = project.retrain()
    assert run.status == "done"
    assert project.champion.version == 1
    failed = [gate.name for gate in project.gates(2) if not gate.passed]
    assert failed == ["size"]
    assert run.steps[-1].details["outcome"] == "waits for approval"


def test_weights_and_exclusions(project: Project, workspace: Workspace) -> None:
    left_out = project.predictions()["id"].iloc[0]
    project.configure(training_weights={"expert": 2.0, "half_life": "30D", "balance": True}, training_exclude=(left_out, "feedback"))
    version = project.version(project.retrain().candidate)
    training = workspace.snapshots.load(version.training).to_pandas()
    assert left_out not in set(training["id"])
    assert training["weight"].mean() == pytest.approx(1.0)
    assert training.groupby("label")["weight"].sum().std() < 0.2 * len(training)
    assert project.reproduce(version.version).identical
    project.set_recipe(make_pipeline(StandardScaler(), LogisticRegression()))
    assert project.retrain().status == "done"
    project.set_recipe(KNeighborsClassifier())
    run = project.retrain()
    assert "takes no weights" in run.error
    for wrong in ({"expert": 0}, {"half_life": "long"}, {"age": 1}):
        with pytest.raises(lifecycle.LifecycleError):
            project.configure(training_weights=wrong)


def test_rows_picked_for_being_uncertain_are_not_what_a_version_is_judged_on(project: Project) -> None:
    frame = rows(300, seed=8)
    ids = project.log(frame.drop(columns="label"))
    truth = dict(zip(ids, frame["label"], strict=True))
    asked = project.next_tasks("ana", n=50)
    for task in asked:
        project.annotate(task, truth[task.prediction_id], "ana")
    others = [id for id in ids[-150:] if id not in {task.prediction_id for task in asked}]
    project.record_labels(pd.DataFrame({"id": others, "label": [truth[id] for id in others]}))
    version = project.version(project.retrain().candidate)
    held = set(project._context.snapshots.load(version.reference)["id"].to_pylist())
    purposes = project.labels().set_index("id")["purpose"]
    assert version.manifest["picked_rows"] == 0
    assert len(held) >= 20
    assert set(purposes[purposes.index.isin(held)]) <= {"", "audit"}
    assert (purposes[~purposes.index.isin(held)] == "query").any()
