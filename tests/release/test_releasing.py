from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import lifecycle
from tests.release.conftest import features, labelled, made


def verbs(project) -> list[str]:
    return project.history()["verb"].tolist()


def test_versions_tell_what_there_is(project):
    frame = project.versions()
    assert frame["version"].tolist() == [2, 1]
    assert frame["status"].tolist() == ["candidate", "champion"]
    assert frame["created_by"].tolist() == ["ann", "eve"]
    assert {"trained_on", "reason", "accuracy"} <= set(frame.columns)
    assert project.version(2).status == "candidate"
    with pytest.raises(lifecycle.UnknownName, match="known: 1, 2"):
        project.version(9)


def test_approving_makes_it_answer_and_keeps_the_figures(project):
    labelled(project, 400, 3)
    verdict = project.compare().verdict
    project.approve(2, by="bob", reason="finds the squares")
    assert project.champion.version == 2
    assert set(project.predict(features(5, 4))["model_version"]) == {2}
    live = project.live()
    assert (live.version, live.mode, live.by, live.reason) == (2, "full", "bob", "finds the squares")
    decision = project.decisions(2).iloc[0]
    assert (decision["decision"], decision["by"], decision["figures"]["verdict"]) == ("approved", "bob", verdict)
    assert decision["figures"]["against"] == 1
    assert {row["metric"] for row in decision["figures"]["metrics"]} >= {"accuracy", "roc_auc"}
    assert verbs(project)[:2] == ["roll_out", "approve"]


def test_approval_without_a_reason_changes_nothing(project):
    before = verbs(project)
    with pytest.raises(lifecycle.InvalidValue, match="reason"):
        project.approve(2, by="bob")
    assert project.champion.version == 1
    assert verbs(project) == before
    assert project.decisions().empty


def test_four_eyes(project):
    project.configure(by="eve", four_eyes=True)
    with pytest.raises(lifecycle.NotAllowed, match="somebody else"):
        project.approve(2, by="ann", reason="mine")
    with pytest.raises(lifecycle.NotAllowed):
        project.roll_out(2, by="ann")
    project.roll_out(2, mode="shadow", by="ann")
    project.approve(2, by="bob", reason="checked")
    assert project.champion.version == 2


def test_rejecting_ends_its_trial_and_it_cannot_come_back(project):
    project.roll_out(2, mode="canary", share=0.5, by="bob")
    project.reject(2, by="bob", reason="too slow")
    assert project.version(2).status == "rejected"
    assert project.trial().mode == "none"
    for attempt in (
        lambda: project.approve(2, by="bob", reason="x"),
        lambda: project.roll_out(2, by="bob"),
        lambda: project.reject(2, by="b", reason="x"),
    ):
        with pytest.raises(lifecycle.Conflict):
            attempt()
    with pytest.raises(lifecycle.Conflict, match="roll back first"):
        project.reject(1, by="bob", reason="x")
    assert {"reject", "end_trial"} <= set(verbs(project))


def test_rolling_back_twice_goes_two_back(project):
    project.approve(2, by="bob", reason="a")
    project.register_model(LogisticRegression().fit(features(100, 5), made(100, 5)["label"]), by="ann")
    project.approve(3, by="bob", reason="b")
    assert project.roll_back(by="bob", reason="worse") == 2
    assert project.roll_back(by="bob", reason="worse still") == 1
    with pytest.raises(lifecycle.NotReady, match="no earlier champion"):
        project.roll_back(by="bob", reason="more")
    assert project.champion.version == 1
    project.roll_out(3, by="bob")
    assert project.roll_back(by="bob", reason="again") == 1
    assert set(project.predict(features(3, 1))["model_version"]) == {1}


def test_champion_at_any_time(project):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    project.tick(now=start)
    project.approve(2, by="bob", reason="a")
    project.tick(now=start + timedelta(days=2))
    project.roll_back(by="bob", reason="b")
    asked = [project.champion_at(start + timedelta(days=d)) for d in (0, 1, 3)]
    assert [v.version for v in asked] == [2, 2, 1]
    assert project.champion_at(datetime(2026, 3, 2)).version == 2, "naive times are UTC"
    assert project.champion_at(datetime(1999, 1, 1)) is None


