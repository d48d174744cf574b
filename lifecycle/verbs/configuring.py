"""Settings change, each value checked against what is allowed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from lifecycle.costs import require_costs
from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label import query_strategy_caution, suited
from lifecycle.monitor.concept import concept_detector
from lifecycle.monitor.performance.metrics import metric_names
from lifecycle.monitor.quality.rules import require_rules
from lifecycle.plain import filter_from, plain
from lifecycle.records import QueueFilter, Settings, TaskKind, Trigger
from lifecycle.release.guardrails import guardrail_limits
from lifecycle.release.ramps import ramp_of
from lifecycle.stores.database import dumps
from lifecycle.stores.summaries import monitored_names
from lifecycle.train import dataset, entities, gates, triggers, weighting
from lifecycle.train.starting import STARTS
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import performance_following
from lifecycle.verbs.monitor.drift_policy import require_alarms

__all__ = ["changed", "configure", "require_settings", "require_window"]

ESTIMATORS = ("auto", "confidence", "reweighted")
RELEASES = ("approval", "automatic", "shadow", "canary", "ramp")


def configure(context: Context, by: str | None, changes: Mapping[str, Any]) -> Settings:
    """Change settings by name; the change is an event. A query strategy that is risky here is warned of, and the event notes it.

    Raises
    ------
    UnknownName, InvalidValue : no such setting, or a value outside what is allowed. Nothing is changed.
    """
    with context.database.write() as connection:
        before, after = context.settings, changed(context, changes)
        told = {name: {"from": plain(getattr(before, name)), "to": plain(getattr(after, name))} for name in changes}
        told = {name: change for name, change in told.items() if change["from"] != change["to"]}
        note = query_strategy_caution(after.query_strategy, len(context.schema.classes)) if "query_strategy" in told else ""
        if note:
            told["query_strategy"]["note"] = note
        if told:
            connection.execute("UPDATE projects SET settings = ? WHERE name = ?", (dumps(after), context.name))
            if not {"costs", "estimator"}.isdisjoint(told):  # every window is counted anew
                performance_following.forget(context)
            context.happened(by, "configure", ", ".join(told), told)
    if note:
        warnings.warn(note, stacklevel=2)
    return after


def changed(context: Context, changes: Mapping[str, Any]) -> Settings:
    """The settings as they would be after these changes; nothing is stored.

    Raises
    ------
    UnknownName, InvalidValue : as `configure` says.
    """
    for name in changes:
        if name not in Settings.__dataclass_fields__:
            raise UnknownName.among("setting", name, Settings.__dataclass_fields__)
    after = replace(context.settings, **_tidied(changes))
    if "costs" in changes:
        after = replace(after, costs=require_costs(after.costs, context.schema.classes))
    require_settings(after, context.schema.task)
    require_rules(after.quality, monitored_names(context.database, context.name, context.schema.names))
    require_alarms(after, context.schema, context.config.window, monitored_names(context.database, context.name, ()))
    return after


def require_settings(settings: Settings, task: TaskKind) -> None:
    """Refuse a setting outside what is allowed, with a sentence that says what is."""
    for name, (right, allowed) in _RULES.items():
        value = getattr(settings, name)
        if not right(value):
            raise InvalidValue(f"The setting {name} is {value!r}; it must be {allowed}.")
    _require_registered(settings, task)
    ramp_of(settings.ramp)
    guardrail_limits(settings.guardrails)
    require_rules(settings.quality)
    dataset.policy(settings.training_rows)
    weighting.check(settings.training_weights)
    gates.check(settings.gates)
    for trigger in settings.triggers:
        triggers.check(trigger)
        if trigger.kind == "concept" and trigger.options.get("detector", "window") != "window":
            concept_detector(trigger.options["detector"])


def require_window(window: str) -> str:
    """A window as '1000 rows' or a pandas offset.

    >>> require_window("1000 rows"), require_window("QS")
    ('1000 rows', 'QS')
    """
    allowed = "a number of rows such as '1000 rows', or a span such as '1D', '7D', 'MS' or 'QS'"
    number, _, unit = str(window).strip().partition(" ")
    if unit == "rows" and number.isdigit() and int(number) > 0:
        return f"{int(number)} rows"
    try:
        offset = pd.tseries.frequencies.to_offset(str(window))
    except ValueError as error:
        raise InvalidValue(f"The window {window!r} is not understood; give {allowed}.") from error
    if offset is None or offset.n < 1:
        raise InvalidValue(f"The window {window!r} is not understood; give {allowed}.")
    return str(window).strip()


def _tidied(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Triggers may come as records or as mappings, from JSON."""
    values = dict(changes)
    if "triggers" in values:
        given = values["triggers"]
        if isinstance(given, Trigger | Mapping):
            given = (given,)
        values["triggers"] = tuple(trigger if isinstance(trigger, Trigger) else Trigger(**trigger) for trigger in given)
    if "priorities" in values:
        given = values["priorities"]
        given = (given,) if isinstance(given, QueueFilter | Mapping) else given or ()
        values["priorities"] = tuple(rule if isinstance(rule, QueueFilter) else filter_from(rule) for rule in given)
    persistence = values.get("drift_alarm")
    if isinstance(persistence, list | tuple) and len(persistence) == 2:
        values["drift_alarm"] = f"{persistence[0]} of {persistence[1]}"
    return values


