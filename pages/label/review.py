"""Review: where experts disagree, which labels are suspect, what users correct; and what has been answered lately."""

from __future__ import annotations

from pages.parts import choice, decide, page, session, words
from pages.parts.label import agreement_view, gain_chart, label_settings, latest_answers, review_view

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
    "gain": "When to stop",
    "answers": "Latest answers",
    "settings": "Settings",
}
part = choice.part("review", PARTS, "corrections" if len(corrections) and not samples else "disagreements")
with page.refusals():
    if part == "disagreements":
        review_view.disagreements(project, apart, by)
    elif part == "corrections":
        review_view.corrections(project, corrections, by)
    elif part == "suspects":
        review_view.suspects(project, by)
    elif part == "agreement":
        agreement_view.agreement(project, session.dark())
    elif part == "gain":
        gain_chart.show(project)
    elif part == "settings":
        label_settings.settings(project, by)
    else:
        latest_answers.latest(project, by)
