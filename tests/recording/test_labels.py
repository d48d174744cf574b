"""Labels: late, early, wrong, again, changed, and from users."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lifecycle import BadData, InvalidValue, Project, UnknownName
from lifecycle.verbs.predictions import recording
from tests.recording.conftest import rows


def labels(ids: list[str], values: Any, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"id": ids, "label": values, **columns})


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (
            labels(["row-0-0", "row-0-1"], ["yes", "perhaps"]),
            "1 of 2 rows refused, nothing was stored: row 1, column 'label': 'perhaps' is none of the classes no, yes",
        ),
        (labels(["row-0-0", "row-0-1"], ["yes", None]), "row 1, column 'label'"),
        (labels(["row-0-0", None], ["yes", "no"]), "is missing; every row needs one"),
        (labels(["row-0-0"], ["yes"], probability=0.0), "0.0 is no chance to have been labelled: it must lie in (0, 1]"),
        (labels(["row-0-0"], ["yes"], probability=1.1), "1.1 is no chance"),
        (labels(["row-0-0"], ["yes"], weight=1.0), "Columns that labels do not have: weight. Drop them; known: id, label, probability."),
        (pd.DataFrame({"id": ["row-0-0"]}), "Columns missing: label."),
        (pd.DataFrame({"id": [], "label": []}), "There are no labels in what was given"),
    ],
)
def test_bad_labels_are_told_and_none_lands(project: Project, frame: pd.DataFrame, sentence: str) -> None:
    project.log(rows(3))
    with pytest.raises(BadData) as caught:
        project.record_labels(frame)
    assert sentence in str(caught.value)
    assert len(recording.labelled(project._context)) == 0


def test_a_source_is_one_of_those_known(project: Project) -> None:
    with pytest.raises(InvalidValue, match="No label source named 'rumour'; known: ground_truth, feedback"):
        project.record_labels(labels(["row-0-0"], ["yes"]), source="rumour")


def test_labels_for_unknown_ids_wait_and_match(project: Project) -> None:
    project.log(rows(2))
    told = project.record_labels(labels(["row-0-1", "row-1-0"], ["yes", "no"], probability=[0.5, None]))
    assert told == ["row-0-1", "row-1-0"]
    assert told.waiting == 1
    assert "1 labels wait for their prediction to arrive." in told.notes
    found = recording.labelled(project._context)
    assert found["id"].tolist() == ["row-0-1"]
    assert found["probability"].tolist() == [0.5]
    cursor = int(found["changed"].max())
    project.log(rows(2, seed=1))
    assert recording.labelled(project._context, after=cursor)["id"].tolist() == ["row-1-0"]
    everything = recording.labelled(project._context, features=True)
    assert everything["seq"].tolist() == [2, 3]
    assert everything["age"].tolist() == [rows(2)["age"][1], rows(2, seed=1)["age"][0]]
    assert project.predictions()["label"].tolist() == [None, "yes", "no", None]


def test_the_same_again_is_ignored_and_a_change_is_said(project: Project) -> None:
    project.log(rows(2))
    project.record_labels(labels(["row-0-0", "row-0-1"], ["yes", "no"]))
    told = project.record_labels(labels(["row-0-0", "row-0-1"], ["yes", "yes"]))
    assert told.ignored == 1
    assert told.notes == (
        "1 labels were known already and were ignored.",
        "1 labels differ from what ground_truth said before; the newest counts, the old ones stay on record.",
    )
    assert recording.labelled(project._context)["label"].tolist() == ["yes", "yes"]


def test_ground_truth_that_comes_along_is_a_label(project: Project) -> None:
    project.log(rows(4).assign(answer=["yes", None, "no", None]).drop(columns="id"))
    assert project.predictions()["label"].tolist() == ["yes", None, "no", None]
    assert recording.labelled(project._context)["source"].tolist() == ["ground_truth"] * 2


def test_feedback_waits_for_a_review(project: Project) -> None:
    project.log(rows(2))
    told = project.record_labels(labels(["row-0-0", "row-0-1"], ["no", "no"]), source="feedback", by="user")
    assert told.notes == ("2 corrections wait for a review before they count.",)
    assert len(recording.labelled(project._context)) == 0
    waiting = recording.feedback(project._context)
    assert waiting[["id", "label", "by"]].to_numpy().tolist() == [["row-0-0", "no", "user"], ["row-0-1", "no", "user"]]
    assert waiting["prediction"].tolist() == project.predictions()["prediction"].tolist()
    recording.review_feedback(project._context, int(waiting["no"][0]), True, "ana")
    recording.review_feedback(project._context, int(waiting["no"][1]), False, "ana")
    assert recording.labelled(project._context)["id"].tolist() == ["row-0-0"]
    assert recording.feedback(project._context).empty
    with pytest.raises(UnknownName):
        recording.review_feedback(project._context, 1, True, "ana")


def test_each_call_is_one_event(project: Project) -> None:
    project.log(rows(3), by="ana")
    project.record_labels(labels(["row-0-0", "row-0-1"], ["no", "no"]), by="ben")
    events = project.history()
    assert events[["verb", "by"]].head(2).to_numpy().tolist() == [["record_labels", "ben"], ["log", "ana"]]
    assert events["details"][0]["count"] == 2
