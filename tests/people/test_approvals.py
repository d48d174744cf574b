"""Asking for approval, withdrawing it, its end; and what was live at a time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import lifecycle


@pytest.fixture
def project(home: Path) -> lifecycle.Project:
    return lifecycle.open_workspace(home).project("demo")


def test_a_request_is_kept_with_its_figures_and_answered(project: lifecycle.Project) -> None:
    project.request_approval(2, "ready for autumn", by="dora")
    waiting = project.approval_requests(2).iloc[0]
    assert (waiting["by"], waiting["comment"], waiting["outcome"]) == ("dora", "ready for autumn", "")
    assert waiting["figures"]["verdict"]
    project.configure(four_eyes=True)
    with pytest.raises(lifecycle.NotAllowed, match="four eyes"):
        project.approve(2, by="dora", reason="mine")
    project.approve(2, by="carla", reason="better")
    assert project.approval_requests(2)["outcome"].tolist() == ["approved"]
    with pytest.raises(lifecycle.NotReady, match="nothing to withdraw"):
        project.withdraw_request(2, by="dora", reason="too late")
    with pytest.raises(lifecycle.Conflict, match="roll back"):
        project.withdraw_approval(2, by="carla", reason="too late")


def test_a_withdrawn_approval_lets_nothing_live(project: lifecycle.Project) -> None:
    project.approve(2, by="carla", reason="better", mode="later")
    assert project.champion.version == 1
    project.withdraw_approval(2, by="carla", reason="labels were wrong")
    with pytest.raises(lifecycle.NotReady, match="withdrawn by carla"):
        project.roll_out(2, by="carla")
    project.approve(2, by="carla", reason="labels are mended", mode="later")
    project.roll_out(2, by="carla", reason="now")
    assert project.champion.version == 2


def test_withdrawing_ends_the_trial_that_it_began(project: lifecycle.Project) -> None:
    project.approve(2, by="carla", reason="see it first", mode="canary", share=0.1)
    project.withdraw_approval(2, by="carla", reason="too many errors")
    assert project.trial().mode == "none"


def test_an_approval_and_a_candidate_grow_old(project: lifecycle.Project) -> None:
    clock = project._context.clock
    project.approve(2, by="carla", reason="better", mode="later")
    clock.fixed = clock.now() + timedelta(days=15)
    with pytest.raises(lifecycle.NotReady, match="older than 14D"):
        project.roll_out(2, by="carla")
    with pytest.raises(lifecycle.NotReady, match="Look at it again"):
        project.approve(2, by="carla", reason="better")
    project.request_approval(2, "looked again, still better", by="dora")
    project.approve(2, by="carla", reason="still better")
    assert project.champion.version == 2
    with pytest.raises(lifecycle.InvalidValue, match="approval_expires"):
        project.configure(approval_expires="soon")
    assert project.configure(approval_expires=None).approval_expires is None


def test_what_was_live_who_decided_and_on_what_figures(project: lifecycle.Project) -> None:
    clock = project._context.clock
    start = clock.now()
    clock.fixed = start + timedelta(hours=1)
    project.approve(2, by="carla", reason="better on all", mode="later")
    clock.fixed = start + timedelta(hours=2)
    project.roll_out(2, by="dora", reason="in the quiet hour")
    clock.fixed = start + timedelta(hours=3)
    project.roll_back(by="oscar", reason="complaints")
    at = {hour: project.live_at(start + timedelta(hours=hour)) for hour in (1.5, 2.5, 3.5)}
    assert [found.version for found in at.values()] == [1, 2, 1]
    live = at[2.5]
    assert (live.decided_by, live.decision, live.released_by, live.reason) == ("carla", "better on all", "dora", "in the quiet hour")
    assert (live.since, live.until) == (start + timedelta(hours=2), start + timedelta(hours=3))
    assert live.figures == project.decisions(2)["figures"].iloc[0]
    assert (at[3.5].decided_by, at[3.5].reason) == ("oscar", "complaints")
    assert project.live_at(start - timedelta(days=9999)) is None
    assert project.live_at().version == 1
