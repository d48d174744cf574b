"""Review: where experts disagree, which labels are suspect, what users correct; and what has been answered lately."""

from __future__ import annotations

import streamlit as st

from pages.parts import agreement_view, decide, page, review_view, session, words

project, by = session.project(), session.user()
apart, corrections = project.disagreements(), project.feedback()
samples = apart["prediction_id"].nunique()
waits = [words.plural(samples, "disagreement")] * bool(samples) + [words.plural(len(corrections), "correction")] * bool(len(corrections))
page.head(
    "Review",
    f"{words.listing(waits)} {'waits' if samples + len(corrections) == 1 else 'wait'} for a decision." if waits else "Nothing waits for a decision.",
)
decide.said()

PARTS = {
    "disagreements": f"Disagreements ({samples})",
    "corrections": f"Corrections ({len(corrections)})",
    "suspects": "Suspect labels",
    "agreement": "Agreement",
    "answers": "Latest answers",
}
part = st.segmented_control(
    "What to review",
    list(PARTS),
    default="disagreements",
    format_func=PARTS.__getitem__,
    key="review",
    bind="query-params",
    required=True,
    label_visibility="collapsed",
)
with page.refusals():
    if part == "disagreements":
        review_view.disagreements(project, apart, by)
    elif part == "corrections":
        review_view.corrections(project, corrections, by)
    elif part == "suspects":
        review_view.suspects(project, by)
    elif part == "agreement":
        agreement_view.agreement(project, session.dark())
    else:
        review_view.latest(project, by)
