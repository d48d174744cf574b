"""Every noun of the loop as a frozen record. What two stages share is one of these; none of them does anything.

Times are timezone-aware UTC. Frames inside a record are documented by their columns. A value that is not known is None
in a field and NaN in a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal, TypeAlias

import pandas as pd

from lifecycle.configuration import Column, ColumnKind, Modality, ProjectConfig, QueueFilter, Scalar, Schema, Settings, TaskKind, Trigger
from lifecycle.findings import Change, ConceptReport, Guardrail, MultivariateResult, TrialPlan

# fmt: off
__all__ = [
    "Agreement", "Annotation", "Column", "ColumnKind", "Comparison", "Decision", "DriftReport", "Estimate", "Event", "Gate",
    "Health", "Label", "Modality", "ModelVersion", "PerformanceReport", "Preview", "ProjectConfig", "Purpose", "Reproduction", "Rollout",
    "Run", "Scalar", "Schema", "SequentialResult", "Settings", "Status", "Step", "Task", "TaskKind", "TestResult", "Trial",
    "Trigger", "TriggerState", "UNSURE", "Unsure", "Window",
    "Change", "ConceptReport", "Guardrail", "LabelingGain", "MultivariateResult", "QueueFilter", "TrialPlan",
]
# fmt: on

Purpose: TypeAlias = Literal["query", "audit"]
Status: TypeAlias = Literal["ok", "warning", "critical", "unknown"]


class Unsure(Enum):
    """The answer of an expert who looked and cannot tell; it has meaning, unlike a skip."""

    UNSURE = "unsure"

    def __repr__(self) -> str:
        return "UNSURE"


UNSURE = Unsure.UNSURE


# monitor ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TestResult:
    """A statistic, its p-value (NaN where the test defines none) and an effect size that does not grow with the rows."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    statistic: float
    p_value: float = float("nan")
    effect: float = float("nan")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the log: half-open in time, or a count of rows. `closed`: no more rows are expected."""

    name: str
    start: datetime
    end: datetime
    rows: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class DriftReport:
    """frame: window, start, end, rows, column, kind, test, statistic, p_value, effect, threshold, drifted.
    alarms: window, start, end, rows, p_value, alarm, columns (list, the worst first).
    unjudged: the windows too small to judge: window, start, end, rows, needed. notes: what to know beside, in whole sentences."""

    frame: pd.DataFrame
    alarms: pd.DataFrame
    unjudged: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftColumn:
    """One column of one window beside its reference. frame, in order: bin (its name), lower, upper (NaN for levels and open ends),
    reference, current (shares of the rows, 0 to 1). `kind`: numeric or categorical."""

    column: str
    window: str
    kind: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Preview:
    """A sample as it is to be drawn. `kind` image: `content` is PNG or JPEG bytes; text: a string; series: a list of numbers;
    table: a list of {"column", "value", "unusual", "usual"}, `unusual` empty or what is unusual about the value, `usual` what the
    reference's values are. `marks` of a text: (start, end, weight) of the words to mark, with a weight from -1 to 1 for what a
    linear model holds against and for its answer, 0 for a word that the reference does not know."""

    kind: str
    content: Any
    marks: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PerformanceReport:
    """frame: window, start, end, rows, labels, metric, realized, realized_lower, realized_upper, estimated,
    estimated_lower, estimated_upper, assisted, assisted_lower, assisted_upper, threshold_lower, threshold_upper, alarm."""

    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Health:
    """Is the model OK, and why. `column`: the one that most of it goes back to, '' where none does; `window`: where it shows."""

    status: Status
    reasons: tuple[str, ...]
    column: str = ""
    window: str = ""


# label --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Task:
    """One sample leased to one expert. `probability`: its chance to have been picked; `purpose` is not shown to the expert."""

    id: int
    prediction_id: str
    sample: Mapping[str, Any]
    prediction: Scalar
    probabilities: Mapping[Scalar, float]
    purpose: Purpose
    probability: float
    strategy: str = ""
    utility: float = float("nan")
    model_version: int = 0
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's answer, append-only. `kind`: answer, unsure, skip or undo."""

    id: int
    task: int
    prediction_id: str
    annotator: str
    kind: Literal["answer", "unsure", "skip", "undo"]
    value: Scalar | None
    time: datetime
    seconds: float | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The agreed value of one prediction. `probability`: its chance to have been labelled, None where not known."""

    id: str
    value: Scalar
    source: str
    confidence: float
    time: datetime
    annotators: tuple[str, ...] = ()
    purpose: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the experts agree, each number with its 95 % interval. `krippendorff_alpha`, `lower`, `upper`.

    pairs: first, second, items, kappa, lower, upper. classes: class, items (given it by somebody), alpha, lower, upper.
    annotators: annotator, answers, agreement, quality, quality_lower, quality_upper (against consensus), gold (answers to it),
    gold_quality, gold_lower, gold_upper, answered, unsure, skipped, median_seconds, hours, per_hour.
    """

    krippendorff_alpha: float
    pairs: pd.DataFrame
    annotators: pd.DataFrame
    lower: float = float("nan")
    upper: float = float("nan")
    classes: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class LabelingGain:
    """What further labels are expected to bring. `value` is the headline accuracy (or error) expected at `labels` + `more` labels,
    `gain` the difference from now, both in the metric's own unit with 95 % intervals; NaN while too little is known.
    `plateau`: the gain's upper bound is below what matters. `points` (labels, value, lower, upper, kind "measured" | "curve") draw it.
    `sentence` says it."""

    labels: int
    more: int
    metric: str
    value: float
    lower: float
    upper: float
    gain: float
    gain_lower: float
    gain_upper: float
    plateau: bool
    sentence: str
    points: pd.DataFrame = field(default_factory=pd.DataFrame)


