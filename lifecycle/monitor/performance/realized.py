"""Performance from the labels there are, each weighted by its chance to have been labelled."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Bools, Floats, Layout
from lifecycle.monitor.performance.lines import Line, Numbers, blended
from lifecycle.monitor.performance.metrics import metrics
from lifecycle.monitor.performance.outcomes import Outcomes
from lifecycle.monitor.performance.pooled import Sample

__all__ = ["realized_line", "realized_ranking"]


def realized_line(layout: Layout, sample: Sample, spread: Floats, outcomes: Outcomes | None = None) -> Line:
    """Hajek means of the observed channels with their linearised covariance. spread : (W, C, C) of one reference row."""
    c = len(layout.channels)
    own = slice(1, 1 + c)
    there = sample.labels > 0
    means = np.where(there[:, None], sample.first[:, 0, own], np.nan)
    filled = np.nan_to_num(means)
    crossed = sample.second[:, 0, own, None] * filled[:, None, :]
    unit = sample.second[:, 0, 0]
    raw = sample.second[:, own, own] - crossed - crossed.transpose(0, 2, 1) + unit[:, None, None] * filled[:, :, None] * filled[:, None, :]
    raw = raw * (sample.effective / np.maximum(sample.effective - 1.0, 1e-9))[:, None, None]
    if outcomes is not None:
        return Line(layout, means, raw, np.where(there, sample.effective, np.nan), outcomes=outcomes, spread=spread)
    covariance, freedom = blended(raw, sample.effective, spread, unit)
    return Line(layout, means, covariance, np.where(there, freedom, np.nan), sample.effective)


def realized_ranking(name: str, sample: Sample, centres: Floats) -> Numbers:
    """A ranking metric from the labelled rows' score bins; the average over classes that occur and do not fill the window."""
    positive, negative = sample.hits[:, :, 0], sample.hits[:, :, 1]
    value, up, down = metrics[name](positive, negative, np.broadcast_to(centres, positive.shape))
    variance = np.einsum("wsb,wsb->ws", sample.hits2[:, :, 0], np.nan_to_num(up) ** 2)
    variance += np.einsum("wsb,wsb->ws", sample.hits2[:, :, 1], np.nan_to_num(down) ** 2)
    variance *= (sample.effective / np.maximum(sample.effective - 1.0, 1e-9))[:, None]
    return averaged(value, variance, (positive.sum(-1) > 0) & (negative.sum(-1) > 0), sample.labels >= 2)


def averaged(value: Floats, variance: Floats, usable: Bools, judged: Bools) -> Numbers:
    """The mean over classes; their errors are taken as fully correlated, which can only widen the interval."""
    count = usable.sum(axis=1)
    there = (count > 0) & judged
    share = np.where(usable, 1.0, 0.0) / np.maximum(count, 1)[:, None]
    mean = np.where(there, np.sum(share * np.nan_to_num(value), axis=1), np.nan)
    half = 1.959963984540054 * np.sum(share * np.sqrt(np.maximum(np.nan_to_num(variance), 0.0)), axis=1)
    return Numbers(mean, np.clip(mean - half, 0.0, 1.0), np.clip(mean + half, 0.0, 1.0))
