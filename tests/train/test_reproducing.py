"""Versions trained again from their manifests: identical to the bit, or what differs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import lifecycle
from lifecycle.project import Project
from lifecycle.train import fingerprint
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows

RECIPES = [
    LogisticRegression(solver="saga", max_iter=50),
    HistGradientBoostingClassifier(max_iter=20, early_stopping=True),
    RandomForestClassifier(n_estimators=20),
    make_pipeline(StandardScaler(), BaggingClassifier(LogisticRegression(), n_estimators=5)),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: type(recipe).__name__)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_same_manifest_gives_the_same_bits(workspace: Workspace, recipe: object) -> None:
    project = workspace.create_project("p", recipe=recipe, training=rows(200))
    label(project, rows(150, seed=1))
    run = project.retrain()
    assert run.status == "done", run.error
    for version in (1, 2):
        found = project.reproduce(version)
        assert found.identical, found.differences
    again = project.retrain()
    first, second = (project.version(number).manifest for number in (2, again.candidate))
    assert first["fitted"] == second["fitted"]
    assert first["predictions"] == second["predictions"]
    assert project.version(1).manifest["fitted"] != first["fitted"]


def edited(project: Project, workspace: Workspace, version: int, **changes: object) -> None:
    manifest = {**project.version(version).manifest, **changes}
    with workspace.database.write() as connection:
        connection.execute("UPDATE versions SET manifest = ? WHERE version = ?", (json.dumps(manifest), version))


def test_what_differs_is_said(workspace: Workspace) -> None:
    project = workspace.create_project("p", recipe=RandomForestClassifier(n_estimators=5), training=rows(200))
    environment = {**project.version(1).manifest["environment"], "packages": {"numpy": "1.0"}, "blas": ["openblas 0.1"]}
    edited(project, workspace, 1, seed=1, environment=environment)
    found = project.reproduce(1)
    assert not found.identical
    assert any(text.startswith("The fitted parameters differ: ") for text in found.differences)
    assert any("predictions on the reference differ" in text for text in found.differences)
    assert any(text.startswith("Package numpy was 1.0 and is ") for text in found.differences)
    assert any("numeric library openblas 0.1" in text for text in found.differences)


def test_a_changed_snapshot_is_refused(workspace: Workspace) -> None:
    project = workspace.create_project("p", recipe=LogisticRegression(), training=rows(100))
    path = workspace.snapshots.path(project.version(1).training)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(lifecycle.Tampered):
        project.reproduce(1)


def test_a_model_from_elsewhere_has_nothing_to_repeat(workspace: Workspace) -> None:
    project = workspace.create_project("w", reference=rows(40).assign(prediction="no"))
    with pytest.raises(lifecycle.NotReady, match="was not trained here"):
        project.reproduce(1)


def test_categories_and_missing_values_reach_the_recipe(workspace: Workspace) -> None:
    frame = rows(200)
    frame["town"] = np.where(frame["left"] > 0, "north", "south")
    frame.loc[::7, "town"] = None
    recipe = make_pipeline(make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["town"]), remainder="passthrough"), LogisticRegression())
    project = workspace.create_project("c", recipe=recipe, training=frame)
    assert project.reproduce(1).identical
    answer = project.predict(pd.DataFrame({"left": [0.1], "right": [0.2], "town": ["west"]}))
    assert answer["prediction"].iloc[0] in ("no", "yes")


def test_register_model_and_its_file(project: Project, workspace: Workspace) -> None:
    frame = rows(300, seed=9)
    model = LogisticRegression().fit(frame[["left", "right"]], frame["label"])
    version = project.register_model(model, by="ana", reason="made in a notebook")
    assert (version.version, version.status, version.parent) == (2, "candidate", 1)
    assert version.metrics["accuracy"] > 0.8
    again = project.register_model(str(workspace.models.path(version.model)), by="ana")
    assert again.model == version.model
    with pytest.raises(lifecycle.BadFile):
        project.register_model("/nowhere/model.skops")
    with pytest.raises(lifecycle.LifecycleError, match="feature names"):
        project.register_model(LogisticRegression().fit(frame[["left"]], frame["label"]))
    assert len(project.versions()) == 3


def test_set_recipe_refuses_what_cannot_learn(project: Project) -> None:
    for bad in (LogisticRegression, "not a file", 7):
        with pytest.raises(lifecycle.LifecycleError):
            project.set_recipe(bad)


def test_the_card_says_what_matters(project: Project) -> None:
    project.retrain("more labels", by="ana")
    project.approve(2, by="ben", reason="It is better.")
    card = project.model_card(2)
    for part in ("# p, version 2", "| accuracy |", "Parent: version 1", "Reason: more labels", "approved by ben", "It is better.", "numpy "):
        assert part in card
    assert "unknown" not in project.model_card(1).split("## How good it is")[0]


def test_fingerprints_see_every_bit() -> None:
    frame = rows(100)
    one, other = (RandomForestClassifier(5, random_state=0).fit(frame[["left", "right"]], frame["label"]) for _ in range(2))
    assert fingerprint.fingerprint(one) == fingerprint.fingerprint(other)
    other.estimators_[3].tree_.threshold[0] = np.nextafter(other.estimators_[3].tree_.threshold[0], 1)
    assert fingerprint.differences(one, other) == ["estimators_.3.tree_.nodes.threshold"]


def test_the_project_s_seed_is_used_from_the_first_version_on(workspace: Workspace) -> None:
    settings = lifecycle.Settings(seed=11)
    project = workspace.create_project("s", recipe=RandomForestClassifier(n_estimators=3), training=rows(100), settings=settings)
    manifest = project.version(1).manifest
    assert (manifest["seed"], manifest["parameters"]["random_state"], manifest["recipe"]) == (11, 11, project.settings.recipe)
