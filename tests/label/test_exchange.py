"""Labels out with every column, and in from Label Studio, Argilla and CSV: matched, refused row by row, taken once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lifecycle.errors import BadData, BadFile, UnknownName
from lifecycle.label.exchange import answers_of
from lifecycle.records import UNSURE
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling
from lifecycle.verbs.label.importing_labels import import_labels
from lifecycle.verbs.label.label_books import label_records

Make = Callable[..., Context]
STUDIO = [
    {
        "id": 11,
        "data": {"text": "good day", "prediction_id": "r1"},
        "annotations": [
            {
                "id": 101,
                "completed_by": {"id": 1, "email": "ana@example.org"},
                "result": [{"value": {"choices": ["1"]}, "from_name": "label", "to_name": "text", "type": "choices"}],
                "was_cancelled": False,
                "created_at": "2026-02-01T10:00:00.000000Z",
                "lead_time": 3.5,
            },
            {"id": 102, "completed_by": 2, "result": [{"value": {"choices": ["0"]}, "type": "choices"}], "created_at": "2026-02-01T11:00:00Z"},
            {"id": 103, "completed_by": 3, "result": [], "was_cancelled": True},
        ],
    },
    {"id": 12, "data": {"id": "r2"}, "annotations": [{"id": 104, "completed_by": 2, "result": [{"value": {"choices": ["1"]}, "type": "choices"}]}]},
]
STUDIO_MIN = [
    {"id": 3, "prediction_id": "r3", "choice": "0", "annotator": 2, "annotation_id": 105, "created_at": "2026-02-01T10:00:00Z", "lead_time": 2}
]
ARGILLA_1 = [{"id": "r1", "text": "good day", "annotation": "1", "annotation_agent": "ana", "status": "Validated"}, {"id": "r2", "annotation": None}]
ARGILLA_FEEDBACK = [
    {"external_id": "r1", "responses": [{"user_id": "u1", "values": {"label": {"value": "1"}}, "status": "submitted"}]},
    {"external_id": "r2", "responses": [{"user_id": "u1", "values": {"label": {"value": "1"}}, "status": "discarded"}]},
]
ARGILLA_2 = [{"id": "r1", "fields": {}, "responses": {"label": [{"value": "1", "user_id": "u1"}, {"value": "0", "user_id": "u2"}]}}]
ARGILLA_COLUMNS = {
    "id": ["r1", "r2"],
    "label.responses": [["1"], None],
    "label.responses.users": [["u1"], None],
    "label.responses.status": [["submitted"], None],
}


@pytest.mark.parametrize(
    ("content", "form", "expected"),
    [
        (STUDIO, "label_studio", [("r1", "ana@example.org", "1"), ("r1", "2", "0"), ("r2", "2", "1")]),
        (STUDIO_MIN, "label_studio", [("r3", "2", "0")]),
        (ARGILLA_1, "argilla", [("r1", "ana", "1")]),
        (ARGILLA_FEEDBACK, "argilla", [("r1", "u1", "1")]),
        (ARGILLA_2, "argilla", [("r1", "u1", "1"), ("r1", "u2", "0")]),
        (ARGILLA_COLUMNS, "argilla", [("r1", "u1", "1")]),
        ([{"id": "r1", "annotator": "ana", "label": 1}], "csv", [("r1", "ana", 1)]),
    ],
)
def test_formats_are_read(content: object, form: str, expected: list[tuple[str, str, object]]) -> None:
    found = answers_of(json.loads(json.dumps(content)), form)
    assert [(row["item"], row["annotator"], row["value"]) for row in found] == expected
    assert len({row["origin"] for row in found}) == len(found)


def test_an_import_counts_once_and_agrees_on_labels(make: Make, tmp_path: Path) -> None:
    context = make(rows=50)
    path = tmp_path / "export.json"
    path.write_text(json.dumps(STUDIO))
    assert import_labels(context, path, "label_studio", "dee", False) == {"imported": 3, "known": 0, "labels": 2, "refused": 0}
    assert import_labels(context, path, "label_studio", "dee", False) == {"imported": 0, "known": 3, "labels": 0, "refused": 0}
    labels = labeling.labels(context).set_index("id")
    assert labels.loc["r1", "annotators"] == ("ana@example.org", "2")
    assert labels.loc["r1", "confidence"] == 0.5
    assert labels.loc["r2", "label"] == 1
    assert set(labels["purpose"]) == {"query"}  # how they were chosen is not known, so they speak for themselves alone
    records = label_records(context).set_index("client_id")
    assert records.loc["label_studio:101", "seconds"] == 3.5
    assert records.loc["label_studio:101", "time"] == pd.Timestamp("2026-02-01T10:00:00Z")
    event = context.database.one("SELECT details FROM events WHERE verb = 'import'")
    assert event is not None
    assert json.loads(event["details"])["imported"] == 3


def test_what_cannot_be_taken_is_named_row_by_row(make: Make) -> None:
    context = make(rows=10)
    good, other = {"id": "r1", "annotator": "ana", "label": 1}, {"annotator": "ana", "label": 1}
    nobody, none = {"id": "r2", "annotator": "", "label": 1}, {"id": "r4", "annotator": "ana", "label": None}
    bad = [good, good | {"id": "zz"}, nobody, good | {"id": "r3", "label": "maybe"}, other, none]
    with pytest.raises(BadData, match="5 of 6 answers") as refusal:
        import_labels(context, bad, "csv", None, False)
    assert refusal.value.refused["row"].tolist() == [2, 3, 4, 5, 6]
    assert "no prediction 'zz'" in refusal.value.refused["reason"][0]
    assert labeling.labels(context).empty
    assert import_labels(context, bad, "csv", None, True) == {"imported": 1, "known": 0, "labels": 1, "refused": 5}
    with pytest.raises(UnknownName, match="argilla, csv, label_studio"):
        import_labels(context, [], "prodigy", None, False)
    with pytest.raises(BadFile, match="no JSON"):
        import_labels(context, b"{oops", "argilla", None, False)
    with pytest.raises(BadData, match="no answers"):
        import_labels(context, [], "argilla", None, False)


def test_imported_answers_stand_beside_those_given_here(make: Make) -> None:
    context = make(rows=30)
    task = labeling.next_tasks(context, "ana")[0]
    labeling.annotate(context, task, 1, "ana")
    rows = pd.DataFrame({"id": [task.prediction_id] * 2, "annotator": ["ana", "ben"], "label": [1, 1]})
    assert import_labels(context, rows, "csv", "dee", False) == {"imported": 1, "known": 1, "labels": 0, "refused": 0}
    assert labeling.labels(context)["annotators"].tolist() == [("ana", "ben")]


def test_the_book_has_what_an_auditor_asks(make: Make) -> None:
    context = make(rows=60)
    first, second, third = labeling.next_tasks(context, "ana", 3)
    labeling.annotate(context, first, 1, "ana", 2.5, "c1", "clear")
    labeling.annotate(context, second, 0, "ana", 4.0)
    labeling.undo(context, "ana")
    labeling.annotate(context, third, UNSURE, "ana")
    labeling.adjudicate(context, first.prediction_id, 0, "dee")
    found = label_records(context)
    assert set(found["kind"]) == {"answer", "undo", "unsure", "label"}
    mine = found[found["client_id"] == "c1"].iloc[0]
    assert mine[["by", "value", "seconds", "comment", "undone", "counts"]].tolist() == ["ana", 1, 2.5, "clear", False, False]
    assert found.loc[(found["id"] == second.prediction_id) & (found["kind"] == "answer"), "undone"].tolist() == [True]
    settled = found[found["source"] == "adjudication"].iloc[0]
    assert (settled["by"], settled["value"], settled["counts"]) == ("dee", 0, True)
    assert {"purpose", "probability", "strategy", "utility", "model_version", "task"} <= set(found.columns)
