"""What a version's reference teaches about its rows: calibrated guesses of every channel, and the level to hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lifecycle.costs import row_costs
from lifecycle.monitor.performance.calibration import bin_centres, bin_of, calibrated_bins, quantiles, score_edges
from lifecycle.monitor.performance.cells import Alike, alike, cell_of, each_alone
from lifecycle.monitor.performance.channels import Ints, Rows, observed, row_losses
from lifecycle.monitor.performance.conditional import ConditionalModel, fit_conditional, scored_table
from lifecycle.monitor.performance.error_model import ENOUGH, ErrorModel, fit_error_model
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.reweighted import FOLDS, Reweighting
from lifecycle.monitor.performance.reweighted import MOST as REWEIGHTED

__all__ = ["STRATA", "Estimator", "Guess", "RowModel", "blind_model", "fit_row_model", "project_edges"]

STRATA = 16

Estimator: TypeAlias = Literal["auto", "confidence", "reweighted"]


@dataclass(frozen=True)
class Guess:
    """Of n rows without labels: channels (n, C), stratum of the guess (n,), score bin (n, scored classes)."""

    channels: Floats
    stratum: Ints
    bins: Ints


@dataclass(frozen=True)
class RowModel:
    """One version as its reference shows it.

    Attributes
    ----------
    edges : (S, B + 1) score bins of the project; middles (S, B) the reference's mean score in each.
    chances : (S, B) calibrated chance of the class, None without probabilities.
    cuts : (STRATA - 1,) where the strata of the guess part. shift : (STRATA, C) what the guess of a stratum lacked. error : for regression.
    conditional : where the features tell more than the score, None else.
    rows : of the reference; 0 where there is none, and then nothing is guessed.
    level, level_covariance : (C,), (C, C) channel means on the reference and their sampling covariance.
    spread, around : (C, C) covariance of one row's channels around their mean, and around their guess.
    doubt : (STRATA, C, C) covariance of the guess's mean error by stratum.
    positive, negative : (S, B) the reference's rows by score bin. reweighting : what density ratios are applied to, None where they are not.
    """

    layout: Layout
    edges: Floats
    middles: Floats
    chances: Floats | None
    cuts: Floats
    shift: Floats
    error: ErrorModel | None
    conditional: ConditionalModel | None
    rows: int
    level: Floats
    level_covariance: Floats
    spread: Floats
    around: Floats
    doubt: Floats
    positive: Floats
    negative: Floats
    reweighting: Reweighting | None = None

    @property
    def guesses(self) -> bool:
        """Can it say anything of rows without labels."""
        return self.chances is not None or self.error is not None

    @cached_property
    def cells(self) -> Guess | None:
        """With two classes: the guess for each cell of prediction (no, yes, unknown) x score bin, (3 B,), for a row depends on nothing else."""
        if self.chances is None or len(self.layout.classes) != 2:
            return None
        channels = _cell_channels(self.layout, self.chances, self.middles)
        stratum = np.searchsorted(self.cuts, channels[:, 0]).astype(np.int64)
        return Guess(channels + self.shift[stratum], stratum, np.tile(np.arange(self.layout.bins), 3)[:, None])

    @cached_property
    def cautious(self) -> Floats | None:
        """The chances drawn to a half by half a row for each level of the isotonic fit: what was never seen on the reference can be all the same."""
        if self.chances is None:
            return None
        out = np.empty(self.chances.shape)
        for s, chances in enumerate(self.chances):
            _, block = np.unique(chances, return_inverse=True)
            rows = np.bincount(block.reshape(-1), self.positive[s] + self.negative[s])[block.reshape(-1)]
            out[s] = (chances * rows + 0.25) / (rows + 0.5)
        return out

    @cached_property
    def outcomes(self) -> tuple[Floats, Floats, Floats] | None:
        """With two classes: the channels of a row of each score bin if it is the second class, if it is the first, and as guessed, (B, C) each."""
        if self.cells is None:
            return None
        middle = self.middles[0]
        said = (middle >= 0.5).astype(np.int64)
        rows = Rows(said, np.column_stack([1.0 - middle, middle]))
        second, first = (observed(self.layout, rows, np.full(len(middle), truth)) for truth in (1, 0))
        return second, first, self.cells.channels[said * self.layout.bins + np.arange(len(middle))]

    def guess(self, rows: Rows) -> Guess:
        """What each row's channels are likely to be, before any label."""
        bins = self.bins(rows)
        if self.cells is not None and rows.probabilities is not None:
            cell = cell_of(rows, bins)
            return Guess(self.cells.channels[cell], self.cells.stratum[cell], bins)
        channels = self._channels(rows, bins)
        stratum = np.searchsorted(self.cuts, channels[:, 0]).astype(np.int64)
        return Guess(channels + self.shift[stratum], stratum, bins)

    def sharper(self, rows: Rows) -> Floats:
        """What the features add to the guess of each row's channels, (n, C)."""
        assert self.conditional is not None
        assert self.chances is not None
        base = _chances(self.chances, self.bins(rows))
        return _classification_guess(self.layout, rows, self.conditional.chances(rows, base)) - _classification_guess(self.layout, rows, base)

    def bins(self, rows: Rows) -> Ints:
        """The score bin of each row and scored class, (n, S)."""
        return _bins(self.edges, self.layout, rows) if rows.bins is None else rows.bins

    def binned(self, rows: Rows) -> Rows:
        """The rows with their score bins, which are then not looked for again."""
        return rows if rows.bins is not None else replace(rows, bins=self.bins(rows))

    def table(self, rows: Rows) -> Floats:
        """What rows are told apart by: scores (or the prediction) and features, (n, T)."""
        assert rows.features is not None
        return (
            np.column_stack([np.asarray(rows.predicted, dtype=np.float64), rows.features])
            if rows.probabilities is None
            else scored_table(self.layout, rows)
        )

    def _channels(self, rows: Rows, bins: Ints) -> Floats:
        if self.error is not None:
            return self.error.guess(rows.features, np.asarray(rows.predicted, dtype=np.float64))
        if self.chances is None or rows.probabilities is None:
            return np.zeros((len(rows), len(self.layout.channels)))
        return _classification_guess(self.layout, rows, _chances(self.chances, bins))


