"""Labels that are likely wrong: confident learning (Northcutt et al., 2021) for classes, robust residuals for numbers."""

from __future__ import annotations

import numpy as np

from lifecycle.label.uncertainty import Bools, Floats, Integers

__all__ = ["doubtful_classes", "doubtful_numbers"]

OUTLIER = 3.5  # robust deviations (Iglewicz and Hoaglin, 1993)


def doubtful_classes(probabilities: Floats, labels: Integers) -> tuple[Integers, Floats]:
    """For each row the class that it more likely is, -1 where its label stands, and the label's quality in [0, 1].

    A row is doubtful when the model gives another class at least the probability that it gives on average to that
    class's own rows, and more than to any class that passes so. Quality is half of 1 + p(label) - p(likeliest other).
    The probabilities must come from a model that was not trained on these labels.

    >>> chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.95, 0.05]])
    >>> suggested, quality = doubtful_classes(chances, np.array([0, 0, 1, 1]))
    >>> suggested.tolist(), quality.round(2).tolist()
    ([-1, -1, -1, 0], [0.9, 0.8, 0.9, 0.05])
    """
    rows, kinds = probabilities.shape
    counts = np.bincount(labels, minlength=kinds)
    own = probabilities[np.arange(rows), labels]
    usual = np.bincount(labels, own, minlength=kinds) / np.maximum(counts, 1)
    passing = (probabilities >= usual) & (counts > 0)
    likely = np.where(passing, probabilities, -1.0).argmax(axis=1)
    others = probabilities.copy()
    others[np.arange(rows), labels] = -1.0
    quality = (1.0 + own - others.max(axis=1, initial=0.0)) / 2.0
    suspect = passing.any(axis=1) & (likely != labels)
    return np.where(suspect, likely, -1), quality


def doubtful_numbers(predictions: Floats, labels: Floats) -> tuple[Bools, Floats]:
    """Which labels lie more than 3.5 robust deviations from the model's usual error (bool), and a quality in (0, 1].

    >>> doubtful_numbers(np.zeros(6), np.array([0.1, -0.1, 0.2, -0.2, 0.0, 9.0]))[0].tolist()
    [False, False, False, False, False, True]
    """
    errors = labels - predictions
    away = np.abs(errors - np.median(errors)) if len(errors) else errors
    spread = float(np.median(away)) / 0.6745 if len(away) else 0.0
    score = away / spread if spread > 0 else np.zeros(len(away))
    return score > OUTLIER, 1.0 / (1.0 + (score / OUTLIER) ** 2)
