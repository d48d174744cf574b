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
class Settings:
    """How a project behaves; every field has a default that works.

    Attributes
    ----------
    metric : the headline metric; None is accuracy for classification and mae for regression.
    query_strategy, audit_share, overlap, lease_minutes, hide_suggestion : the labeling queue.
    guidelines : what an expert reads when in doubt (Markdown).
    triggers, training_rows, release, four_eyes, seed : when and on what to retrain, and who lets it go live.
    training_weights : what counts more: {"expert": 3.0, "half_life": "180D", "balance": True}, any of them.
    training_exclude : label sources and prediction ids that are not learned from.
    false_alarm_rate : the share of drift-free windows that may alarm.
    minimum_effect : how large a drift must be to matter (effect size; None: each test's own default).
    recipe : SHA-256 of the stored unfitted estimator that retraining fits; None in a project that is only watched.
    false_alarm_budget : the same over time, and instead of the rate for drift: "1 in 500 windows", "2 a year"; None: the rate.
    drift_tests : which test judges a column, {"<column>" or "numeric" or "categorical": test}; the others have the default for their kind and size.
    drift_alarm : "k of m": a column raises an alarm when it drifted in k of the last m windows.
    autocorrelation : "ignored"; "measured" on the reference in order of time; or how many rows count as one, such as 5.
    thresholds : by hand, {"drift:<column>", "drift:numeric", "drift:categorical" or "<metric>": number}.
    """

    metric: str | None = None
    query_strategy: str = "margin_diverse"
    audit_share: float = 0.2
    overlap: int = 1
    lease_minutes: float = 10.0
    hide_suggestion: bool = False
    guidelines: str = ""
    triggers: tuple[Trigger, ...] = ()
    training_rows: str = "all"
    training_weights: Mapping[str, Any] = field(default_factory=dict)
    training_exclude: tuple[str, ...] = ()
    release: Literal["approval", "automatic", "shadow", "canary"] = "approval"
    four_eyes: bool = False
    seed: int = 0
    false_alarm_rate: float = 0.01
    minimum_effect: float | None = None
    false_alarm_budget: str | None = None
    drift_tests: Mapping[str, str] = field(default_factory=dict)
    drift_alarm: str = "1 of 1"
    autocorrelation: str | float = "ignored"
    recipe: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)


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
