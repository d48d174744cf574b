"""The comparison in one plain sentence, with what would change it."""

from __future__ import annotations

import math

import pandas as pd

from lifecycle.records import Comparison
from lifecycle.release.measures import LOWER_IS_BETTER

__all__ = ["labels_to_decide", "margins", "standing", "too_few", "verdict"]

POWER = 1.96 + 0.84  # a two-sided 5 % test that finds the difference four times out of five
HOPELESS = 50  # times the labels there are

SHARES = frozenset({"accuracy", "balanced_accuracy", "f1", "roc_auc"})


def too_few(versions: tuple[int, int], rows: int, fewest: int) -> Comparison:
    """The comparison of two versions that cannot be made yet.

    >>> too_few((1, 2), 3, 10).verdict
    'Too early to say: only 3 labelled rows that neither version was trained on; label at least 7 more.'
    """
    metrics = pd.DataFrame(columns=["metric", "old", "new", "difference", "lower", "upper", "p_value", "p_adjusted", "better", "margin", "standing"])
    slices = pd.DataFrame(columns=["column", "value", "rows", "metric", "old", "new", "difference", "lower", "upper"])
    flips = pd.DataFrame(columns=["id", "truth", "old", "new", "right"])
    counted = f"only {rows} labelled rows that neither version" if rows else "no labelled rows that neither version"
    sentence = f"Too early to say: {counted} was trained on; label at least {fewest - rows} more."
    return Comparison(versions[0], versions[1], rows, metrics, slices, flips, sentence, {})


def margins(metrics: pd.DataFrame, headline: str, margin: float | None) -> list[float]:
    """The difference of each metric that matters. A margin that is given is the headline's, and that of all shares where the headline is one;
    else a point for shares, and 2 % of the old value.

    >>> margins(pd.DataFrame({"metric": ["accuracy", "mae"], "old": [0.9, 50.0]}), "accuracy", None)
    [0.01, 1.0]
    """
    given = [margin is not None and (name == headline or (name in SHARES and headline in SHARES)) for name in metrics["metric"]]
    usual = [0.01 if name in SHARES else 0.02 * abs(float(old)) for name, old in zip(metrics["metric"], metrics["old"], strict=True)]
    return [float(margin) if mine and margin is not None else default for mine, default in zip(given, usual, strict=True)]


def standing(better: str, lower: float, upper: float, margin: float, less: bool) -> str:
    """What the 95 % interval of new minus old says, `less` being better or not: better, worse, equivalent (all of it within the margin: two
    one-sided tests at 2.5 %, Schuirmann 1987), not worse (its worse end is within the margin), or unclear.

    >>> standing("unclear", -0.004, 0.006, 0.01, False), standing("unclear", -0.004, 0.03, 0.01, False), standing("new", 0.01, 0.03, 0.01, False)
    ('equivalent', 'not worse', 'better')
    """
    if better in ("new", "old"):
        return "better" if better == "new" else "worse"
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return "unclear"
    worst, best = (upper, -lower) if less else (-lower, upper)
    if worst <= margin:
        return "equivalent" if best <= margin else "not worse"
    return "unclear"


def verdict(metrics: pd.DataFrame, headline: str, versions: tuple[int, int], rows: int, effective_rows: float) -> str:
    """Who is better on the headline metric, by how much, and what would change the answer.

    >>> row = dict(metric="accuracy", old=.90, new=.93, difference=.03, lower=.01, upper=.05, p_value=.004, p_adjusted=.02, better="new")
    >>> verdict(pd.DataFrame([row]), "accuracy", (1, 2), 800, 800)
    'Version 2 is better: accuracy 0.930 against 0.900, +3.0 points (95 % interval +1.0 to +5.0) on 800 labelled rows.'
    """
    named = metrics.set_index("metric")
    name = headline if headline in named.index else str(named.index[0])
    row = named.T[name]
    words = f"{name.replace('_', ' ')} {row['new']:.3f} against {row['old']:.3f}, {_apart(name, row)} on {rows:,} labelled rows"
    if row["better"] == "new":
        return f"Version {versions[1]} is better: {words}.{_against(named, name, 'old')}"
    if row["better"] == "old":
        return f"Version {versions[1]} is worse: {words}.{_against(named, name, 'new')}"
    if row.get("standing") in ("equivalent", "not worse"):
        size = f"{100 * row['margin']:.3g} point{'' if row['margin'] == 0.01 else 's'}" if name in SHARES else f"{row['margin']:.3g}"
        said = f"as good as version {versions[0]} within" if row["standing"] == "equivalent" else f"not worse than version {versions[0]} by more than"
        return f"Version {versions[1]} is {said} {size}: {words}.{_against(named, name, 'old') or _against(named, name, 'new')}"
    return f"No clear winner: {words}; {_more(name, row, effective_rows, rows)}.{_against(named, name, 'old') or _against(named, name, 'new')}"


def labels_to_decide(difference: float, lower: float, upper: float, effective_rows: float, margin: float = 0.0) -> int | None:
    """How many more labels would decide four times of five, were the difference (turned so that more is better) what it seems: that the two
    differ or, with a margin, that the new one is not worse by more; None when neither would be found soon.

    >>> labels_to_decide(0.02, -0.005, 0.045, 300), labels_to_decide(0.02, -0.005, 0.045, 300, 0.01)
    (657, 126)
    """
    spread, apart = (upper - lower) / (2 * 1.96), max(abs(difference), difference + margin)
    if not math.isfinite(spread) or spread == 0 or apart <= 0:
        return None
    needed = effective_rows * ((POWER * spread / apart) ** 2 - 1)
    return None if needed > HOPELESS * effective_rows else max(1, math.ceil(needed))


def _apart(name: str, row: pd.Series) -> str:
    if name in SHARES:
        figures = [f"{100 * row[key]:+.1f}" for key in ("difference", "lower", "upper")]
        return f"{figures[0]} points (95 % interval {figures[1]} to {figures[2]})"
    figures = [f"{row[key]:+.3g}" for key in ("difference", "lower", "upper")]
    return f"{figures[0]} (95 % interval {figures[1]} to {figures[2]}; less is better)" if name in LOWER_IS_BETTER else f"{figures[0]}"


def _more(name: str, row: pd.Series, effective_rows: float, rows: int) -> str:
    sign = -1.0 if name in LOWER_IS_BETTER else 1.0
    ends = float(row["difference"]) * sign, float(row["lower"]), float(row["upper"])
    needed = labels_to_decide(*ends, effective_rows, float(row.get("margin", 0.0)))
    if needed is None:
        worst = float(row["upper"]) if name in LOWER_IS_BETTER else -float(row["lower"])
        size = f"{100 * worst:.1f} points" if name in SHARES else f"{worst:.3g}"
        return f"they are so close that more labels would hardly decide; the new one is at most {size} worse"
    labels = math.ceil(needed * rows / effective_rows)
    shown = labels if labels < 100 else round(labels, 1 - len(str(labels)) + 1)
    return f"about {shown:,} more labels would decide"


def _against(named: pd.DataFrame, headline: str, side: str) -> str:
    """The metrics that say the opposite, as a sentence."""
    names = [str(name).replace("_", " ") for name in named.index[named["better"] == side] if name != headline]
    if not names:
        return ""
    return f" The {'old' if side == 'old' else 'new'} version is better in {', '.join(names)}."
