"""Triggers in a project: what they are shown, when they fire, and that they fire once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

import lifecycle
from lifecycle.project import Project
from lifecycle.train.triggers import Facts, decide
from lifecycle.train.triggers.concept import worst_cut
from lifecycle.train.triggers.schedule import after
from lifecycle.verbs.predictions import recording
from lifecycle.verbs.train.triggering import DETECTORS
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows

Trigger = lifecycle.Trigger


def test_labels_fire_once_and_count_anew_after_the_run(project: Project) -> None:
    project.configure(triggers=[Trigger("labels", n=120, cool_down="0D")])
    (state,) = project.triggers()
    assert state.fires
    assert state.name == "labels (n=120)"
    (run,) = project.tick()
    assert run.status == "done", run.error
    assert run.reason == "labels: 120 new labels; asked for are 120."
    assert run.requested_by == "lifecycle"
    assert project.tick() == []
    assert project.triggers()[0].reason == "0 new labels; asked for are 120."
    label(project, rows(120, seed=2))
    assert len(project.tick()) == 1
    history = project.history()
    fired = history[history["verb"] == "trigger"]
    assert fired["subject"].tolist() == ["labels (n=120)"] * 2
    assert fired["details"].iloc[0]["figures"] == {"labels": 120, "n": 120}
    assert project.version(2).manifest["trigger"]["kind"] == "labels"


def test_what_fires_together_is_one_run(project: Project) -> None:
    project.configure(triggers=[Trigger("labels", n=1), Trigger("volume", n=1), Trigger("age", max="1h")])
    runs = project.tick(datetime.now(UTC) + timedelta(days=1))
    assert len(runs) == 1
    assert all(kind in runs[0].reason for kind in ("labels:", "volume:", "age:"))
    assert len(project.history().query("verb == 'trigger'")) == 3


def test_a_missed_schedule_fires_once(workspace: Workspace) -> None:
    workspace.clock.fixed = datetime(2026, 1, 15, tzinfo=UTC)
    project = workspace.create_project("q", recipe=LogisticRegression(), training=rows(60))
    label(project, rows(60, seed=3))
    project.configure(triggers=[Trigger("schedule", every="QS", cool_down="0D")])
    assert project.tick(datetime(2026, 3, 31, tzinfo=UTC)) == []
    assert project.triggers()[0].next_due == datetime(2026, 4, 1, tzinfo=UTC)
    late = datetime(2026, 11, 5, tzinfo=UTC)  # the worker was away for two quarters
    assert len(project.tick(late)) == 1
    assert project.tick(late + timedelta(minutes=1)) == []
    assert project.triggers()[0].next_due == datetime(2027, 1, 1, tzinfo=UTC)
    assert len(project.tick(datetime(2027, 1, 1, 6, tzinfo=UTC))) == 1


def test_looking_ahead_records_nothing(project: Project) -> None:
    project.configure(triggers=[Trigger("age", max="30D")])
    assert not project.triggers()[0].fires
    assert project.triggers(datetime.now(UTC) + timedelta(days=31))[0].fires
    assert "trigger" not in set(project.history()["verb"])


def test_a_performance_drop_fires_and_calm_does_not(project: Project) -> None:
    project.configure(triggers=[Trigger("performance", drop=0.05), Trigger("concept")])
    assert project.tick() == []
    turned = rows(200, seed=4)
    turned["label"] = np.where(turned["label"] == "yes", "no", "yes")
    label(project, turned)
    (run,) = project.tick()
    assert "performance: accuracy (assisted) is" in run.reason
    assert "concept: The mean error rose" in run.reason


def test_drift_fires_with_its_columns(project: Project) -> None:
    project.configure(triggers=[Trigger("drift", cool_down="0D")])
    assert project.tick() == []
    shifted = rows(100, seed=6)
    shifted["left"] += 5
    label(project, shifted)
    (run,) = project.tick()
    assert "left" in run.reason
    assert project.tick() == []  # the same windows do not fire again


def test_a_watched_project_tells_without_training(workspace: Workspace) -> None:
    project = workspace.create_project("w", reference=rows(40).assign(prediction="no"))
    project.configure(triggers=[Trigger("volume", n=10)])
    project.log(rows(20).drop(columns="label").assign(prediction="no"))
    assert project.tick() == []
    assert project.runs() == []
    assert project.history().iloc[0]["verb"] == "trigger"


@pytest.mark.parametrize("bad", [Trigger("moon"), Trigger("labels", n=0), Trigger("labels", m=1), Trigger("schedule"), Trigger("age", max="old")])
def test_a_wrong_trigger_is_refused_when_it_is_set(project: Project, bad: Trigger) -> None:
    with pytest.raises(lifecycle.LifecycleError):
        project.configure(triggers=[bad])
    assert project.settings.triggers == ()


def test_a_wrong_trigger_is_refused_when_the_project_is_made(workspace: Workspace) -> None:
    with pytest.raises(lifecycle.UnknownName, match="No trigger named 'moon'"):
        workspace.create_project("m", reference=rows(40).assign(prediction="no"), settings=lifecycle.Settings(triggers=(Trigger("moon"),)))


@pytest.mark.parametrize("every", ["D", "7D", "12h", "W-MON", "MS", "QS", "YS", "ME"])
def test_offsets_come_strictly_later_and_in_their_rhythm(every: str) -> None:
    moment = datetime(2026, 2, 10, 5, 30, tzinfo=UTC)
    times = [moment]
    for _ in range(5):
        times.append(after(times[-1], None, every))
    assert times == sorted(set(times))
    offset = pd.tseries.frequencies.to_offset(every)
    assert all(offset.is_on_offset(pd.Timestamp(time)) for time in times[1:])


def test_the_error_stream_rarely_cries_wolf_and_sees_a_rise() -> None:
    rng = np.random.default_rng(0)
    false, seen, late = 0, 0, []
    for _ in range(200):
        calm = (rng.random(2000) < 0.1).astype(float)
        false += any(worst_cut(calm[:n], 0.01, 30)[1] > 0 for n in range(100, 2001, 100))
        risen = np.concatenate([calm[:1000], (rng.random(1000) < 0.25).astype(float)])
        when = next((n for n in range(1000, 2001, 20) if worst_cut(risen[:n], 0.01, 30)[1] > 0), None)
        seen += when is not None
        late.append((when or 2000) - 1000)
    assert false <= 6  # 0.01 allows about 2 in 200
    assert seen >= 195
    assert np.median(late) < 400


def test_a_regression_project_with_few_rows_is_retrained_each_quarter(workspace: Workspace) -> None:
    rng = np.random.default_rng(1)
    times = pd.date_range("2015-01-01", periods=60, freq="QS", tz="UTC")
    x = rng.normal(size=(60, 2))
    frame = pd.DataFrame({"quarter": times, "a": x[:, 0], "b": x[:, 1], "y": x @ [2.0, -1.0] + rng.normal(scale=0.1, size=60)})
    workspace.clock.fixed = times[40].to_pydatetime()
    project = workspace.create_project(
        "few", task="regression", target="y", timestamp="quarter", recipe=Ridge(), training=frame[:40], window="QS",
        settings=lifecycle.Settings(triggers=(Trigger("schedule", every="QS", cool_down="0D"),), release="automatic"),
    )  # fmt: skip
    runs = []
    for place in range(40, 49):
        workspace.clock.fixed = times[place].to_pydatetime()
        (id,) = project.log(frame.iloc[[place]].drop(columns="y"))
        project.record_labels(pd.DataFrame({"id": [id], "label": [frame["y"].iloc[place]]}))
        runs += project.tick(times[place].to_pydatetime() + timedelta(hours=1))
    assert len(runs) == 8
    assert {run.status for run in runs[1:]} == {"done"}, [run.error for run in runs]
    assert "Only 1 prediction" in runs[0].error if runs[0].status == "failed" else True
    assert project.version(project.runs()[0].candidate).metrics["mae"] < 0.3


def test_a_preview_says_when_it_would_have_fired(workspace: Workspace) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    workspace.clock.fixed = start
    project = workspace.create_project("h", recipe=LogisticRegression(), training=rows(60), timestamp=None, window="50 rows")
    for week in range(1, 9):
        workspace.clock.fixed = start + timedelta(weeks=week)
        frame = rows(50, seed=week)
        frame["left"] += 4 * (week >= 6)
        label(project, frame)
    found = project.preview_trigger(Trigger("labels", n=100, cool_down="0D"))
    assert [(time - start).days // 7 for time in found["time"]] == [2, 4, 6, 8]
    assert project.preview_trigger(Trigger("labels", n=100, cool_down="0D", budget=1))["time"].dt.month.tolist() == [1, 2]
    assert [(time - start).days // 7 for time in project.preview_trigger(Trigger("volume", n=200))["time"]] == [4, 8]
    assert len(project.preview_trigger(Trigger("schedule", every="MS"))) == 1
    drifted = project.preview_trigger(Trigger("drift"))["time"]
    assert (drifted.iloc[0] - start).days // 7 == 6
    for kind in ("concept", "performance"):  # the shifted rows keep their labels, so that the rule is wrong for them
        assert (project.preview_trigger(Trigger(kind))["time"].iloc[0] - start).days // 7 >= 6
    assert "trigger" not in set(project.history()["verb"])
    with pytest.raises(lifecycle.UnknownName):
        project.preview_trigger(Trigger("moon"))


def test_quiet_hours_and_dry_runs(project: Project) -> None:
    project.configure(triggers=[Trigger("labels", n=1, quiet="22-6")])
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(hour=3, minute=0)
    assert project.tick(tomorrow) == []
    assert project.triggers()[0].reason.startswith("It is quiet from 22 to 6 o'clock UTC. It would fire: 120 new labels")
    assert len(project.tick(tomorrow.replace(hour=7))) == 1
    label(project, rows(5, seed=3))
    project.configure(triggers=[Trigger("labels", n=1, dry_run=True)])
    assert project.tick() == []
    told = project.history().query("verb == 'trigger'").iloc[0]["details"]
    assert told["dry_run"] is True
    assert told["run"] is None
    assert project.tick() == []
    assert len(project.history().query("verb == 'trigger'")) == 2
    for wrong in ({"quiet": "night"}, {"quiet": "5-5"}, {"dry_run": "yes"}):
        with pytest.raises(lifecycle.InvalidValue):
            project.configure(triggers=[Trigger("labels", **wrong)])


def test_the_environment_of_a_version(project: Project) -> None:
    lock, unlike = project.environment(1)
    assert "scikit-learn==" in lock
    assert unlike == ()


@pytest.mark.parametrize("detector", ["window", "adwin", "page_hinkley"])
def test_a_concept_trigger_s_past_is_what_it_would_have_said_at_each_moment(project: Project, detector: str) -> None:
    turning = rows(900, seed=3)
    turning.loc[400:, "label"] = turning.loc[400:, "label"].map({"yes": "no", "no": "yes"})
    label(project, turning)
    trigger = Trigger("concept", detector=detector)
    found = project.preview_trigger(trigger)
    frame = recording.labelled(project._context)
    assert len(found) == 1  # all were logged within a moment, so that it is asked with all of them or none
    known = Facts(found["time"][0], project.config.created, None, project.config.created, (), losses=losses(frame), detectors=DETECTORS)
    assert decide(trigger, known).figures == found["figures"][0]
    wrong = losses(frame)
    if detector != "window":
        for stop in range(0, len(wrong), 37):
            assert DETECTORS[detector](wrong[:stop]) == tuple(change for change in DETECTORS[detector](wrong) if change.found < stop)


def losses(frame: pd.DataFrame) -> np.ndarray:
    return (frame["label"] != frame["prediction"]).to_numpy(dtype=float)