def project_edges(layout: Layout, probabilities: Floats | None) -> Floats:
    """The score bins of a project, frozen by its first reference: (scored classes, B + 1)."""
    columns = [np.empty(0) if probabilities is None else probabilities[:, c] for c in layout.scored]
    return np.array([score_edges(column, layout.bins) for column in columns]).reshape(len(columns), layout.bins + 1)


def blind_model(layout: Layout, edges: Floats) -> RowModel:
    """The model of a version without a reference: it guesses nothing and has no level."""
    c = len(layout.channels)
    none, square, counts = np.full(c, np.nan), np.full((c, c), np.nan), np.zeros((len(layout.scored), layout.bins))
    doubt = np.full((STRATA, c, c), np.nan)
    return RowModel(
        layout,
        edges,
        bin_centres(edges),
        None,
        np.empty(0),
        np.zeros((STRATA, c)),
        None,
        None,
        0,
        none,
        square,
        square,
        square,
        doubt,
        counts,
        counts,
    )


def fit_row_model(layout: Layout, edges: Floats, rows: Rows, truth: NDArray[np.generic], seed: int = 0, estimator: Estimator = "auto") -> RowModel:
    """Learn from a version's reference: rows with their truth, held out from its training. estimator : "auto", "confidence" (no
    features are used for classification) or "reweighted", see `Settings.estimator`."""
    n = len(rows)
    if n == 0:
        return blind_model(layout, edges)
    bins = _bins(edges, layout, rows)
    two = len(layout.classes) == 2 and rows.probabilities is not None and truth.min() >= 0
    seen = alike(layout, replace(rows, bins=bins), np.asarray(truth, dtype=np.int64)) if two else each_alone(observed(layout, rows, truth))
    positive, negative = _reference_counts(layout, bins, truth)
    chances, error, conditional, guess = None, None, None, np.zeros_like(seen.channels)
    middles = _middles(layout, edges, rows, bins)
    if layout.task == "regression" and n >= ENOUGH:
        error, guess = fit_error_model(rows.features, np.asarray(rows.predicted, float), np.asarray(truth, float), seed, layout.features)
    elif layout.task == "classification" and rows.probabilities is not None:
        chances = np.array([calibrated_bins(positive[s], negative[s], middles[s]) for s in range(len(edges))])
        conditional = None if estimator == "confidence" else fit_conditional(layout, rows, truth, seed)
        guess = _guesses(layout, rows, bins, chances, middles, seen.cell if two else None)
    blind = chances is None and error is None
    taught = _taught(layout, seen, guess, blind)
    model = RowModel(
        layout=layout,
        edges=edges,
        middles=middles,
        chances=chances,
        error=error,
        conditional=conditional,
        rows=n,
        positive=positive,
        negative=negative,
        reweighting=None,
        **taught,
    )
    if estimator != "reweighted" or blind:
        return model
    if two and chances is not None:
        seen, guess = each_alone(observed(layout, rows, truth)), _guesses(layout, rows, bins, chances, middles)
    return replace(model, reweighting=_reweighting(model, rows, truth, seen.channels, guess, seed))


