"""What would have alarmed? Other thresholds of drift, tried on the windows there are before anybody is woken by them."""

from __future__ import annotations

from typing import Any

import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, session, words
from pages.parts.monitor import alarm_preview, drift_words
from pages.parts.monitor.drift_view import View

__all__ = ["editor"]

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
OF = ("1 of 1", "2 of 2", "2 of 3", "3 of 3", "2 of 5", "3 of 5", "4 of 5")
USUAL = "default"


def editor(view: View) -> None:
    """The controls, what they would have done, and the button that keeps them."""
    page.section("What would have alarmed?", "Try other thresholds on all windows there are. Nothing changes until you save.")
    st.session_state["tune"] = st.query_params.get("tune") == "1"
    if not st.toggle("Try other thresholds", key="tune", on_change=_toggled):
        return
    changes = _changes(view)
    with page.refusals():
        found = view.project.preview_alarms(**changes)
        st.markdown(alarm_preview.told(found))
        chart = alarm_preview.lanes(found, view.every, session.dark())
        charts.draw(chart, key="drift-preview", alt="Windows that alarm now above windows that would alarm")
        new = found[found["would_alarm"].astype(bool) & ~found["alarm"].astype(bool)]
        if len(new):
            named = sorted({str(column) for columns in new["would_columns"] for column in columns[:3]})
            st.caption(page.plain(f"New alarms by {words.listing(named, 5)}, the newest in {view.every.words(str(new['window'].iloc[-1]))}."))
    alarm_preview.save(view.project, changes, "save-drift")


def _changes(view: View) -> dict[str, Any]:
    """The settings that differ from the project's, as the controls have them."""
    settings = view.project.settings
    wanted = _everywhere(settings)
    four, five, _ = st.columns([2, 2, 3])
    column = view.column
    kind = str(view.map[view.map["column"] == column]["kind"].iloc[0])
    tests = [USUAL, *(name for name in lifecycle.drift_tests() if kind in lifecycle.drift_test(name).kinds)]
    own = settings.drift_tests.get(column, USUAL)
    test = four.selectbox(f"Test of {column}", tests, tests.index(own), drift_words.test, key=f"tune-test-{column}")
    by_hand = settings.thresholds.get(f"drift:{column}")
    limit = five.number_input(f"Threshold of {column}", 0.0, None, by_hand, 0.01, key=f"tune-limit-{column}", placeholder="from chance", help=LIMIT)
    wanted |= {
        "drift_tests": _with(settings.drift_tests, column, None if test == USUAL else test),
        "thresholds": _with(settings.thresholds, f"drift:{column}", limit),
    }
    return {name: value for name, value in wanted.items() if value != getattr(settings, name)}


def _everywhere(settings: lifecycle.Settings) -> dict[str, Any]:
    """What holds for all columns."""
    one, two, three, four, five = st.columns(5, vertical_alignment="bottom")
    rates = sorted({*RATES, settings.false_alarm_rate})
    budget = two.text_input("Or over time", settings.false_alarm_budget or "", key="tune-budget", placeholder="2 a year", help=BUDGET).strip()
    at = rates.index(settings.false_alarm_rate)
    rate = one.selectbox("False alarms allowed", rates, at, words.percent, key="tune-rate", help=RATE, disabled=bool(budget))
    least = three.number_input(
        "Smallest effect", 0.0, None, settings.minimum_effect, 0.01, key="tune-least", placeholder="each test's own", help=LEAST
    )
    held = sorted({*OF, settings.drift_alarm}, key=lambda text: (len(text), text))
    persistence = four.selectbox("Drifted in", held, held.index(settings.drift_alarm), lambda text: f"{text} windows", key="tune-held", help=HELD)
    rows = dict.fromkeys(["ignored", "measured", settings.autocorrelation])
    together = five.selectbox("Rows", list(rows), list(rows).index(settings.autocorrelation), _rows, key="tune-together", help=TOGETHER)
    return {
        "false_alarm_rate": rate,
        "false_alarm_budget": budget or None,
        "minimum_effect": least,
        "drift_alarm": persistence,
        "autocorrelation": together,
    }


def _rows(kept: Any) -> str:
    return "are independent" if kept == "ignored" else "as they resemble one another" if kept == "measured" else f"{words.number(kept)} count as one"


RATE = "The share of windows without any drift that may alarm."
BUDGET = "Such as '2 a year' or '1 in 500 windows', in place of a share of the windows. Empty: by the share."
TOGETHER = "Rows that resemble those before them say less than as many independent ones: judge by how many count as one, as the reference shows it."
LEAST = "A drift with a smaller effect is left alone, however sure it is. Empty: what each test takes as small."
HELD = "A column alarms when it drifted in so many of the last windows."
LIMIT = "The effect from which on this column has drifted, whatever chance does. Empty: from the reference and the rows of the window."


def _with(kept: Any, name: str, value: Any) -> dict[str, Any]:
    """A mapping with one entry set, or without it where the value is None."""
    rest = {key: item for key, item in kept.items() if key != name}
    return rest if value is None else {**rest, name: value}


def _toggled() -> None:
    choices.put(tune="1" if st.session_state["tune"] else None)
