"""Performance without any label: confidence-based for classification, direct loss estimation for regression."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lifecycle.errors import InvalidValue
from lifecycle.monitor.performance.channels import Ints, Rows
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.lines import Line, Numbers, metric_on
from lifecycle.monitor.performance.metrics import metrics
from lifecycle.monitor.performance.realized import averaged
from lifecycle.monitor.performance.row_model import RowModel, fit_row_model, project_edges
from lifecycle.monitor.performance.summary import Stack, summarise_rows
from lifecycle.records import Estimate

__all__ = ["Moved", "estimated_accuracy", "estimated_line", "estimated_ranking"]

GROUPS = 16
OPINIONS = 1.0  # squares of how far the average of three lies from the calibrated score: twice its variance if they were independent

Moved: TypeAlias = tuple[Floats, Floats]  # (W, C) added to the means of windows, (W, C, C) to their covariance


def estimated_line(model: RowModel, stack: Stack, moved: Moved | None = None) -> Line:
    """Mean guessed channels of each window, and what density ratios add to them where they are asked.

    Its covariance holds what a finite reference leaves in doubt about the guess, by stratum, the chance of the rows themselves, that of
    the draw where only some rows' features were read, and how far the opinions that are averaged lie apart: where rows move out of the
    reference's middle they part, and nothing in the reference says which is right.
    """
    rows = stack["rows"]
    n = np.maximum(rows, 1.0)
    if not model.guesses:
        nothing = np.full(stack["guess"].shape, np.nan)
        return Line(model.layout, nothing, np.zeros(stack["guess2"].shape), np.full(len(rows), np.nan))
    sampled = np.maximum(stack["sampled"], 1.0)
    sharper = stack["sharper"] / sampled[:, None]
    means = np.where(rows[:, None] > 0, stack["guess"] / n[:, None] + sharper + (0.0 if moved is None else moved[0]), np.nan)
    means = np.where(model.layout.proportions, np.clip(means, 0.0, 1.0), means)
    share = stack["strata"] / n[:, None]
    doubt = np.einsum("wd,dce->wce", share**2, model.doubt)
    scale = _scale(model, means)
    chance = scale[:, :, None] * np.nan_to_num(model.spread) * scale[:, None, :] / n[:, None, None]
    drawn = stack["sharper2"] / sampled[:, None, None] ** 2
    drawn = drawn if moved is None else drawn + moved[1]
    apart = OPINIONS * sharper[:, :, None] * sharper[:, None, :]
    return Line(model.layout, means, doubt + chance + drawn + apart, np.full(len(rows), max(1.0, model.rows - 1.0)), foretold=True)


def _scale(model: RowModel, means: Floats) -> Floats:
    """How much wider than on the reference one row spreads here, a channel."""
    level = model.level
    share = np.clip(means, 0.0, 1.0)
    base = np.maximum(level * (1.0 - level), 1e-4)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(model.layout.proportions, np.sqrt(share * (1.0 - share) / base), np.abs(means) / np.maximum(np.abs(level), 1e-12))
    if model.layout.costs:
        ratio[:, model.layout.at("cost")] = ratio[:, 0]
    if model.layout.task == "regression":
        ratio = np.repeat(ratio[:, :1], means.shape[1], axis=1)
        ratio[:, model.layout.at("target") :] = 1.0
    return np.asarray(np.clip(np.nan_to_num(ratio, nan=1.0), 0.1, 10.0), dtype=np.float64)


def estimated_ranking(name: str, model: RowModel, stack: Stack) -> Numbers:
    """A ranking metric from expected counts by score bin."""
    scores, windows = stack["scores"], len(stack["rows"])
    if model.chances is None or not scores.shape[1]:
        return Numbers.unknown(windows)
    positive, negative = scores * model.chances, scores * (1.0 - model.chances)
    value, up, down = metrics[name](positive, negative, np.broadcast_to(model.middles, positive.shape))
    up, down = np.nan_to_num(up), np.nan_to_num(down)
    variance = np.sum(positive * up**2 + negative * down**2, axis=-1)
    reference = model.positive + model.negative
    total = np.maximum(reference.sum(axis=1, keepdims=True), 1.0)
    group = np.minimum(((np.cumsum(reference, axis=1) - reference / 2.0) / total * GROUPS).astype(int), GROUPS - 1)
    member = (group[..., None] == np.arange(GROUPS)).astype(float)  # (S, B, G)
    inside = np.einsum("sb,sbg->sg", reference, member)
    rate = (np.einsum("sb,sbg->sg", model.positive, member) + 0.5) / (inside + 1.0)
    moved = np.einsum("wsb,sbg->wsg", scores * (up - down), member)
    variance += np.einsum("wsg,sg->ws", moved**2, rate * (1.0 - rate) / np.maximum(inside, 1.0))
    return averaged(value, variance, (positive.sum(-1) > 0) & (negative.sum(-1) > 0), stack["rows"] >= 2)


def estimated_accuracy(probabilities: ArrayLike, reference_probabilities: ArrayLike, reference_labels: ArrayLike) -> Estimate:
    """The accuracy of rows without labels: the mean calibrated chance that the class with the highest score is right.

    Parameters
    ----------
    probabilities : (n, K) the model's scores now; (n,) is taken as the second of two classes.
    reference_probabilities : (m, K) its scores on rows whose truth is known and that it was not trained on.
    reference_labels : (m,) their truth; the classes, sorted, are the columns in order (or, where all of them are whole numbers
        below K, the columns' places).

    Returns
    -------
    The estimate with a 95 % interval for the accuracy that these rows' labels would show. It holds while the scores mean what they meant
    on the reference; a changed concept is invisible without labels.

    >>> rng = np.random.default_rng(0)
    >>> p = rng.uniform(size=20_000)
    >>> estimate = estimated_accuracy(p[:10_000], p[10_000:], rng.uniform(size=10_000) < p[10_000:])
    >>> estimate.lower < 0.75 < estimate.upper
    True
    """
    now, reference = _scores(probabilities), _scores(reference_probabilities)
    if now.shape[1] != reference.shape[1]:
        raise InvalidValue(f"{now.shape[1]} columns of probabilities now and {reference.shape[1]} on the reference; give both the same classes.")
    truth = _codes(np.asarray(reference_labels), reference.shape[1])
    if len(truth) != len(reference) or not len(truth) or not len(now):
        raise InvalidValue(
            f"{len(reference)} reference rows with {len(truth)} labels and {len(now)} rows now; each needs a row, and each reference row a label."
        )
    layout = Layout("classification", tuple(str(k) for k in range(reference.shape[1])))
    known = Rows(reference.argmax(axis=1), reference)
    model = fit_row_model(layout, project_edges(layout, reference), known, truth)
    stack = summarise_rows(model, Rows(now.argmax(axis=1), now), np.zeros(len(now), dtype=np.int64), 1)
    numbers = metric_on(estimated_line(model, stack), "accuracy")
    return Estimate(float(numbers.value[0]), float(numbers.lower[0]), float(numbers.upper[0]))


def _scores(given: ArrayLike) -> Floats:
    scores = np.asarray(given, dtype=np.float64)
    if scores.ndim == 1:
        scores = np.column_stack([1.0 - scores, scores])
    if scores.ndim != 2 or scores.shape[1] < 2 or not np.isfinite(scores).all() or (scores < -1e-9).any() or (scores > 1.0 + 1e-9).any():
        raise InvalidValue(f"Probabilities of shape {scores.shape}; give (rows, classes) of numbers between 0 and 1.")
    return np.clip(scores, 0.0, 1.0)


def _codes(labels: NDArray[np.generic], classes: int) -> Ints:
    if labels.dtype.kind in "iub" and len(labels) and labels.min() >= 0 and labels.max() < classes:
        return labels.astype(np.int64)
    known, codes = np.unique(labels, return_inverse=True)
    if len(known) > classes:
        raise InvalidValue(f"{len(known)} classes in the reference labels and {classes} columns of probabilities; give a column a class.")
    return np.asarray(codes.reshape(-1), dtype=np.int64)
