"""Classes that have few labels yet, and the rows that may be of them: what an uncertain model alone would not ask about."""

from __future__ import annotations

import numpy as np

from lifecycle.label.uncertainty import Bools, Floats, Integers, top

__all__ = ["interleaved", "likely_rare"]

EVERY = 4  # one pick in so many goes to a class that is sought
AMONG = 5  # the picks are drawn among so many times the likeliest rows, so that they differ


def likely_rare(probabilities: Floats, sought: Bools, n: int, rng: np.random.Generator) -> Integers:
    """Up to `n` rows that may be of the sought classes, the classes in turn, each by its likeliest rows.

    Of a class the 5 n likeliest rows are drawn from by chance in proportion to its probability. A class to which the model
    gives no row any chance yields none.

    >>> chances = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [1.0, 0.0, 0.0]])
    >>> sorted(likely_rare(chances, np.array([False, True, True]), 2, np.random.default_rng(0)).tolist())
    [0, 1]
    """
    picked: list[Integers] = []
    for c in np.flatnonzero(sought):
        near = top(probabilities[:, c], AMONG * n)
        weights = probabilities[near, c]
        near, weights = near[weights > 0], weights[weights > 0]
        drawn = rng.choice(len(near), min(n, len(near)), replace=False, p=weights / weights.sum()) if len(near) else np.empty(0, dtype=np.intp)
        picked.append(near[drawn])
    rows = [group[i] for i in range(n) for group in picked if i < len(group)]
    return np.array(list(dict.fromkeys(rows))[:n], dtype=np.intp)


def interleaved(usual: Integers, sought: Integers, size: int) -> Integers:
    """The first `size` of both, one in four of the sought while they last, each row once.

    >>> interleaved(np.array([1, 2, 3, 4]), np.array([9, 2]), 6).tolist()
    [9, 1, 2, 3, 4]
    """
    turns = np.concatenate([np.arange(len(sought)) * EVERY, _others(len(usual), len(sought))])
    rows = np.concatenate([sought, usual])[np.argsort(turns, kind="stable")]
    _, first = np.unique(rows, return_index=True)
    return np.asarray(rows[np.sort(first)][:size], dtype=np.intp)


def _others(count: int, sought: int) -> Integers:
    slots = np.arange(count + sought * EVERY)
    return np.asarray(slots[(slots % EVERY != 0) | (slots >= sought * EVERY)][:count], dtype=np.intp)
