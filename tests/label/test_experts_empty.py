"""Agreement before anybody has answered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling
from lifecycle.verbs.label.comparing_experts import agreement


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_nobody_and_one(make: Callable[..., Context], task: str) -> None:
    context = make(rows=30, task=task)
    found = agreement(context)
    assert np.isnan(found.krippendorff_alpha)
    assert found.annotators.empty
    labeling.annotate(context, labeling.next_tasks(context, "ana")[0], 1, "ana", 3.0)
    one = agreement(context).annotators.iloc[0]
    assert (one["annotator"], one["answers"], one["answered"], one["gold"]) == ("ana", 1, 1, 0)
    assert np.isnan(one["quality"])
