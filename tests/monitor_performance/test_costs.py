"""The user's own costs: a metric like the others, with all three lines, checked at the door."""

from __future__ import annotations

import numpy as np
import pytest

import lifecycle
from lifecycle.costs import cost_matrix, require_costs
from lifecycle.verbs.configuring import configure
from lifecycle.verbs.monitor import performing
from lifecycle.verbs.monitor.performance_views import slices

CLASSES = ("no", "maybe", "yes")
COSTS = {"yes": {"no": 100.0, "maybe": 10, "yes": -20}, "no": {"yes": 5, "maybe": 1}}


@pytest.fixture(params=[2, 3], ids=["two classes", "three"])
def stage(request, make, scores, as_columns):
    classes = ("no", "yes") if request.param == 2 else CLASSES
    costs = {truth: {said: cost for said, cost in row.items() if said in classes} for truth, row in COSTS.items()}
    stage, rng = make(classes=classes), np.random.default_rng(0)
    p, predicted, truth = scores(rng, 4000, classes)
    stage.version(as_columns(p, predicted, classes) | {"label": np.array(classes)[truth].tolist()})
    p, stage.predicted, stage.truth = scores(rng, 5000, classes)
    stage.costs, stage.classes = costs, classes
    stage.ids = stage.land(as_columns(p, stage.predicted, classes))
    return stage


def test_all_lines_say_what_is_paid(stage):
    some = np.flatnonzero(np.random.default_rng(1).uniform(size=5000) < 0.3)
    stage.label([stage.ids[i] for i in some], [stage.classes[stage.truth[i]] for i in some])
    performing.catch_up(stage.context)  # what was counted before there were costs is counted anew
    configure(stage.context, None, {"costs": stage.costs, "cost_unit": "EUR", "metric": "cost"})
    frame = performing.performance(stage.context).frame
    frame = frame[frame["metric"] == "cost"]
    paid = cost_matrix(stage.costs, stage.classes)[stage.truth, stage.predicted]
    windows = np.arange(5000) // 1000
    for window, row in enumerate(frame.itertuples()):
        mine = some[windows[some] == window]
        assert row.realized == pytest.approx(paid[mine].mean())
        for line in ("estimated", "assisted"):
            half = (getattr(row, f"{line}_upper") - getattr(row, f"{line}_lower")) / 2.0
            assert abs(getattr(row, line) - paid[windows == window].mean()) < 1.5 * half  # it is for the stream that the window comes from
        assert row.assisted_upper - row.assisted_lower < row.realized_upper - row.realized_lower
    assert not frame["alarm"].any()
    assert slices(stage.context, "cost")["overall"].iloc[0] == pytest.approx(paid.mean(), abs=2.0)


def test_a_dearer_mistake_raises_an_alarm(stage):
    configure(stage.context, None, {"costs": stage.costs, "metric": "cost"})
    wrong = ["yes" if stage.predicted[i] == 0 else stage.classes[stage.truth[i]] for i in range(5000)]
    stage.label(stage.ids, wrong)
    frame = performing.performance(stage.context, ["cost"]).frame
    assert frame["alarm"].all()
    assert frame["alarm_lines"].str.contains("realized").all()


def test_without_costs_there_is_none(stage):
    assert "cost" not in set(performing.performance(stage.context).frame["metric"])
    with pytest.raises(lifecycle.InvalidValue, match="configure costs"):
        performing.performance(stage.context, ["cost"])
    with pytest.raises(lifecycle.InvalidValue, match="set costs first"):
        configure(stage.context, None, {"metric": "cost"})


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ([1, 2], "give {truth"),
        ({"yes": 3}, "give {truth"),
        ({"yes": {"perhaps": 3}}, "no class"),
        ({"yes": {"no": float("nan")}}, "must be a number"),
        ({"yes": {"no": True}}, "must be a number"),
        ({"yes": {"no": 0}}, "All costs are the same"),
    ],
)
def test_the_door_refuses_what_is_no_cost(costs, said):
    with pytest.raises(lifecycle.InvalidValue, match=said):
        require_costs(costs, ["no", "yes"])


def test_costs_are_for_classification():
    with pytest.raises(lifecycle.InvalidValue, match="classification"):
        require_costs({"a": {"b": 1}}, [])
