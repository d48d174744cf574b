"""What a project is told: its columns, its settings, its triggers. Frozen records, like all nouns; import them from `records`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

__all__ = [
    "Column",
    "ColumnKind",
    "Modality",
    "ProjectConfig",
    "QueueFilter",
    "Scalar",
    "Schema",
    "Settings",
    "TaskKind",
    "Trigger",
]

Scalar: TypeAlias = str | int | float | bool
TaskKind: TypeAlias = Literal["classification", "regression"]
Modality: TypeAlias = Literal["tabular", "image", "text", "series"]
ColumnKind: TypeAlias = Literal["numeric", "categorical", "text", "image", "series", "embedding"]


@dataclass(frozen=True, slots=True)
class Column:
    """One feature column and how it is to be read. `levels` are a categorical's known values, in order of frequency."""

    name: str
    kind: ColumnKind
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """A reason to retrain: a registered `kind` and its options, with a pause and a monthly budget.

    >>> Trigger("labels", n=500).options["n"]
    500
    """

    kind: str
    cool_down: str = "1D"
    budget: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, kind: str, cool_down: str = "1D", budget: int | None = None, **options: Any) -> None:
        nested = options.pop("options", {})
        for name, value in (("kind", kind), ("cool_down", cool_down), ("budget", budget), ("options", {**nested, **options})):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which samples a sitting, or a rule of the queue, is about: those that meet all that is given.

    Attributes
    ----------
    column, values, low, high : a feature column (or "prediction", "entity") that has one of `values`, or lies in [low, high].
    window : the name of a monitoring window, as reports give it.
    predicted : classes, one of which the model answered.
    text : occurs in a text, categorical or entity column, whatever the case.

    >>> QueueFilter(column="age", low=60).low
    60
    """

    column: str | None = None
    values: tuple[Scalar, ...] = ()
    low: float | None = None
    high: float | None = None
    window: str | None = None
    predicted: tuple[Scalar, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a project behaves; every field has a default that works.

    Attributes
    ----------
    metric : the headline metric; None is accuracy for classification and mae for regression.
    query_strategy, audit_share, overlap, lease_minutes, hide_suggestion : the labeling queue.
    overlap_share : the share of samples, drawn at random, that get `overlap` answers; the others get one.
    gold_share : the share of samples shown whose answer is known already, see `Project.add_gold`.
    priorities : samples that the query strategy takes first; the random audit takes no notice.
    assignment : "order" serves the queue in its order, "expertise" gives people the predicted classes that they know best.
    rare_labels : labels a class below which samples that may be of it are sought; 0 seeks none.
    guidelines : what an expert reads when in doubt (Markdown).
    unit, usual_range : of a number that experts type: "EUR", and (lowest, highest) beyond which the page asks once more.
    triggers, training_rows, release, four_eyes, seed : when and on what to retrain, and who lets it go live.
    margin : the difference of the headline metric that matters: less is as good as none. None: a point for shares, 2 % of the old value else.
    ramp : how a ramp goes: {"steps": (0.01, 0.05, 0.25, 1.0), "requests": 100, "time": "1h"}, any of them: the shares, and the least requests
        that the new version answers, and the least time, at each.
    guardrails : what stops a trial by itself, {"errors": 0.01, "latency": 1.5, "predictions": 0.1, "volume": 0.01, "loss": 0.0}, any of them, or
        "off": the share of calls that fail, times the champion's latency, the distance of the answers' distribution (total variation), the
        false-alarm rate of the check of the shares, and how much worse the new one may be.
    approval_expires : how long an approval that is not rolled out, and a candidate that nobody looked at again, may be acted on; None: for ever.
    training_weights : what counts more: {"expert": 3.0, "half_life": "180D", "balance": True}, any of them.
    training_exclude : label sources and prediction ids that are not learned from.
    training_entities : "apart": the rows of an entity (a customer) are learned from or held out, not both; "mixed": as they come.
    training_start : "fresh"; "warm": from what the champion learned; "partial": the champion goes on learning from the new rows alone.
    gates : limits that a candidate has to meet in place of the usual ones: {"margin": 0.01, "milliseconds": 50}, any of `training_gates()`.
    false_alarm_rate : the share of drift-free windows that may alarm.
    minimum_effect : how large a drift must be to matter (effect size; None: each test's own default).
    false_alarm_budget : the same over time, and instead of the rate for drift: "1 in 500 windows", "2 a year"; None: the rate.
    drift_tests : which test judges a column, {"<column>" or "numeric" or "categorical": test}; the others have the default for their kind and size.
    drift_alarm : "k of m": a column raises an alarm when it drifted in k of the last m windows.
    autocorrelation : "ignored"; "measured" on the reference in order of time; or how many rows count as one, such as 5.
    recipe : SHA-256 of the stored unfitted estimator that retraining fits; None in a project that is only watched.
    recipes : several as (name, SHA-256), the simplest first, that race in every run, see `Project.set_recipe`; empty: `recipe` alone.
    costs, cost_unit : what answers cost, {truth: {prediction: number}} (0 if not given, a benefit is negative), and the unit, such as "EUR".
    estimator : how performance is estimated without labels: "auto" (the calibrated score and the features), "confidence" (the calibrated score
        alone) or "reweighted" (auto, corrected by what density ratios say the reference's rows are worth now; dearer).
    thresholds : by hand, {"drift:<column>", "drift:numeric", "drift:categorical" or "<metric>": number}.
    quality : what is expected of the data, by hand, in place of what was learned: {"income:range": [0, 1e6], "age:missing": 0.05,
        "income:constant": "off", "duplicates": 0.1, "volume": [100, None]}.
    """

    metric: str | None = None
    query_strategy: str = "margin_diverse"
    audit_share: float = 0.2
    overlap: int = 1
    lease_minutes: float = 10.0
    hide_suggestion: bool = False
    overlap_share: float = 1.0
    gold_share: float = 0.0
    priorities: tuple[QueueFilter, ...] = ()
    assignment: Literal["order", "expertise"] = "order"
    rare_labels: int = 10
    guidelines: str = ""
    unit: str = ""
    usual_range: tuple[float, float] | None = None
    triggers: tuple[Trigger, ...] = ()
    training_rows: str = "all"
    training_weights: Mapping[str, Any] = field(default_factory=dict)
    training_exclude: tuple[str, ...] = ()
    training_entities: Literal["apart", "mixed"] = "apart"
    training_start: Literal["fresh", "warm", "partial"] = "fresh"
    gates: Mapping[str, float] = field(default_factory=dict)
    release: Literal["approval", "automatic", "shadow", "canary", "ramp"] = "approval"
    margin: float | None = None
    ramp: Mapping[str, Any] = field(default_factory=dict)
    guardrails: Mapping[str, Any] = field(default_factory=dict)
    four_eyes: bool = False
    approval_expires: str | None = "14D"
    seed: int = 0
    false_alarm_rate: float = 0.01
    minimum_effect: float | None = None
    false_alarm_budget: str | None = None
    drift_tests: Mapping[str, str] = field(default_factory=dict)
    drift_alarm: str = "1 of 1"
    autocorrelation: str | float = "ignored"
    recipe: str | None = None
    recipes: tuple[tuple[str, str], ...] = ()
    costs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    cost_unit: str = ""
    estimator: Literal["auto", "confidence", "reweighted"] = "auto"
    thresholds: Mapping[str, float] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schema:
    """What a project's rows look like. `features` excludes id, timestamp, target, prediction and p_<class>."""

    features: tuple[Column, ...]
    target: str
    timestamp: str | None
    task: TaskKind
    modality: Modality
    classes: tuple[Scalar, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The feature columns' names, in the order that the model is given."""
        return tuple(column.name for column in self.features)

    def probability_columns(self) -> tuple[str, ...]:
        """`p_<class>` in class order; empty for regression."""
        return tuple(f"p_{value}" for value in self.classes)


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """What a project is, fixed when it is made (the settings can change). `watched`: the model lives elsewhere."""

    name: str
    schema: Schema
    window: str
    watched: bool
    created: datetime
    created_by: str
    description: str = ""
