"""Whatever is wrong with rows, it is one sentence, and nothing half lands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lifecycle import BadData, InvalidValue, Project
from tests.recording.conftest import rows

Spoil = Callable[[pd.DataFrame], pd.DataFrame]


def put(column: str, value: Any, row: int = 2) -> Spoil:
    """Replace one value."""

    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[column].astype(object)
        values.iloc[row] = value
        return frame.assign(**{column: values})

    return spoil


def landed(project: Project) -> tuple[int, int, int]:
    database = project._context.database
    return tuple(int(database.value(f"SELECT count(*) FROM {table}")) for table in ("buffer", "labels", "events"))  # type: ignore[return-value]


ROW_BY_ROW: list[tuple[Spoil, str, str]] = [
    (put("age", "old"), "age", "'old' is not a number"),
    (put("age", float("inf")), "age", "inf is infinite"),
    (put("age", "inf"), "age", "'inf' is infinite"),
    (put("age", pd.Timestamp("2026-01-01")), "age", "is not a number"),
    (put("age", [1, 2]), "age", "[1, 2] is not a number"),
    (put("city", 7), "city", "7 is no category of this column, which holds names"),
    (put("city", [1]), "city", "is a collection, not a category"),
    (put("notes", 7), "notes", "7 is not text"),
    (put("asked", "yesterday"), "asked", "'yesterday' is not a time; write it as 2026-01-31T12:00:00Z"),
    (put("asked", None), "asked", "is missing"),
    (put("asked", pd.Timestamp("2026-06-01T00:05:01Z")), "asked", "is in the future; now is 2026-06-01T00:00:00+00:00"),
    (put("prediction", "maybe"), "prediction", "'maybe' is none of the classes no, yes"),
    (put("prediction", None), "prediction", "is missing"),
    (put("p_yes", 1.5), "p_yes", "1.5 is no probability: it must lie between 0 and 1"),
    (put("p_yes", None), "p_yes", "is missing"),
    (put("p_yes", "much"), "p_yes", "'much' is not a number"),
    (lambda f: f.assign(p_no=0.3, p_yes=0.3), "p_", "0.6 is the sum of the row's probabilities; it must be 1"),
    (put("id", None), "id", "is missing; every row needs one, or leave the column out"),
    (put("id", ""), "id", "is missing; every row needs one"),
    (lambda f: f.assign(answer=["yes", "no", "perhaps", None, "no"]), "answer", "'perhaps' is none of the classes no, yes"),
    (put("id", "row-0-0"), "id", "'row-0-0' stands in this frame twice with other values"),
]


@pytest.mark.parametrize(("spoil", "column", "sentence"), ROW_BY_ROW, ids=[f"{column}: {sentence[:30]}" for _, column, sentence in ROW_BY_ROW])
def test_a_bad_value_is_told_row_by_row_and_nothing_lands(project: Project, spoil: Spoil, column: str, sentence: str) -> None:
    before = landed(project)
    frame = spoil(rows(5))
    with pytest.raises(BadData) as caught:
        project.log(frame)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith("or log with on_bad='skip' to land the others.")
    assert column in set(caught.value.refused["column"])
    assert 2 in set(caught.value.refused["row"])
    assert landed(project) == before
    assert len(project.predictions()) == 0
    pd.testing.assert_frame_equal(project.check(frame).refused, caught.value.refused)


def test_the_good_rows_land_when_asked(project: Project) -> None:
    frame = put("city", 3, row=4)(put("age", "old", row=1)(rows(5)))
    told = project.log(frame, on_bad="skip")
    assert told == ["row-0-0", "row-0-2", "row-0-3"]
    assert told.refused[["row", "column"]].to_numpy().tolist() == [[1, "age"], [4, "city"]]
    assert project.predictions()["id"].tolist() == told
    with pytest.raises(InvalidValue, match="choose 'raise'"):
        project.log(frame, on_bad="ignore")


def test_a_duplicate_is_not_landed_with_skip_either(project: Project) -> None:
    frame = put("id", "row-0-0")(rows(5))
    assert project.log(frame, on_bad="skip") == ["row-0-0", "row-0-1", "row-0-3", "row-0-4"]


WHOLE: list[tuple[Spoil, str]] = [
    (lambda f: f.drop(columns=["age", "city"]), "Columns missing: age, city. Nothing was stored; add them (empty values are legal)."),
    (
        lambda f: f.assign(colour="red"),
        "Columns that this project does not have: colour. Nothing was stored; drop them. Known: age, city, notes, and id, asked",
    ),
    (lambda f: f.assign(p_maybe=0.0), "Columns that this project does not have: p_maybe."),
    (lambda f: f.drop(columns="p_no"), "Some probability columns are missing: p_no. Give p_<class> for every class, or none."),
    (lambda f: f.drop(columns="prediction"), "There are p_<class> columns but no column prediction"),
    (lambda f: f.head(0), "The frame has no rows"),
    (lambda f: pd.concat([f, f[["age"]]], axis=1), "Columns that are there twice: age; rename or drop one of each."),
]


@pytest.mark.parametrize(("spoil", "sentence"), WHOLE, ids=[sentence[:40] for _, sentence in WHOLE])
def test_a_frame_that_does_not_fit_is_refused_whole(project: Project, spoil: Spoil, sentence: str) -> None:
    before = landed(project)
    for on_bad in ("raise", "skip"):
        with pytest.raises(BadData) as caught:
            project.log(spoil(rows(5)), on_bad=on_bad)
        assert str(caught.value).startswith(sentence)
    assert landed(project) == before
    checked = project.check(spoil(rows(5)))
    assert checked.accepted.empty
    assert checked.notes[0].startswith(sentence)


def test_what_is_no_frame_is_refused(project: Project) -> None:
    with pytest.raises(BadData, match="A list was given; give a pandas DataFrame"):
        project.log([1, 2])  # type: ignore[arg-type]


def test_missing_features_and_unseen_categories_are_legal(project: Project) -> None:
    frame = put("age", None)(put("city", "Lima", row=1)(put("city", None, row=3)(rows(5))))
    project.log(frame)
    found = project.predictions()
    assert np.isnan(found["age"][2])
    assert found["city"].tolist()[1] == "Lima"
    assert found["city"].isna().tolist() == [False, False, False, True, False]


def test_numbers_as_text_are_numbers(project: Project) -> None:
    frame = rows(3)
    project.log(frame.assign(age=frame["age"].astype(str)))
    assert project.predictions()["age"].tolist() == frame["age"].tolist()


def test_the_same_rows_again_are_ignored_and_said_so(project: Project) -> None:
    first = project.log(rows(8).head(5))
    again = project.log(rows(8))
    assert again[:5] == first
    assert again.ignored == 5
    assert again.notes == ("5 rows were in the log already with the same content and were ignored.",)
    twice = project.log(pd.concat([rows(8), rows(3, seed=1), rows(3, seed=1)]))
    assert twice.ignored == 11
    assert len(project.predictions()) == 11


@pytest.mark.parametrize("column", ["age", "city", "notes", "prediction", "asked"])
def test_the_same_id_with_other_values_is_refused(project: Project, column: str) -> None:
    project.log(rows(5))
    other = {"age": 1.0, "city": "Lima", "notes": "nothing", "prediction": "no", "asked": pd.Timestamp("2026-01-01", tz="UTC")}[column]
    frame = rows(5)
    row = int(np.flatnonzero((frame[column] != other).to_numpy())[0])
    with pytest.raises(BadData, match="is in the log already with other values") as caught:
        project.log(put(column, other, row)(frame))
    assert caught.value.refused["row"].tolist() == [row]
    assert len(project.predictions()) == 5


def test_rows_out_of_order_are_stored_in_time_and_ids_come_back_as_given(project: Project) -> None:
    frame = rows(6).iloc[[3, 0, 5, 1, 4, 2]]
    told = project.log(frame)
    assert told == frame["id"].tolist()
    assert told.notes == ("The rows were not in order of time; they were stored in that order.",)
    assert project.predictions()["id"].tolist() == rows(6)["id"].tolist()


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S+00:00", "%d %B %Y %H:%M"])
def test_timestamps_as_text_and_naive_ones_are_utc(project: Project, form: str) -> None:
    frame = rows(4)
    project.log(frame.assign(asked=frame["asked"].dt.strftime(form)))
    assert project.predictions()["timestamp"].tolist() == frame["asked"].tolist()


def test_numbers_are_not_times(project: Project) -> None:
    with pytest.raises(BadData, match="is a number, not a time; convert it with pandas"):
        project.log(rows(3).assign(asked=[1, 2, 3]))


def test_regression_wants_finite_numbers(regression: Project) -> None:
    frame = rows(3).drop(columns=["p_no", "p_yes"])
    for bad, sentence in (("much", "is not a number"), (float("inf"), "is infinite"), (None, "is missing")):
        with pytest.raises(BadData, match=sentence):
            regression.log(put("prediction", bad)(frame.assign(prediction=1.0)))
    regression.log(frame.assign(prediction=[1, 2, 3]))
    assert regression.predictions()["prediction"].tolist() == [1.0, 2.0, 3.0]
    for bad, sentence in (("much", "is not a number"), (float("inf"), "is infinite"), (None, "is missing")):
        with pytest.raises(BadData, match=sentence):
            regression.record_labels(pd.DataFrame({"id": frame["id"], "label": [1.0, bad, 3.0]}))
    assert landed(regression)[1] == 0
