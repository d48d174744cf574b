"""A project's verbs: is the model OK, since when and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import DriftColumn, DriftReport, Health, PerformanceReport
from lifecycle.verbs import drift_previewing, drift_views, drifting, performance_views, performing

__all__ = ["MonitorVerbs"]


class MonitorVerbs(Opened):
    """Is the model OK, since when and why."""

    def drift(self) -> DriftReport:
        """Which columns of which windows differ from the reference, and which windows raise an alarm."""
        return drifting.drift(self._context)

    def preview_alarms(self, **changes: Any) -> pd.DataFrame:
        """What would have alarmed under changed settings (rate, effect, test, threshold, k of m, ...), from the stored counts alone:
        window, start, end, alarm, would_alarm, columns, would_columns. Nothing is changed.

        Raises
        ------
        UnknownName, InvalidValue : as `configure` would.
        """
        return drift_previewing.preview_alarms(self._context, changes)

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
