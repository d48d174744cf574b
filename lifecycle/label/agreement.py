"""How far people agree beyond chance: Krippendorff's alpha, Cohen's kappa, and each person against the rest."""

from __future__ import annotations

from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.label.answers import Answers, answers_from
from lifecycle.label.consensus import confusions, dawid_skene
from lifecycle.label.kappa import kappa_estimate
from lifecycle.label.proportions import wilson
from lifecycle.label.uncertainty import Bools, Floats, Integers
from lifecycle.records import Estimate

__all__ = ["Level", "alpha_interval", "annotator_quality", "class_alphas", "kappa_pairs", "krippendorff_alpha"]

Level: TypeAlias = Literal["nominal", "interval"]


def krippendorff_alpha(frame: pd.DataFrame, level: Level = "nominal") -> float:
    """Krippendorff's alpha of the columns item, annotator, value: 1 is agreement, 0 what chance would give; NaN where no item
    has two answers or all answers are equal.

    `level`: "nominal" for classes, "interval" for numbers (squared differences). Krippendorff, Content Analysis (2018), ch. 12.

    Raises
    ------
    BadData : a column is missing, or somebody answered an item twice. InvalidValue : another level.

    >>> rows = pd.DataFrame({"item": [1, 1, 2, 2, 3, 3], "annotator": ["a", "b"] * 3, "value": [0, 0, 1, 1, 0, 1]})
    >>> round(krippendorff_alpha(rows), 3)
    0.444
    """
    units = _units(frame, level)
    return float(_alpha(units.sum(axis=0)[None, :], level)[0])


def alpha_interval(frame: pd.DataFrame, level: Level = "nominal", rounds: int = 1000, seed: int = 0, alpha: float = 0.05) -> Estimate:
    """Krippendorff's alpha with the percentile interval of a bootstrap over items."""
    units = _units(frame, level)
    if not len(units):
        return Estimate(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).multinomial(len(units), np.full(len(units), 1 / len(units)), size=rounds)
    found = _alpha(drawn.astype(np.float64) @ units, level)
    found = found[np.isfinite(found)]
    lower, upper = np.quantile(found, [alpha / 2, 1 - alpha / 2]) if len(found) else (np.nan, np.nan)
    return Estimate(float(_alpha(units.sum(axis=0)[None, :], level)[0]), float(lower), float(upper))


def kappa_pairs(frame: pd.DataFrame, level: Level = "nominal") -> pd.DataFrame:
    """Cohen's kappa (1960) of each two people over the items that both answered: first, second, items, kappa, lower, upper.

    With level "interval" it is weighted by squared differences, which for numbers is Lin's concordance. NaN where either
    the two share no item or chance alone would agree.
    """
    answers = answers_from(frame)
    table = np.full((len(answers.items), len(answers.annotators)), -1)
    table[answers.item, answers.annotator] = answers.value
    rows = []
    for i, j in combinations(range(len(answers.annotators)), 2):
        both = (table[:, i] >= 0) & (table[:, j] >= 0)
        kappa = _kappa(table[both, i], table[both, j], answers, level)
        rows.append((answers.annotators[i], answers.annotators[j], int(both.sum()), kappa.value, kappa.lower, kappa.upper))
    return pd.DataFrame(rows, columns=["first", "second", "items", "kappa", "lower", "upper"])


def class_alphas(frame: pd.DataFrame, rounds: int = 500) -> pd.DataFrame:
    """Krippendorff's alpha of each class against all others: class, items (given it by somebody), alpha, lower, upper."""
    rows = []
    for value in answers_from(frame).values.tolist():
        given = frame["value"] == value
        found = alpha_interval(frame.assign(value=given.astype(int).where(frame["value"].notna())), rounds=rounds)
        rows.append((value, int(frame.loc[given, "item"].nunique()), found.value, found.lower, found.upper))
    return pd.DataFrame(rows, columns=["class", "items", "alpha", "lower", "upper"])


