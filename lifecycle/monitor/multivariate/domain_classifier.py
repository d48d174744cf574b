"""Domain classifier: can a model tell the rows of the window from those of the reference, and by which columns?

Its area under the curve (AUC) on rows that it was not fitted on is a half when it cannot. Cross-fitted in five folds, each
judged on its own: the AUC of a fold is unbiased under no drift, which a pooled one is not. Intervals after DeLong, DeLong and
Clarke-Pearson (1988), averaged over the folds as LeDell, Petersen and van der Laan (2015) do. Trees see the order of values
alone, so that an outlier hides nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from sklearn.ensemble import HistGradientBoostingClassifier

from lifecycle.monitor.multivariate.registration import Floats, Sample, register
from lifecycle.monitor.trees import without_empty
from lifecycle.records import MultivariateResult

__all__ = ["delong", "domain_classifier"]

FOLDS = 5
LEVELS = 200  # of a category that trees split as sets; one of more is split by how frequent its levels are


@register("domain_classifier", least=0.1)
def domain_classifier(reference: Sample, current: Sample, level: float, least: float, seed: int) -> MultivariateResult:
    """The cross-fitted AUC with its interval; the effect is 2 AUC - 1 (0: cannot tell, 1: always). `columns`: the share of the
    AUC's loss when a column's held-out values are shuffled, the telling ones first."""
    values = np.concatenate([reference.values, current.values])
    now = np.repeat([False, True], [len(reference), len(current)])
    rng = np.random.default_rng(seed)
    fold = _folds(now, rng)
    scores = np.empty(len(now))
    models = []
    for k in range(FOLDS):
        model = _classifier(values[fold != k], reference.categorical, seed).fit(without_empty(values[fold != k]), now[fold != k])
        scores[fold == k] = model.predict_proba(values[fold == k])[:, 1]
        models.append(model)
    area, error, blind = _over_folds(scores, now, fold)
    p_value = float(special.ndtr(-(area - 0.5) / blind))
    threshold = 0.5 + max(float(special.ndtri(1.0 - level)) * blind, least / 2.0)
    half = float(special.ndtri(0.975)) * error
    telling = _telling(models, values, now, fold, area, rng, reference.names) if p_value <= max(level, 0.05) else {}
    return MultivariateResult(area, max(0.0, area - half), min(1.0, area + half), p_value, 2.0 * area - 1.0, threshold, telling)


def delong(positive: Floats, negative: Floats) -> tuple[float, float]:
    """The area under the curve of two groups' scores, and its variance.

    >>> area, variance = delong(np.array([0.4, 0.8, 0.9]), np.array([0.1, 0.5]))
    >>> round(area, 4), round(variance, 4)
    (0.8333, 0.0556)
    """
    m, n = len(positive), len(negative)
    together = stats.rankdata(np.concatenate([positive, negative]))
    above = (together[:m] - stats.rankdata(positive)) / n
    below = 1.0 - (together[m:] - stats.rankdata(negative)) / m
    variance = (above.var(ddof=1) / m if m > 1 else 0.25) + (below.var(ddof=1) / n if n > 1 else 0.25)
    return float(above.mean()), float(variance)


def _over_folds(scores: Floats, now: NDArray[np.bool_], fold: NDArray[np.int64]) -> tuple[float, float, float]:
    """The mean AUC of the folds, its standard error, and the standard error that it has where nothing can be told.

    Without drift, what sets fold 1 apart agrees with what sets fold 2 apart by chance, and both folds' models see that same agreement:
    it is counted twice, so that the variance is twice that of folds that know nothing of each other (seen in simulations, too).
    """
    areas, variances, blind = [], [], []
    for k in range(FOLDS):
        positive, negative = scores[(fold == k) & now], scores[(fold == k) & ~now]
        area, variance = delong(positive, negative)
        m, n = len(positive), len(negative)
        areas.append(area)
        variances.append(variance)
        blind.append((m + n + 1) / (12.0 * m * n))
    return float(np.mean(areas)), float(np.sqrt(np.sum(variances)) / FOLDS), float(np.sqrt(2.0 * np.sum(blind)) / FOLDS)


def _folds(now: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """Each row's fold, as many of either side in each."""
    fold = np.empty(len(now), dtype=np.int64)
    for side in (False, True):
        rows = np.flatnonzero(now == side)
        fold[rng.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return fold


def _classifier(values: Floats, categorical: NDArray[np.bool_], seed: int) -> HistGradientBoostingClassifier:
    with np.errstate(invalid="ignore"):
        few = np.array([np.nanmax(column, initial=0.0) < LEVELS for column in values.T])
    leaf = int(np.clip(len(values) // 50, 5, 20))
    return HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=leaf,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=categorical & few,
        random_state=seed,
    )


def _telling(
    models: list[HistGradientBoostingClassifier],
    values: Floats,
    now: NDArray[np.bool_],
    fold: NDArray[np.int64],
    area: float,
    rng: np.random.Generator,
    names: tuple[str, ...],
) -> dict[str, float]:
    """The columns without which the classifier knows less, by their shares of what is lost."""
    lost = np.zeros(len(names))
    for k, model in enumerate(models):
        held, side = values[fold == k], now[fold == k]
        own = delong(*_split(model.predict_proba(held)[:, 1], side))[0]
        order = rng.permutation(len(held))
        for j in range(len(names)):
            shuffled = held.copy()
            shuffled[:, j] = held[order, j]
            lost[j] += own - delong(*_split(model.predict_proba(shuffled)[:, 1], side))[0]
    lost = np.where(lost / FOLDS > 0.02 * (area - 0.5), lost, 0.0)
    ranked = [int(j) for j in np.argsort(-lost, kind="stable") if lost[j] > 0]
    return {names[j]: float(lost[j] / lost.sum()) for j in ranked}


def _split(scores: Floats, side: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    return scores[side], scores[~side]
