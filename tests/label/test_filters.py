"""Sittings over a part of the log and rules that lift samples: what they serve, and that the audit does not notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.audit import permanent_numbers
from lifecycle.label.queue import Wishes, rank
from lifecycle.records import QueueFilter
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling, requesting, wishing
from lifecycle.verbs.label.queueing import summary

Make = Callable[..., Context]
HIGH = QueueFilter(column="a", low=0.8)


def answer(context: Context, who: str, n: int, where: QueueFilter | None = None) -> list[str]:
    ids = []
    for task in labeling.next_tasks(context, who, n, where):
        labeling.annotate(context, task, 1, who)
        ids.append(task.prediction_id)
    return ids


@pytest.mark.parametrize(
    ("where", "right"),
    [
        (HIGH, lambda t: t["a"] >= 0.8),
        (QueueFilter(column="b", low=-1, high=0), lambda t: t["b"].between(-1, 0)),
        (QueueFilter(window="2"), lambda t: (t["seq"] > 100) & (t["seq"] <= 200)),
        (QueueFilter(predicted=(1,)), lambda t: t["prediction"] == "1"),
        (QueueFilter(column="a", high=0, window="1", predicted=(0,)), lambda t: (t["a"] <= 0) & (t["seq"] <= 100) & (t["prediction"] == "0")),
    ],
)
def test_a_sitting_serves_all_that_matches_and_nothing_else(make: Make, where: QueueFilter, right: Callable) -> None:
    context = make(rows=300)
    table = context.log().read(["id", "prediction", "a", "b"]).to_pandas()
    expected = set(table.loc[right(table), "id"])
    met: list[str] = []
    while batch := answer(context, "ana", 20, where):
        met += batch
    assert set(met) == expected
    assert len(met) == len(set(met))


def test_the_most_useful_come_first_and_two_people_share(make: Make) -> None:
    context = make(rows=3000)
    ana = [task.sample["a"] for task in labeling.next_tasks(context, "ana", 20, HIGH)]
    ben = labeling.next_tasks(context, "ben", 20, HIGH)
    assert not {task.sample["a"] for task in ben} & set(ana)
    assert np.mean(ana) < 1.2  # of all that match the mean is 1.35, and the nearer 0 the less sure
    assert {task.strategy for task in ben} == {"filtered"}
    assert {task.probability for task in ben} == {1.0}


def test_what_a_sitting_held_goes_back_when_it_ends(make: Make) -> None:
    context = make(rows=300)
    first = labeling.next_tasks(context, "ana", 10)
    high = labeling.next_tasks(context, "ana", 10, HIGH)
    assert all(task.sample["a"] >= 0.8 for task in high)
    again = labeling.next_tasks(context, "ana", 10)
    assert not [task for task in again if task.strategy == "filtered"]
    assert labeling.next_tasks(context, "ben", 10)
    assert len(first) == len(again) == 10
    assert context.database.value("SELECT count(*) FROM leases WHERE annotator = 'ana'") == 10


def test_a_filter_has_no_say_in_the_audit(make: Make) -> None:
    """However much of one slice is labelled by filter, the audit's labels are those with the lowest numbers of all rows."""
    context = make(rows=1000, audit_share=0.25)
    for _ in range(8):
        answer(context, "ana", 20, HIGH)
        answer(context, "ben", 20)
    labeling.catch_up(context)
    with context.database.write() as connection:
        connection.execute("DELETE FROM rankings")
    labeling.catch_up(context)
    labels = labeling.labels(context)
    audit = labels.loc[labels["purpose"] == "audit", "id"].str[1:].astype(int)
    numbers = permanent_numbers(np.arange(1, 1001), 0)
    assert len(audit) > 20
    assert set(audit) == set((1 + np.argsort(numbers)[: len(audit)]).tolist())
    table = context.log().read(["a"]).to_pandas()["a"].to_numpy()
    share = (table >= 0.8).mean()
    assert abs((table[audit.to_numpy() - 1] >= 0.8).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(audit))
    assert labels.loc[labels["purpose"] == "query", "probability"].max() == 1.0


def test_nothing_to_find_is_not_looked_for_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make(rows=100)
    nothing = QueueFilter(column="a", low=99)
    assert labeling.next_tasks(context, "ana", 5, nothing) == []
    monkeypatch.setattr("lifecycle.verbs.label.filtering._search", lambda *_: pytest.fail("searched again"))
    assert labeling.next_tasks(context, "ana", 5, nothing) == []


