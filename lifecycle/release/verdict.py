"""The comparison in one plain sentence, with what would change it."""

from __future__ import annotations

import math

import pandas as pd

from lifecycle.records import Comparison
from lifecycle.release.measures import LOWER_IS_BETTER

__all__ = ["labels_to_decide", "too_few", "verdict"]

POWER = 1.96 + 0.84  # a two-sided 5 % test that finds the difference four times out of five
HOPELESS = 50  # times the labels there are

SHARES = frozenset({"accuracy", "balanced_accuracy", "f1", "roc_auc"})


def too_few(versions: tuple[int, int], rows: int, fewest: int) -> Comparison:
    """The comparison of two versions that cannot be made yet.

    >>> too_few((1, 2), 3, 10).verdict
    'Too early to say: only 3 labelled rows that neither version was trained on; label at least 7 more.'
    """
    metrics = pd.DataFrame(columns=["metric", "old", "new", "difference", "lower", "upper", "p_value", "p_adjusted", "better"])
    slices = pd.DataFrame(columns=["column", "value", "rows", "metric", "old", "new", "difference", "lower", "upper"])
    flips = pd.DataFrame(columns=["id", "truth", "old", "new", "right"])
    counted = f"only {rows} labelled rows that neither version" if rows else "no labelled rows that neither version"
    sentence = f"Too early to say: {counted} was trained on; label at least {fewest - rows} more."
    return Comparison(versions[0], versions[1], rows, metrics, slices, flips, sentence, {})


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
    return f"No clear winner: {words}; {_more(name, row, effective_rows, rows)}.{_against(named, name, 'old') or _against(named, name, 'new')}"


def labels_to_decide(difference: float, lower: float, upper: float, effective_rows: float) -> int | None:
    """How many more labels would decide, were the difference what it seems; None when it is too small to be found soon.

    >>> labels_to_decide(0.02, -0.005, 0.045, 300)
    657
    """
    spread = (upper - lower) / (2 * 1.96)
    if not math.isfinite(spread) or spread == 0 or difference == 0:
        return None
    needed = effective_rows * ((POWER * spread / abs(difference)) ** 2 - 1)
    return None if needed > HOPELESS * effective_rows else max(1, math.ceil(needed))


def _apart(name: str, row: pd.Series) -> str:
    if name in SHARES:
        figures = [f"{100 * row[key]:+.1f}" for key in ("difference", "lower", "upper")]
        return f"{figures[0]} points (95 % interval {figures[1]} to {figures[2]})"
    figures = [f"{row[key]:+.3g}" for key in ("difference", "lower", "upper")]
    return f"{figures[0]} (95 % interval {figures[1]} to {figures[2]}; less is better)" if name in LOWER_IS_BETTER else f"{figures[0]}"


def _more(name: str, row: pd.Series, effective_rows: float, rows: int) -> str:
    needed = labels_to_decide(float(row["difference"]), float(row["lower"]), float(row["upper"]), effective_rows)
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