def test_a_version_whose_file_was_changed_never_goes_live(project):
    path = project._context.models.path(project.version(2).model)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    from lifecycle.verbs.predictions import scoring

    scoring._models.clear()
    scoring._alive.clear()
    with pytest.raises(lifecycle.Tampered):
        project.approve(2, by="bob", reason="x")
    assert project.champion.version == 1
    assert project.decisions().empty
    assert len(project.predict(features(2, 1))) == 2


def test_comparison_uses_only_rows_that_neither_was_trained_on(project):
    labelled(project, 200, 6)
    found = project.compare()
    assert (found.old, found.new, found.rows) == (1, 2, 200)
    run = project.retrain(by="ann")
    assert run.status == "done", run.error
    against = project.compare(1, run.candidate)
    trained = set(project._context.snapshots.load(project.version(run.candidate).training)["id"].to_pylist())
    flipped = set(against.flips["id"])
    assert not flipped & trained
    assert 0 < against.rows < 200


def test_comparison_defaults_and_refusals(project):
    assert "Too early to say" in project.compare().verdict
    with pytest.raises(lifecycle.InvalidValue, match="with itself"):
        project.compare(2, 2)
    project.approve(2, by="bob", reason="x")
    with pytest.raises(lifecycle.NotReady, match="no candidate"):
        project.compare()
    assert project.compare(1, 2).old == 1


def test_watched_versions_are_compared_by_what_they_said(tmp_path):
    workspace = lifecycle.open_workspace(tmp_path)
    frame = made(200, 1).assign(prediction="no")
    project = workspace.create_project("watched", reference=frame)
    landed = project.log(made(100, 2).assign(prediction="no"))
    project.register_model(LogisticRegression().fit(features(200, 5), made(200, 5)["label"]), by="ann")
    found = project.compare(1, 2)
    assert found.rows == len(landed) == 100
    assert found.metrics.set_index("metric").loc["accuracy", "old"] == pytest.approx((made(100, 2)["label"] == "no").mean())


def test_shadow_answers_nobody_and_decides(project):
    project.roll_out(2, mode="shadow", by="bob")
    answers = labelled(project, 900, 7)
    assert set(answers["model_version"]) == {1}
    trial = project.trial()
    assert (trial.mode, trial.version, trial.requests, trial.labelled, trial.sample_ratio_ok) == ("shadow", 2, 900, 900, True)
    said = project.answer(features(900, 7), version=2)["prediction"].to_numpy()
    truth, old = made(900, 7)["label"].to_numpy(), answers["prediction"].to_numpy()
    wins, losses = int(((said == truth) & (old != truth)).sum()), int(((said != truth) & (old == truth)).sum())
    expected = lifecycle.paired_test(wins, losses, 900 - wins - losses)
    assert (trial.e_value, trial.difference, trial.lower) == (expected.e_value, expected.difference, expected.lower)
    assert trial.decision == "new"
    project.end_trial(by="bob", reason="decided")
    assert project.trial().mode == "none"
    with pytest.raises(lifecycle.NotReady):
        project.end_trial(by="bob")


def test_a_corrected_label_counts_once(project):
    project.roll_out(2, mode="shadow", by="bob")
    answers = labelled(project, 60, 8)
    before = project.trial()
    id = answers["id"].iloc[0]
    truth = made(60, 8)["label"].iloc[0]
    project.adjudicate(id, "no" if truth == "yes" else "yes", by="bob")
    after = project.trial()
    assert after.labelled == before.labelled == 60
    project.adjudicate(id, truth, by="bob")
    assert project.trial().difference == before.difference


def test_canary_is_sticky_and_keeps_its_share(project):
    project.roll_out(2, mode="canary", share=0.3, by="bob")
    answers = labelled(project, 2000, 9, entities=500)
    entity = pd.Series([f"customer {i % 500}" for i in range(2000)])
    assert (answers.groupby(entity)["model_version"].nunique() == 1).all()
    share = (answers.groupby(entity)["model_version"].first() == 2).mean()
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 500))
    assert answers["prediction"].tolist() == _each(project, answers, 9)
    trial = project.trial()
    assert (trial.mode, trial.requests, trial.labelled, trial.share, trial.sample_ratio_ok) == ("canary", 2000, 2000, 0.3, True)
    right = (answers["prediction"].to_numpy() == made(2000, 9)["label"].to_numpy()).astype(float)
    means = pd.DataFrame({"entity": entity, "new": answers["model_version"] == 2, "right": right}).groupby("entity").mean()
    expected = lifecycle.unpaired_test(means.loc[means["new"] == 0, "right"], means.loc[means["new"] == 1, "right"])
    assert trial.difference == pytest.approx(expected.difference)
    assert trial.e_value == pytest.approx(expected.e_value)
    assert project.trial() == trial, "looking again counts nothing again"


