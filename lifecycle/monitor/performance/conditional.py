"""How likely a prediction is right, given the row's features too: what a score means can differ from place to place.

A score that is calibrated on the reference as a whole misleads when the rows move to a corner where the model is worse than it says.
The average of three opinions is taken: the calibrated score alone, boosted trees and a ridge logistic regression on scores and
features. On seven real data sets under covariate shift it is nearer to the truth than calibration alone, and than
calibration weighted by density ratios (Bialek et al. 2024, arXiv 2401.08348), whose weights are few and large just when they matter.

What the features add is a mean over the rows of a window, so it needs no more than a sample of them: of a large window
some thousands are read, each weighted by 1 / its chance (Horvitz and Thompson 1952). The estimate stays unbiased, and what the draw
leaves in doubt is part of its interval. Labels do not decide which rows: they come later, and the estimate is compared with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.design import Design, learned_design
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.trees import without_empty

__all__ = ["ConditionalModel", "fit_conditional", "scored_table"]

ENOUGH = 300  # reference rows
MOST = 20_000
FREE = 30.0  # times as large as other columns, so that a ridge does not hold the scores
BLOCK = 8_192  # rows whose design matrix is made at once


@dataclass(frozen=True)
class ConditionalModel:
    """Two models of the chance of the second of two classes, or, with more classes, of the prediction being right."""

    layout: Layout
    trees: HistGradientBoostingClassifier
    line: LogisticRegression
    design: Design

    def chances(self, rows: Rows, base: Floats) -> Floats:
        """Each class's chance (n, K), from the calibrated ones; the classes that are not predicted keep their proportions."""
        blocks = [np.arange(start, min(start + BLOCK, len(rows))) for start in range(0, len(rows), BLOCK)]
        opinions = np.concatenate([self._opinions(rows.pick(block)) for block in blocks]) if blocks else np.empty(0)
        if len(self.layout.classes) == 2:
            second = (opinions + base[:, 1]) / 3.0
            return np.column_stack([1.0 - second, second])
        at, said = np.arange(len(rows)), np.maximum(np.asarray(rows.predicted), 0)
        right = (opinions + base[at, said]) / 3.0
        rest = 1.0 - base[at, said]
        even = (1.0 - right) / (base.shape[1] - 1)
        out = np.where(rest[:, None] > 1e-9, base * ((1.0 - right) / np.maximum(rest, 1e-9))[:, None], even[:, None])
        out[at, said] = right
        return np.asarray(out, dtype=np.float64)

    def _opinions(self, rows: Rows) -> Floats:
        """What trees and line say together, (n,)."""
        table = scored_table(self.layout, rows)
        return np.asarray(
            self.trees.predict_proba(table)[:, 1] + self.line.predict_proba(_linear(self.layout, self.design, table))[:, 1], dtype=np.float64
        )


def fit_conditional(layout: Layout, rows: Rows, truth: NDArray[np.generic], seed: int = 0) -> ConditionalModel | None:
    """Learn from the reference; None where it has no features, too few rows, or nothing to tell apart."""
    if rows.features is None or rows.probabilities is None or not rows.features.shape[1] or len(rows) < ENOUGH:
        return None
    chosen = np.arange(len(rows))
    if len(rows) > MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(len(rows), MOST, replace=False))
    rows, truth = rows.pick(chosen), np.asarray(truth)[chosen]
    aim = truth == 1 if len(layout.classes) == 2 else truth == np.asarray(rows.predicted)
    if min(aim.sum(), (~aim).sum()) < 10:
        return None
    table = scored_table(layout, rows)
    leaf = int(np.clip(len(rows) // 40, 10, 200))
    trees = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, min_samples_leaf=leaf, l2_regularization=1.0, random_state=seed)
    design = learned_design(layout.features, table)
    line = LogisticRegression(C=0.3, solver="newton-cholesky", max_iter=200)
    return ConditionalModel(layout, trees.fit(without_empty(table), aim), line.fit(_linear(layout, design, table), aim), design)


def _linear(layout: Layout, design: Design, table: Floats) -> Floats:
    """The design matrix, its scores enlarged: drawn to a half by the ridge, a score that is right would say too little."""
    out = design.of(table)
    out[:, : 1 if len(layout.classes) == 2 else 2] *= FREE
    return out


def scored_table(layout: Layout, rows: Rows) -> Floats:
    """Scores and features; with several classes the sureness of the prediction stands for the scores."""
    assert rows.probabilities is not None
    assert rows.features is not None
    if len(layout.classes) == 2:
        return np.column_stack([_logit(rows.probabilities[:, 1]), rows.features])
    at, said = np.arange(len(rows)), np.maximum(np.asarray(rows.predicted), 0)
    own = rows.probabilities[at, said]
    others = rows.probabilities.copy()
    others[at, said] = -1.0
    return np.column_stack([_logit(own), _logit(own) - _logit(others.max(axis=1)), rows.features])


def _logit(p: Floats) -> Floats:
    kept = np.clip(p, 1e-4, 1.0 - 1e-4)
    return np.asarray(np.log(kept / (1.0 - kept)), dtype=np.float64)
