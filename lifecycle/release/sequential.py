"""Tests that may be looked at any time: the chance of ever deciding wrongly stays below alpha, however often one peeks.

Paired: the e-process of a sign test with a Beta(5, 5) mixture, and the betting confidence sequence of the difference (Waudby-Smith and
Ramdas 2024). Unpaired: the asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024). Sample ratio: the
sequential multinomial test (Lindon and Malek 2022).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaln, gammaln, logsumexp, xlogy

from lifecycle.errors import InvalidValue
from lifecycle.records import SequentialResult

__all__ = [
    "FEWEST_ENTITIES",
    "FEWEST_ERRORS",
    "Moments",
    "log_evidence",
    "log_wealth",
    "moments_test",
    "paired_test",
    "rate_evidence",
    "sample_ratio_test",
    "unpaired_test",
]

MIXTURE = 5.0  # Beta(5, 5): keen on win rates between .3 and .7
BETS = np.concatenate([-np.geomspace(0.9, 0.005, 24), np.geomspace(0.005, 0.9, 24)])
FEWEST_ENTITIES = 50
FEWEST_ERRORS = 5
TUNED_FOR = 2000  # entities at which the unpaired interval is narrowest
SHARES_TRIED = (0.01, 0.03, 0.1, 0.3, 0.6, 1.0)  # of the way from the limit to all
RATIO_MIXTURE = 1000.0  # how tightly the sample-ratio mixture sits around the planned shares, in requests

Array = NDArray[np.float64]


def paired_test(wins: int, losses: int, ties: int, alpha: float = 0.05) -> SequentialResult:
    """Two models asked about the same rows. `wins`: rows that only the new one has right; `losses`: only the old one; `ties`: the rest.

    e_value = 2^(w+l) B(5+w, 5+l) / B(5, 5), which exceeds 1 / alpha with probability at most alpha when both are equally good. The
    interval holds the difference of the shares right at all times together with probability 1 - alpha.

    >>> found = paired_test(40, 12, 948)
    >>> found.decided, found.difference, round(found.e_value)
    (True, 0.028, 311)

    Raises
    ------
    InvalidValue : a negative count, or alpha outside (0, 1).
    """
    _check(alpha, wins=wins, losses=losses, ties=ties)
    rows = wins + losses + ties
    log_e = float(log_evidence(wins, losses))
    difference = (wins - losses) / rows if rows else float("nan")
    lower, upper = _betting_interval(wins, losses, ties, alpha) if rows else (-1.0, 1.0)
    return SequentialResult(_exp(log_e), difference, lower, upper, log_e >= -math.log(alpha))


def log_evidence(wins: ArrayLike, losses: ArrayLike) -> Array:
    """Log of the e-process of the paired test, for arrays of counts.

    >>> float(log_evidence(0, 0))
    0.0
    """
    w, z = np.asarray(wins, dtype=float), np.asarray(losses, dtype=float)
    return np.asarray((w + z) * math.log(2) + betaln(MIXTURE + w, MIXTURE + z) - betaln(MIXTURE, MIXTURE))


def unpaired_test(old: ArrayLike, new: ArrayLike, alpha: float = 0.05) -> SequentialResult:
    """Two groups of entities, each answered by one model: one outcome an entity (its share right; or any score, more is better), NaN where
    none is known yet.

    The asymptotic confidence sequence of the difference of means, sigma sqrt(2 (n r^2 + 1) / (n^2 r^2) ln(sqrt(n r^2 + 1) / alpha)) with
    sigma^2 / n the sum of both groups' variances of the mean, each group's variance no less than that of both together: a small group with
    few errors knows its own badly, and without this a 5 % canary with 10 requests an entity decides wrongly in 8 % of A/A trials.
    It says nothing (-inf, inf) before each group has 50 entities and, for shares right, 5 that are not all right.

    >>> rng = np.random.default_rng(0)
    >>> found = unpaired_test(rng.random(4000) < 0.80, rng.random(4000) < 0.88)
    >>> found.decided, bool(found.lower < 0.08 < found.upper)
    (True, True)

    Raises
    ------
    InvalidValue : alpha outside (0, 1), or outcomes that are no numbers.
    """
    _check(alpha)
    groups = [_outcomes(side) for side in (old, new)]
    difference = float(groups[1].mean() - groups[0].mean()) if all(len(group) for group in groups) else float("nan")
    if not all(_enough(group) for group in groups):
        return SequentialResult(1.0, difference, -math.inf, math.inf, False)
    return _apart(difference, [(len(group), float(group.var(ddof=1))) for group in groups], float(np.concatenate(groups).var(ddof=1)), alpha)


@dataclass(frozen=True, slots=True)
class Moments:
    """How many outcomes, their sum and the sum of their squares: all that the unpaired test needs of a group."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        """Their mean, NaN where there is none."""
        return self.total / self.n if self.n else float("nan")

    @property
    def variance(self) -> float:
        """Their variance (n - 1)."""
        return max(0.0, self.squares - self.total**2 / self.n) / (self.n - 1) if self.n > 1 else float("nan")


def moments_test(old: Moments, new: Moments, alpha: float = 0.05) -> SequentialResult:
    """`unpaired_test` from the sums alone; it says nothing before each group has 50 outcomes.

    >>> found = moments_test(Moments(4000, 3200, 3200), Moments(4000, 3520, 3520))
    >>> found.decided, round(found.difference, 2)
    (True, 0.08)
    """
    difference = new.mean - old.mean
    if min(old.n, new.n) < FEWEST_ENTITIES:
        return SequentialResult(1.0, difference, -math.inf, math.inf, False)
    both = Moments(old.n + new.n, old.total + new.total, old.squares + new.squares)
    return _apart(difference, [(side.n, side.variance) for side in (old, new)], both.variance, alpha)


def sample_ratio_test(counts: Sequence[int], shares: Sequence[float], alpha: float = 0.01) -> SequentialResult:
    """Are requests (or entities) divided as planned? `counts` seen by each side, `shares` planned for each.

    e_value: a Dirichlet mixture around the planned shares against those shares; decided means that they are not as planned. The
    difference is the first side's share less the planned one.

    >>> sample_ratio_test([5030, 4970], [0.5, 0.5]).decided, sample_ratio_test([5400, 4600], [0.5, 0.5]).decided
    (False, True)

    Raises
    ------
    InvalidValue : as many counts as shares are needed, two at least; no negative count; shares above 0.
    """
    _check(alpha, **{f"count {i}": count for i, count in enumerate(counts)})
    if len(counts) != len(shares) or len(counts) < 2 or min(shares) <= 0:
        raise InvalidValue(f"Give a planned share above 0 for each of two or more counts; given: counts {list(counts)}, shares {list(shares)}.")
    n, planned = np.asarray(counts, dtype=float), np.asarray(shares, dtype=float) / sum(shares)
    a = RATIO_MIXTURE * planned
    log_e = gammaln(a.sum()) - gammaln(a.sum() + n.sum()) + (gammaln(a + n) - gammaln(a) - n * np.log(planned)).sum()
    difference = float(n[0] / n.sum() - planned[0]) if n.sum() else float("nan")
    return SequentialResult(_exp(float(log_e)), difference, float("nan"), float("nan"), bool(log_e >= -math.log(alpha)))


def rate_evidence(bad: int, calls: int, limit: float) -> float:
    """Log of the e-value against 'at most the share `limit` is bad': the mean likelihood ratio of larger shares to `limit`, which no share
    up to the limit makes large, at any look.

    >>> rate_evidence(0, 500, 0.01) < 0, rate_evidence(2, 2, 0.01) > math.log(100)
    (True, True)
    """
    shares = limit + (1 - limit) * np.array(SHARES_TRIED)
    made = xlogy(bad, shares / limit) + xlogy(calls - bad, (1 - shares) / (1 - limit))
    return float(logsumexp(made) - math.log(len(shares)))


def log_wealth(wins: ArrayLike, losses: ArrayLike, ties: ArrayLike, difference: float) -> Array:
    """Log of what a fair bettor has made of 1 who bets, with all of BETS in equal parts, that the true difference is not `difference`.

    >>> float(log_wealth(0, 0, 0, 0.1))
    0.0
    """
    w, z, t = (np.asarray(counts, dtype=float)[..., None] for counts in (wins, losses, ties))
    bets = BETS / (1 + abs(difference))  # no bet loses more than it has
    made = w * np.log1p(bets * (1 - difference)) + z * np.log1p(bets * (-1 - difference)) + t * np.log1p(-bets * difference)
    return np.asarray(logsumexp(made, axis=-1) - math.log(len(bets)))


def _betting_interval(wins: int, losses: int, ties: int, alpha: float) -> tuple[float, float]:
    """The differences m that no bettor has made 1 / alpha against: log of the mean over bets of what each has won is below it.

    At the difference seen no bet has gained (Jensen), so each end lies between it and -1 or 1.
    """
    centre, limit = (wins - losses) / (wins + losses + ties), -math.log(alpha)

    def excess(m: float) -> float:
        return float(log_wealth(wins, losses, ties, m)) - limit

    lower = -1.0 if excess(-1.0) < 0 else float(brentq(excess, -1.0, centre))
    upper = 1.0 if excess(1.0) < 0 else float(brentq(excess, centre, 1.0))
    return lower, upper


def _apart(difference: float, groups: list[tuple[int, float]], pooled: float, alpha: float) -> SequentialResult:
    """The asymptotic confidence sequence of a difference of means, from each group's size and variance and the variance of both together."""
    spread = math.sqrt(sum(max(variance, pooled) / n for n, variance in groups))
    log_e, half = _mixture(difference, spread, sum(n for n, _ in groups), alpha)
    return SequentialResult(_exp(log_e), difference, difference - half, difference + half, log_e >= -math.log(alpha))


