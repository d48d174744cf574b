"""What a version was chosen from, and its card to take home."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import streamlit as st

import lifecycle

__all__ = ["card", "race"]

FORMS: tuple[tuple[Literal["markdown", "html"], str, str, str], ...] = (
    ("html", "HTML, one file", "text/html", "html"),
    ("markdown", "Markdown", "text/markdown", "md"),
)


def race(project: lifecycle.Project, version: int) -> None:
    """The recipes that raced, the simplest first; nothing where one recipe was trained."""
    found = project.race(version)
    if found.empty:
        return
    best = found["loss"].min()
    shown = found.assign(
        result=[
            "won: the simplest within one standard error of the best" if row["won"] else row["failed"] or ("best loss" if row["loss"] == best else "")
            for row in found.to_dict("records")
        ]
    )[["name", "estimator", "loss", "error", "difference", "difference_error", "p_value", "result"]]
    number: Any = st.column_config.NumberColumn
    st.markdown("**Which recipe won?**")
    st.dataframe(
        shown,
        hide_index=True,
        key=f"race-{version}",
        column_config={
            "name": "Recipe",
            "estimator": "Estimator",
            "loss": number("Cross-fitted loss", format="%.4f"),
            "error": number("± its error", format="%.4f"),
            "difference": number("To the best", format="%.4f"),
            "difference_error": number("± of that", format="%.4f"),
            "p_value": number("p of no difference", format="%.3f"),
            "result": "Result",
        },
    )
    if tests := [test for test in found["test"] if test]:
        st.caption(f"p of no difference to the best: the {tests[0]}.")


def card(project: lifecycle.Project, version: int, key: str) -> None:
    """The model card as HTML and as Markdown, made when somebody takes it."""
    with st.popover("Model card", icon=":material/badge:", key=f"{key}-card"):
        for form, said, kind, ending in FORMS:
            st.download_button(
                said,
                partial(_card, project, version, form),
                f"{project.name}-v{version}.{ending}",
                kind,
                icon=":material/description:",
                key=f"{key}-card-{ending}",
                on_click="ignore",
                type="tertiary",
            )


def _card(project: lifecycle.Project, version: int, form: Literal["markdown", "html"]) -> bytes:
    return project.model_card(version, form).encode()
