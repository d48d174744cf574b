"""The options of each kind of trigger as fields of a form."""

from __future__ import annotations

from typing import Any

import streamlit as st

import lifecycle
from pages.parts import words

__all__ = ["KINDS", "ask", "sentence"]

KINDS = {
    "performance": "when performance falls",
    "drift": "when inputs drift",
    "concept": "when the relation of inputs and truth changes",
    "schedule": "on a schedule",
    "labels": "after so many new labels",
    "volume": "after so many new predictions",
    "age": "when the model is old",
}
LINES = {"assisted": "with the few labels and the predictions together", "realized": "by labels alone", "estimated": "estimated without labels"}
EVERY = {"1D": "every day", "7D": "every week", "MS": "every month", "QS": "every quarter"}


def ask(key: str, old: lifecycle.Trigger | None = None) -> lifecycle.Trigger | None:
    """The form for a new trigger, or for `old`; the trigger once it is saved."""
    kinds = list(KINDS)
    start = kinds.index(old.kind) if old and old.kind in kinds else 4
    kind = st.selectbox("Retrain", kinds, index=start, format_func=KINDS.__getitem__, key=f"{key}-kind", disabled=old is not None)
    options = dict(old.options) if old else {}
    with st.form(f"{key}-form", border=False):
        chosen = _fields(kind, options, key)
        days = st.number_input("Wait at least (days) between two runs", 0, 365, _days(old.cool_down if old else "1D"), key=f"{key}-pause")
        budget = st.number_input("At most so many runs a month (0: no limit)", 0, 1000, (old.budget or 0) if old else 0, key=f"{key}-budget")
        saved = st.form_submit_button("Save trigger", type="primary", key=f"{key}-save")
    return lifecycle.Trigger(kind, cool_down=f"{int(days)}D", budget=int(budget) or None, **chosen) if saved else None


def sentence(trigger: lifecycle.Trigger) -> str:
    """What a trigger does, in words."""
    o = trigger.options
    what = {
        "performance": f"when performance falls by more than {o.get('drop', 0.03):g}",
        "schedule": EVERY.get(str(o.get("every")), f"on the schedule {o.get('cron') or o.get('every')}"),
        "labels": f"after {o.get('n', 500):,} new labels",
        "volume": f"after {o.get('n', 10000):,} new predictions",
        "age": f"when the model is older than {str(o.get('max', '90D')).removesuffix('D')} days",
    }.get(trigger.kind, KINDS.get(trigger.kind, trigger.kind))
    limits = f"pause of {words.plural(_days(trigger.cool_down), 'day')}" + (f", at most {trigger.budget} runs a month" if trigger.budget else "")
    return f"Retrain {what} ({limits})"


def _fields(kind: str, options: dict[str, Any], key: str) -> dict[str, Any]:
    if kind == "performance":
        drop = st.number_input("Fall below the reference by more than", 0.0, 1e9, float(options.get("drop", 0.03)), step=0.01, key=f"{key}-drop")
        lines = list(LINES)
        line = st.selectbox("Measured", lines, index=lines.index(options.get("line", "assisted")), format_func=LINES.__getitem__, key=f"{key}-line")
        return {"drop": drop, "line": line}
    if kind in ("labels", "volume"):
        return {"n": int(st.number_input("How many", 1, 10**9, int(options.get("n", 500 if kind == "labels" else 10000)), key=f"{key}-n"))}
    if kind == "age":
        return {"max": f"{int(st.number_input('Days', 1, 3650, _days(options.get('max', '90D')), key=f'{key}-max'))}D"}
    if kind == "schedule":
        return _schedule(options, key)
    return options


def _schedule(options: dict[str, Any], key: str) -> dict[str, Any]:
    every = list(EVERY)
    place = every.index(options["every"]) if options.get("every") in every else 1
    named = st.selectbox("How often", every, index=place, format_func=EVERY.__getitem__, key=f"{key}-every")
    cron = st.text_input("Or as cron (minute hour day month weekday)", options.get("cron") or "", key=f"{key}-cron", placeholder="0 6 * * 1")
    return {"cron": cron.strip()} if cron.strip() else {"every": named}


def _days(text: Any) -> int:
    digits = str(text).removesuffix("D")
    return int(float(digits)) if digits.replace(".", "", 1).isdigit() else 1
