"""The way to a first project: a file, what its columns mean, a model, go. Or the demo projects."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, session, tree, words

__all__ = ["guide", "steps"]

RECIPES = {
    "gradient_boosting": "Gradient boosting: strong on most tables, nothing to prepare",
    "linear": "Linear model: quick, easy to explain",
    "forest": "Random forest: sturdy with few rows",
}
WATCH = "Only watch: the model lives elsewhere and my file has its predictions"
WINDOWS = {"1000 rows": "each 1,000 predictions", "1D": "each day", "7D": "each week", "MS": "each month", "QS": "each quarter"}
TARGETS = ("label", "target", "y", "outcome", "class", "churn", "price")


def guide() -> None:
    """An empty workspace: what this is, the demo in one click, or a project of one's own in four steps."""
    page.head(
        "Welcome",
        "Lifecycle watches a deployed model, asks experts about what it finds hard, retrains it, and compares old and new before anything goes live.",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        steps()
    with right:
        page.section("Or look around first?")
        st.write("Three small projects with a history to look at: handwritten digits, quarterly inflation, and a table of customers.")
        if st.button("Load the demo projects", icon=":material/play_circle:", key="load-demo", **page.may(session.workspace(), "create_project")):
            with page.refusals():
                _load_demo()


def steps() -> None:
    """From a file to a project."""
    page.section("Which data was the model trained on?", "CSV or Parquet, one row an example, up to 250 MB. It stays on this machine.")
    file = st.file_uploader("Training or reference data", type=["csv", "parquet"], key="start-file", label_visibility="collapsed")
    if file is None:
        return
    with page.refusals():
        frame = lifecycle.read_table(file, file.name)
        st.dataframe(frame.head(5), hide_index=True, key="start-preview")
        options = _mapped(frame, file.name)
        if st.button("Create the project", type="primary", key="start-create"):
            with st.status("Reading the columns, training and judging the first model …", expanded=True):
                session.workspace().create_project(**options, by=session.user())
            st.session_state["project"] = options["name"]
            tree.go("home", project=options["name"])


def _mapped(frame: pd.DataFrame, file: str) -> dict[str, Any]:
    """What the columns mean and which model to train, as `create_project` takes it."""
    page.section("What do its columns mean?", f"{words.plural(len(frame), 'row')}, {words.plural(len(frame.columns), 'column')}.")
    columns = [str(name) for name in frame.columns]
    one, two = st.columns(2)
    name = one.text_input("Name of the project", _slug(file), key="start-name", help="Small letters, digits and dashes.")
    target = two.selectbox("What is predicted", columns, index=_guess_target(columns), key="start-target")
    times = ["None: the time of arrival", *columns]
    when = one.selectbox("When it happened", times, index=_guess_time(frame) + 1, key="start-time")
    regression = bool(pd.api.types.is_float_dtype(frame[target]) and frame[target].nunique() > 20)
    kinds = ["classification", "regression"]
    sizes = WINDOWS if when != times[0] else {"1000 rows": WINDOWS["1000 rows"]}
    window = one.selectbox("Compared window by window", list(sizes), format_func=sizes.__getitem__, key=f"start-window-{len(sizes)}")
    task = two.segmented_control(
        "What kind of answer", kinds, default=kinds[regression], key=f"start-task-{target}", required=True, format_func=_task
    )
    page.section("Which model?")
    watched = "prediction" in columns
    recipes = [*RECIPES, "watch"]
    recipe = st.radio(
        "Model", recipes, index=3 if watched else 0, format_func=lambda key: RECIPES.get(key, WATCH), key="start-recipe", label_visibility="collapsed"
    )
    options: dict[str, Any] = {"name": name, "task": task, "target": target, "timestamp": None if when == times[0] else when, "window": window}
    if recipe == "watch":
        return options | {"reference": frame}
    return options | {"training": frame.drop(columns=[c for c in columns if c == "prediction"]), "recipe": recipe}


def _load_demo() -> None:
    if why := session.workspace().refusal("create_project"):
        raise lifecycle.NotAllowed(why)
    bar = st.progress(0.0, "Making the demo projects …")
    for message, fraction in lifecycle.demo_projects(lifecycle.open_workspace(session.workspace().path).as_worker()):
        bar.progress(min(1.0, fraction), message)
    st.rerun()


def _task(kind: str) -> str:
    return "A class" if kind == "classification" else "A number"


def _slug(file: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.rsplit(".", 1)[0].lower()).strip("-")[:64] or "my-project"


def _guess_target(columns: list[str]) -> int:
    """The column that is called like a target, else the last."""
    lower = [name.lower() for name in columns]
    return next((lower.index(name) for name in TARGETS if name in lower), len(columns) - 1)


def _guess_time(frame: pd.DataFrame) -> int:
    """The first column that holds times, -1 where none does."""
    for place, name in enumerate(frame.columns):
        if pd.api.types.is_datetime64_any_dtype(frame[name]):
            return place
        if re.search(r"time|date|quarter|_at$", str(name).lower()) and not pd.api.types.is_numeric_dtype(frame[name]):
            return place
    return -1
