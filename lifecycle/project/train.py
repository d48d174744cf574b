"""A project's verbs: retrain, and repeat to the bit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import ModelVersion, Reproduction, Run, Trigger, TriggerState
from lifecycle.verbs import training

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
