"""A project's verbs: is the model OK, since when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import DriftColumn, DriftReport, Health, PerformanceReport
from lifecycle.verbs.monitor import (
    drift_previewing,
    drift_samples,
    drift_views,
    drifting,
    monitor_report,
    performance_classes,
    performance_limits,
    performance_samples,
    performance_views,
    performing,
    quality_views,
    range_views,
    slice_drifting,
)
from lifecycle.verbs.monitor.range_views import Range

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

    def drift_map(self, first: str | None = None, last: str | None = None, most: int = 72) -> pd.DataFrame:
        """The drift report as few enough rows to draw, however many the windows: of each run of windows the worst, a row a column, with x, y
        (the worst column first), first, last, windows (of the run), reached (statistic over threshold), beyond (windows that drifted)."""
        return drift_views.drift_map(self._context, first, last, most)

    def drift_column(self, column: str, window: Range = None, against: Range = None) -> DriftColumn:
        """One column of one window, or range (default: the newest), beside the reference or the windows `against`, on at most 30 bins."""
        return range_views.range_column(self._context, column, against, window)

    def compare_ranges(self, a: Range = None, b: Range = None) -> pd.DataFrame:
        """Every column of the windows `b` (default: the newest) against the windows `a` (default: the reference), the most different first.

        A range is a window's name or a pair of them, the first and the last: column, kind, test, rows_a, rows_b, statistic, p_value,
        effect, threshold, drifted, median_a, median_b, missing_a, missing_b."""
        return range_views.compare_ranges(self._context, a, b)

    def drift_samples(self, window: Range, column: str | None = None, n: int = 50, bin: str | None = None) -> pd.DataFrame:
        """Rows of a window or range, the most unusual for this column (or for all) first: id, time, prediction, label[, value], unusual.
        `bin`: only those in this bin of the column, as `drift_column` names it."""
        return drift_samples.drift_samples(self._context, window, column, n, bin)

    def quality(self) -> pd.DataFrame:
        """Data quality by window and column: window, column, check, value, expected, failed; by what was learned and by `settings.quality`."""
        return quality_views.quality(self._context)

    def preview_quality(self, rules: Mapping[str, Any]) -> pd.DataFrame:
        """`quality`, with what other rules would expect and fail beside it: would_expect, would_fail. Nothing is changed."""
        return quality_views.preview_quality(self._context, rules)

    def preview_limits(self, metric: str | None = None, limit: float | None = None, rate: float | None = None) -> pd.DataFrame:
        """Which windows would have alarmed for a metric (default: the headline) with another limit, or false-alarm rate: window, start, end,
        line, value, lower, upper, threshold_lower, threshold_upper, alarm, would_lower, would_upper, would_alarm. Nothing is changed."""
        return performance_limits.preview_limits(self._context, metric, limit, rate)

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

    def performance_samples(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        kind: str = "wrong",
        n: int = 50,
        truth: Any = None,
        prediction: Any = None,
        part: tuple[str, str] | None = None,
    ) -> pd.DataFrame:
        """The rows behind the figures of the windows in [start, end): id, time, prediction, label, sure[, error]. `kind`: "wrong", the worst
        labelled answers first, or "unsure", those without a label, the least sure first; of one truth, answer or slice (column, value)."""
        return performance_samples.performance_samples(self._context, start, end, kind, n, truth, prediction, part)

    def report(self, path: str | Path | None = None, start: datetime | None = None, end: datetime | None = None) -> str:
        """The windows in [start, end) as one self-contained HTML file under 5 MB: health, drift, performance, quality, alarms and events.
        Returns the HTML, and writes it to `path` where one is given."""
        return monitor_report.report(self._context, path, start, end)

    def figures(self, path: str | Path | None = None, start: datetime | None = None, end: datetime | None = None) -> bytes:
        """Every figure of the monitor pages as CSV files in one zip; returned, and written to `path` where one is given."""
        return monitor_report.figures(self._context, path, start, end)

    def drift_slices(self, column: str | None = None, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """Which groups of rows have changed, by the values or bins of a column (default: of each), the most different first: column, value,
        rows, reference_rows, share, reference_share, differs (the column that differs most within the slice), statistic, p_value (corrected for
        looking at many), drifted, columns (how many differ).

        Raises
        ------
        UnknownName : no such column that can be cut.
        """
        return slice_drifting.drift_slices(self._context, column, start, end)

    def performance_classes(self, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
        """Precision, recall and F1 of each class over the windows in [start, end): class, metric, rows, labels and the three lines with their
        intervals. Empty for regression."""
        return performance_classes.performance_classes(self._context, start, end)

    def health(self) -> Health:
        """Is the model OK, and why."""
        return performing.health(self._context)
