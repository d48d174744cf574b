"""Anything out as CSV or Parquet; made only when asked for."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page

__all__ = ["exports", "packed"]


def exports(project: lifecycle.Project) -> None:
    """What to take out, from when, and in which format."""
    page.section("What do you want to take out?")
    what = st.radio(
        "What", ["Predictions", "Labels", "History", "Versions", "A model"], key="export-what", horizontal=True, label_visibility="collapsed"
    )
    if what == "A model":
        _model(project)
        return
    days = None
    if what == "Predictions":
        days = st.date_input("Between", value=[], key="export-days", help="Empty: all that was logged.")
    form = st.segmented_control("As", ["CSV", "Parquet"], default="CSV", key="export-form", required=True)
    name = f"{project.name}-{what.lower()}.{form.lower()}"
    made = _maker(project, what, days)
    st.download_button(
        f"Download {name}", lambda: packed(made(), form), name, key="export-download", type="primary", icon=":material/download:", on_click="ignore"
    )


def _model(project: lifecycle.Project) -> None:
    """One version as a zip file that needs nothing of this workspace."""
    versions = [int(number) for number in project.versions()["version"]]
    if not versions or (why := project.refusal("export_version")):
        st.info(why if versions else "There is no version yet.", icon=":material/lock:" if versions else ":material/hourglass_empty:")
        return
    number = int(st.selectbox("Which version?", versions, format_func=lambda v: f"v{v}", key="export-version", width=160))
    st.caption("Its model, its card (HTML and Markdown), all that is recorded of it, the packages it needs, and a sum that finds tampering.")
    if st.button(f"Pack version {number}", key="pack", icon=":material/package_2:"):
        with page.refusals(), tempfile.TemporaryDirectory() as folder:
            file = project.export_version(number, Path(folder) / f"{project.name}-v{number}.zip")
            st.download_button(
                f"Download {file.name}", file.read_bytes(), file.name, "application/zip", key="export-model", type="primary", on_click="ignore"
            )


def packed(frame: pd.DataFrame, form: str) -> bytes:
    """A frame as the bytes of a file; what no cell can hold (lists, records) goes in as JSON.

    >>> packed(pd.DataFrame({"a": [1], "b": [{"c": 2}]}), "CSV")
    b'a,b\\n1,"{""c"": 2}"\\n'
    """
    flat = frame.copy()
    for name in flat.columns[[str(kind) == "object" for kind in flat.dtypes]]:
        cells = [json.dumps(v, default=str, ensure_ascii=False) if isinstance(v, dict | list | tuple) else v for v in flat[name]]
        mixed = form == "Parquet" and len({type(v) for v in cells if v is not None}) > 1
        flat[name] = [None if v is None else str(v) for v in cells] if mixed else cells
    return lifecycle.table_bytes(flat, form)


def _maker(project: lifecycle.Project, what: str, days: object) -> Callable[[], pd.DataFrame]:
    if what == "Labels":
        return project.labels
    if what == "History":
        return project.history
    if what == "Versions":
        return project.versions
    start = end = None
    if isinstance(days, tuple) and len(days) == 2 and all(isinstance(day, date) for day in days):
        start = datetime.combine(days[0], time(), tzinfo=UTC)
        end = datetime.combine(days[1], time(), tzinfo=UTC) + timedelta(days=1)
    return lambda: project.predictions(start, end)
