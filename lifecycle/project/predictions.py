"""A project's verbs: log, predict and label what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.verbs.predictions import recording

__all__ = ["PredictionVerbs"]


class PredictionVerbs(Opened):
    """Log, predict and label what was predicted."""

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
