"""Several recipes race, spaces are searched, fits go on from the champion; and all of it repeats to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

import lifecycle
from lifecycle.project import Project
from lifecycle.records import Column, Schema
from lifecycle.release import resampled
from lifecycle.train import racing, searching, starting
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows


def test_the_simplest_within_one_standard_error_of_the_paired_difference_wins() -> None:
    rng = np.random.default_rng(0)
    best = rng.random(400)
    losses = {"simple": best + rng.normal(0.01, 0.5, 400), "middle": best + 0.2, "best": best}
    found = {entry.name: entry for entry in racing.judged(losses)}
    gap = losses["simple"] - losses["best"]
    assert found["simple"].difference == pytest.approx(gap.mean())
    assert found["simple"].difference_error == pytest.approx(gap.std(ddof=1) / 20)
    assert 0 < gap.mean() < gap.std(ddof=1) / 20
    assert [entry.won for entry in found.values()] == [True, False, False]
    assert [entry.won for entry in racing.judged({"middle": best + 0.2, "best": best})] == [False, True]


def test_only_rows_that_all_answered_count() -> None:
    found = racing.judged({"a": np.array([np.nan, 1.0, 0.0]), "b": np.array([1.0, 1.0, 1.0])})
    assert [entry.loss for entry in found] == [0.5, 1.0]
    with pytest.raises(lifecycle.InvalidValue, match="no row that all of them answered"):
        racing.judged({"a": np.array([np.nan, 1.0]), "b": np.array([1.0, np.nan])})


def test_a_race_keeps_its_table_and_repeats(project: Project) -> None:
    stump, tree = DecisionTreeClassifier(max_depth=1), DecisionTreeClassifier(max_depth=1, splitter="random", random_state=3)
    project.set_recipe({"z linear": LogisticRegression(), "stump": stump, "a bad one": tree})
    run = project.retrain()
    assert run.status == "done", run.error
    table = project.race(run.candidate)
    assert table["name"].tolist() == ["z linear", "stump", "a bad one"]  # the order given, not that of the alphabet
    assert table.loc[table["won"], "name"].tolist() == ["z linear"]
    assert project.reproduce(run.candidate).identical
    version = project.version(run.candidate)
    training = project._context.snapshots.load(version.training).to_pandas()
    folds = StratifiedKFold(4, shuffle=True, random_state=0)
    said = cross_val_predict(LogisticRegression(random_state=0), training[["left", "right"]], training["label"], cv=folds)
    assert table["loss"].iloc[0] == pytest.approx((said != training["label"]).mean())
    again = project.version(project.retrain().candidate)
    assert again.manifest["race"] == version.manifest["race"]
    assert again.manifest["fitted"] == version.manifest["fitted"]
    assert project.race(1).empty
    card = project.model_card(run.candidate)
    best = table["loss"].idxmin()
    assert table.loc[best, "test"] == ""
    assert table["p_value"].drop(best).between(0, 1).all()
    assert set(table["test"].drop(best)) == {resampled.NAME}
    assert "z linear" in card
    assert resampled.NAME in card


def test_a_recipe_that_fails_is_out_and_all_failing_is_a_failed_run(project: Project) -> None:
    project.set_recipe({"works": "linear", "fails": DecisionTreeClassifier(max_depth=-3)})
    table = project.race(project.retrain().candidate)
    assert table["won"].tolist() == [True, False]
    assert "max_depth" in table["failed"].iloc[1]
    project.set_recipe({"a": DecisionTreeClassifier(max_depth=-3), "b": DecisionTreeClassifier(max_depth=-2)})
    run = project.retrain()
    assert run.status == "failed"
    assert "Not one of 2 recipes" in str(run.error)


def test_a_search_space_is_halved_and_repeats(project: Project) -> None:
    project.set_recipe("linear", search={"model__C": [0.0001, 1.0, 10.0]})
    run = project.retrain()
    assert run.status == "done", run.error
    manifest = project.version(run.candidate).manifest
    assert manifest["best_parameters"]["model__C"] in (1.0, 10.0)
    assert project.reproduce(run.candidate).identical
    with pytest.raises(lifecycle.UnknownName, match="model__D"):
        project.set_recipe("linear", search={"model__D": [1]})
    with pytest.raises(lifecycle.InvalidValue, match="give a list"):
        project.set_recipe("linear", search={"model__C": 3})


def test_large_spaces_are_drawn_from_and_time_is_kept() -> None:
    schema = Schema((Column("x", "numeric"),), "y", "when", "regression", "tabular")
    found = searching.searched(Ridge(), {"alpha": list(range(1, 100))}, schema)
    assert (type(found).__name__, found.n_candidates) == ("HalvingRandomSearchCV", 81)
    for train, test in searching.splitter(schema, 0).split(np.zeros((50, 1))):
        assert train.max() < test.min()


def test_warm_and_partial_fits_begin_with_the_champion(workspace: Workspace) -> None:
    project = workspace.create_project("s", recipe=SGDClassifier(max_iter=5, tol=None), training=rows(100))
    label(project, rows(60, seed=2))
    for kind, seen in (("warm", 128), ("partial", 48)):
        project.configure(training_start=kind)
        run = project.retrain()
        assert run.status == "done", run.error
        start = project.version(run.candidate).manifest["start"]
        assert (start["kind"], start["version"], start["rows"]) == (kind, 1, seen)
        assert start["model"] == project.version(1).model
        assert project.reproduce(run.candidate).identical
    model, parent = (project._context.models.load(project.version(number).model) for number in (3, 1))
    frame = project._context.snapshots.load(project.version(3).training).to_pandas()
    fresh = frame[~frame["id"].isin(project._context.snapshots.load(project.version(1).training).to_pandas()["id"])]
    parent.partial_fit(fresh[["left", "right"]], fresh["label"])
    assert (model.coef_ == parent.coef_).all()


def test_what_cannot_go_on_begins_afresh_and_says_so() -> None:
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    tree = DecisionTreeClassifier()
    assert "no partial_fit" in starting.begun("partial", tree, DecisionTreeClassifier().fit(x, y))[1]
    assert "is no DecisionTreeClassifier" in starting.begun("warm", tree, LogisticRegression().fit(x, y))[1]
    forest, note = starting.begun("warm", RandomForestClassifier(3), RandomForestClassifier(3, random_state=0).fit(x, y))
    assert (len(forest.fit(x, y).estimators_), note) == (6, "")


def test_ready_names_and_stored_recipes_can_be_set(project: Project) -> None:
    first = project.settings.recipe
    project.set_recipe("forest")
    assert project.settings.recipe != first
    project.set_recipe({"old": str(first), "new": "forest"})
    assert project.settings.recipes[0] == ("old", first)
    with pytest.raises(lifecycle.BadFile, match="gradient_boosting"):
        project.set_recipe("boosting")
    with pytest.raises(lifecycle.UnknownName):
        project.set_recipe({"a": "forest"}, search={"b": {"model__n_estimators": [1]}})


def test_the_command_sets_several(project: Project) -> None:
    from click.testing import CliRunner

    from lifecycle.commands.train import commands

    runner, home = CliRunner(), str(project._context.root)
    said = runner.invoke(commands, ["set-recipe", "p", "a=linear", "b=forest", "--search", '{"a": {"model__C": [1, 2]}}'], obj=home)
    assert "2 recipes race" in said.output, said.output
    assert [name for name, _ in project.settings.recipes] == ["a", "b"]
    refused = runner.invoke(commands, ["set-recipe", "p", "linear", "--search", "[]"], obj=home)
    assert refused.exit_code == 1
    assert "give a JSON object" in refused.output
