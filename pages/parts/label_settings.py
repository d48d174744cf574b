"""How labeling is set up: what experts see, and how samples are picked for them."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import page

__all__ = ["settings"]


def settings(project: lifecycle.Project, by: str) -> None:
    """A form of the queue's settings; each is checked by the project and kept as an event."""
    now, schema = project.settings, project.config.schema
    page.section("How is labeling set up?", "A change counts for the next samples that are served.")
    with st.form("label-settings"):
        left, right = st.columns(2, gap="large")
        with left:
            hide = st.toggle("Hide the model's suggestion", now.hide_suggestion, help="So that nobody is led by it.")
            guidelines = st.text_area("Guidelines", now.guidelines, height=160, help="Lines, lists with a dash, **bold** and *slanted* words.")
            changes: dict[str, object] = {"hide_suggestion": hide, "guidelines": guidelines}
            if not schema.classes:
                changes["unit"] = st.text_input("Unit of the number", now.unit, max_chars=20, placeholder="EUR")
                low, high = now.usual_range or (None, None)
                lowest = st.number_input("Usually from", value=low, placeholder="no bound")
                highest = st.number_input("Usually up to", value=high, placeholder="no bound")
                changes["usual_range"] = (lowest, highest) if lowest is not None and highest is not None else None
        with right:
            names = list(lifecycle.query_strategies())
            at = names.index(now.query_strategy) if now.query_strategy in names else 0
            changes["query_strategy"] = st.selectbox("Samples are picked by", names, at, format_func=lambda name: name.replace("_", " "))
            audit = "Drawn at random, so that the figures on all pages stay true. Experts don't see which."
            changes["audit_share"] = st.slider("Share drawn at random", 0.0, 1.0, now.audit_share, 0.05, help=audit)
            changes["overlap"] = st.number_input("Answers a sample", 1, 100, now.overlap)
            changes["lease_minutes"] = st.number_input("Minutes that a sample is kept for one person", 0.1, 1440.0, float(now.lease_minutes))
        if st.form_submit_button("Save", type="primary", **page.may(project, "configure")):
            told = {name: value for name, value in changes.items() if value != getattr(now, name)}
            if told:
                project.configure(by=by, **told)
                st.session_state["said"] = "The settings are saved."
                st.rerun()
