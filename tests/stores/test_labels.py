"""Which label counts, against the definition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.errors import UnknownName
from lifecycle.stores import labels
from lifecycle.stores.database import Database
from lifecycle.stores.labels import Entry, Recorded

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RANK = {"adjudication": 3, "ground_truth": 2, "expert": 1, "feedback": 0}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = Database(tmp_path / "labels.db")
    found.connection.execute("INSERT INTO projects VALUES ('p', '{}', '{}', '', '')")
    return found


def add(database: Database, entries: Sequence[Entry], source: str = "ground_truth", reviewed: bool = True) -> Recorded:
    return labels.add(database, "p", entries, source, NOW, "ana", reviewed)


def counting(database: Database) -> dict[str, Any]:
    frame = labels.counting(database, "p", arrived=False)
    return dict(zip(frame["id"], frame["label"], strict=True))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(RANK)), st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=4)), max_size=8
    )
)
def test_the_best_source_counts_and_within_it_the_newest(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[str, list[tuple[str, int]]]]
) -> None:
    database = Database(tmp_path_factory.mktemp("labels") / "labels.db")
    database.connection.execute("INSERT INTO projects VALUES ('p', '{}', '{}', '', '')")
    best: dict[str, tuple[int, int]] = {}
    for source, pairs in calls:
        changed_before = database.value("SELECT coalesce(max(changed), 0) FROM current_labels")
        before = counting(database)
        add(database, [Entry(id, value, seq=ord(id)) for id, value in pairs], source)
        for id, value in pairs:
            if id not in best or RANK[source] >= best[id][0]:
                best[id] = (RANK[source], value)
        after = counting(database)
        assert after == {id: value for id, (_, value) in best.items()}
        moved = labels.counting(database, "p", after=changed_before)
        assert {id for id in after if after[id] != before.get(id)} <= set(moved["id"])
        assert moved["changed"].is_unique


def test_the_same_again_is_ignored_and_another_is_told(database: Database) -> None:
    assert add(database, [Entry("a", "yes"), Entry("b", "no")]) == Recorded(2, 0, 0)
    assert add(database, [Entry("a", "yes"), Entry("b", "yes")]) == Recorded(1, 1, 1)
    assert add(database, [Entry("a", "yes", confidence=0.5)], "expert") == Recorded(1, 0, 0)
    assert counting(database) == {"a": "yes", "b": "yes"}
    assert database.value("SELECT count(*) FROM labels") == 4


def test_values_keep_their_type(database: Database) -> None:
    add(database, [Entry("a", True), Entry("b", 1), Entry("c", 1.5), Entry("d", "1")])
    found = counting(database)
    assert [(found[id], type(found[id])) for id in "abcd"] == [(True, bool), (1, int), (1.5, float), ("1", str)]


def test_waiting_labels_are_matched_when_their_prediction_arrives(database: Database) -> None:
    add(database, [Entry("a", "yes"), Entry("b", "no", seq=4)])
    assert labels.counting(database, "p")["id"].tolist() == ["b"]
    changed = database.value("SELECT max(changed) FROM current_labels")
    assert labels.match(database, "p", ["x", "a", "b"], [10, 11, 12]) == 1
    found = labels.counting(database, "p", after=changed)
    assert found[["id", "seq"]].to_numpy().tolist() == [["a", 11]]
    assert labels.match(database, "p", ["a"], [13]) == 0


def test_feedback_counts_once_it_is_accepted(database: Database) -> None:
    add(database, [Entry("a", "yes", seq=1), Entry("b", "yes", seq=2)], "feedback", reviewed=False)
    assert counting(database) == {}
    labels.review(database, "p", 1, accept=True)
    labels.review(database, "p", 2, accept=False)
    assert counting(database) == {"a": "yes"}
    with pytest.raises(UnknownName, match="No feedback named 2"):
        labels.review(database, "p", 2, accept=True)


def test_withdrawn_labels_make_room_for_the_next_best(database: Database) -> None:
    add(database, [Entry("a", "feedback", seq=1)], "feedback")
    add(database, [Entry("a", "expert", seq=1), Entry("b", "expert", seq=2)], "expert")
    assert labels.withdraw(database, "p", ["a", "b"], "expert") == 2
    assert counting(database) == {"a": "feedback"}
    assert add(database, [Entry("b", "expert", seq=2)], "expert").added == 1
    assert counting(database) == {"a": "feedback", "b": "expert"}


def test_an_empty_frame_keeps_its_columns(database: Database) -> None:
    frame = labels.counting(database, "p")
    assert isinstance(frame, pd.DataFrame)
    assert {"id", "seq", "label", "source", "changed"} <= set(frame.columns)
