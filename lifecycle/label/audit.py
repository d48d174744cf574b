"""The audit stream: a share of all rows, fixed once and for all by a number drawn for each, that only chance can pick.

Each row has a permanent random number u, uniform on [0, 1), a hash of its place in the log and the project's seed (Brewer,
Early and Joyce, 1972). Rows with u below the audit share are the audit's; all others are the query strategy's. The audit
is served in order of u, so whatever has been labelled of it is a simple random sample of all rows, within any window or
slice, whenever the experts stop and however uncertain the rows are. docs/decisions/0004-inclusion-probabilities.md
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifecycle.label.uncertainty import Floats, Integers

__all__ = ["permanent_numbers", "reserved", "served_order"]


def permanent_numbers(seqs: NDArray[np.int64], seed: int) -> Floats:
    """One number in [0, 1) a row, the same whenever it is asked for (SplitMix64 of Steele et al., 2014).

    >>> permanent_numbers(np.arange(1, 4), seed=0).round(3).tolist()
    [0.883, 0.432, 0.026]
    """
    with np.errstate(over="ignore"):
        mixed = seqs.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64) * np.uint64(0xD1342543DE82EF95)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def reserved(numbers: Floats, share: float) -> NDArray[np.bool_]:
    """Which rows are the audit's."""
    return numbers < share


def served_order(queries: int, audits: int, share: float, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The turns of the queries and of the audits: at each turn an audit with chance `share`, so that none can be guessed.

    >>> served_order(3, 1, 0.2, np.random.default_rng(0))
    (array([0, 1, 4]), array([2]))
    """
    total = queries + audits
    if not queries or not audits:
        return np.arange(queries), np.arange(audits)
    draws = rng.random(8 * total + 64) < share
    slots, gaps = np.flatnonzero(draws)[:audits], np.flatnonzero(~draws)[:queries]
    after = max(slots[-1] if len(slots) else 0, gaps[-1] if len(gaps) else 0) + 1
    audit_turns = np.concatenate([slots, after + np.arange(audits - len(slots))])
    query_turns = np.concatenate([gaps, after + np.arange(queries - len(gaps))])
    return query_turns.astype(np.intp), audit_turns.astype(np.intp)
