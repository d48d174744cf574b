"""What is expected of a column: as the reference had it, or by hand, tried on the windows there are before it is kept."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, picture, session
from pages.parts.monitor import alarm_preview, quality_charts
from pages.parts.windows import Windows

__all__ = ["editor"]

LEARNED, BY_HAND, OFF = "learned", "hand", "off"
NAMES = {LEARNED: "As the reference had it", BY_HAND: "By hand", OFF: "Not checked"}
SPANS = ("range", "volume")
SHARES = ("missing", "unseen", "type", "duplicates", "timestamps")
LANES = ("Fails now", "Would fail")


def editor(project: lifecycle.Project, frame: pd.DataFrame, windows: Windows) -> None:
    """One check over time, the rule that it goes by, what another rule would do, and the button that keeps it."""
    pairs = frame[["column", "check"]].drop_duplicates()
    keys = [f"{column}:{check}" if column else str(check) for column, check in zip(pairs["column"].fillna(""), pairs["check"], strict=True)]
    failing = frame[frame["failed"].astype(bool)]
    usual = _key(failing.iloc[-1]) if len(failing) else keys[0]
    page.section("What is expected, and what would fail otherwise?", "Try another rule on all windows there are. Nothing changes until you save.")
    left, right = st.columns([2, 3], gap="medium")
    key = choices.pick("Check", sorted(keys), "check", usual, _said, place=left)
    column, _, check = key.rpartition(":")
    rows = frame[(frame["column"].fillna("") == column) & (frame["check"] == check)]
    with left:
        rule = _rule(project, key, check, rows)
    with right:
        chart = quality_charts.over_time(rows, windows, f"{_said(key)}: found", check not in quality_charts.COUNTS, session.dark())
        picture.show(chart, "quality-check", f"What the check {_said(key)} found in each window")
    kept = {name: value for name, value in project.settings.quality.items() if name != key}
    rules = kept if rule is None else {**kept, key: rule}
    with page.refusals():
        found = project.preview_quality(rules)
        mine = found[(found["column"].fillna("") == column) & (found["check"] == check)]
        preview = mine.rename(columns={"failed": "alarm", "would_fail": "would_alarm"})
        st.markdown(alarm_preview.told(preview, "fail"))
        charts.draw(alarm_preview.lanes(preview, windows, session.dark(), LANES), key="quality-preview", alt="Windows that fail now, and would fail")
    changes = {} if rules == dict(project.settings.quality) else {"quality": rules}
    alarm_preview.save(project, changes, "save-quality", "this rule")


def _rule(project: lifecycle.Project, key: str, check: str, rows: pd.DataFrame) -> Any:
    """The rule as the controls have it: None is what was learned."""
    now = project.settings.quality.get(key)
    kinds = [kind for kind in NAMES if kind != BY_HAND or check in SPANS + SHARES]
    held = LEARNED if now is None else OFF if now == OFF else BY_HAND
    kind = st.radio("Expect", kinds, kinds.index(held), NAMES.__getitem__, key=f"rule-{key}")
    if kind != BY_HAND:
        st.caption(f"Expected in the newest window: {rows['expected'].iloc[-1]}." if kind == held == LEARNED else "")
        return None if kind == LEARNED else OFF
    if check in SHARES:
        top = rows["value"].max()
        first: Any = now if held == BY_HAND else round(float(top), 4) if pd.notna(top) else 0.05
        return st.number_input("At most this share of the rows", 0.0, 1.0, float(first), 0.01, format="%.4f", key=f"share-{key}")
    bounds: Any = now if held == BY_HAND else _learned(str(rows["expected"].iloc[-1]))
    low, high = bounds
    left, right = st.columns(2)
    ends = (
        left.number_input("Lowest", value=low, key=f"low-{key}", placeholder="any"),
        right.number_input("Highest", value=high, key=f"high-{key}", placeholder="any"),
    )
    return None if ends == (None, None) else list(ends)


def _learned(expected: str) -> tuple[float | None, float | None]:
    """The bounds in the words of a check: '18 to 92' is (18, 92)."""
    try:
        low, high = (float(part.split()[0]) for part in expected.split(" to "))
    except ValueError:
        return None, None
    return low, high


def _key(row: pd.Series) -> str:
    return f"{row['column']}:{row['check']}" if row["column"] else str(row["check"])


def _said(key: str) -> str:
    """A rule's name in words: 'income: range'."""
    column, _, check = key.rpartition(":")
    return f"{column or quality_charts.ALL_ROWS}: {quality_charts.words_of(check)}"
