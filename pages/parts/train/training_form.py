"""What a retraining learns from: a form, and what it would learn from now."""

from __future__ import annotations

import contextlib
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, session, settle, words

__all__ = ["training"]

ROWS = {"all": "Everything", "rows": "The newest rows", "span": "The newest days", "drift": "Since the drift began"}
STARTS = {
    "fresh": "From nothing",
    "warm": "From what the champion learned (warm start)",
    "partial": "Go on with the new rows alone (partial fit)",
}


def training(project: lifecycle.Project) -> None:
    """The policy's fields, what would come of them as they stand on the page, and the button that keeps them."""
    settings = project.settings
    kind, number = _policy(settings.training_rows)
    weights = dict(settings.training_weights)
    left, right = st.columns(2, gap="large")
    with left:
        kind = st.selectbox("Learn from", list(ROWS), list(ROWS).index(kind), format_func=ROWS.__getitem__, key="training-rows")
        if kind in ("rows", "span"):
            number = int(st.number_input("How many rows" if kind == "rows" else "How many days", 1, 10**9, number, key="training-number"))
        start = st.selectbox("Begin", list(STARTS), list(STARTS).index(settings.training_start), STARTS.__getitem__, key="training-start")
        mixed = st.checkbox(
            "Rows of one entity may be learned from and held out",
            settings.training_entities == "mixed",
            key="training-entities",
            help="An entity is a customer, a machine. Apart, the metrics say how good the model is on those that it does not know.",
        )
        excluded = st.text_area("Leave out", "\n".join(settings.training_exclude), key="training-exclude", help="Label sources or ids, one a line.")
    with right:
        expert = st.number_input("An expert's label counts so many times", 0.1, 1000.0, float(weights.get("expert", 1.0)), key="training-expert")
        age = st.number_input("A row counts half after so many days (0: never)", 0, 36500, _days(weights.get("half_life")), key="training-age")
        balance = False
        if project.config.schema.task == "classification":
            balance = st.checkbox("All classes count the same", bool(weights.get("balance", False)), key="training-balance")
    if _days(weights.get("half_life")) == age and "half_life" in weights:
        half_life = {"half_life": weights["half_life"]}
    else:
        half_life = {"half_life": f"{int(age)}D"} if age else {}
    changes: dict[str, Any] = {
        "training_rows": {"all": "all", "drift": "since drift", "rows": f"last {number} rows", "span": f"last {number}D"}[kind],
        "training_entities": "mixed" if mixed else "apart",
        "training_start": start,
        "training_exclude": tuple(line.strip() for line in excluded.splitlines() if line.strip()),
        "training_weights": half_life | ({"expert": expert} if expert != 1.0 else {}) | ({"balance": True} if balance else {}),
    }
    with page.refusals():
        _preview(project, changes)
    st.button(
        "Save what it learns from",
        key="training-save",
        type="primary",
        on_click=lambda: settle.attempt(lambda: project.configure(by=session.user(), **changes), "Saved. The next retraining learns from that."),
        **page.may(project, "configure"),
    )


def _preview(project: lifecycle.Project, changes: dict[str, Any]) -> None:
    found = project.preview_training(**changes)
    (st.warning if found.problem else st.info)(found.sentence, icon=":material/dataset:")
    if found.suspects:
        st.warning(f"{words.listing(list(found.suspects))} nearly equals the target: such a feature gives the answer away.", icon=":material/key:")
    if found.problem:
        return
    names = {name: "first training set" if name == "training" else name.replace("_", " ") for name in found.sources}
    rows = [[names[name], count, 100 * found.weights.get(name, 0.0)] for name, count in found.sources.items()]
    st.dataframe(pd.DataFrame(rows, columns=["Label source", "Rows", "Weight (%)"]).round(1), hide_index=True, key="training-sources", width=420)
    classes = ", ".join(f"{page.plain(name)} {count:,}" for name, count in list(found.classes.items())[:12])
    span = f"From {words.moment(found.oldest)} to {words.moment(found.newest)}. " if found.oldest and found.newest else ""
    left_out = f"Left out by name: {found.excluded:,}; outside the policy: {found.outside:,}."
    st.caption(f"{span}{f'By class: {classes}. ' if classes else ''}{left_out}")


def _policy(text: str) -> tuple[str, int]:
    said = text.strip().lower()
    if said in ("all", "since drift"):
        return ("all" if said == "all" else "drift"), 1000
    if said.endswith("rows"):
        return "rows", int(said.split()[1])
    return "span", _days(said.removeprefix("last").strip()) or 1


def _days(span: Any) -> int:
    with contextlib.suppress(ValueError, TypeError):
        return max(1, round(pd.Timedelta(str(span).upper() if str(span).endswith("d") else str(span)) / pd.Timedelta("1D"))) if span else 0
    return 0
