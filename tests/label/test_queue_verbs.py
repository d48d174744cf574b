"""The queue as experts meet it: leases, answers, undo, skips, overlap, requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lifecycle.errors import Conflict, InvalidValue, UnknownName
from lifecycle.records import UNSURE
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling

Make = Callable[..., Context]
START = datetime(2026, 3, 1, tzinfo=UTC)


def annotate(context: Context, task: object, value: object, who: str, client_id: str | None = None) -> None:
    labeling.annotate(context, task, value, who, 1.0, client_id, "")


def test_an_answer_becomes_a_label(make: Make) -> None:
    context = make()
    task = labeling.next_tasks(context, "ana")[0]
    assert set(task.sample) == {"a", "b"}
    assert sum(task.probabilities.values()) == pytest.approx(1)
    assert task.prediction in (0, 1)
    annotate(context, task, 1, "ana")
    found = labeling.labels(context)
    assert found[["id", "label", "source", "annotators"]].to_dict("records") == [
        {"id": task.prediction_id, "label": 1, "source": "expert", "annotators": ("ana",)}
    ]
    assert labeling.next_tasks(context, "ana")[0].id != task.id


def test_what_is_held_comes_first_and_is_renewed(make: Make) -> None:
    context = make(lease_minutes=10)
    held = labeling.next_tasks(context, "ana", 3)
    context.clock.fixed = START + timedelta(minutes=9)
    again = labeling.next_tasks(context, "ana", 5)
    assert [task.id for task in again[:3]] == [task.id for task in held]
    context.clock.fixed = START + timedelta(minutes=18)
    others = labeling.next_tasks(context, "ben", 50)
    assert not {task.id for task in again} & {task.id for task in others}


def test_a_lease_that_runs_out_returns(make: Make) -> None:
    context = make(rows=5)
    assert len(labeling.next_tasks(context, "ana", 5)) == 5
    assert labeling.next_tasks(context, "ben", 5) == []
    context.clock.fixed = START + timedelta(minutes=11)
    assert len(labeling.next_tasks(context, "ben", 5)) == 5
    assert labeling.next_tasks(context, "ana", 5) == []


def test_an_expired_lease_may_be_answered_until_somebody_takes_it(make: Make) -> None:
    context = make(rows=2)
    first, second = labeling.next_tasks(context, "ana", 2)
    context.clock.fixed = START + timedelta(hours=1)
    annotate(context, first, 0, "ana")
    taken = labeling.next_tasks(context, "ben", 2)
    assert [task.id for task in taken] == [second.id]
    with pytest.raises(Conflict, match="held by somebody else"):
        annotate(context, second, 0, "ana")
    annotate(context, second, 1, "ben")
    with pytest.raises(Conflict, match="answered by somebody else"):
        annotate(context, second, 0, "ana")
    assert labeling.labels(context)["label"].tolist() == [0, 1]


def test_submitting_twice_counts_once(make: Make) -> None:
    context = make()
    one, two = labeling.next_tasks(context, "ana", 2)
    for _ in range(3):
        annotate(context, one, 1, "ana", client_id="x1")
        annotate(context, two, 1, "ana")
    assert context.database.value("SELECT count(*) FROM annotations") == 2
    assert context.database.value("SELECT count(*) FROM labels") == 2
    with pytest.raises(Conflict, match="undo"):
        annotate(context, two, 0, "ana")


def test_undo_goes_back_as_far_as_wanted(make: Make) -> None:
    context = make()
    done = labeling.next_tasks(context, "ana", 20)
    for task in done:
        annotate(context, task, 1, "ana")
    for task in reversed(done):
        assert labeling.undo(context, "ana") == task.id
    assert labeling.undo(context, "ana") is None
    assert labeling.labels(context).empty
    assert {task.id for task in labeling.next_tasks(context, "ana", 20)} == {task.id for task in done}
    annotate(context, done[0], 0, "ana")
    assert labeling.labels(context)["label"].tolist() == [0]
    assert context.database.value("SELECT count(*) FROM annotations") == 41


def test_undo_of_an_undone_answer_takes_the_one_before(make: Make) -> None:
    context = make()
    first, second = labeling.next_tasks(context, "ana", 2)
    annotate(context, first, 1, "ana")
    annotate(context, second, 1, "ana")
    assert labeling.undo(context, "ana") == second.id
    annotate(context, second, 0, "ana")
    assert labeling.undo(context, "ana") == second.id
    assert labeling.undo(context, "ana") == first.id


def test_a_skip_goes_to_others_first(make: Make) -> None:
    context = make(rows=2)
    task, other = labeling.next_tasks(context, "ana", 2)
    labeling.skip(context, task, "ana")
    assert [t.id for t in labeling.next_tasks(context, "ben", 2)] == [task.id]
    labeling.release_tasks(context, "ben")
    annotate(context, other, 1, "ana")
    assert [t.id for t in labeling.next_tasks(context, "ana", 2)] == [task.id]
    annotate(context, task, 1, "ana")
    assert len(labeling.labels(context)) == 2


def test_undo_passes_over_a_skip_that_went_to_another(make: Make) -> None:
    context = make(rows=2)
    first, task = labeling.next_tasks(context, "ana", 2)
    annotate(context, first, 1, "ana")
    labeling.skip(context, task, "ana")
    labeling.next_tasks(context, "ben", 2)
    labeling.skip(context, task, "ana")
    assert labeling.undo(context, "ana") == first.id
    assert labeling.undo(context, "ana") is None
    labeling.release_tasks(context, "ben")
    assert labeling.undo(context, "ana") == task.id
    assert {t.id for t in labeling.next_tasks(context, "ana", 2)} == {first.id, task.id}


def test_undo_sent_twice_takes_one_answer_back(make: Make) -> None:
    context = make()
    one, two = labeling.next_tasks(context, "ana", 2)
    for task in (one, two):
        annotate(context, task, 1, "ana")
    assert labeling.undo(context, "ana", "u1") == two.id
    assert labeling.undo(context, "ana", "u1") is None
    assert len(labeling.labels(context)) == 1


def test_unsure_counts_as_an_answer_and_gives_no_label(make: Make) -> None:
    context = make(rows=1)
    task = labeling.next_tasks(context, "ana")[0]
    annotate(context, task, UNSURE, "ana")
    assert labeling.labels(context).empty
    assert labeling.next_tasks(context, "ben") == []


def test_overlap_asks_several_blind_to_one_another(make: Make) -> None:
    context = make(rows=30, overlap=2)
    ana, ben, cat = (labeling.next_tasks(context, who, 30) for who in ("ana", "ben", "cat"))
    assert len(ana) == len(ben) == 30
    assert cat == []
    for task in ana:
        annotate(context, task, 1, "ana")
    assert labeling.labels(context).empty
    assert labeling.next_tasks(context, "ana", 30) == []
    for i, task in enumerate(ben):
        annotate(context, task, i % 2, "ben")
    found = labeling.labels(context)
    assert len(found) == 30
    assert sorted(set(found["confidence"])) == [0.5, 1.0]
    assert labeling.undo(context, "ben") == ben[-1].id
    assert len(labeling.labels(context)) == 29


def test_bad_answers_are_refused(make: Make) -> None:
    context = make()
    task = labeling.next_tasks(context, "ana")[0]
    for value in (2, "cat", None, True, 0.5, float("nan"), [1]):
        with pytest.raises(InvalidValue, match="not a class"):
            annotate(context, task, value, "ana")
    with pytest.raises(UnknownName):
        annotate(context, 10_000, 1, "ana")
    for name in ("", "  ", None):
        with pytest.raises(InvalidValue, match="annotator"):
            annotate(context, task, 1, name)
    for n in (0, 51, 1.5, True):
        with pytest.raises(InvalidValue, match="ask for 1 to 50"):
            labeling.next_tasks(context, "ana", n)
    assert context.database.value("SELECT count(*) FROM annotations") == 0
    annotate(context, task, np.int64(1), "ana")
    assert labeling.labels(context)["label"].tolist() == [1]


def test_numbers_in_regression(make: Make) -> None:
    context = make(task="regression", overlap=3)
    task = labeling.next_tasks(context, "ana")[0]
    for value in (float("inf"), "3", True):
        with pytest.raises(InvalidValue, match="finite number"):
            annotate(context, task, value, "ana")
    for who, value in (("ana", 1), ("ben", 2.0), ("cat", 9.5)):
        annotate(context, task.id, value, who)
    assert labeling.labels(context)["label"].tolist() == [2.0]


def test_requested_rows_come_first(make: Make) -> None:
    context = make(rows=300)
    labeling.next_tasks(context, "ana", 5)
    with pytest.raises(UnknownName, match="nothing was sent"):
        labeling.request_labels(context, ["r7", "nobody"], "dee", "alarm")
    assert labeling.request_labels(context, ["r7", "r9", "r7"], "dee", "alarm in window 3") <= 2
    found = labeling.next_tasks(context, "ben", 2)
    assert [task.prediction_id for task in found] == ["r7", "r9"]
    assert {task.strategy for task in found} == {"requested"}


def test_the_audit_share_is_served_and_uncertain_rows_first(make: Make) -> None:
    context = make(rows=3000, audit_share=0.3)
    found = []
    for _ in range(20):
        batch = labeling.next_tasks(context, "ana", 50)
        for task in batch:
            annotate(context, task, 1, "ana")
        found.extend(batch)
    share = np.mean([task.purpose == "audit" for task in found])
    assert 0.22 < share < 0.38
    sure = {purpose: np.mean([max(t.probabilities.values()) for t in found if t.purpose == purpose]) for purpose in ("query", "audit")}
    assert sure["query"] < sure["audit"] - 0.05
    assert all(0 < task.probability <= 1 for task in found)


def test_new_rows_and_settings_rank_the_queue_anew(make: Make, fill: Callable[..., None]) -> None:
    context = make(rows=100)
    assert labeling.catch_up(context) > 0
    assert labeling.catch_up(context) == 0
    fill(context, 50, seed=5)
    assert labeling.catch_up(context) > 0
    assert context.database.value("SELECT count(*) FROM rankings") == 2
    assert context.database.value("SELECT count(*) FROM tasks") == 150
