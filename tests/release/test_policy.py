"""What happens by itself to a candidate that passes its gates, when the policy is a ramp."""

from datetime import timedelta

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

import lifecycle
from tests.release.conftest import labelled


def test_a_candidate_that_passes_its_gates_starts_the_ramp_and_climbs_it(project):
    project.set_recipe(make_pipeline(PolynomialFeatures(2), LogisticRegression(max_iter=500)), by="dora")
    project.configure(by="carla", release="ramp", ramp={"steps": (0.3, 1.0), "requests": 60, "time": "1h"}, gates={"milliseconds": 10_000})
    labelled(project, 400, 1)
    run = project.retrain(by="dora")
    assert run.status == "done", run.error
    trial = project.trial()
    assert (trial.mode, trial.version, trial.share) == ("ramp", run.candidate, 0.3)
    assert project.live().version == 1
    started = project.history().query("verb == 'roll_out'").iloc[0]
    assert started["by"] == "lifecycle"
    assert "the policy is ramp" in started["details"]["reason"]
    labelled(project, 1200, 2)
    project.tick(now=trial.started + timedelta(hours=2))
    assert project.champion.version == run.candidate


def test_a_candidate_that_fails_a_gate_waits_for_a_person(project):
    project.configure(by="carla", release="ramp", gates={"megabytes": 1e-6})
    labelled(project, 300, 1)
    project.retrain(by="dora")
    assert project.trial().mode == "none"
    assert project.history()["verb"].tolist().count("request_approval") == 1


def test_ramp_and_guardrails_are_changed_by_those_who_may_release(project):
    people = lifecycle.open_workspace(project._context.root).people
    people.add("root", "admin", "correct horse battery", by="root")
    for name, role in (("dora", "data scientist"), ("carla", "approver")):
        people.add(name, role, "correct horse battery", project="demo", by="root")
    for changes in ({"guardrails": {"loss": "off"}}, {"ramp": {"requests": 1}}, {"release": "ramp"}):
        with pytest.raises(lifecycle.NotAllowed, match="approver"):
            project.configure(by="dora", **changes)
        project.configure(by="carla", **changes)
    project.configure(by="dora", margin=0.02)
    assert project.settings.release == "ramp"