def test_refusals(make: Make) -> None:
    context = make(rows=20)
    for where, error, words in [
        (QueueFilter(), InvalidValue, "asks nothing"),
        (QueueFilter(column="z", low=1), UnknownName, "known: a, b"),
        (QueueFilter(column="a"), InvalidValue, "asks nothing of it"),
        (QueueFilter(low=1), InvalidValue, "name of their column"),
        (QueueFilter(predicted=("x",)), UnknownName, "known: 0, 1"),
        (QueueFilter(text="x"), InvalidValue, "no column of words"),
        (QueueFilter(column="prediction", low=1), InvalidValue, "has no range"),
    ]:
        with pytest.raises(error, match=words):
            labeling.next_tasks(context, "ana", 1, where)


def test_priorities_come_first_and_leave_the_audit_alone(make: Make) -> None:
    context = make(rows=2000, rare_labels=0)
    plain = [task for task in labeling.next_tasks(context, "ana", 50) if task.purpose == "audit"]
    labeling.release_tasks(context, "ana")
    assert wishing.prioritise(context, HIGH, "dee") == (HIGH,)
    found = labeling.next_tasks(context, "ana", 50)
    assert all(task.sample["a"] >= 0.8 for task in found if task.purpose == "query")
    assert {task.prediction_id for task in plain} & {task.prediction_id for task in found}
    audits = [task.sample["a"] >= 0.8 for task in found if task.purpose == "audit"]
    assert np.mean(audits) < 0.7
    assert context.settings.priorities == (HIGH,)
    labeling.release_tasks(context, "ana")
    assert wishing.prioritise(context, None, "dee") == ()
    assert not all(task.sample["a"] >= 0.8 for task in labeling.next_tasks(context, "ana", 50) if task.purpose == "query")


def test_rare_classes_are_sought_until_they_have_labels() -> None:
    rng = np.random.default_rng(0)
    chances = np.column_stack([rng.uniform(0.5, 1, 1000), np.zeros(1000), np.zeros(1000)])
    chances[:, 1] = 1 - chances[:, 0]
    rare = rng.choice(1000, 30, replace=False)
    chances[rare] = [0.8, 0.05, 0.15]  # never the most uncertain
    seqs, none = np.arange(1, 1001), np.zeros(1000, bool)
    features = lambda places: chances[places]  # noqa: E731
    usual = rank(chances, seqs, "margin", 0.2, 100, 0, features, none)
    sought = rank(chances, seqs, "margin", 0.2, 100, 0, features, none, Wishes(sought=np.array([False, False, True])))
    assert not np.isin(usual.queries, rare).any()
    assert 10 <= np.isin(sought.queries, rare).sum() <= 25
    assert np.array_equal(usual.audits, sought.audits)


def test_overlap_for_a_share_and_for_what_is_answered(make: Make) -> None:
    context = make(rows=400, overlap=3, overlap_share=0.25)
    labeling.catch_up(context)
    wanted = [row["wanted"] for row in context.database.rows("SELECT wanted FROM tasks")]
    assert set(wanted) == {1, 3}
    assert 0.15 < np.mean(np.array(wanted) == 3) < 0.35
    answer(context, "ana", 50)
    before = labeling.labels(context)
    opened = requesting.request_overlap(context, 0.5, 2, "dee")
    assert 5 < opened < len(before)
    assert len(labeling.labels(context)) == len(before)  # they keep their labels
    with pytest.raises(InvalidValue, match="2 to 100 answers"):
        requesting.request_overlap(context, 0.5, 1)
    task = context.database.one("SELECT id FROM tasks WHERE extra > 0 LIMIT 1")
    assert task is not None
    labeling.annotate(context, task["id"], 0, "ben")
    labeling.undo(context, "ben")
    assert len(labeling.labels(context)) == len(before)


def test_the_queue_in_numbers(make: Make) -> None:
    context = make(rows=300)
    labeling.request_labels(context, ["r7", "r8"], "dee", "")
    labeling.catch_up(context)
    found = summary(context)
    assert set(found["by"]) == {"class", "window", "purpose"}
    totals = found.groupby("by")["waiting"].sum()
    assert totals["class"] == totals["window"] == totals["purpose"] == 300
    assert found.loc[found["value"] == "asked for", "waiting"].tolist() == [2]
    assert found.loc[found["by"] == "window", "value"].tolist() == ["1", "2", "3"]
    assert set(found.loc[found["by"] == "class", "value"]) == {0, 1}
    assert summary(make_empty(context)).empty


def make_empty(context: Context) -> Context:
    with context.database.write() as connection:
        connection.execute("DELETE FROM tasks")
    return replace(context)
