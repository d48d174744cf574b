"""The options of each kind of trigger as fields that answer at once, so that a preview can follow them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import words

__all__ = ["KINDS", "ask", "due", "sentence"]

KINDS = {
    "performance": "when performance falls",
    "drift": "when inputs drift",
    "concept": "when the relation of inputs and truth changes",
    "schedule": "on a schedule",
    "labels": "after so many new labels",
    "volume": "after so many new predictions",
    "age": "when the model is old",
    "external": "when another system calls for it",
}
LINES = {"assisted": "with the few labels and the predictions together", "realized": "by labels alone", "estimated": "estimated without labels"}
EVERY = {"1D": "every day", "7D": "every week", "MS": "every month", "QS": "every quarter", "YS": "every year"}


def ask(key: str, old: lifecycle.Trigger | None = None) -> lifecycle.Trigger:
    """The fields of a new trigger, or of `old`; the trigger as they stand."""
    kinds = list(KINDS)
    start = kinds.index(old.kind) if old and old.kind in kinds else 4
    kind = st.selectbox("Retrain", kinds, index=start, format_func=KINDS.__getitem__, key=f"{key}-kind", disabled=old is not None)
    before = dict(old.options) if old and old.kind == kind else {}
    chosen = _fields(kind, before, f"{key}-{kind}")
    one, two, three = st.columns(3)
    days = one.number_input("Pause between two runs (days)", 0.0, 365.0, _days(old.cool_down if old else "1D"), 1.0, "%g", key=f"{key}-pause")
    budget = two.number_input("Most runs a month (0: no limit)", 0, 1000, (old.budget or 0) if old else 0, key=f"{key}-budget")
    quiet = three.text_input("Quiet hours (UTC)", before.get("quiet") or "", key=f"{key}-quiet", placeholder="22-6")
    dry = st.toggle("Dry run: tell that it fires, and train nothing", bool(before.get("dry_run")), key=f"{key}-dry")
    options = {**before, **chosen, "quiet": quiet.strip() or None, "dry_run": dry or None}
    return lifecycle.Trigger(kind, f"{days:g}D", int(budget) or None, **{name: value for name, value in options.items() if value is not None})


def sentence(trigger: lifecycle.Trigger) -> str:
    """What a trigger does, in words."""
    o = trigger.options
    falls = f"when performance falls by more than {o.get('drop', 0.03):g}"
    what = {
        "performance": f"when performance is worse than {o['below']:g}" if o.get("below") is not None else falls,
        "drift": "when inputs drift" + (f" in {o['windows']:g} windows in a row" if o.get("windows", 1) > 1 else ""),
        "schedule": EVERY.get(str(o.get("every")), f"on the schedule {o.get('cron') or o.get('every')}"),
        "labels": f"after {o.get('n', 500):,} new labels",
        "volume": f"after {o.get('n', 10000):,} new predictions",
        "age": f"when the model is older than {str(o.get('max', '90D')).removesuffix('D')} days",
        "external": f"when {o.get('source') or 'another system'} calls for it" + (f" {o['n']:g} times" if o.get("n", 1) > 1 else ""),
    }.get(trigger.kind, KINDS.get(trigger.kind, trigger.kind))
    limits = [f"pause of {words.plural(_days(trigger.cool_down), 'day')}"] if _days(trigger.cool_down) else []
    limits += [f"at most {trigger.budget} runs a month"] if trigger.budget else []
    limits += [f"quiet {o['quiet']} UTC"] if o.get("quiet") else []
    limits += ["dry run"] if o.get("dry_run") else []
    return f"Retrain {what}" + (f" ({', '.join(limits)})" if limits else "")


def due(state: lifecycle.TriggerState, now: Any) -> str:
    """When a trigger is due next, in words; empty where that is not known."""
    if state.next_due is None:
        return ""
    hours = (state.next_due - now).total_seconds() / 3600
    soon = "now" if hours <= 0 else f"in {words.plural(round(hours), 'hour')}" if hours < 48 else f"in {words.plural(round(hours / 24), 'day')}"
    return f"Next due {soon}, {words.moment(state.next_due)}."


def _fields(kind: str, old: dict[str, Any], key: str) -> dict[str, Any]:
    if kind == "performance":
        drop = st.number_input(
            "Fall below the reference by more than", 1e-6, 1e9, float(old.get("drop", 0.03)), step=0.01, format="%g", key=f"{key}-drop"
        )
        below = st.number_input("Or, instead: be worse than this level", value=old.get("below"), format="%g", key=f"{key}-below")
        lines = list(LINES)
        line = st.selectbox("Measured", lines, index=lines.index(old.get("line", "assisted")), format_func=LINES.__getitem__, key=f"{key}-line")
        return {"drop": drop, "below": below, "line": line}
    if kind == "drift":
        return {"windows": int(st.number_input("Windows in a row that alarm", 1, 1000, int(old.get("windows", 1)), key=f"{key}-windows"))}
    if kind == "concept":
        known = ["window", *lifecycle.concept_detectors()]
        place = known.index(old["detector"]) if old.get("detector") in known else 0
        named = {"window": "adaptive window over all cuts"}
        return {"detector": st.selectbox("Detector", known, index=place, format_func=lambda name: named.get(name, name), key=f"{key}-detector")}
    if kind in ("labels", "volume"):
        return {"n": int(st.number_input("How many", 1, 10**9, int(old.get("n", 500 if kind == "labels" else 10000)), key=f"{key}-n"))}
    if kind == "age":
        return {"max": f"{st.number_input('Days', 1.0, 3650.0, _days(old.get('max', '90D')), format='%g', key=f'{key}-max'):g}D"}
    if kind == "external":
        calls = int(st.number_input("Calls that it takes", 1, 10**6, int(old.get("n", 1)), key=f"{key}-n"))
        source = st.text_input("From this caller alone", old.get("source") or "", key=f"{key}-source", placeholder="token nightly")
        return {"n": calls, "source": source.strip() or None}
    return _schedule(old, key)


def _schedule(old: dict[str, Any], key: str) -> dict[str, Any]:
    every = list(EVERY)
    if old.get("every") and old["every"] not in every:
        every.append(old["every"])
    place = every.index(old["every"]) if old.get("every") in every else 3
    named = st.selectbox("How often", every, index=place, format_func=lambda name: EVERY.get(name, f"every {name}"), key=f"{key}-every")
    cron = st.text_input("Or as cron (minute hour day month weekday)", old.get("cron") or "", key=f"{key}-cron", placeholder="0 6 * * 1")
    return {"cron": cron.strip(), "every": None} if cron.strip() else {"every": named, "cron": None}


def _days(text: Any) -> float:
    return pd.Timedelta(text) / pd.Timedelta("1D")
