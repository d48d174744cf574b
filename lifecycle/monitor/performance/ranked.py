"""Ranking metrics from the model's guess on all rows, corrected by the few labels."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.intervals import around
from lifecycle.monitor.performance.layout import Bools, Floats
from lifecycle.monitor.performance.lines import LIKELY, PRIOR, Numbers
from lifecycle.monitor.performance.metrics import metric_facts, metrics
from lifecycle.monitor.performance.outcomes import expected
from lifecycle.monitor.performance.pooled import Sample
from lifecycle.monitor.performance.summary import Stack

__all__ = ["labelled_ranking"]


def labelled_ranking(name: str, stack: Stack, sample: Sample, chances: Floats, informed: Floats, centres: Floats, assisted: bool = True) -> Numbers:
    """A ranking metric of each window, by one step from a pilot.

    The pilot is all rows by score bin and by what each bin's chance is after a look at the labels; for the labels alone, their own
    weights. To it comes the mean of the metric's influence function over the window, which prediction-powered inference (arXiv 2311.01453) finds
    from the guess on all rows and its error on the labelled ones; for the area under the ROC curve these are DeLong's placements. What is left out
    is of the second order in the pilot's error.

    chances, informed : (W, S, B) the chance of the class in each score bin, as on the reference and after that look.
    Where there are several classes their errors are taken as fully correlated, which can only widen the interval. A metric that is not smooth
    (calibration error, a sum of sizes) has no such step: unknown. Where a class, or the rest, has fewer labels in effect than the metric
    takes (`fewest`) no interval would be honest: the labels' value stands alone, and nothing is assisted.
    assisted : False, the labels alone, with the variance to expect of them.
    """
    windows = len(stack["rows"])
    facts = metric_facts(name)
    if not facts.get("smooth") or not chances.shape[1]:
        return Numbers.unknown(windows)
    everywhere = stack["scores"] / np.maximum(stack["rows"], 1.0)[:, None, None]
    pilot = np.stack([everywhere * informed, everywhere * (1.0 - informed)], axis=2) if assisted else sample.hits
    usable = (pilot[:, :, 0].sum(-1) > 0) & (pilot[:, :, 1].sum(-1) > 0)
    value, up, down = metrics[name](pilot[:, :, 0], pilot[:, :, 1], np.broadcast_to(centres, chances.shape))
    up, down = np.nan_to_num(up), np.nan_to_num(down)
    moved, variance, freedom = _step(up, down, everywhere, chances, informed, sample, stack["rows"], assisted)
    with np.errstate(invalid="ignore"):
        ends = around(np.clip(value + moved, 0.0, 1.0), variance, freedom, 0.0, 1.0, sample.effective[:, None])
    share = np.where(usable, 1.0, 0.0) / np.maximum(usable.sum(axis=1, keepdims=True), 1)
    there = usable.any(axis=1) & (sample.labels >= 2)
    enough = there & np.all(~usable | (_fewest(sample) >= facts.get("fewest", 0)), axis=1)

    def mean(values: Floats, known: Bools) -> Floats:
        return np.where(known, np.sum(share * np.nan_to_num(values), axis=1), np.nan)

    return Numbers(mean(np.clip(value + moved, 0.0, 1.0), enough if assisted else there), mean(ends[0], enough), mean(ends[1], enough))


def _fewest(sample: Sample) -> Floats:
    """The effective number of labelled rows of each class, or of the rest if these are fewer, (W, S)."""
    total, total2 = sample.hits.sum(axis=-1), sample.hits2.sum(axis=-1)
    return np.asarray((total**2 / np.where(total2 > 0, total2, 1.0)).min(axis=2), dtype=np.float64)


def _step(
    up: Floats, down: Floats, everywhere: Floats, chances: Floats, informed: Floats, sample: Sample, rows: Floats, assisted: bool
) -> tuple[Floats, Floats, Floats]:
    """The mean influence over the window, its variance and degrees of freedom, (W, S) each."""
    positive, negative = sample.hits[:, :, 0], sample.hits[:, :, 1]
    labelled = positive + negative
    guess = chances * up + (1.0 - chances) * down
    n = sample.effective[:, None]
    seen, said, over = (np.sum(positive * up + negative * down, axis=-1), np.sum(labelled * guess, axis=-1), np.sum(everywhere * guess, axis=-1))
    all_rows = np.sum(everywhere * guess**2, axis=-1) - over**2
    both = np.sum((positive * up + negative * down) * guess, axis=-1) - seen * said
    own = np.sum(labelled * guess**2, axis=-1) - said**2
    bottom = n * own + PRIOR * all_rows
    slope = np.clip(np.where(bottom > 0, (n * both + PRIOR * all_rows) / np.where(bottom > 0, bottom, 1.0), 0.0), 0.0, 2.0 if assisted else 0.0)
    high, low = up - slope[..., None] * guess, down - slope[..., None] * guess
    centre = (seen - slope * said)[..., None]
    raw = np.sum(sample.hits2[:, :, 0] * (high - centre) ** 2 + sample.hits2[:, :, 1] * (low - centre) ** 2, axis=-1)
    raw = raw * n / np.maximum(n - 1.0, 1e-9)
    likely, trust = expected(informed, labelled, sample.hits2.sum(axis=2), high, low, np.broadcast_to(n, seen.shape))
    one = np.maximum((trust * raw + LIKELY * likely) / (trust + LIKELY), raw)  # what the labels show is no less for not being expected
    variance = one + slope**2 * np.maximum(all_rows, 0.0) / np.maximum(rows, 1.0)[:, None]
    return seen - slope * said + slope * over, variance, trust + LIKELY
