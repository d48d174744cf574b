"""What is put in the queue from a pool: the strategy's picks in diverse batches, and the audit's in their random order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifecycle.label.audit import permanent_numbers, served_order
from lifecycle.label.rare import EVERY, interleaved, likely_rare
from lifecycle.label.strategies import query_strategy, strategies
from lifecycle.label.uncertainty import Floats, Integers, gap, top

__all__ = ["BATCH", "CANDIDATES", "Ranked", "Wishes", "rank"]

BATCH = 50  # picks that are chosen together, so that they differ
BATCHES = 10
CANDIDATES = 5_000  # rows whose features are read

LIFTED = 0.75  # of what is stored, at most, is taken by rules that lift samples

Features = Callable[[Integers], Floats]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What changes the strategy's order. None of it has a part in the audit.

    Attributes
    ----------
    lifted : the rows that rules take first, (pool,); None: no rules.
    sought, known : the classes that have few labels, (classes,), None: none are sought; and the rows whose probabilities tell
        something of that, (pool,), None: all.
    costs : gives the seconds that the positions it is handed are expected to take, for strategies that weigh them.
    """

    lifted: NDArray[np.bool_] | None = None
    sought: NDArray[np.bool_] | None = None
    known: NDArray[np.bool_] | None = None
    costs: Features | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Positions in the pool and what the queue stores of them.

    Attributes
    ----------
    queries, query_turns : the strategy's picks, and when each is served.
    audits, audit_turns : the audit's picks.
    passed, passed_turns : the audit's rows that the strategy would have picked, and the turn at which it passes over them.
    utilities : one a row of the pool.
    threshold : the share of all rows that the audit has reached once all of `audits` are labelled.
    """

    queries: Integers
    query_turns: Integers
    audits: Integers
    audit_turns: Integers
    passed: Integers
    passed_turns: Integers
    utilities: Floats
    threshold: float


def rank(
    probabilities: Floats,
    seqs: NDArray[np.int64],
    strategy: str,
    share: float,
    size: int,
    seed: int,
    features: Features,
    served: NDArray[np.bool_],
    wishes: Wishes = Wishes(),
) -> Ranked:
    """Choose about `size` rows of a pool, `share` of them by chance.

    Parameters
    ----------
    probabilities : (pool, classes), or what the strategy takes in regression.
    seqs : each row's place in the log; with `seed` it gives the row's permanent random number.
    features : gives the numeric features of the positions that it is handed.
    served : rows of the audit that have been labelled: they are ranked, since the strategy would have picked them too, and
        never served.
    wishes : what the strategy is to prefer.

    >>> found = rank(np.full((100, 2), 0.5), np.arange(1, 101), "random", 0.2, 50, 0, lambda p: np.zeros((len(p), 1)), np.zeros(100, bool))
    >>> len(found.queries), len(found.audits)
    (39, 10)
    """
    numbers = permanent_numbers(seqs, seed)
    chance = numbers < share
    order = np.flatnonzero(chance & ~served)
    audits = order[np.argsort(numbers[order], kind="stable")][: math.ceil(share * size)]
    picked, utilities = _wished(probabilities, strategy, size, seed + int(seqs[-1]) if len(seqs) else seed, features, wishes)
    theirs = chance[picked]
    queries, passed = picked[~theirs], picked[theirs]
    query_turns, audit_turns = served_order(len(queries), len(audits), share, np.random.default_rng([seed, len(seqs)]))
    before = np.cumsum(~theirs)[theirs]
    passed_turns = np.append(query_turns, np.iinfo(np.int32).max)[np.minimum(before, len(query_turns))]
    threshold = float(numbers[audits].max()) if len(audits) else share
    return Ranked(queries, query_turns, audits, audit_turns, passed, passed_turns.astype(np.intp), utilities, threshold)


def _wished(probabilities: Floats, strategy: str, size: int, seed: int, features: Features, wishes: Wishes) -> tuple[Integers, Floats]:
    """The strategy's picks, first among the rows that rules lift, with classes that are sought in between."""
    picked, utilities = _picked(probabilities, strategy, size, seed, features, wishes.costs)
    lifted = np.flatnonzero(wishes.lifted) if wishes.lifted is not None else np.empty(0, dtype=np.intp)
    if len(lifted):
        members = probabilities[:, lifted] if probabilities.ndim == 3 else probabilities[lifted]
        costs = wishes.costs
        theirs = None if costs is None else lambda places: costs(lifted[places])
        first, _ = _picked(members, strategy, math.ceil(LIFTED * size), seed, lambda places: features(lifted[places]), theirs)
        rows = np.concatenate([lifted[first], picked])
        picked = rows[np.sort(np.unique(rows, return_index=True)[1])][:size]
    if wishes.sought is not None and wishes.sought.any() and probabilities.shape[-1] == len(wishes.sought):
        chances = probabilities.mean(axis=0) if probabilities.ndim == 3 else probabilities
        chances = chances if wishes.known is None else chances * wishes.known[:, None]
        rare = likely_rare(chances, wishes.sought, size // EVERY, np.random.default_rng([seed, 1]))
        picked = interleaved(picked, rare, size)
    return picked, utilities


def _picked(probabilities: Floats, strategy: str, size: int, seed: int, features: Features, costs: Features | None) -> tuple[Integers, Floats]:
    """The strategy's picks over the whole pool, in order, and each row's utility."""
    choose, facts = query_strategy(strategy), strategies.facts(strategy)
    if facts["costs"]:
        return _priced(probabilities, strategy, size, seed, costs)
    if not facts["features"]:
        return choose(probabilities, n=size, rng=seed)
    rng = np.random.default_rng(seed)
    utilities = gap(probabilities) if facts["task"] == "classification" else np.zeros(probabilities.shape[-2])
    pool = probabilities.shape[-2]
    if facts["prefilter"]:
        candidates = top(utilities, CANDIDATES)
    else:
        candidates = np.sort(rng.permutation(pool)[:CANDIDATES])
    rows, left, chosen = features(candidates), np.arange(len(candidates)), []
    for _turn in range(1 if facts["nested"] else BATCHES):
        found, worth = choose(probabilities[candidates[left]], rows[left], n=BATCH * BATCHES if facts["nested"] else BATCH, rng=rng)
        utilities[candidates[left]] = worth
        chosen.append(left[found])
        left = np.setdiff1d(left, left[found], assume_unique=True)
    rest = left[np.argsort(-utilities[candidates[left]], kind="stable")]
    return candidates[np.concatenate([*chosen, rest])[:size]], utilities


def _priced(probabilities: Floats, strategy: str, size: int, seed: int, costs: Features | None) -> tuple[Integers, Floats]:
    """Only the most uncertain rows are priced, since that takes a look at them."""
    utilities = gap(probabilities)
    near = np.sort(top(utilities, CANDIDATES))
    prices = costs(near) if costs is not None else None
    found, worth = query_strategy(strategy)(probabilities[near], n=size, rng=seed, costs=prices)
    utilities[near] = worth
    return near[found], utilities
