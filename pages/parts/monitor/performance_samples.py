"""The samples behind the figures of the Performance page: of the chosen windows, and of the cell or slice that is picked."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

import lifecycle
from pages.parts import choices, page
from pages.parts.monitor import sample_table

__all__ = ["samples"]

KINDS = {"wrong": "Wrong answers", "unsure": "Least sure, without a label"}


def samples(project: lifecycle.Project, start: datetime, end: datetime, when: str) -> None:
    """Wrong answers, or those that the model was least sure of, and the way from them to an expert."""
    page.section(f"Which samples of {when} are they?")
    regression = project.config.schema.task == "regression"
    names = {**KINDS, "wrong": "Largest errors"} if regression else KINDS
    kind = choices.switch("Samples", tuple(KINDS), "show", "wrong", names.__getitem__)
    asked = {name: st.query_params.get(name) for name in ("truth", "answer", "slice")}
    column, _, value = (asked["slice"] or "").partition("=")
    known = {str(given) for given in project.config.schema.classes}
    truth, answer = (asked[name] if asked[name] in known else None for name in ("truth", "answer"))
    part = (column, value) if value and column in (*project.config.schema.names, "prediction") else None
    _picked(truth, answer, f"{column} {value}" if part else "")
    try:
        found = project.performance_samples(start, end, kind, sample_table.most(project), truth if kind == "wrong" else None, answer, part)
    except lifecycle.UnknownName:  # the slices of other windows have other bounds
        found = project.performance_samples(start, end, kind, sample_table.most(project), truth if kind == "wrong" else None, answer)
    if truth is not None and truth == answer and kind == "wrong":
        st.caption("These answers are right, so none of them is among the wrong ones.")
    about = f" for {column} {value}" if part else ""
    reason = f"{names[kind].lower()}{about} in {when}"
    sample_table.listed(project, found, f"performance-{kind}-{start:%s}-{end:%s}-{asked}", reason)


def _picked(truth: str | None, answer: str | None, part: str) -> None:
    """What the table is narrowed to, each with the button that widens it again."""
    said = {"cell": f"Truly {truth}, answered {answer}" if truth and answer else "", "slice": f"Only {part}" if part else ""}
    gone = {"cell": {"truth": None, "answer": None}, "slice": {"slice": None}}
    with st.container(horizontal=True):
        for name, text in said.items():
            if text:
                st.button(text, icon=":material/close:", key=f"every-{name}", on_click=choices.put, kwargs=gone[name])
