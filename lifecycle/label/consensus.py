"""The value that several people's answers point to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.answers import Answers, answers_from
from lifecycle.label.crowdlab import crowdlab
from lifecycle.label.uncertainty import Floats, Integers

__all__ = ["confusions", "consensus", "dawid_skene", "majority"]

SMOOTHING = 0.01  # answers added to each cell of a confusion matrix, so that none is impossible
POOLED = 5.0  # answers that each row of a person's matrix borrows from what everybody says of that class
ROUNDS = 200
SETTLED = 1e-6


def consensus(frame: pd.DataFrame, method: str = "dawid_skene", probabilities: pd.DataFrame | None = None) -> pd.DataFrame:
    """One value an item from the columns item, annotator, value: a frame item, value, confidence, in the order of first mention.

    `dawid_skene` weighs each annotator by an estimated confusion matrix (Dawid and Skene, 1979, by expectation
    maximisation); `majority` counts, a tie goes to the first value in order; `crowdlab` takes the model's `probabilities` (a row
    an item, its index; a column a class) as one more annotator. Confidence is the value's posterior, its share, or CROWDLAB's quality.

    Raises
    ------
    UnknownName : no such method. InvalidValue : `crowdlab` without probabilities. BadData : a column is missing, or somebody answered an item twice.

    >>> rows = pd.DataFrame({"item": [1, 1, 1, 2], "annotator": ["a", "b", "c", "a"], "value": ["x", "x", "y", "y"]})
    >>> consensus(rows, method="majority")["value"].tolist()
    ['x', 'y']
    """
    if method not in (*_METHODS, "crowdlab"):
        raise UnknownName.among("consensus method", method, [*_METHODS, "crowdlab"])
    answers = answers_from(frame)
    if method == "crowdlab":
        best, confidence = _crowdlab(answers, probabilities)
    else:
        chances = _METHODS[method](answers)
        best = chances.argmax(axis=1) if len(answers.values) else np.empty(0, dtype=np.intp)
        confidence = chances[np.arange(len(best)), best]
    values = pd.Series(answers.values[best], dtype=object).infer_objects()
    return pd.DataFrame({"item": pd.Series(answers.items, dtype=object).infer_objects(), "value": values, "confidence": confidence})


def _crowdlab(answers: Answers, probabilities: pd.DataFrame | None) -> tuple[Integers, Floats]:
    if probabilities is None:
        raise InvalidValue("Consensus by 'crowdlab' needs the model's probabilities; without them use 'dawid_skene'.")
    if not len(answers.items):
        return np.empty(0, dtype=np.intp), np.empty(0)
    best, quality = crowdlab(answers, probabilities)
    return best.astype(np.intp), quality


def majority(answers: Answers) -> Floats:
    """The share of each item's answers that each value has, shape (items, values)."""
    counts = answers.counts()
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))


def dawid_skene(answers: Answers) -> Floats:
    """Each item's posterior over the values, shape (items, values), started at the shares of the answers.

    Each annotator's matrix leans a little on everybody's, so that people with few answers are neither trusted nor distrusted by accident.
    """
    chances = majority(answers)
    if not chances.size:
        return chances
    for _ in range(ROUNDS):
        before = chances
        chances = _expected(answers, chances.mean(axis=0), confusions(answers, chances, POOLED))
        if np.abs(chances - before).max(initial=0.0) < SETTLED:
            break
    return chances


def confusions(answers: Answers, chances: Floats, pooled: float = 0.0) -> Floats:
    """What each annotator says when a value is true, shape (annotators, true values, said values), rows sum to 1.

    `pooled`: so many answers are added to each row as all annotators together give them.
    """
    people, kinds = len(answers.annotators), len(answers.values)
    cell = answers.annotator * kinds + answers.value
    said = np.stack([np.bincount(cell, chances[answers.item, k], minlength=people * kinds) for k in range(kinds)])
    matrices = said.reshape(kinds, people, kinds).transpose(1, 0, 2) + SMOOTHING
    everybody = matrices.sum(axis=0)
    matrices = matrices + pooled * everybody / everybody.sum(axis=1, keepdims=True)
    return np.asarray(matrices / matrices.sum(axis=2, keepdims=True))


def _expected(answers: Answers, prior: Floats, matrices: Floats) -> Floats:
    evidence = np.log(matrices)[answers.annotator, :, answers.value]
    logs = np.stack([np.bincount(answers.item, evidence[:, k], minlength=len(answers.items)) for k in range(len(answers.values))], axis=1)
    logs += np.log(np.maximum(prior, 1e-300))
    chances = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


_METHODS: dict[str, Callable[[Answers], Floats]] = {"dawid_skene": dawid_skene, "majority": majority}
