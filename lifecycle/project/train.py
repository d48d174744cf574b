"""A project's verbs: retrain, and repeat to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import ModelVersion, Reproduction, Run, Trigger, TriggerState
from lifecycle.verbs.train import training
from lifecycle.verbs.train.backtesting import Backtest
from lifecycle.verbs.train.selecting import TrainingSet

__all__ = ["TrainVerbs"]


class TrainVerbs(Opened):
    """Retrain, and repeat to the bit."""

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

    def call_retrain(self, reason: str = "", figures: Mapping[str, Any] | None = None, by: str | None = None) -> dict[str, Any]:
        """Ask for a retraining from outside, as the prediction API's `POST /projects/{name}/retrain` does. With triggers of the kind
        `external` they decide, else a run is queued or joined; returns run (id or None), fired (bool), said (a sentence)."""
        return training.call_retrain(self._context, reason, figures, by)

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

    def set_recipe(self, recipe: Any, by: str | None = None, search: Mapping[str, Any] | None = None) -> None:
        """Retraining fits this from now on: an unfitted estimator, a ready recipe's name (`ready_recipes()`), or the path of a skops file.

        {name: recipe}, the simplest first: all of them race in every run, and the simplest within one standard error of the best is trained.
        `search`: {parameter: values to try} by successive halving; of several recipes {name: {parameter: values}}.
        """
        training.set_recipe(self._context, recipe, by, search)

    def preview_training(self, **changes: Any) -> TrainingSet:
        """What a retraining would learn from now, under the settings or with `changes` to them, such as training_rows="last 365D"."""
        return training.preview_training(self._context, changes)

    def training_gates(self) -> pd.DataFrame:
        """What a candidate has to meet: limit, value, usual, meaning. Change it with configure(gates={limit: value})."""
        return training.training_gates(self._context)

    def race(self, version: int) -> pd.DataFrame:
        """The recipes that raced for a version, the simplest first: name, estimator, loss, error, difference, difference_error, won, failed,
        p_value and test (of no difference to the best, by the folds that all were scored on)."""
        return training.race_table(self._context, version)

    def backtest(self, version: int | None = None, origins: int = 8, level: float = 0.9) -> Backtest:
        """A version's recipe fitted again at each of `origins` moments of the past on what was known then, and what it would have foretold since."""
        return training.backtest(self._context, version, origins, level)

    def environment(self, version: int) -> tuple[str, tuple[str, ...]]:
        """What a version was trained in, as a requirements file for pip, and how what runs now differs from it."""
        return training.environment(self._context, version)

    def model_card(self, version: int, form: Literal["markdown", "html"] = "markdown") -> str:
        """A version's card: data, metrics with intervals, slices, gates, lineage, decisions, and how to repeat it. The HTML needs nothing else."""
        return training.model_card(self._context, version, form)
