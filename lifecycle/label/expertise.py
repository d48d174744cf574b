"""Who knows which class best, and so who should be asked about what."""

from __future__ import annotations

import numpy as np

from lifecycle.label.answers import Answers
from lifecycle.label.consensus import confusions, dawid_skene
from lifecycle.label.uncertainty import Floats, Integers

__all__ = ["class_quality", "preferred"]

PRIOR = 10.0  # answers that a person's overall quality weighs against what they said of one class
REACH = 60.0  # places in the queue that a quality of 1 above the others' is worth


def class_quality(answers: Answers) -> Floats:
    """Each person's chance to recognise each class, (annotators, values), after Dawid and Skene; shrunk to the person's overall
    quality by ten answers, since few of a class say little.
    """
    chances = dawid_skene(answers)
    if not chances.size:
        return np.zeros((len(answers.annotators), len(answers.values)))
    right = np.einsum("jkk->jk", confusions(answers, chances))
    people, kinds = right.shape
    seen = np.stack([np.bincount(answers.annotator, chances[answers.item, k], minlength=people) for k in range(kinds)], axis=1)
    overall = (right * seen).sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray((right * seen + PRIOR * overall) / (seen + PRIOR))


def preferred(advantages: Floats, fixed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Integers:
    """The order in which a person is given samples of the queue: by place, each moved forward by 60 places times the person's
    advantage in its class (their quality less the others' mean); `fixed` ones, the audit's, move neither way.

    >>> preferred(np.array([-0.1, 0.2, 0.0]), np.array([False, False, True])).tolist()
    [1, 2, 0]
    """
    places = np.arange(len(advantages)) - np.where(fixed, 0.0, REACH * advantages)
    return np.argsort(places, kind="stable")
