"""Files in: what would land is shown first, what is refused is listed row by row, and only then anything lands."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, words

__all__ = ["labels", "model", "predictions"]

SOURCES = {"ground_truth": "Ground truth: what really happened", "expert": "Experts' labels", "feedback": "Users' corrections, to be reviewed first"}


def predictions(project: lifecycle.Project, by: str) -> None:
    """Import predictions: read, check, land."""
    page.section(
        "Which predictions?",
        "A row a prediction: the columns below and, if known, id, time, prediction and p_<class>. Without a prediction the live version answers.",
    )
    frame = _table("predictions-file")
    if frame is None:
        return
    checked = project.check(frame)
    st.markdown(
        f"**{words.count(len(checked.accepted))}** of {words.plural(len(frame), 'row')} can land."
        + (f" **{words.count(len(checked.refused))}** refused." if len(checked.refused) else "")
    )
    for note in checked.notes:
        st.caption(f":material/info: {page.plain(note)}")
    st.dataframe(checked.accepted.head(8), hide_index=True, key="import-preview")
    _refused(checked.refused)
    if len(checked.accepted) and st.button(
        f"Import {words.plural(len(checked.accepted), 'row')}", type="primary", key="import-predictions", icon=":material/upload:"
    ):
        with st.spinner("Landing ..."):
            landed = project.log(frame, by=by, on_bad="skip" if len(checked.refused) else "raise")
        _landed(landed, "prediction")


def labels(project: lifecycle.Project, by: str) -> None:
    """Import labels by prediction id."""
    page.section(
        "Which labels?",
        "Columns id and label; probability too where only some rows were chosen. Labels of predictions that have not come yet wait for them.",
    )
    source = st.selectbox("What are they?", list(SOURCES), format_func=SOURCES.__getitem__, key="labels-source", width=420)
    frame = _table("labels-file")
    if frame is None:
        return
    target = project.config.schema.target
    if "label" not in frame.columns and target in frame.columns:
        frame = frame.rename(columns={target: "label"})
        st.caption(f":material/info: The column {page.plain(target)} is taken as the label.")
    st.dataframe(frame.head(8), hide_index=True, key="labels-preview")
    if st.button(f"Import {words.plural(len(frame), 'label')}", type="primary", key="import-labels", icon=":material/upload:"):
        try:
            _landed(project.record_labels(frame, source=source, by=by), "label")
        except lifecycle.BadData as refusal:
            st.error(str(refusal), icon=":material/block:")
            _refused(refusal.refused)


def model(project: lifecycle.Project, by: str) -> None:
    """A fitted estimator as a candidate, or an unfitted one as the recipe of later retrainings."""
    page.section(
        "Which model?",
        "A skops or ONNX file, a zipped MLflow folder, or a version exported here. It is opened apart from this page, if its types are allowed.",
    )
    use = st.radio(
        "Use it as",
        ["candidate", "recipe"],
        format_func={"candidate": "a fitted model: register it as a candidate", "recipe": "an unfitted recipe: later retrainings fit it"}.__getitem__,
        key="model-use",
    )
    kinds = ["skops"] if use == "recipe" else ["skops", "onnx", "zip"]
    file = st.file_uploader("The file: skops" if use == "recipe" else "The file: skops, ONNX or zip", type=kinds, key=f"{use}-file")
    reason = st.text_input("Where does it come from?", key="model-reason", placeholder="Tuned by hand on the autumn data", max_chars=300)
    if file is not None and st.button("Register", type="primary", key="register", icon=":material/add:"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(file.name).name
            path.write_bytes(file.getvalue())
            if use == "recipe":
                project.set_recipe(path, by=by)
                st.success("Retrainings fit this recipe from now on.", icon=":material/check_circle:")
                return
            made = project.register_model(path, by=by, reason=reason.strip())
        st.success(
            f"Version {made.version} is registered as a candidate; compare it with the champion before it goes live.", icon=":material/check_circle:"
        )


def _table(key: str) -> pd.DataFrame | None:
    file = st.file_uploader("CSV or Parquet, up to 250 MB", type=["csv", "parquet"], key=key)
    return None if file is None else lifecycle.read_table(file, file.name)


def _landed(landed: Any, what: str) -> None:
    said = [f"{words.plural(len(landed), what)} landed."]
    if landed.ignored:
        said.append(f"{words.count(landed.ignored)} were known already with the same content and were ignored.")
    if landed.waiting:
        said.append(f"{words.count(landed.waiting)} wait for their prediction.")
    st.success(" ".join([*said, *map(page.plain, landed.notes)]), icon=":material/check_circle:")
    _refused(landed.refused)


def _refused(rows: pd.DataFrame) -> None:
    """What was refused and why, as a table and as a file."""
    if rows.empty:
        return
    shown = rows.assign(value=rows["value"].map(str))
    st.warning(f"{words.plural(len(rows), 'value')} refused; nothing of those rows lands.", icon=":material/rule:")
    st.dataframe(shown.head(500), hide_index=True, key="refused-rows")
    st.download_button("Download the refused rows as CSV", shown.to_csv(index=False), "refused.csv", "text/csv", key="refused-csv")
