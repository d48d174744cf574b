"""Compare: is the new version better, where, and should it go live?"""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import charts, decide, page, session
from pages.parts.release import compare_details, compare_standing, compare_view, curves_view, difference_charts, flips

project, by, dark = session.project(), session.user(), session.dark()
versions = project.versions()
numbers = [int(number) for number in versions["version"]]
if len(numbers) < 2:
    page.head("Compare", "There is one version so far." if numbers else "There is no version yet.")
    page.empty("Old and new side by side will be here.", "It takes a second version: a retraining makes a candidate.", "Retrain", "runs")
    st.stop()
old, new = compare_view.pick(versions)
try:
    with st.spinner("Comparing on the labelled rows ..."):
        found = project.compare(old, new)
except lifecycle.LifecycleError as refusal:
    page.head("Compare", str(refusal))
    compare_view.chooser(versions, old, new)
    page.empty("The comparison cannot be made yet.", "It needs labelled rows that neither version was trained on.", "Label some samples", "label")
    st.stop()

page.head("Compare", found.verdict)
decide.said()
compare_view.chooser(versions, old, new)
figures, decision = st.columns([5, 3], gap="large")
with figures:
    page.section(
        "Is it better?", f"Version {old} (old) and version {new} (new) on the same {found.rows:,} labelled rows, that neither was trained on."
    )
    charts.draw(
        difference_charts.dots(difference_charts.metric_rows(found.metrics), True, dark),
        key="metrics",
        alt="Each metric's difference between new and old with its interval",
    )
    compare_standing.standings(found.metrics)
    compare_standing.costs(project, found.metrics)
with decision:
    page.section("Should it go live?")
    compare_view.decision(project, versions, new, found, by)

compare_standing.others(project, versions)

page.section("Where is it better, where worse?")
if found.slices.empty:
    st.caption("There are too few labelled rows to look at parts of the data.")
else:
    metric = str(found.slices["metric"].iloc[0]).replace("_", " ")
    st.caption(f"Difference in {metric} by slice, the worst for the new version first.")
    rows = difference_charts.slice_rows(found.slices)
    charts.draw(difference_charts.dots(rows, False, dark), key="slices", alt="The difference by slice of the data with its interval")

page.section("Which answers changed?")
with page.refusals():
    flips.show(project, found, by)

if not found.curves.empty:
    page.section("What are the scores worth, wherever the line is drawn?")
    curves_view.show(found, dark)

page.section("How sure, how calibrated, how fast?")
compare_details.show(found, dark)
