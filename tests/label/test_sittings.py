"""What an expert sees of their own work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import UNSURE
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling
from lifecycle.verbs.label.resembling import neighbours
from lifecycle.verbs.label.sittings import label_examples, label_progress

Make = Callable[..., Context]


def test_progress_counts_what_stands(make: Make) -> None:
    context = make(rows=50)
    assert label_progress(context, "ana") == {
        "waiting": 0,
        "done_today": 0,
        "done_total": 0,
        "mine_today": 0,
        "mine_total": 0,
        "median_seconds": None,
        "streak": 0,
    }
    for minutes, seconds in ((0, 2.0), (60, 4.0), (62, 6.0)):
        context.clock.fixed = datetime(2026, 3, 1, 22, 59, tzinfo=UTC) + timedelta(minutes=minutes)
        task = labeling.next_tasks(context, "ana")[0]
        labeling.annotate(context, task, UNSURE if minutes == 60 else 1, "ana", seconds)
    labeling.annotate(context, labeling.next_tasks(context, "ben")[0], 1, "ben")
    found = label_progress(context, "ana")
    assert found == {"waiting": 46, "done_today": 2, "done_total": 4, "mine_today": 1, "mine_total": 3, "median_seconds": 4.0, "streak": 2}
    labeling.undo(context, "ana")
    assert label_progress(context, "ana")["mine_total"] == 2
    assert label_progress(context)["done_total"] == 3


def test_neighbours_are_the_nearest_labelled_samples(make: Make) -> None:
    context = make(rows=60)
    for task in labeling.next_tasks(context, "ana", 30):
        labeling.annotate(context, task, 1, "ana")
    labels = labeling.labels(context)
    found = neighbours(context, "r1", 5)
    assert found["distance"].is_monotonic_increasing
    assert len(found) == 5
    assert set(found["id"]) <= set(labels["id"]) - {"r1"}
    one = context.log().take([1], ["a", "b"]).to_pandas().iloc[0]
    nearest = (found[["a", "b"]] - one).pow(2).sum(axis=1)
    assert nearest.iloc[0] < nearest.iloc[4]
    with pytest.raises(UnknownName, match="No prediction"):
        neighbours(context, "nobody")


def test_examples_a_class(make: Make) -> None:
    context = make(rows=60)
    for i, task in enumerate(labeling.next_tasks(context, "ana", 12)):
        labeling.annotate(context, task, i % 2, "ana")
    found = label_examples(context, 3)
    assert found["label"].tolist() == [0, 0, 0, 1, 1, 1]
    assert {"a", "b"} <= set(found.columns)
    assert len(label_examples(context, 1)) == 2
    with pytest.raises(InvalidValue):
        label_examples(context, 0)