# train --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TriggerState:
    """Would this trigger fire, and why or why not. `next_due` for those that know."""

    name: str
    kind: str
    fires: bool
    reason: str
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One durable step of a run. `status`: waiting, running, done, failed."""

    name: str
    status: str
    started: datetime | None = None
    finished: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A retraining. `status`: queued, running, done, failed, cancelled. `candidate`: the version it registered."""

    id: str
    status: str
    steps: tuple[Step, ...]
    candidate: int | None
    reason: str
    seconds: float | None
    error: str | None
    requested: datetime
    requested_by: str


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model of the project. `status`: champion, candidate, archived, rejected. `model`, `training`, `reference`: SHA-256
    of the stored file and snapshots, None where the model lives elsewhere."""

    version: int
    status: str
    created: datetime
    created_by: str
    parent: int | None = None
    run: str | None = None
    model: str | None = None
    training: str | None = None
    reference: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Trained again from the manifest: identical to the bit, or what differs."""

    identical: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition that a candidate has to meet, with what was found."""

    name: str
    passed: bool
    reason: str


# release ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SequentialResult:
    """What a test that may be looked at at any time says now. `decided`: e_value >= 1 / alpha."""

    e_value: float
    difference: float
    lower: float
    upper: float
    decided: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old against new on the same labelled rows. metrics: metric, old, new, difference, lower, upper, p_value, better.
    slices: column, value, rows, metric, old, new, difference, lower, upper. flips: id, truth, old, new, right. curves: curve ("roc",
    "precision_recall", "gains"), target, version ("old", "new"), x, y, lower, upper, see `release.curves`."""

    old: int
    new: int
    rows: int
    metrics: pd.DataFrame
    slices: pd.DataFrame
    flips: pd.DataFrame
    verdict: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class Rollout:
    """One committed release row: who let which version serve, how, since when and why. `trial`: the first row of the ramp that it is a
    further step of."""

    id: int
    version: int
    mode: str
    share: float
    started: datetime
    by: str
    reason: str
    ended: datetime | None = None
    trial: int | None = None

    @property
    def key(self) -> int:
        """What stays the same over all steps of a trial, so that who was in the small share stays in the larger one."""
        return self.trial or self.id


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's approval or rejection, with the figures that were on the table."""

    id: int
    version: int
    decision: str
    by: str
    reason: str
    time: datetime
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """The live comparison now. `decision`: "new", "old", "equal" or "undecided"; mode "none" when nothing is on trial.
    `steps`: the shares of a ramp; `waits`: why it does not go on by itself, "" when it may."""

    mode: str
    requests: int
    labelled: int
    e_value: float
    difference: float
    lower: float
    upper: float
    decision: str
    sample_ratio_ok: bool
    version: int | None = None
    share: float | None = None
    started: datetime | None = None
    guardrails: tuple[Guardrail, ...] = ()
    steps: tuple[float, ...] = ()
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, append-only; `hash` chains it to the one before."""

    id: int
    time: datetime
    by: str
    verb: str
    subject: str
    details: Mapping[str, Any]
    hash: str = ""
