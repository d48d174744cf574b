"""Unlabelled samples like one, against the distances themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling
from lifecycle.verbs.label.resembling import request_similar, similar, stock_landmarks


def test_the_nearest_unlabelled_are_found_and_asked_for(make: Callable[..., Context]) -> None:
    context = make(rows=200)
    for task in labeling.next_tasks(context, "ana", 30):
        labeling.annotate(context, task, 1, "ana")
    labelled = set(labeling.labels(context)["id"])
    table = context.log().read(["id", "a", "b"]).to_pandas().set_index("id")[["a", "b"]]
    own = next(id for id in table.index if id not in labelled)
    found = similar(context, own, 8)
    assert not set(found["id"]) & (labelled | {own})
    apart = ((table - table.loc[own]) / table.std(ddof=0)).pow(2).sum(axis=1) ** 0.5
    nearest = apart.drop([*labelled, own]).nsmallest(8)
    assert np.isin(found["id"], nearest.index).mean() > 0.8  # the scale is that of the candidates
    assert found["distance"].is_monotonic_increasing
    assert request_similar(context, own, 8, "dee") == 8
    front = [task.prediction_id for task in labeling.next_tasks(context, "ben", 8)]
    assert front == found["id"].tolist()
    assert stock_landmarks(context)
    with pytest.raises(UnknownName):
        similar(context, "nobody")
    with pytest.raises(InvalidValue):
        similar(context, own, 0)