def _guesses(layout: Layout, rows: Rows, bins: Ints, chances: Floats, middles: Floats, cell: Ints | None = None) -> Floats:
    """The guess of each reference row, or of each of some cells."""
    if len(layout.classes) == 2:
        return _cell_channels(layout, chances, middles)[cell_of(rows, bins) if cell is None else cell]
    return _classification_guess(layout, rows, _chances(chances, bins))


def _taught(layout: Layout, seen: Alike, guess: Floats, blind: bool) -> dict[str, Floats]:
    """What the residuals of a guess say: its strata, what it lacks in them, the level and all covariances."""
    n, c = seen.count.sum(), seen.channels.shape[1]
    cuts = np.unique(quantiles(guess[:, 0], np.arange(1, STRATA) / STRATA, seen.count))
    level = seen.count @ seen.channels / n
    spread = seen.products(seen.channels - level) / (n - 1.0) if n > 1 else np.full((c, c), np.nan)
    stratum = np.searchsorted(cuts, guess[:, 0])
    shift = np.zeros((STRATA, c)) if blind else _shift(layout, seen, seen.channels - guess, stratum)
    residual = seen.channels - guess - shift[stratum]
    overall = seen.products(residual)
    doubt = np.array([_doubt(seen, residual, np.flatnonzero(stratum == d), overall / n) for d in range(STRATA)])
    return {"cuts": cuts, "shift": shift, "level": level, "level_covariance": spread / n, "spread": spread, "around": overall / n, "doubt": doubt}


def _reweighting(model: RowModel, rows: Rows, truth: NDArray[np.generic], channels: Floats, guess: Floats, seed: int) -> Reweighting | None:
    """What the estimate gets wrong on the reference, row by row: the guess, and what the features add as learned from the other rows."""
    if rows.features is None or not rows.features.shape[1]:
        return None
    chosen = np.arange(len(rows))
    if len(rows) > REWEIGHTED:
        chosen = np.sort(np.random.default_rng(seed).choice(len(rows), REWEIGHTED, replace=False))
    some, said = rows.pick(chosen), guess[chosen].copy()
    if model.conditional is not None:
        fold = np.random.default_rng(seed).permutation(len(chosen)) % FOLDS
        for held in range(FOLDS):
            mine = np.flatnonzero(fold == held)
            other = fit_conditional(model.layout, some.pick(np.flatnonzero(fold != held)), np.asarray(truth)[chosen][fold != held], seed)
            if other is not None:
                said[mine] += replace(model, conditional=other).sharper(some.pick(mine))
    return Reweighting(model.table(some), channels[chosen] - said)


def _cell_channels(layout: Layout, chances: Floats, middles: Floats) -> Floats:
    second = np.tile(middles[0], 3)
    rows = Rows(np.repeat([0, 1, -1], layout.bins), np.column_stack([1.0 - second, second]))
    return _classification_guess(layout, rows, _chances(chances, np.tile(np.arange(layout.bins), 3)[:, None]))


