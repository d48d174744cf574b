"""Workspaces and projects: made whole or not at all, verified, carried elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle import BadData, BadFile, Conflict, InvalidValue, LifecycleError, Project, Settings, StoreError, UnknownName, Workspace
from tests.recording.conftest import rows


def training(count: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"a": rng.normal(size=count), "b": rng.normal(size=count)})
    return frame.assign(label=(frame["a"] > 0).astype(int))


REFUSED: list[tuple[dict[str, Any], type[LifecycleError], str]] = [
    ({"name": "Bad Name"}, InvalidValue, "The name 'Bad Name' is not allowed; use 1 to 64 of a-z, 0-9 and -"),
    ({"name": "a" * 65}, InvalidValue, "is not allowed"),
    ({"task": "ranking"}, UnknownName, "No task named 'ranking'; known: classification, regression."),
    ({"modality": "video"}, UnknownName, "No modality named 'video'"),
    ({"window": "often"}, InvalidValue, "The window 'often' is not understood"),
    ({"window": "0 rows"}, InvalidValue, "The window '0 rows' is not understood"),
    ({"window": "-1D"}, InvalidValue, "is not understood"),
    ({"target": "truth"}, InvalidValue, "No column named 'truth', the target; the columns are: a, b, label."),
    ({"timestamp": "when"}, InvalidValue, "No column named 'when', the timestamp"),
    ({"classes": [1]}, InvalidValue, "give at least two, all different"),
    ({"classes": [0, 2]}, BadData, "The target 'label' holds 1, none of the classes given: 0, 2."),
    ({"training": training().assign(label=1)}, BadData, "The target 'label' holds 1 alone; a classifier needs at least two classes."),
    ({"training": training().head(0)}, BadData, "The frame has no rows"),
    ({"training": training()[["label"]]}, BadData, "No feature columns are left"),
    ({"training": training().assign(c=[1, "x"] * 40)}, BadData, "Column 'c' mixes text and numbers"),
    ({"training": training().assign(c=pd.Timestamp("2026-01-01"))}, BadData, "Column 'c' holds times"),
    ({"training": training().assign(a=float("inf"))}, LifecycleError, "finite"),
    ({"recipe": None}, InvalidValue, "There is training data but no recipe"),
    ({"recipe": lambda x: x}, InvalidValue, "cannot be stored as a skops file|does not trust"),
    ({"settings": Settings(audit_share=2)}, InvalidValue, "The setting audit_share is 2; it must be a share from 0 to 1."),
    ({"settings": Settings(metric="luck")}, UnknownName, "No classification metric named 'luck'"),
    ({"task": "regression", "training": training().assign(label="x")}, BadData, "The target of a regression holds numbers"),
]


@pytest.mark.parametrize(("changes", "kind", "sentence"), REFUSED, ids=[f"{next(iter(c))}: {s[:30]}" for c, _, s in REFUSED])
def test_a_project_that_cannot_be_is_refused_and_leaves_nothing(
    workspace: Workspace, changes: dict[str, Any], kind: type[LifecycleError], sentence: str
) -> None:
    arguments = {"name": "one", "recipe": LogisticRegression(), "training": training(), **changes}
    with pytest.raises(kind, match=sentence.replace("(", r"\(")):
        workspace.create_project(**arguments)
    assert workspace.projects() == []
    assert workspace.database.value("SELECT count(*) FROM events") == 0


def test_a_name_is_taken_once(workspace: Workspace, project: Project) -> None:
    with pytest.raises(Conflict, match="There is a project named 'people' already"):
        workspace.create_project("people")
    with pytest.raises(UnknownName, match="No project named 'peopel'; known: people"):
        workspace.project("peopel")


def test_a_project_with_a_recipe_answers_at_once(workspace: Workspace) -> None:
    project = workspace.create_project("one", recipe=LogisticRegression(), training=training(), by="ana")
    frame = training(6).drop(columns="label")
    answer = project.predict(frame)
    assert list(answer.columns) == ["id", "prediction", "p_0", "p_1", "model_version"]
    assert answer["model_version"].tolist() == [1] * 6
    assert answer["prediction"].tolist() == answer[["p_0", "p_1"]].to_numpy().argmax(axis=1).tolist()
    pd.testing.assert_frame_equal(project.answer(frame), answer[["prediction", "p_0", "p_1"]], check_dtype=False)
    assert project.predict(frame.assign(id=answer["id"]))["prediction"].tolist() == answer["prediction"].tolist()
    assert len(project.predictions()) == 6
    assert project.history()["verb"].tolist()[-1] == "create_project"
    backwards = project.predict(frame.iloc[::-1].assign(timestamp=pd.date_range("2026-01-01", periods=6)[::-1]))
    assert backwards["prediction"].tolist() == answer["prediction"].tolist()[::-1]


def test_a_project_without_data_takes_its_columns_from_the_first_rows(workspace: Workspace) -> None:
    project = workspace.create_project("empty", target="answer", timestamp="asked")
    with pytest.raises(lifecycle.NotReady, match="its first rows need a column prediction"):
        project.log(rows(5)[["age", "city"]])
    project.log(rows(20))
    assert project.config.schema.names == ("age", "city", "notes")
    assert project.config.schema.classes == ("no", "yes")
    assert workspace.project("empty").predictions()["id"].tolist() == rows(20)["id"].tolist()


def test_settings_change_by_name(project: Project) -> None:
    project.configure(by="ana", audit_share=0.5, triggers=[{"kind": "labels", "n": 20}])
    assert project.settings.audit_share == 0.5
    assert project.settings.triggers[0].options == {"n": 20}
    assert project.history()["verb"][0] == "configure"
    before = len(project.history())
    for changes, sentence in [
        ({"colour": 1}, "No setting named 'colour'"),
        ({"release": "now"}, "The setting release is 'now'; it must be one of approval, automatic, shadow, canary."),
        ({"training_rows": "some"}, "'last 10000 rows'"),
        ({"query_strategy": "luck"}, "No query strategy named 'luck'"),
        ({"triggers": [{"kind": "moon"}]}, "moon"),
        ({"overlap": True}, "The setting overlap is True"),
    ]:
        with pytest.raises(LifecycleError, match=sentence):
            project.configure(**{"audit_share": 0.1, **changes})
    assert project.settings.audit_share == 0.5
    assert len(project.history()) == before


def test_a_workspace_is_a_folder_that_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(StoreError, match="is a file; a workspace is a folder"):
        lifecycle.open_workspace(file)
    with pytest.raises(StoreError, match="could not be made"):
        lifecycle.open_workspace(file / "below")
    other = tmp_path / "other"
    other.mkdir()
    (other / "lifecycle.db").write_text("this is no database, whatever its name says" * 99)
    with pytest.raises(StoreError, match="cannot be opened as a Lifecycle database"):
        lifecycle.open_workspace(other)
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path / "home"))
    assert lifecycle.open_workspace().path == tmp_path / "home"


def test_a_backup_is_put_back_elsewhere(workspace: Workspace, project: Project, tmp_path: Path) -> None:
    project.log(rows(50))
    project._context.log().compact()
    project.log(rows(5, seed=1))
    file = workspace.backup(tmp_path / "backup.tar")
    again = lifecycle.restore(file, tmp_path / "again")
    assert again.verify() == []
    pd.testing.assert_frame_equal(again.project("people").predictions(), project.predictions())
    with pytest.raises(Conflict, match="is not empty"):
        lifecycle.restore(file, tmp_path / "again")
    (tmp_path / "other.tar").write_text("no")
    with pytest.raises(BadFile, match="is not a backup"):
        lifecycle.restore(tmp_path / "other.tar", tmp_path / "third")


def test_verify_finds_what_was_changed(workspace: Workspace, project: Project) -> None:
    project.log(rows(50))
    project._context.log().compact()
    assert workspace.verify() == []
    segment = next((workspace.path / "predictions").rglob("*.parquet"))
    segment.write_bytes(segment.read_bytes() + b" ")
    snapshot = next((workspace.path / "snapshots").iterdir())
    snapshot.unlink()
    workspace.database.connection.execute("UPDATE events SET by = 'somebody' WHERE id = 1")
    found = " ".join(workspace.verify())
    assert "The history was changed: event 1" in found
    assert "was changed after it was written" in found
    assert "The snapshot" in found
