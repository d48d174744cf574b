"""How long a trial takes: the requests until its test decides, were the gain what one hopes for."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from lifecycle.errors import InvalidValue
from lifecycle.release.sequential import TUNED_FOR, log_evidence

__all__ = ["paired_requests", "require", "sentence", "unpaired_entities"]

ALPHA = 0.05
MOST = 2500  # discordant requests followed exactly; what has not ended by then goes on at the same rate


@lru_cache(64)
def paired_requests(gain: float, discordance: float, alpha: float = ALPHA) -> tuple[float, float]:
    """Requests with a label until the paired test decides: the mean, and what nine of ten trials need at most.

    Exact: the chances of every count of wins among the discordant requests, one request at a time, with those that are decided taken out;
    each discordant request takes 1 / discordance requests.

    >>> mean, most = paired_requests(0.02, 0.05)
    >>> 1000 < mean < 1300, most > mean
    (True, True)
    """
    win = (1 + gain / discordance) / 2
    alive, mean, decided, most = np.array([1.0]), 0.0, 0.0, math.inf
    for n in range(1, MOST + 1):
        alive = np.r_[alive * (1 - win), 0.0] + np.r_[0.0, alive * win]
        mean += float(alive.sum())
        wins = np.arange(n + 1)
        alive[log_evidence(wins, n - wins) >= -math.log(alpha)] = 0.0
        left = float(alive.sum())
        if most == math.inf and 1 - left >= 0.9:
            most = float(n)
        if left < 1e-4:
            break
        decided = 1 - left
    mean = _mean(win, alpha) if decided < 0.999 and most == math.inf else mean
    most = mean * 2 if most == math.inf else most
    return mean / discordance, most / discordance


def unpaired_entities(gain: float, share: float, accuracy: float, alpha: float = ALPHA) -> tuple[float, float]:
    """Entities of both sides until the unpaired test decides: when the expected difference, and one that nine of ten trials exceed, leave
    the interval. `share`: of the new version; `accuracy`: of the old one.

    >>> few, many = unpaired_entities(0.02, 0.5, 0.9)[0], unpaired_entities(0.02, 0.05, 0.9)[0]
    >>> 5_000 < few < 20_000 < many
    True
    """
    middle = accuracy + share * gain
    variance = max(middle * (1 - middle), 1e-6) / (share * (1 - share))
    target = -2 * math.log(alpha)
    r2 = (target + math.log(target) + 1) / TUNED_FOR

    def short(log_n: float, z: float) -> float:
        n = math.exp(log_n)
        grown = n * r2 + 1
        return math.sqrt(variance / n) * (math.sqrt(2 * grown / (n * r2) * math.log(math.sqrt(grown) / alpha)) + z) - gain

    found = [math.exp(float(brentq(short, 0.0, 60.0, args=(z,)))) for z in (0.0, float(norm.ppf(0.9)))]
    least = 50 / share  # the test says nothing before
    return max(found[0], least), max(found[1], least)


def require(gain: float, discordance: float) -> None:
    """Refuse what cannot be.

    Raises
    ------
    InvalidValue : a gain or a disagreement outside (0, 1], or a gain larger than the disagreement.
    """
    if isinstance(gain, bool) or not 0 < gain < 1:
        raise InvalidValue(f"The gain is {gain!r}; give the difference of the shares right that should show, such as 0.02.")
    if not 0 < discordance <= 1:
        raise InvalidValue(f"The disagreement is {discordance!r}; give the share of rows that one of the two has right alone, such as 0.05.")
    if gain > discordance:
        raise InvalidValue(f"A gain of {gain:.1%} cannot come from a disagreement of {discordance:.1%}: a version gains only where the two differ.")


def sentence(gain: float, requests_a_day: float, discordance: float, labelled_share: float, days: float) -> str:
    """The plan in a sentence.

    >>> sentence(0.02, 2000, 0.05, 1.0, 0.6)
    'At 2,000 requests a day and 5 % disagreement a 2-point gain shows in about a day.'
    """
    share = "" if labelled_share > 0.995 else f", {labelled_share:.0%} of them with a label,".replace("%", " %")
    points = f"{100 * gain:.3g}"
    return f"At {requests_a_day:,.0f} requests a day{share} and {100 * discordance:.2g} % disagreement a {points}-point gain shows in {words(days)}."


def words(days: float) -> str:
    """Days as people say them.

    >>> words(0.3), words(2.7), words(900.0)
    ('about a day', 'about 3 days', 'more than two years')
    """
    if days <= 1:
        return "about a day"
    return f"about {round(days)} days" if days < 730 else "more than two years"


def _mean(win: float, alpha: float) -> float:
    """Discordant requests at which the evidence expected by then is enough."""

    def short(log_n: float) -> float:
        n = math.exp(log_n)
        return float(log_evidence(n * win, n * (1 - win))) + math.log(alpha)

    return math.exp(float(brentq(short, 1.0, 40.0)))
