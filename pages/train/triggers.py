"""Triggers: what makes this project retrain by itself, and how near each one is."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import decide, page, session, trigger_form, words

project, by = session.project(), session.user()
kept = list(project.settings.triggers)
states = project.triggers() if kept else []
firing = [state for state in states if state.fires]
if not kept:
    finding = "Nothing retrains this model by itself."
elif firing:
    finding = f"{words.plural(len(firing), 'trigger')} would fire now: {words.listing([state.name for state in firing])}."
else:
    due = min((state.next_due for state in states if state.next_due), default=None)
    finding = f"None of {words.plural(len(kept), 'trigger')} fires now" + (f"; the next is due {words.moment(due)}." if due else ".")
page.head("Triggers", finding)
decide.said()


def store(triggers: list[lifecycle.Trigger], said: str) -> None:
    """Keep the list as it is to be from now on."""
    project.configure(by=by, triggers=tuple(triggers))
    st.session_state["said"] = said


page.section("What retrains this model?")
if not kept:
    page.empty(
        "Triggers will be listed here.",
        "There are none yet. Add one below; until then a person presses 'Retrain now' on the Runs page.",
        "Retrain by hand",
        "runs",
    )
for place, trigger in enumerate(kept):
    state = states[place] if place < len(states) else None
    with st.container(border=True, key=f"trigger-{place}"):
        left, right = st.columns([4, 1], vertical_alignment="center")
        with left:
            st.markdown(f"**{page.plain(trigger_form.sentence(trigger))}**")
            if state:
                icon = ":material/bolt:" if state.fires else ":material/hourglass_empty:"
                when = f" Next due {words.moment(state.next_due)}." if state.next_due else ""
                st.markdown(f"{icon} {'Fires' if state.fires else 'Quiet'}: {page.plain(state.reason)}{when}")
        with right, st.container(horizontal=True, horizontal_alignment="right"):
            with st.popover("Edit", key=f"edit-{place}"), page.refusals():
                changed = trigger_form.ask(f"edit-{place}", trigger)
                if changed is not None:
                    store([*kept[:place], changed, *kept[place + 1 :]], "The trigger is changed.")
                    st.rerun()
            with page.refusals():
                if st.button("Remove", key=f"remove-{place}", icon=":material/delete:", **page.may(project, "configure")):
                    store(kept[:place] + kept[place + 1 :], f"Removed: {trigger_form.sentence(trigger)}.")
                    st.rerun()

page.section("Add a trigger", "The worker looks at all of them once a minute, and runs at most one retraining of a project at a time.")
with st.container(border=True, key="add-trigger", width=640), page.refusals():
    fresh = trigger_form.ask("add")
    if fresh is not None:
        store([*kept, fresh], f"Added: {trigger_form.sentence(fresh)}.")
        st.rerun()
