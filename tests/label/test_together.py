"""One answer to several samples that are alike, its undo, the undo of a single earlier answer, and users' corrections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lifecycle


@pytest.fixture
def project(tmp_path):
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"x": rng.normal(size=40), "prediction": rng.choice(["a", "b"], 40)})
    made = lifecycle.open_workspace(tmp_path).create_project("p", target="kind", classes=["a", "b"], reference=rows.assign(kind="a"))
    made.log(rows.assign(id=[f"r{i}" for i in range(40)]))
    return made


def said(project):
    rows = project.annotations(limit=None)
    return dict(zip(rows["prediction_id"], rows["value"], strict=True))


def test_one_answer_goes_to_all_once_and_is_taken_back_together(project):
    ids = ["r3", "r1", "r7"]
    assert project.annotate_together(ids, "b", "ann", "batch", seconds=3.0) == 3
    assert project.annotate_together(ids, "b", "ann", "batch", seconds=3.0) == 0  # sent again
    assert said(project) == dict.fromkeys(ids, "b")
    assert project.annotations()["seconds"].tolist() == [1.0] * 3
    assert project.undo_together("ann", "batch", "back") == 3
    assert project.undo_together("ann", "batch", "back") == 0
    assert said(project) == {}
    assert len(project.labels()) == 0


def test_what_somebody_else_holds_is_left_to_them_and_a_wrong_id_changes_nothing(project):
    theirs = project.next_tasks("bob", 5)
    mine = [f"r{i}" for i in range(40) if f"r{i}" not in {task.prediction_id for task in theirs}][:2]
    assert project.annotate_together([theirs[0].prediction_id, *mine], "a", "ann", "batch") == 2
    assert set(said(project)) == set(mine)
    with pytest.raises(lifecycle.UnknownName):
        project.annotate_together(["r30", "nobody"], "a", "ann", "other")
    with pytest.raises(lifecycle.InvalidValue):
        project.annotate_together(["r30"], "c", "ann", "other")
    assert set(said(project)) == set(mine)


def test_any_earlier_answer_can_be_taken_back_by_its_task(project):
    tasks = project.next_tasks("ann", 3)
    for task in tasks:
        project.annotate(task, "a", "ann")
    assert project.undo("ann", task=tasks[0]) == tasks[0].id
    assert project.undo("ann", task=tasks[0]) is None
    assert set(said(project)) == {task.prediction_id for task in tasks[1:]}


def test_a_user_looks_a_prediction_up_and_corrects_it_and_a_reviewer_decides(project):
    found = project.served("r5")
    right = "b" if found["prediction"] == "a" else "a"
    project.correct("r5", right, by="user")
    assert len(project.labels()) == 0
    waiting = project.feedback().iloc[0]
    assert (waiting["id"], waiting["label"], waiting["prediction"], waiting["by"]) == ("r5", right, found["prediction"], "user")
    project.review_feedback(int(waiting["no"]), True, by="dora")
    assert project.labels()[["id", "label", "source"]].values.tolist() == [["r5", right, "feedback"]]
    for refused in (lambda: project.correct("nobody", "a"), lambda: project.served("nobody"), lambda: project.correct("r5", "zebra")):
        with pytest.raises(lifecycle.LifecycleError):
            refused()