def _each(project, answers, seed):
    frame = features(len(answers), seed)
    said = {v: project.answer(frame, version=v)["prediction"].to_numpy() for v in (1, 2)}
    return [said[v][i] for i, v in enumerate(answers["model_version"])]


def test_a_candidate_that_fails_never_fails_a_request(project, monkeypatch):
    from lifecycle.verbs.predictions import shadowing

    real = shadowing.tell

    def broken(context, version, features, schema):
        if version.version == 2:
            raise lifecycle.BadData("broken")
        return real(context, version, features, schema)

    monkeypatch.setattr(shadowing, "tell", broken)
    for mode, share in (("canary", 0.5), ("shadow", None)):
        project.roll_out(2, mode=mode, share=share, by="bob")
        assert [set(project.predict(features(40, i))["model_version"]) for i in range(3)] == [{1}] * 3
        assert project.trial().mode == "none", "two failed calls of two are enough, in the process that serves"
        event = project.history(limit=1).iloc[0]
        assert (event["verb"], event["by"], event["details"]["guardrail"]) == ("end_trial", "lifecycle", "errors")
        assert "2 of 2 calls failed" in event["details"]["reason"]


def test_only_what_came_after_the_start_counts(project):
    labelled(project, 50, 1)
    project.roll_out(2, mode="shadow", by="bob")
    labelled(project, 30, 2)
    project.roll_out(2, mode="canary", share=0.5, by="bob")
    labelled(project, 20, 3)
    assert (project.trial().requests, project.trial().labelled) == (20, 20)
    project.roll_out(2, mode="shadow", by="bob")
    labelled(project, 10, 4)
    assert (project.trial().requests, project.trial().labelled) == (10, 10)


def test_releases_that_are_refused(project):
    with pytest.raises(lifecycle.Conflict, match="champion already"):
        project.roll_out(1, by="bob")
    with pytest.raises(lifecycle.InvalidValue):
        project.roll_out(2, mode="canary", by="bob")
    with pytest.raises(lifecycle.UnknownName, match="rollout mode"):
        project.roll_out(2, mode="rainbow", by="bob")
    with pytest.raises(lifecycle.UnknownName):
        project.roll_out(7, by="bob")
    assert project.trial().mode == "none"


def test_comments_and_history(project):
    project.comment(2, "looks good on Rome", by="cyd")
    assert project.comments(2)[["by", "text"]].values.tolist() == [["cyd", "looks good on Rome"]]
    assert project.history(limit=1)["verb"].tolist() == ["comment"]
    assert list(project.history().columns) == ["time", "by", "verb", "subject", "details"]
    with pytest.raises(lifecycle.InvalidValue):
        project.history(limit=-1)


def test_answers_are_the_models_own(project):
    frame = features(50, 3)
    answers = project.answer(frame, version=2)
    model = project._context.models.load(project.version(2).model)
    assert answers["prediction"].tolist() == model.predict(frame).tolist()
    assert answers[["p_no", "p_yes"]].to_numpy() == pytest.approx(model.predict_proba(frame))
    with pytest.raises(lifecycle.BadData, match="'x1' has some"):
        project.answer(frame.assign(x1=np.nan), version=2)
    with pytest.raises(lifecycle.BadData, match="'x0'"):
        project.answer(frame.drop(columns="x0"))


def test_a_model_that_saw_fewer_classes_gives_all_of_them(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=90), "label": [0, 1, 2] * 30})
    project = lifecycle.open_workspace(tmp_path).create_project(
        "digits", recipe=LogisticRegression(), training=frame, reference=frame.assign(a=frame["a"] + 1)
    )
    some = frame[frame["label"] != 1]
    project.register_model(LogisticRegression().fit(some[["a"]], some["label"]), by="ann")
    answers = project.answer(frame[["a"]], version=2)
    assert list(answers.columns) == ["prediction", "p_0", "p_1", "p_2"]
    assert (answers["p_1"] == 0).all()
    assert set(answers["prediction"]) <= {0, 2}
    assert all(isinstance(value, int) for value in answers["prediction"])
