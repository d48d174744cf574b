"""What every trigger has to do, whichever file it lies in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.plain import plain
from lifecycle.records import Trigger
from lifecycle.train.triggers import Facts, check, decide, triggers

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
START = datetime(2026, 1, 10, tzinfo=UTC)
OPTIONS = {"schedule": {"every": "MS"}}  # what a kind cannot do without

drift = pd.DataFrame({"window": ["1"], "end": [pd.Timestamp(NOW)], "alarm": [True], "columns": [["age"]]})
performance = pd.DataFrame(
    {"window": ["1"], "end": [pd.Timestamp(NOW)], "metric": ["accuracy"], "level": [0.9], "labels": [500]}
    | {f"{line}{edge}": [value] for line in ("realized", "estimated", "assisted") for edge, value in (("", 0.6), ("_lower", 0.55), ("_upper", 0.65))}
)
ALARMING = Facts(NOW, START, START, START, (), 100_000, 100_000, drift, performance, "higher", np.repeat([0.0, 1.0], 200))
ALARMING = replace(ALARMING, calls=({"by": "token etl", "reason": "new catalogue", "figures": {"rows": 9}},))
CALM = Facts(START + timedelta(hours=1), START, START, START)


def trigger(kind: str, **more: object) -> Trigger:
    return Trigger(kind, **{**OPTIONS.get(kind, {}), **more})


@pytest.mark.parametrize("kind", triggers.names())
def test_it_fires_with_cause_and_not_without(kind: str) -> None:
    check(trigger(kind))
    firing, resting = decide(trigger(kind), ALARMING), decide(trigger(kind), CALM)
    assert firing.state.fires, firing.state.reason
    assert not resting.state.fires, resting.state.reason
    for decision in (firing, resting):
        assert decision.state.reason.endswith(".")
        assert decision.state.kind == kind
        json.dumps(plain(decision.figures))


@pytest.mark.parametrize("kind", triggers.names())
def test_it_is_pure(kind: str) -> None:
    assert decide(trigger(kind), ALARMING) == decide(trigger(kind), ALARMING)


@pytest.mark.parametrize("kind", triggers.names())
def test_the_pause_and_the_budget_hold_it_back(kind: str) -> None:
    fired = (NOW - timedelta(hours=30),)
    calm = {name: getattr(ALARMING, name) for name in Facts.__slots__}
    again = Facts(**{**calm, "fired": fired})
    state = decide(trigger(kind, cool_down="5D"), again).state
    assert not state.fires
    if kind != "schedule":  # its next time has not come at all
        assert "pauses until 2026-06-19 06:00" in state.reason
        assert decide(trigger(kind, cool_down="1D"), again).state.fires
        assert "budget of 1 a month" in decide(trigger(kind, cool_down="1D", budget=1), again).state.reason
        assert decide(trigger(kind, cool_down="1D", budget=2), again).state.fires


@pytest.mark.parametrize("kind", triggers.names())
def test_an_option_that_it_does_not_have_is_a_sentence(kind: str) -> None:
    with pytest.raises(lifecycle.UnknownName, match=r"No option of the trigger .* named 'sometimes'; known:"):
        check(trigger(kind, sometimes=1))
    for name in triggers.facts(kind)["options"]:
        with pytest.raises(lifecycle.LifecycleError, match=rf"has {name}=.*it must be"):
            check(Trigger(kind, **{name: object()}))


def test_a_kind_that_is_not_registered_names_those_that_are() -> None:
    with pytest.raises(
        lifecycle.UnknownName, match="No trigger named 'moon'; known: age, concept, drift, external, labels, performance, schedule, volume"
    ):
        check(Trigger("moon"))


@pytest.mark.parametrize("given", [{"cool_down": "soon"}, {"budget": 0}, {"budget": 1.5}, {"budget": True}, {"cool_down": "-1D"}])
def test_pause_and_budget_are_checked(given: dict[str, object]) -> None:
    with pytest.raises(lifecycle.InvalidValue, match="The trigger 'labels' has"):
        check(Trigger("labels", **given))
