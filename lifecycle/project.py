"""A project: every verb of the loop, in the loop's order. The work is in `lifecycle.verbs`, a file a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.records import (
    Agreement,
    Comparison,
    DriftColumn,
    DriftReport,
    Gate,
    Health,
    ModelVersion,
    PerformanceReport,
    Preview,
    Reproduction,
    Rollout,
    Run,
    Scalar,
    Settings,
    Task,
    Trial,
    Trigger,
    TriggerState,
    Unsure,
)
from lifecycle.verbs import (
    answering,
    drift_views,
    drifting,
    labeling,
    performance_views,
    performing,
    previewing,
    recording,
    releasing,
    reviewing,
    sittings,
    training,
)
from lifecycle.verbs.context import Context

__all__ = ["Project"]


class Project:
    """One model and all that happens around it. Made by `Workspace.create_project` or `Workspace.project`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.config  # noqa: B018  a project that does not exist is refused here, not at its first verb

    def __repr__(self) -> str:
        config = self._context.config
        return f"Project({config.name!r}, {config.schema.task}, {config.schema.modality})"

    @property
    def name(self) -> str:
        """The project's name, unique in its workspace."""
        return self._context.name

    @property
    def config(self) -> Any:
        """What the project is: schema, window, whether it is only watched."""
        return self._context.config

    @property
    def settings(self) -> Settings:
        """How the project behaves, as stored now."""
        return self._context.settings

    def configure(self, by: str | None = None, **changes: Any) -> Settings:
        """Change settings by name; the change is an event.

        Raises
        ------
        UnknownName, InvalidValue : no such setting, or a value outside what is allowed. Nothing is changed.
        """
        return recording.configure(self._context, by, changes)

    # predictions ----------------------------------------------------------------------------------------------------
    def log(self, frame: pd.DataFrame, by: str | None = None, on_bad: str = "raise") -> recording.Landed:
        """Log predictions: features [+ id] [+ timestamp] [+ target] [+ prediction and p_<class>]. Durable on return.

        Without predictions the champion predicts. Returns the ids in the order given, a list that also tells what was
        ignored. `on_bad="skip"` lands the good rows and lists the bad ones in `.refused`; "raise" lands nothing.

        Raises
        ------
        BadData : `.refused` says which rows and why. NotReady : no prediction given and no champion to predict.
        """
        return recording.log(self._context, frame, by, on_bad)

    def check(self, frame: pd.DataFrame) -> recording.Checked:
        """What `log` would do with this frame, without doing it: accepted and refused rows, and notes."""
        return recording.check(self._context, frame)

    def predict(self, frame: pd.DataFrame, entity: Sequence[str] | None = None) -> pd.DataFrame:
        """Answer and log: id, prediction, p_<class>..., model_version. `entity`: who asks, so that trials stay sticky."""
        return recording.predict(self._context, frame, entity)

    def record_labels(self, frame: pd.DataFrame, source: str = "ground_truth", by: str | None = None) -> recording.Landed:
        """Record labels: columns id, label [+ probability]. Labels for ids not yet logged wait for their prediction."""
        return recording.record_labels(self._context, frame, source, by)

    def predictions(self, start: datetime | None = None, end: datetime | None = None, limit: int | None = None) -> pd.DataFrame:
        """What was logged in [start, end), in order of arrival, with labels where known: id, timestamp, the features,
        prediction, p_<class>..., model_version, label, label_source."""
        return recording.predictions(self._context, start, end, limit)

    # monitor --------------------------------------------------------------------------------------------------------
    def drift(self) -> DriftReport:
        """Which columns of which windows differ from the reference, and which windows raise an alarm."""
        return drifting.drift(self._context)

    def performance(self, metrics: Sequence[str] | None = None) -> PerformanceReport:
        """How good the model is in each window: realized, estimated and assisted, each with its interval."""
        return performing.performance(self._context, metrics)

    def windows(self) -> pd.DataFrame:
        """The windows in order: window (its name), start, end, rows."""
        return drift_views.project_windows(self._context)

    def drift_column(self, column: str, window: str | None = None) -> DriftColumn:
        """One column of one window (default: the newest) beside its reference, on at most 30 bins."""
        return drift_views.drift_column(self._context, column, window)

    def drift_samples(self, window: str, column: str | None = None, n: int = 50) -> pd.DataFrame:
        """Rows of a window, the most unusual for this column (or for all) first: id, time, prediction, label[, value], unusual."""
        return drift_views.drift_samples(self._context, window, column, n)

    def multivariate(self) -> pd.DataFrame:
        """Drift of the columns together: window, start, end, rows, statistic, lower, upper, threshold, alarm."""
        return drifting.multivariate(self._context)

    def quality(self) -> pd.DataFrame:
        """Data quality by window and column: window, column, check, value, expected, failed."""
        return drifting.quality(self._context)

    def confusion(self, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """truth, prediction, count, for the windows in [start, end): how many of their rows are so, as the labels say."""
        return performance_views.confusion(self._context, start, end)

    def residuals(self, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """id, prediction, truth, residual, time of at most 2,000 labelled rows of the windows in [start, end), picked at random."""
        return performance_views.residuals(self._context, start, end)

    def calibration(self, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """How sure the model was against how often it came true: side ("current", "reference"), bin, predicted, observed, lower, upper, rows."""
        return performance_views.calibration(self._context, start, end)

    def slices(self, metric: str | None = None, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """Performance by each column's values and bins, the worst first: column, value, rows, labels, metric, score, lower, upper, gap
        (how much worse than all rows), p_value, overall, line; corrected for looking at many."""
        return performance_views.slices(self._context, metric, start, end)

    def health(self) -> Health:
        """Is the model OK, and why."""
        return performing.health(self._context)

    # label ----------------------------------------------------------------------------------------------------------
    def next_tasks(self, annotator: str, n: int = 1) -> list[Task]:
        """Lease the next `n` samples to this expert; nobody else is given them while the lease lasts."""
        return labeling.next_tasks(self._context, annotator, n)

    def annotate(
        self, task: Task | int, value: Scalar | Unsure, annotator: str, seconds: float | None = None, client_id: str | None = None, comment: str = ""
    ) -> None:
        """Record one answer. The same `client_id` counts once, however often it is sent."""
        labeling.annotate(self._context, task, value, annotator, seconds, client_id, comment)

    def skip(self, task: Task | int, annotator: str) -> None:
        """Pass a sample on to others; it is not completed."""
        labeling.skip(self._context, task, annotator)

    def undo(self, annotator: str, client_id: str | None = None) -> int | None:
        """Take back this expert's last answer; returns its task's id, which is leased to them again. The same `client_id` counts once."""
        return labeling.undo(self._context, annotator, client_id)

    def release_tasks(self, annotator: str) -> int:
        """Give back what this expert holds; returns how many."""
        return labeling.release_tasks(self._context, annotator)

    def request_labels(self, ids: Sequence[str], by: str | None = None, reason: str = "") -> int:
        """Send chosen predictions to the front of the queue; returns how many were new to it."""
        return labeling.request_labels(self._context, ids, by, reason)

    def labels(self) -> pd.DataFrame:
        """The labels that count: id, label, source, confidence, annotators, purpose, probability, time."""
        return labeling.labels(self._context)

    def labellers(self) -> dict[str, int]:
        """In how many of the labels that count each person had a part."""
        return labeling.labellers(self._context)

    def agreement(self) -> Agreement:
        """How far the experts agree, pairwise and together."""
        return labeling.agreement(self._context)

    def suspects(self) -> pd.DataFrame:
        """Labels that are likely wrong, the worst first: id, label, suggested, quality, source."""
        return labeling.suspects(self._context)

    def adjudicate(self, id: str, value: Scalar, by: str) -> None:
        """Settle a disagreement: this value counts from now on."""
        labeling.adjudicate(self._context, id, value, by)

    def label_progress(self, annotator: str | None = None) -> dict[str, Any]:
        """How labeling stands: waiting, done_today, done_total, mine_today, mine_total, median_seconds, streak."""
        return sittings.label_progress(self._context, annotator)

    def label_examples(self, n: int = 3) -> pd.DataFrame:
        """The samples a class of whose label experts are surest: id, label, confidence and the features."""
        return sittings.label_examples(self._context, n)

    def neighbours(self, id: str, n: int = 5) -> pd.DataFrame:
        """The labelled samples most like this one, the nearest first: id, label, prediction, distance and the features."""
        return sittings.neighbours(self._context, id, n)

    def waiting_tasks(self) -> int:
        """How many samples wait in the queue for somebody."""
        return reviewing.waiting_tasks(self._context)

    def labelled_today(self, annotator: str) -> int:
        """How many answers of this person stand since midnight (UTC)."""
        return reviewing.labelled_today(self._context, annotator)

    def annotations(self, annotator: str | None = None, limit: int | None = 200) -> pd.DataFrame:
        """What experts answered and stands, the newest first: id, task, prediction_id, annotator, kind, value, time, seconds, comment."""
        return reviewing.answers(self._context, annotator, limit)

    def disagreements(self) -> pd.DataFrame:
        """The answers to samples that people answered differently and nobody has settled, those of one sample together."""
        return reviewing.disagreements(self._context)

    def feedback(self) -> pd.DataFrame:
        """Users' corrections that wait for a review, the oldest first: no, id, label, by, time, prediction (what the model said)."""
        return recording.feedback(self._context)

    def review_feedback(self, no: int, accept: bool, by: str | None = None) -> None:
        """Accept a user's correction as a label, or turn it down."""
        recording.review_feedback(self._context, no, accept, by)

    def preview(self, sample: Mapping[str, Any] | str) -> Preview:
        """A sample, given as its values by column or as the id of a logged prediction, as it is to be drawn."""
        return previewing.preview(self._context, sample)

    # train ----------------------------------------------------------------------------------------------------------
    def triggers(self, now: datetime | None = None) -> list[TriggerState]:
        """Which triggers would fire now, and why or why not."""
        return training.triggers(self._context, now)

    def preview_trigger(self, trigger: Trigger) -> pd.DataFrame:
        """When a trigger would have fired since the project began, the oldest first: time, reason, figures."""
        return training.preview_trigger(self._context, trigger)

    def tick(self, now: datetime | None = None) -> list[Run]:
        """What the worker does each minute: monitor, evaluate triggers, run what fires, release by policy.

        With `now`, this project lives in that time from here on, so that a history can be replayed.
        """
        return training.tick(self._context, now)

    def retrain(self, reason: str = "manual", by: str | None = None) -> Run:
        """Retrain here and now."""
        return training.retrain(self._context, reason, by)

    def request_retrain(self, reason: str = "manual", by: str | None = None) -> Run:
        """Queue a retraining for the worker; returns at once."""
        return training.request_retrain(self._context, reason, by)

    def work(self) -> list[Run]:
        """Run here and now what is queued and what a worker that died left; returns the runs that ended."""
        return training.work(self._context)

    def cancel(self, run: str, by: str | None = None) -> Run:
        """Stop a run that is queued or under way."""
        return training.cancel(self._context, run, by)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        return training.runs(self._context)

    def run(self, id: str) -> Run:
        """One run."""
        return training.run(self._context, id)

    def retry(self, run: str, by: str | None = None) -> Run:
        """Queue a run that failed or was cancelled again; it starts over with today's data, recipe and settings."""
        return training.retry(self._context, run, by)

    def run_log(self, id: str) -> str:
        """The last of what a run has printed."""
        return training.run_log(self._context, id)

    def progress(self, run: str) -> float:
        """How far a run is, 0 to 1."""
        return training.progress(self._context, run)

    def reproduce(self, version: int) -> Reproduction:
        """Train a version again from its manifest and compare bit by bit."""
        return training.reproduce(self._context, version)

    def register_model(self, model: Any, by: str | None = None, reason: str = "") -> ModelVersion:
        """Register a fitted estimator, or the path of a skops file, as a candidate."""
        return training.register_model(self._context, model, by, reason)

    def set_recipe(self, recipe: Any, by: str | None = None) -> None:
        """Retraining fits this unfitted estimator, or the path of a skops file, from now on."""
        training.set_recipe(self._context, recipe, by)

    def environment(self, version: int) -> tuple[str, tuple[str, ...]]:
        """What a version was trained in, as a requirements file for pip, and how what runs now differs from it."""
        return training.environment(self._context, version)

    def model_card(self, version: int) -> str:
        """A version's card in Markdown: data, metrics with intervals, gates, lineage, decisions, and how to repeat it."""
        return training.model_card(self._context, version)

    # release --------------------------------------------------------------------------------------------------------
    def versions(self) -> pd.DataFrame:
        """All versions, the newest first: version, status, created, created_by, trained_on, reason, and a column a metric."""
        return releasing.versions(self._context)

    def version(self, number: int) -> ModelVersion:
        """One version with its manifest."""
        return releasing.version(self._context, number)

    @property
    def champion(self) -> ModelVersion | None:
        """The version that answers now."""
        return releasing.champion(self._context)

    def champion_at(self, time: datetime) -> ModelVersion | None:
        """The version that answered at a time."""
        return releasing.champion_at(self._context, time)

    def live(self) -> Rollout | None:
        """The release that serves now: which version, since when, by whom and why; None before the first."""
        return releasing.live(self._context)

    def gates(self, version: int) -> tuple[Gate, ...]:
        """What a version had to meet before it may be approved, with what was found."""
        return releasing.gates(self._context, version)

    def decisions(self, version: int | None = None) -> pd.DataFrame:
        """The decisions about a version, or about all, the newest first: id, version, decision, by, reason, time, figures."""
        return releasing.decisions(self._context, version)

    def comment(self, version: int, text: str, by: str | None = None) -> None:
        """Say something about a version, for whoever decides."""
        releasing.comment(self._context, version, text, by)

    def comments(self, version: int | None = None) -> pd.DataFrame:
        """What was said about a version, or about all, the oldest first: id, version, by, text, time."""
        return releasing.comments(self._context, version)

    def compare(self, old: int | None = None, new: int | None = None) -> Comparison:
        """Old against new on labelled rows that neither was trained on; by default the champion against the newest candidate."""
        return releasing.compare(self._context, old, new)

    def approve(self, version: int, by: str | None = None, reason: str = "", mode: str = "full", share: float | None = None) -> None:
        """Let a candidate go live. A reason is mandatory; the figures on the table are stored with the decision."""
        releasing.approve(self._context, version, by, reason, mode, share)

    def reject(self, version: int, by: str | None = None, reason: str = "") -> None:
        """Turn a candidate down, with a reason."""
        releasing.reject(self._context, version, by, reason)

    def roll_out(self, version: int, mode: str = "full", share: float | None = None, by: str | None = None, reason: str = "") -> None:
        """Let a version serve: "shadow" answers nobody, "canary" a share of entities, "full" everybody."""
        releasing.roll_out(self._context, version, mode, share, by, reason)

    def roll_back(self, by: str | None = None, reason: str = "") -> int:
        """Return to the champion before this one; returns its number."""
        return releasing.roll_back(self._context, by, reason)

    def end_trial(self, by: str | None = None, reason: str = "") -> None:
        """Stop the shadow or canary that is under way; the champion answers everybody."""
        releasing.end_trial(self._context, by, reason)

    def trial(self) -> Trial:
        """The live comparison now, valid at every peek."""
        return releasing.trial(self._context)

    def history(self, limit: int | None = None) -> pd.DataFrame:
        """Everything that happened, the newest first: time, by, verb, subject, details."""
        return releasing.history(self._context, limit)

    def answer(self, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
        """What a version (default: the champion) says of these features, without logging: prediction, p_<class>..."""
        return answering.score(self._context, frame, version)