def _number(lowest: float, highest: float, whole: bool = False) -> Callable[[Any], bool]:
    def right(value: Any) -> bool:
        kinds = int if whole else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and lowest <= value <= highest

    return right


def _range(value: Any) -> bool:
    number = _number(float("-inf"), float("inf"))
    return isinstance(value, tuple | list) and len(value) == 2 and all(number(bound) for bound in value) and value[0] < value[1]


def _positive_numbers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value.values())


def _names(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) for name in (*value, *value.values()))


def _span_or_none(value: Any) -> bool:
    try:
        return value is None or (isinstance(value, str) and pd.Timedelta(value) > pd.Timedelta(0))
    except ValueError:
        return False


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "audit_share": (_number(0, 1), "a share from 0 to 1"),
    "overlap": (_number(1, 100, whole=True), "a whole number from 1 to 100: answers an item"),
    "lease_minutes": (_number(0.1, 1440), "a number of minutes from 0.1 to 1440"),
    "overlap_share": (_number(0, 1), "a share from 0 to 1"),
    "gold_share": (_number(0, 0.5), "a share from 0 to 0.5"),
    "priorities": (lambda value: all(isinstance(rule, QueueFilter) for rule in value), "QueueFilters"),
    "assignment": (lambda value: value in ("order", "expertise"), "'order' or 'expertise'"),
    "rare_labels": (_number(0, 1000, whole=True), "a whole number from 0 to 1000: labels a class"),
    "hide_suggestion": (lambda value: isinstance(value, bool), "True or False"),
    "approval_expires": (_span_or_none, "a span such as '14D' or '12h', or None"),
    "margin": (lambda value: value is None or _number(0, float("inf"))(value), "a number from 0 on, or None"),
    "ramp": (lambda value: isinstance(value, Mapping), "{'steps': (0.05, 1.0), 'requests': 100, 'time': '1h'}, any of them"),
    "guardrails": (lambda value: isinstance(value, Mapping), "limits by name, such as {'latency': 2.0, 'volume': 'off'}"),
    "four_eyes": (lambda value: isinstance(value, bool), "True or False"),
    "cost_unit": (lambda value: isinstance(value, str) and len(value) <= 40, "text of at most 40 letters, such as 'EUR'"),
    "estimator": (lambda value: value in ESTIMATORS, f"one of {', '.join(ESTIMATORS)}"),
    "guidelines": (lambda value: isinstance(value, str), "text"),
    "unit": (lambda value: isinstance(value, str) and len(value) <= 20, "a text of at most 20 characters, such as 'EUR'"),
    "usual_range": (lambda value: value is None or _range(value), "the lowest and the highest usual number, such as (0, 100), or None"),
    "release": (lambda value: value in RELEASES, f"one of {', '.join(RELEASES)}"),
    "seed": (_number(0, 2**32 - 1, whole=True), "a whole number from 0 to 4294967295"),
    "false_alarm_rate": (lambda value: _number(0, 1)(value) and 0 < value < 1, "a share between 0 and 1, such as 0.01"),
    "minimum_effect": (lambda value: value is None or _number(0, float("inf"))(value), "a number from 0 on, or None"),
    "false_alarm_budget": (lambda value: value is None or isinstance(value, str), "text such as '1 in 500 windows' or '2 a year', or None"),
    "drift_tests": (_names, "names of drift tests by column or kind, such as {'age': 'wasserstein', 'categorical': 'psi'}"),
    "autocorrelation": (
        lambda value: value in ("ignored", "measured") or _number(1, 1e6)(value),
        "'ignored', 'measured', or how many rows count as one, such as 5",
    ),
    "training_entities": (lambda value: value in entities.POLICIES, "'apart' or 'mixed'"),
    "training_start": (lambda value: value in STARTS, f"one of {', '.join(STARTS)}"),
    "recipes": (
        lambda value: isinstance(value, tuple | list) and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in value),
        "pairs of a name and the SHA-256 of a stored recipe; set them with project.set_recipe({name: recipe})",
    ),
    "training_exclude": (
        lambda value: isinstance(value, tuple | list) and all(isinstance(name, str) for name in value),
        "a list of label sources and prediction ids",
    ),
    "thresholds": (_positive_numbers, "numbers by name, such as {'drift:age': 0.2, 'accuracy': 0.9}"),
}


def _require_registered(settings: Settings, task: TaskKind) -> None:
    suited(settings.query_strategy, task)
    known = metric_names(task)
    if settings.metric is not None and settings.metric not in known:
        raise UnknownName.among(f"{task} metric", settings.metric, known)
    if settings.metric == "cost" and not settings.costs:
        raise InvalidValue("The metric 'cost' needs to know what answers cost; set costs first, such as {'ill': {'well': 100}}.")
