"""Data: bring predictions, labels and models in; take anything out; start another project."""

from __future__ import annotations

import streamlit as st

from pages.parts import choice, data_in, data_out, page, session, start, words

PARTS = {
    "predictions": "Import predictions",
    "labels": "Import labels",
    "model": "Register a model",
    "export": "Export",
    "project": "New project",
}

VERBS = {"predictions": "log", "labels": "record_labels", "model": "register_model", "project": "create_project"}

project, by = session.project(), session.user()
schema = project.config.schema
kind = f"one of {len(schema.classes)} classes" if schema.classes else "a number"
page.head("Data", f"{project.name}: {words.plural(len(schema.features), 'column')} in, {schema.target} out ({kind}).")
if project.config.description:
    st.caption(page.plain(project.config.description))

part = choice.part("part", PARTS, "predictions")
why = (session.workspace() if part == "project" else project).refusal(VERBS[part]) if part in VERBS else ""
with page.refusals():
    if why:
        st.info(why, icon=":material/lock:")
    elif part == "predictions":
        data_in.predictions(project, by)
    elif part == "labels":
        data_in.labels(project, by)
    elif part == "model":
        data_in.model(project, by)
    elif part == "export":
        data_out.exports(project)
    else:
        start.steps()

with st.expander("Which columns does this project have?", key="columns"):
    rows = [{"Column": c.name, "Kind": c.kind, "Values": ", ".join(c.levels[:12]) + (" ..." if len(c.levels) > 12 else "")} for c in schema.features]
    st.dataframe(rows, hide_index=True, key="schema")
