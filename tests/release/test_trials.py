"""Ramps that go on by themselves, guardrails that roll back by themselves, and what a trial said when."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.release import guardrails
from lifecycle.release.sequential import Moments, rate_evidence
from lifecycle.verbs.predictions import shadowing
from lifecycle.verbs.release import measuring
from tests.release.conftest import features, labelled, made

START = datetime(2026, 3, 1, tzinfo=UTC)
RAMP = {"steps": (0.2, 0.5, 1.0), "requests": 60, "time": "1h"}


@pytest.fixture(autouse=True)
def written_at_once(monkeypatch):
    monkeypatch.setattr(measuring, "EVERY_SECONDS", 0.0)


def rail(trial, name):
    return next(found for found in trial.guardrails if found.name == name)


def test_a_ramp_climbs_to_everybody_a_committed_row_and_an_event_each_step(project):
    project.configure(by="eve", ramp=RAMP)
    project.tick(now=START)
    project.roll_out(2, mode="ramp", by="bob", reason="slowly")
    assert project.trial().share == 0.2
    assert project.trial().steps == (0.2, 0.5, 1.0)
    first = _entities(labelled(project, 1200, 1, entities=600))
    project.tick(now=START + timedelta(minutes=59))
    assert project.trial().share == 0.2, "the least time has not passed"
    project.tick(now=START + timedelta(hours=1))
    assert project.trial().share == 0.5
    assert project.trial().requests == 0, "each step is judged by its own requests"
    second = _entities(labelled(project, 1200, 2, entities=600))
    assert first <= second, "who was in the small share stays in the larger one"
    assert 0.4 < len(second) / 600 < 0.6
    project.tick(now=START + timedelta(hours=3))
    assert project.champion.version == 2
    assert project.trial().mode == "none"
    events = project.history()
    assert events.loc[events["verb"] == "ramp_up", "by"].tolist() == ["lifecycle", "lifecycle"]
    assert (events["verb"] == "roll_out").sum() == 4, "the first champion, two shares, everybody"
    seen = project.trial_history()
    assert seen["share"].unique().tolist() == [0.2, 0.5]
    assert seen["allocation"].dropna().between(0.1, 0.6).all()


def _entities(answers):
    return {f"customer {i % 600}" for i, version in enumerate(answers["model_version"]) if version == 2}


def test_a_ramp_waits_for_requests_and_then_for_labels_until_a_person_goes_on(project):
    project.configure(by="eve", ramp={"steps": (0.5, 1.0), "requests": 60, "time": "1h"})
    project.tick(now=START)
    project.roll_out(2, mode="ramp", by="bob")
    project.predict(features(20, 1))
    project.tick(now=START + timedelta(hours=2))
    assert "more requests to the new version" in project.trial().waits
    project.predict(features(400, 2))
    project.tick(now=START + timedelta(hours=2))
    assert project.champion.version == 1
    assert "a person" in project.trial().waits
    assert project.ramp_up(by="bob", reason="labels take a month") == 1.0
    assert project.champion.version == 2
    assert project.live().reason == "labels take a month"
    with pytest.raises(lifecycle.NotReady, match="No ramp"):
        project.ramp_up(by="bob")


def test_a_loser_is_rolled_back_within_a_tick(project):
    project.approve(2, by="bob", reason="squares")
    worse = project.version(1).version
    project.configure(by="eve", guardrails={"predictions": "off"})
    project.roll_out(worse, mode="ab", by="bob")
    labelled(project, 1600, 3)
    assert rail(project.trial(), "loss").state == "violated"
    assert rail(project.trial(), "predictions").state == "off"
    project.tick()
    assert project.trial().mode == "none"
    told = project.history(limit=1).iloc[0]["details"]
    assert (told["guardrail"], told["automatic"]) == ("loss", True)
    assert "the champion answers better" in told["reason"]
    assert project.champion.version == 2


def test_answers_that_differ_too_much_stop_a_shadow(project):
    project.configure(by="eve", guardrails={"predictions": 0.02})
    project.roll_out(2, mode="shadow", by="bob")
    frame = features(2500, 5).assign(x1=3.0)
    shares = [(project.answer(frame, version)["prediction"] == "yes").mean() for version in (1, 2)]
    project.predict(frame)
    assert rail(project.trial(), "predictions").value == pytest.approx(abs(shares[1] - shares[0]))
    project.tick()
    assert project.history(limit=1).iloc[0]["details"]["guardrail"] == "predictions"


def test_a_slow_candidate_is_stopped(project, monkeypatch):
    real, clock = shadowing.tell, iter(np.arange(1e6))

    def slow(context, version, features, schema):
        for _ in range(2 if version.version == 2 else 0):
            next(clock)
        return real(context, version, features, schema)

    monkeypatch.setattr(shadowing, "tell", slow)
    monkeypatch.setattr(shadowing.time, "perf_counter", lambda: float(next(clock)))
    project.roll_out(2, mode="shadow", by="bob")
    for i in range(60):
        project.predict(features(2, i))
    assert project.trial().mode == "none", "what is written is judged at once, without a worker's beat"
    told = project.history(limit=1).iloc[0]["details"]
    assert "too slow" in told["reason"]
    assert (told["guardrail"], told["value"]) == ("latency", pytest.approx(3.0))


def test_whatever_a_candidate_raises_the_champion_answers(project, monkeypatch):
    real = shadowing.tell

    def broken(context, version, features, schema):
        if version.version == 2:
            raise ZeroDivisionError("the model's own")
        return real(context, version, features, schema)

    monkeypatch.setattr(shadowing, "tell", broken)
    project.configure(by="eve", guardrails={"errors": "off"})
    project.roll_out(2, mode="ab", by="bob")
    assert set(project.predict(features(50, 1))["model_version"]) == {1}
    assert project.trial().mode == "ab", "the guardrail is off"


def test_the_history_of_a_trial_narrows_and_ends_where_the_trial_is(project):
    project.roll_out(2, mode="shadow", by="bob")
    assert project.trial_history().empty
    labelled(project, 600, 7)
    trial, seen = project.trial(), project.trial_history()
    assert len(seen) >= 20
    widths = (seen["upper"] - seen["lower"]).to_numpy()
    assert widths[-1] < widths[0] / 3
    end = seen.iloc[-1]
    assert (end["labelled"], end["e_value"], end["lower"]) == (trial.labelled, trial.e_value, trial.lower)
    project.end_trial(by="bob")
    assert len(project.trial_history()) == len(seen), "the last trial's stays to be read"


def test_many_points_are_thinned_and_the_last_stays(project):
    from lifecycle.records import SequentialResult
    from lifecycle.stores import trials, versions

    project.roll_out(2, mode="shadow", by="bob")
    row = versions.active_trial(project._context.database, "demo").id
    for i in range(500):
        trials.point(project._context.database, row, START, i, 0, i, SequentialResult(1.0, float("nan"), -1.0, 1.0, False))
    seen = project.trial_history()
    assert len(seen) <= 401
    assert seen["requests"].iloc[[0, -1]].tolist() == [0, 499]


def test_error_evidence_is_a_fair_bet_against_the_limit():
    """At the limit it reaches 100 in at most 1 % of streams that are looked at after every call (4,000 streams, standard error 0.16 %)."""
    failed = (np.random.default_rng(0).random((4000, 300)) < 0.01).cumsum(axis=1)
    least = np.array([next(k for k in range(n + 2) if rate_evidence(min(k, n), n, 0.01) >= math.log(100) or k > n) for n in range(1, 301)])
    assert (failed >= least).any(axis=1).mean() <= 0.01 + 3 * 0.0016
    assert rate_evidence(20, 200, 0.01) > math.log(100)


def test_latency_and_answers_rarely_stop_a_candidate_that_is_like_the_champion():
    """400 streams looked at 40 times each; standard error 0.5 %."""
    rng, stopped = np.random.default_rng(1), 0
    for _ in range(400):
        old, new = rng.normal(0, 1, 800).cumsum(), rng.normal(math.log(1.5), 1, 800).cumsum()  # right at the limit
        squares = rng.normal(0, 1, (2, 800)) ** 2
        sums = np.arange(1, 801) + (squares - 1).cumsum(axis=1)
        stopped += any(
            guardrails.latency(Moments(n, old[n - 1], sums[0, n - 1]), Moments(n, new[n - 1], sums[1, n - 1] + n * math.log(1.5) ** 2), 1.5).state
            == "violated"
            for n in range(60, 800, 20)
        )
    assert stopped / 400 <= 0.01 + 3 * 0.005


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"guardrails": {"speed": 1}}, "guardrail"),
        ({"guardrails": {"latency": 0.5}}, "between 1"),
        ({"ramp": {"steps": (0.5, 0.2, 1)}}, "rise to 1"),
        ({"ramp": {"steps": (0.5, 1), "time": "soon"}}, "not understood"),
        ({"ramp": {"pace": 1}}, "part of a ramp"),
        ({"margin": -1}, "margin"),
    ],
)
def test_settings_of_trials_are_checked_at_the_door(project, changes, words):
    with pytest.raises((lifecycle.InvalidValue, lifecycle.UnknownName), match=words):
        project.configure(by="eve", **changes)


def test_regression_is_tried_as_well(tmp_path):
    from sklearn.linear_model import LinearRegression, Ridge

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=1500)})
    frame["y"] = 3 * frame["x"] + rng.normal(size=1500)
    project = lifecycle.open_workspace(tmp_path).create_project(
        "numbers", task="regression", target="y", recipe=Ridge(1e4), training=frame[:300], reference=frame[300:400]
    )
    project.register_model(LinearRegression().fit(frame[["x"]][:300], frame["y"][:300]), by="ann")
    project.roll_out(2, mode="shadow", by="bob")
    answers = project.predict(frame[["x"]][400:])
    project.record_labels(pd.DataFrame({"id": answers["id"], "label": frame["y"][400:].to_numpy()}))
    trial = project.trial()
    assert trial.decision == "new"
    assert rail(trial, "predictions").state == "ok", "the mean is where it was"


def test_the_planner_speaks_of_the_projects_own_volume_and_disagreement(project):
    with pytest.raises(lifecycle.NotReady, match="requests_a_day"):
        project.plan_trial()
    plan = project.plan_trial(gain=0.02, requests_a_day=2000, discordance=0.05)
    assert plan.sentence == "At 2,000 requests a day and 5 % disagreement a 2-point gain shows in about a day."
    assert plan.frame["mode"].iloc[0] == "shadow", "paired is the soonest"
    assert plan.frame["requests"].is_monotonic_increasing
    assert (plan.frame["requests_90"] > plan.frame["requests"]).all()
    with pytest.raises(lifecycle.InvalidValue, match="cannot come from"):
        project.plan_trial(gain=0.1, requests_a_day=10, discordance=0.05)
    project.tick(now=START)
    labelled(project, 300, 5)
    project.tick(now=START + timedelta(days=1))
    project.predict(features(300, 6))
    plan = project.plan_trial()
    assert plan.requests_a_day == pytest.approx(600)
    assert plan.labelled_share == pytest.approx(0.5)
    assert plan.assumed == ()
    assert "50 % of them with a label" in plan.sentence


def test_the_planned_mean_is_the_simulated_one():
    """300 trials, each until it is decided; standard error about 4 %."""
    from lifecycle.release.planning import paired_requests
    from lifecycle.release.sequential import log_evidence

    u = np.random.default_rng(3).random((300, 9000))
    wins, losses = (u < 0.035).cumsum(axis=1), (u > 0.985).cumsum(axis=1)
    first = (log_evidence(wins, losses) >= math.log(20)).argmax(axis=1) + 1
    assert paired_requests(0.02, 0.05)[0] == pytest.approx(first.mean(), rel=0.12)


def test_several_versions_against_the_champion_at_once(project):
    from sklearn.dummy import DummyClassifier

    frame = made(300, 4)
    project.register_model(DummyClassifier().fit(frame.drop(columns="label"), frame["label"]), by="ann")
    labelled(project, 400, 3)
    found = project.compare_many()
    assert found["version"].tolist() == [2, 3]
    assert found["standing"].tolist()[0] == "better"
    single = project.compare(1, 2).metrics.set_index("metric").loc["accuracy"]
    assert found["difference"].iloc[0] == single["difference"]
    p = found["p_value"].to_numpy()
    assert found["p_adjusted"].min() == pytest.approx(2 * p.min()), "Holm over two versions"
    assert project.compare_many([3])["version"].tolist() == [3]