def _mixture(difference: float, spread: float, n: int, alpha: float) -> tuple[float, float]:
    """Log e-value of no difference, and the half-width, of the Gaussian-mixture confidence sequence tuned for 2,000 entities."""
    target = -2 * math.log(alpha)
    r2 = (target + math.log(target) + 1) / TUNED_FOR
    grown = n * r2 + 1
    half = spread * math.sqrt(2 * grown / (n * r2) * math.log(math.sqrt(grown) / alpha))
    if spread == 0:
        return (0.0 if difference == 0 else math.inf), half
    return n * r2 * (difference / spread) ** 2 / (2 * grown) - math.log(grown) / 2, half


def _outcomes(values: ArrayLike) -> Array:
    try:
        found = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"Outcomes are numbers, one an entity ({error}).") from error
    return found[np.isfinite(found)]


def _enough(group: Array) -> bool:
    if len(group) < FEWEST_ENTITIES:
        return False
    shares = bool((group >= 0).all() and (group <= 1).all())
    return min(int((group < 1).sum()), int((group > 0).sum())) >= FEWEST_ERRORS if shares else bool(group.std() > 0)


def _exp(log_e: float) -> float:
    return math.exp(log_e) if log_e < 700 else math.inf


def _check(alpha: float, **counts: int) -> None:
    if not 0 < alpha < 1:
        raise InvalidValue(f"alpha lies between 0 and 1, such as 0.05; given: {alpha}.")
    for name, count in counts.items():
        if count < 0:
            raise InvalidValue(f"{name} is a count from 0 up; given: {count}.")