def _middles(layout: Layout, edges: Floats, rows: Rows, bins: Ints) -> Floats:
    out = bin_centres(edges)
    for s in range(bins.shape[1]):
        assert rows.probabilities is not None
        count = np.bincount(bins[:, s], minlength=layout.bins)
        total = np.bincount(bins[:, s], rows.probabilities[:, layout.scored[s]], layout.bins)
        out[s] = np.where(count > 0, total / np.maximum(count, 1), out[s])
    return out


def _bins(edges: Floats, layout: Layout, rows: Rows) -> Ints:
    if rows.probabilities is None:
        return np.zeros((len(rows), 0), dtype=np.int64)
    if len(layout.scored) == 1:
        return bin_of(rows.probabilities[:, layout.scored[0]], edges[0])[:, None]
    return np.column_stack([bin_of(rows.probabilities[:, c], edges[s]) for s, c in enumerate(layout.scored)])


def _reference_counts(layout: Layout, bins: Ints, truth: NDArray[np.generic]) -> tuple[Floats, Floats]:
    positive = np.zeros((len(layout.scored), layout.bins))
    negative = np.zeros_like(positive)
    for s in range(bins.shape[1]):
        is_class = np.asarray(truth) == layout.scored[s]
        positive[s] = np.bincount(bins[is_class, s], minlength=layout.bins)
        negative[s] = np.bincount(bins[~is_class, s], minlength=layout.bins)
    return positive, negative


def _chances(chances: Floats, bins: Ints) -> Floats:
    """(n, K) calibrated, each row summing to 1."""
    if chances.shape[0] == 1:
        second = chances[0][bins[:, 0]]
        return np.column_stack([1.0 - second, second])
    each = np.column_stack([chances[s][bins[:, s]] for s in range(chances.shape[0])])
    total = each.sum(axis=1, keepdims=True)
    return np.where(total > 0, each / np.where(total > 0, total, 1.0), 1.0 / each.shape[1])


def _classification_guess(layout: Layout, rows: Rows, chances: Floats) -> Floats:
    assert rows.probabilities is not None
    predicted = np.asarray(rows.predicted)
    out = np.empty((len(rows), len(layout.channels)))
    known = predicted >= 0
    out[:, 0] = np.where(known, chances[np.arange(len(rows)), np.maximum(predicted, 0)], 0.0)
    brier, log_loss = row_losses(rows.probabilities)
    out[:, 1], out[:, 2] = np.sum(chances * brier, axis=1), np.sum(chances * log_loss, axis=1)
    if layout.costs:
        each = np.stack([row_costs(np.array(layout.costs), np.full(len(rows), truth), predicted) for truth in range(chances.shape[1])], axis=1)
        out[:, layout.at("cost")] = np.sum(chances * each, axis=1)
    if layout.per_class:
        said = predicted[:, None] == np.arange(len(layout.classes))
        out[:, layout.block("predicted")], out[:, layout.block("actual")] = said, chances
        out[:, layout.block("tp")] = chances * said
    return out


def _shift(layout: Layout, seen: Alike, residual: Floats, stratum: NDArray[np.generic]) -> Floats:
    """The mean residual of each stratum, drawn to 0 where it is thin; the indicators a class are left as they add up."""
    count = np.bincount(stratum, seen.count, STRATA)
    out = np.zeros((STRATA, residual.shape[1]))
    for channel in range(3 + bool(layout.costs) if layout.task == "classification" else residual.shape[1]):
        out[:, channel] = np.bincount(stratum, seen.count * residual[:, channel], STRATA) / (count + 20.0)
    return out


def _doubt(seen: Alike, residual: Floats, which: Ints, overall: Floats) -> Floats:
    """Covariance of a stratum's mean residual (C, C); a thin stratum borrows the spread of all."""
    rows = seen.count[which].sum()
    return np.asarray((seen.products(residual, which) + 4.0 * overall) / (rows + 4.0) / max(1.0, rows), dtype=np.float64)
