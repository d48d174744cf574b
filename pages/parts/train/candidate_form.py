"""Which recipes race for a candidate, and what it has to meet."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import page, session, settle

__all__ = ["gates", "recipes"]

SIMPLEST = ("linear", "forecast", "forest", "gradient_boosting")


def recipes(project: lifecycle.Project) -> None:
    """Which recipes race: the one that is set, and the ready ones, in the order of simplicity."""
    settings = project.settings
    now = dict(settings.recipes) or {"the recipe that is set": str(settings.recipe)}
    ready = {name: name for name in SIMPLEST if name in lifecycle.ready_recipes()}
    known = {**{name: sha for name, sha in now.items() if name not in ready}, **ready}
    chosen = st.multiselect(
        "Recipes that race",
        list(known),
        list(now),
        key="recipes",
        help="Each answers every row that it was not fitted on; the simplest within one standard error of the best is trained.",
    )
    picked = {name: now.get(name, known[name]) for name in known if name in chosen}
    st.button(
        "Save recipes",
        key="recipes-save",
        on_click=lambda: settle.attempt(lambda: project.set_recipe(picked, by=session.user()), "Saved. The next retraining fits these."),
        **(page.may(project, "set_recipe") or {"disabled": not picked}),
    )


def gates(project: lifecycle.Project) -> None:
    """Each limit with what it means, to be changed in place."""
    shown = project.training_gates()
    edited = st.data_editor(
        shown[["meaning", "value", "usual"]],
        hide_index=True,
        disabled=["meaning", "usual"],
        key="gate-limits",
        column_config={
            "meaning": st.column_config.TextColumn("What is asked", width="large"),
            "value": st.column_config.NumberColumn("Limit", min_value=0.0, required=True),
            "usual": st.column_config.NumberColumn("Usual"),
        },
    )
    given = dict(zip(shown["limit"], edited["value"].astype(float), strict=True))
    old = {name.removeprefix("gate:") for name in project.settings.thresholds}
    kept = {str(name): value for (name, value), usual in zip(given.items(), shown["usual"], strict=True) if value != usual or name in old}
    st.button(
        "Save limits",
        key="gates-save",
        type="primary",
        on_click=lambda: settle.attempt(
            lambda: project.configure(by=session.user(), gates=kept), "Saved. The next candidate has to meet these limits."
        ),
        **page.may(project, "configure"),
    )
