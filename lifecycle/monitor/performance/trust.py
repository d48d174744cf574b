"""Which line of a window to trust, and why, in a sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["reasons"]

NOTHING = "Nothing can be said yet: no usable label, and no reference with probabilities or features to estimate by."
ESTIMATED = (
    "Trust the estimate, with care: there is no usable label. It holds while scores and features mean what they meant on the "
    "reference; a changed concept would not show."
)
FEW = (
    "Trust the estimate, with care: there are labels, but too few of the class for an interval that this metric could keep. It holds while "
    "scores and features mean what they meant on the reference; a changed concept would not show."
)


def reasons(frame: pd.DataFrame) -> list[str]:
    """A sentence a row of judged results (line, rows, labels, the three lines and their intervals).

    >>> row = {"line": "realized", "rows": 100, "labels": 100, "realized_lower": 0.8, "realized_upper": 0.9}
    >>> reasons(pd.DataFrame([row | {"assisted_lower": np.nan, "assisted_upper": np.nan, "estimated": np.nan}]))
    ['Trust the labels: all 100 rows are labelled.']
    """
    alone = (frame["realized_upper"] - frame["realized_lower"]).to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = 1.0 - (frame["assisted_upper"] - frame["assisted_lower"]).to_numpy(dtype=np.float64) / alone
    guessed = frame["estimated"].notna().to_numpy()
    few = ((frame["labels"] > 0) & np.isnan(alone)).to_numpy()
    parts = zip(frame["line"], frame["rows"].astype(int), frame["labels"].astype(int), gain.tolist(), guessed.tolist(), few.tolist(), strict=True)
    return [_reason(*part) for part in parts]


def _reason(line: str, rows: int, labels: int, gain: float, guessed: bool, few: bool) -> str:
    if line == "estimated":
        return FEW if few else ESTIMATED
    if line not in ("assisted", "realized"):
        return NOTHING
    if labels >= rows:
        return f"Trust the labels: all {rows:,} rows are labelled."
    seen = f"{labels:,} of {rows:,} rows {'is' if labels == 1 else 'are'} labelled"
    if line == "realized":
        missing = "this metric has no guess to add to them" if guessed else "the model gives nothing to guess by"
        return f"Trust the labels: {seen}, each weighted by its chance to have been picked; {missing}."
    narrower = f", and {gain:.0%} surer than the labels alone" if gain >= 0.005 else ", though the guess adds little here"
    return f"Trust the assisted line: {seen}, and correct the model's guess on all rows; right however they were picked{narrower}."
