"""How labeling is set up: what experts see, how samples are picked for them, and how many answers each gets."""

from __future__ import annotations

import warnings
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import page
from pages.parts.label import label_priorities

__all__ = ["settings"]

ASSIGNMENTS = {"order": "whoever asks next", "expertise": "who knows the predicted class best"}


def settings(project: lifecycle.Project, by: str) -> None:
    """A form of the queue's settings; each is checked by the project and kept as an event."""
    now, schema = project.settings, project.config.schema
    page.section("How is labeling set up?", "A change counts for the next samples that are served.")
    if note := lifecycle.query_strategy_caution(now.query_strategy, len(schema.classes)):
        st.warning(note, icon=":material/warning:")
    with st.form("label-settings"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            st.markdown("**What experts see**")
            changes = _seen(now, schema)
        with middle:
            st.markdown("**Which samples they get**")
            changes |= _picked(now, schema)
        with right:
            st.markdown("**How many answers**")
            changes |= _asked(now)
        if st.form_submit_button("Save the settings", type="primary", **page.may(project, "configure")):
            _save(project, by, changes)
    label_priorities.rules(project, by)


def _seen(now: lifecycle.Settings, schema: lifecycle.Schema) -> dict[str, Any]:
    hide = st.toggle("Hide the model's suggestion", now.hide_suggestion, help="So that nobody is led by it.")
    help = "Lines, lists with a dash, **bold** and *slanted* words."
    found: dict[str, Any] = {"hide_suggestion": hide, "guidelines": st.text_area("Guidelines", now.guidelines, height=160, help=help)}
    if not schema.classes:
        found["unit"] = st.text_input("Unit of the number", now.unit, max_chars=20, placeholder="EUR")
        low, high = now.usual_range or (None, None)
        lowest = st.number_input("Usually from", value=low, placeholder="no bound", help="Beyond the usual range the page asks once more.")
        highest = st.number_input("Usually up to", value=high, placeholder="no bound")
        if (lowest is None) == (highest is None):
            found["usual_range"] = None if lowest is None or highest is None else (float(lowest), float(highest))
        else:
            st.caption("Give both bounds, or none.")
    return found


def _picked(now: lifecycle.Settings, schema: lifecycle.Schema) -> dict[str, Any]:
    names = list(lifecycle.query_strategies(schema.task))
    default = "margin_diverse" if schema.classes else "residual_model"
    at = names.index(now.query_strategy if now.query_strategy in names else default)
    found: dict[str, Any] = {"query_strategy": st.selectbox("Samples are picked by", names, at, format_func=lambda name: name.replace("_", " "))}
    if now.query_strategy not in names and found["query_strategy"] == default:
        found["query_strategy"] = now.query_strategy  # the general default stands for this task's own
    audit = "Drawn at random, so that the figures on all pages stay true. Experts don't see which."
    found["audit_share"] = st.slider("Share drawn at random", 0.0, 1.0, now.audit_share, 0.05, help=audit)
    if schema.classes:
        rare = "Below so many labels a class is sought: one pick in four may be of it. 0 seeks none."
        found["rare_labels"] = st.number_input("Labels until a class is rare no more", 0, 1000, now.rare_labels, help=rare)
        known = "Who knows what shows in answers to the same samples; with few of those it makes no difference."
        found["assignment"] = st.selectbox(
            "A sample goes to", list(ASSIGNMENTS), list(ASSIGNMENTS).index(now.assignment), format_func=ASSIGNMENTS.__getitem__, help=known
        )
    return found


def _asked(now: lifecycle.Settings) -> dict[str, Any]:
    found: dict[str, Any] = {"overlap": st.number_input("Answers a sample", 1, 100, now.overlap, help="By different people, blind to one another.")}
    share = "Which ones is drawn at random; the others get one answer."
    found["overlap_share"] = st.slider("Share of samples that get so many", 0.0, 1.0, now.overlap_share, 0.05, help=share)
    gold = "Samples whose answer is known, added by `project.add_gold` or `lifecycle add-gold`. Experts can't tell them."
    found["gold_share"] = st.slider("Share of known samples mixed in", 0.0, 0.5, now.gold_share, 0.01, help=gold)
    found["lease_minutes"] = st.number_input("Minutes that a sample is kept for one person", 0.1, 1440.0, float(now.lease_minutes))
    return found


def _save(project: lifecycle.Project, by: str, changes: dict[str, Any]) -> None:
    told = {name: value for name, value in changes.items() if value != getattr(project.settings, name)}
    if told:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the page says it, above the form
            project.configure(by=by, **told)
        st.session_state["said"] = "The settings are saved."
        st.rerun()