def annotator_quality(frame: pd.DataFrame, level: Level = "nominal") -> pd.DataFrame:
    """Each person against the rest: annotator, answers, agreement, quality, quality_lower, quality_upper.

    agreement: the share of their answers, on items that others answered too, that equal the others' (averaged over the others);
    with level "interval", the concordance with the others' mean. quality: their chance to name the true class as Dawid and
    Skene's model estimates it, with Wilson's interval over the answers that others share, as if the truth of those were known; the
    concordance again for numbers, without interval. NaN where nobody else answered.
    """
    answers = answers_from(frame)
    people = len(answers.annotators)
    said = np.bincount(answers.annotator, minlength=people)
    shared = np.bincount(answers.item, minlength=len(answers.items))[answers.item] > 1
    if level == "interval":
        agreement = quality = _concordance_with_others(answers, shared)
    else:
        others = (answers.counts()[answers.item, answers.value] - 1) / np.maximum(np.bincount(answers.item)[answers.item] - 1, 1)
        agreement = _mean_by(answers.annotator[shared], others[shared], people)
        chances = dawid_skene(answers)
        right = np.einsum("jkk,k->j", confusions(answers, chances), chances.mean(axis=0)) if chances.size else np.zeros(people)
        quality = np.where(np.isfinite(agreement), right, np.nan)
    shares = np.full(people, np.nan) if level == "interval" else quality
    lower, upper = wilson(shares, np.bincount(answers.annotator[shared], minlength=people).astype(np.float64))
    found = {"annotator": answers.annotators, "answers": said, "agreement": agreement, "quality": quality}
    return pd.DataFrame(found | {"quality_lower": lower, "quality_upper": upper})


def _units(frame: pd.DataFrame, level: Level) -> Floats:
    """What each item with two answers or more adds to alpha, a row an item: the sums that `_alpha` is computed from."""
    if level not in ("nominal", "interval"):
        raise InvalidValue(f"{level!r} is no level of measurement here; give 'nominal' for classes or 'interval' for numbers.")
    answers = answers_from(frame)
    counts = answers.counts()
    size = counts.sum(axis=1)
    kept, size = counts[size > 1], size[size > 1]
    if level == "nominal":
        apart = (size**2 - (kept**2).sum(axis=1)) / (size - 1)
        return np.column_stack([apart, kept])
    values = answers.values.astype(np.float64)
    values = values - (values.mean() if len(values) else 0.0)
    sums, squares = kept @ values, kept @ values**2
    apart = 2 * (size * squares - sums**2) / (size - 1)
    return np.column_stack([apart, size, sums, squares])


def _alpha(sums: Floats, level: Level) -> Floats:
    """1 - observed / expected disagreement, from the sums over items, a row a sample of items."""
    if level == "nominal":
        counts = sums[:, 1:]
        n = counts.sum(axis=1)
        expected = n**2 - (counts**2).sum(axis=1)
    else:
        n = sums[:, 1]
        expected = 2 * (n * sums[:, 3] - sums[:, 2] ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 1e-12, 1.0 - (n - 1) * sums[:, 0] / expected, np.nan)


def _kappa(one: Integers, other: Integers, answers: Answers, level: Level) -> Estimate:
    nothing = float("nan")
    if not len(one):
        return Estimate(nothing, nothing, nothing)
    if level == "interval":
        values = answers.values.astype(np.float64)
        return Estimate(_concordance(values[one], values[other]), nothing, nothing)
    kinds = len(answers.values)
    return kappa_estimate(np.bincount(one * kinds + other, minlength=kinds**2).reshape(kinds, kinds).astype(np.float64))


def _concordance(one: Floats, other: Floats) -> float:
    """Lin's concordance correlation (1989), with variances over n."""
    spread = one.var() + other.var() + (one.mean() - other.mean()) ** 2
    return float(2 * ((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else float("nan")


def _concordance_with_others(answers: Answers, shared: Bools) -> Floats:
    values = answers.values.astype(np.float64)[answers.value]
    size = np.bincount(answers.item, minlength=len(answers.items))[answers.item]
    others = (np.bincount(answers.item, values, minlength=len(answers.items))[answers.item] - values) / np.maximum(size - 1, 1)
    found = np.full(len(answers.annotators), np.nan)
    for j in range(len(found)):
        mine = (answers.annotator == j) & shared
        if mine.any():
            found[j] = _concordance(values[mine], others[mine])
    return found


def _mean_by(place: Integers, values: Floats, size: int) -> Floats:
    counts = np.bincount(place, minlength=size)
    sums = np.bincount(place, values, minlength=size)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
