"""Calls from outside, storms of them, and pauses."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

import lifecycle
from lifecycle.project import Project
from lifecycle.verbs.train import triggering
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows

Trigger = lifecycle.Trigger


def test_a_thousand_calls_start_one_run(project: Project) -> None:
    found = [project.call_retrain(f"call {number}", by="etl") for number in range(1000)]
    assert len({call["run"] for call in found}) == 1
    assert [call["fired"] for call in found].count(True) == 1
    assert len(project.runs()) == 1
    assert project.runs()[0].reason == "call 0"
    assert len(project.history().query("verb == 'request_retrain'")) == 1


def test_an_external_trigger_decides_with_its_pause_and_budget(project: Project, workspace: Workspace) -> None:
    now = datetime.now(UTC) + timedelta(hours=1)
    workspace.clock.fixed = now
    project.configure(triggers=[Trigger("external", cool_down="1D")])
    first = project.call_retrain("new catalogue", {"products": 1200}, by="etl")
    assert first["fired"]
    assert not project.call_retrain("again", by="etl")["fired"]  # that run waits
    (run,) = project.tick()
    assert run.id == first["run"]
    assert run.reason == "external: Called for by etl: 'new catalogue'."
    fired = project.history().query("verb == 'trigger'").iloc[0]["details"]
    assert fired["figures"] == {"calls": 1, "n": 1, "by": "etl", "given": {"products": 1200}}
    workspace.clock.fixed = now + timedelta(hours=2)
    held = project.call_retrain("too soon", by="etl")
    assert held["run"] is None
    assert "It pauses until" in held["said"]
    workspace.clock.fixed = now + timedelta(days=1, minutes=1)
    (later,) = project.tick()  # the call was kept, and the worker takes it up
    assert "too soon" in later.reason


def test_who_calls_and_how_often_can_matter(project: Project) -> None:
    project.configure(triggers=[Trigger("external", n=2, source="etl")])
    assert not project.call_retrain("a", by="etl")["fired"]
    assert not project.call_retrain("b", by="somebody")["fired"]
    assert project.call_retrain("c", by="etl")["fired"]


def test_a_storm_of_firings_starts_one_run(project: Project, workspace: Workspace) -> None:
    """Eight threads with databases of their own, as eight processes have them, ask a thousand times whether a trigger fires."""
    project.configure(triggers=[Trigger("labels", n=10, cool_down="0D"), Trigger("volume", n=10, cool_down="0D")])
    started: list[str] = []

    def storm() -> None:
        space = lifecycle.open_workspace(workspace.path)
        context = space._context("p")
        for _ in range(125):
            if (run := triggering.fire(context)) is not None:
                started.append(run)
        space.database.close()

    threads = [threading.Thread(target=storm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert len(project.runs()) == 1
    assert len(project.history().query("verb == 'trigger'")) == 2


def test_a_paused_trigger_rests_and_goes_on_where_it_was(project: Project) -> None:
    project.configure(triggers=[Trigger("labels", n=100, cool_down="0D", paused=True)])
    assert project.tick() == []
    (state,) = project.triggers()
    assert state.reason.startswith("It is paused. It would fire: 120 new labels")
    assert state.name == "labels (n=100)"
    project.configure(triggers=[Trigger("labels", n=100, cool_down="0D")])
    assert len(project.tick()) == 1


def test_a_call_without_a_recipe_is_told_and_refused(workspace: Workspace) -> None:
    watched = workspace.create_project("w", reference=rows(40).assign(prediction="no"))
    with pytest.raises(lifecycle.NotReady, match="no recipe"):
        watched.call_retrain("please")
    watched.configure(triggers=[Trigger("external")])
    assert watched.call_retrain("please", by="etl")["run"] is None
    assert watched.history().iloc[0]["verb"] == "trigger"


def test_a_preview_knows_the_calls(project: Project, workspace: Workspace) -> None:
    workspace.clock.fixed = datetime.now(UTC) + timedelta(days=10)
    project.call_retrain("ten days later", by="etl")
    workspace.clock.fixed += timedelta(days=10)
    label(project, rows(5, seed=9))
    (time,) = project.preview_trigger(Trigger("external"))["time"]
    assert abs(time - workspace.clock.fixed + timedelta(days=10)) < timedelta(hours=3)
