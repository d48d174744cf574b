"""What answers cost: a matrix of truth and prediction in the user's own unit, and how the estimate without labels is made."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, session

__all__ = ["editor"]

ESTIMATORS = {
    "auto": "by calibrated scores and features",
    "confidence": "by calibrated scores alone",
    "reweighted": "by both, corrected by density ratios (dearer)",
}
HEAD = "What do the answers cost?"
HELP = (
    "A row is what is true, a column what the model answers; a benefit is negative. The mean cost of a prediction becomes a metric like the others."
)


def editor(project: lifecycle.Project) -> None:
    """The matrix (classification alone), the unit, the estimator, and the button that keeps them."""
    settings, classes = project.settings, [str(value) for value in project.config.schema.classes]
    page.section(HEAD if classes else "How is it estimated without labels?", HELP if classes else "")
    matrix, unit, costly = None, settings.cost_unit, settings.metric == "cost"
    with st.form("costs", border=False):
        if classes:
            rows = [[float(settings.costs.get(truth, {}).get(said, 0.0)) for said in classes] for truth in classes]
            shown = pd.DataFrame(rows, index=pd.Index([f"is {truth}" for truth in classes]), columns=[f"answered {said}" for said in classes])
            matrix = st.data_editor(shown, key="cost-matrix", num_rows="fixed", width="stretch")
            left, right = st.columns([2, 3], vertical_alignment="bottom")
            unit = left.text_input("Unit", settings.cost_unit, max_chars=40, placeholder="EUR", key="cost-unit")
            costly = right.checkbox("Judge the model by its cost first", costly, key="cost-headline")
        names = list(ESTIMATORS)
        estimator = st.selectbox("Estimate without labels", names, names.index(settings.estimator), ESTIMATORS.__getitem__, key="cost-estimator")
        saved = st.form_submit_button("Save costs" if classes else "Save", type="primary", key="cost-save")
    if saved:
        with page.refusals():
            changes: dict[str, object] = {"cost_unit": unit.strip(), "estimator": estimator}
            if matrix is not None:
                costs = _costs(matrix, classes)
                metric = "cost" if costly else None if settings.metric == "cost" else settings.metric
                changes |= {"costs": costs, "metric": metric}
            project.configure(by=session.user(), **{name: value for name, value in changes.items() if value != getattr(settings, name)})
            st.session_state["cost-saved"] = True
            st.rerun()
    if st.session_state.pop("cost-saved", False):
        st.success("Saved. Every window has been counted anew.")


def _costs(matrix: pd.DataFrame, classes: list[str]) -> dict[str, dict[str, float]]:
    """The matrix as a setting; nothing where all of it is 0."""
    values = matrix.fillna(0.0).to_numpy(dtype=float).tolist()
    found = {truth: dict(zip(classes, row, strict=True)) for truth, row in zip(classes, values, strict=True)}
    return found if any(cost for row in values for cost in row) else {}
