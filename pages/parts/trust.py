"""Which line of the performance chart to trust, and why."""

from __future__ import annotations

import pandas as pd

from pages.parts import words
from pages.parts.performance_charts import LINES

__all__ = ["trust"]


def trust(frame: pd.DataFrame) -> str:
    """Which line to trust in the newest window, and why, as one sentence."""
    if frame.empty:
        return ""
    last = frame.sort_values("start").iloc[-1]
    labels, rows = int(last["labels"]), int(last["rows"])
    known = {name: pd.notna(last[name]) for name in LINES}
    if known["realized"] and labels >= 0.9 * rows:
        share = words.percent(labels / max(rows, 1))
        return f"Trust realized: {share} of the newest window's {words.count(rows)} rows have labels, so nothing has to be guessed."
    if known["assisted"]:
        if labels < 30:
            few = words.plural(labels, "label")
            return f"Trust assisted, within its wide band: the newest window has only {few}. A few dozen more would narrow it."
        return (
            f"Trust assisted: it joins the answers on all {words.count(rows)} rows of the newest window with {words.plural(labels, 'label')}, "
            "and is unbiased even where the labels were picked by uncertainty."
        )
    if known["realized"]:
        return f"Trust realized, within its wide band: it stands on {words.plural(labels, 'label')} of the newest window's {words.count(rows)} rows."
    if known["estimated"]:
        return "Only the estimate is there yet: it needs no labels, but it cannot see a change of concept. A few labels would tell."
    return "There is no figure for the newest window yet: it has neither labels nor probabilities to estimate from."
