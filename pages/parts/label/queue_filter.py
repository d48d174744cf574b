"""Which samples a sitting is about: a small control, closed until it is wanted, kept in the URL so that a link can bring it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import words
from pages.parts.label import queue_query

__all__ = ["control"]


def control(project: lifecycle.Project, where: lifecycle.QueueFilter | None) -> None:
    """The button that opens the filter, and with one set the way out of it."""
    schema = project.config.schema
    if where:
        st.button("Clear", key="filter-clear", on_click=_keep, args=({},), help="Back to all samples")
    with st.popover("Filter", icon=":material/filter_alt:", type="primary" if where else "secondary", key="filter-popover"):
        _fields(project, schema, where)


def _fields(project: lifecycle.Project, schema: lifecycle.Schema, where: lifecycle.QueueFilter | None) -> None:
    now = where or lifecycle.QueueFilter()
    columns = [column for column in schema.features if column.kind in ("numeric", "categorical")]
    with st.form("filter-form", border=False):
        classes = st.multiselect("The model says", schema.classes, [c for c in now.predicted if c in schema.classes]) if schema.classes else []
        queued = project.queue_summary().query("by == 'window'")
        windows = dict(zip(queued["value"].map(str), queued["waiting"].tolist(), strict=True))
        names = list(dict.fromkeys([*windows, *([now.window] if now.window else [])]))
        at = names.index(now.window) if now.window else None
        window = st.selectbox("Arrived in window", names, at, format_func=lambda name: f"{name} ({words.plural(windows.get(name, 0), 'sample')})")
        search = ""
        if any(column.kind in ("text", "categorical") for column in schema.features):
            search = st.text_input("Contains", now.text, max_chars=100)
        column = None
        if columns and (schema.modality == "tabular" or len(columns) <= 40):
            options = [column.name for column in columns]
            at = options.index(now.column) if now.column in options else None
            column = st.selectbox("Column", options, at, placeholder="Any column")
        bounds = _bounds(now, [c.name for c in columns]) if columns and (schema.modality == "tabular" or len(columns) <= 40) else {}
        if st.form_submit_button("Show these", type="primary"):
            asked = {"class": [str(value) for value in classes], "window": window, "search": search.strip(), "column": column, **bounds}
            _keep(asked if column else {name: value for name, value in asked.items() if name not in ("low", "high", "value")})
            st.rerun()


def _bounds(now: lifecycle.QueueFilter, names: Sequence[str]) -> dict[str, Any]:
    """What is asked of the column: a range for a number, values for a category."""
    left, right = st.columns(2)
    low = left.text_input("From", "" if now.low is None else queue_query.shown(now.low), placeholder="a number")
    high = right.text_input("To", "" if now.high is None else queue_query.shown(now.high), placeholder="a number")
    values = st.text_input("or one of", ", ".join(map(str, now.values)), placeholder="values, with commas between")
    return {"low": low.strip(), "high": high.strip(), "value": [part.strip() for part in values.split(",") if part.strip()]}


def _keep(asked: Mapping[str, Any]) -> None:
    """Put the filter into the URL; what is empty leaves it."""
    for name in queue_query.NAMES:
        if asked.get(name):
            st.query_params[name] = asked[name]
        else:
            st.query_params.pop(name, None)
