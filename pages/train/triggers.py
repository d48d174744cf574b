"""Triggers: what makes this project retrain by itself, how near each one is, and when it would have fired in the past."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

import lifecycle
from pages.parts import decide, page, session, words
from pages.parts.train import trigger_form, trigger_preview

project, by = session.project(), session.user()
kept = list(project.settings.triggers)
states = project.triggers() if kept else []
firing = [state for state in states if state.fires]
if not kept:
    finding = "Nothing retrains this model by itself."
elif firing:
    finding = f"{words.plural(len(firing), 'trigger')} would fire now: {words.listing([state.name for state in firing])}."
else:
    dues = [state for state in states if state.next_due]
    nearest = min(dues, key=lambda state: state.next_due or datetime.max.replace(tzinfo=UTC), default=None)
    finding = f"None of {words.plural(len(kept), 'trigger')} fires now. " + (trigger_form.due(nearest, datetime.now(UTC)) if nearest else "")
page.head("Triggers", finding)
decide.said()
may = page.may(project, "configure")


def store(triggers: list[lifecycle.Trigger], said: str) -> None:
    """Keep the list as it is to be from now on."""
    project.configure(by=by, triggers=tuple(triggers))
    st.session_state["said"] = said
    st.session_state.pop("trigger-edited", None)
    st.rerun()


def rest(place: int, paused: bool) -> None:
    """Pause a trigger, or let it go on."""
    old = kept[place]
    options = {name: value for name, value in old.options.items() if name != "paused"} | ({"paused": True} if paused else {})
    changed = lifecycle.Trigger(old.kind, old.cool_down, old.budget, **options)
    store([*kept[:place], changed, *kept[place + 1 :]], "The trigger is paused." if paused else "The trigger goes on.")


def card(place: int) -> None:
    """One trigger: what it does, how near it is, and what can be done with it."""
    trigger, state = kept[place], states[place]
    paused = bool(trigger.options.get("paused"))
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        st.markdown(f"**{page.plain(trigger_form.sentence(trigger))}**")
        icon = ":material/pause:" if paused else ":material/bolt:" if state.fires else ":material/hourglass_empty:"
        word = "Paused" if paused else "Fires" if state.fires else "Quiet"
        reason = state.reason.removeprefix("It is paused. ")
        st.markdown(f"{icon} {word}: {page.plain(f'{reason} {trigger_form.due(state, datetime.now(UTC))}')}")
    with right, st.container(horizontal=True, horizontal_alignment="right"), page.refusals():
        if st.button("Edit", key=f"edit-{place}", icon=":material/edit:", **may):
            st.session_state["trigger-edited"] = place
            st.rerun()
        if st.button("Go on" if paused else "Pause", key=f"pause-{place}", icon=":material/play_arrow:" if paused else ":material/pause:", **may):
            rest(place, not paused)
        if st.button("Remove", key=f"remove-{place}", icon=":material/delete:", **may):
            store(kept[:place] + kept[place + 1 :], f"Removed: {trigger_form.sentence(trigger)}.")


@st.fragment
def editor(place: int | None) -> None:
    """The fields, and beside them when this trigger would have fired; both follow each change at once."""
    key = "add" if place is None else f"change-{place}"
    fields, seen = st.columns([2, 3], gap="large")
    with fields:
        trigger = trigger_form.ask(key, None if place is None else kept[place])
        with st.container(horizontal=True), page.refusals():
            if st.button("Save trigger", type="primary", icon=":material/save:", key=f"{key}-save", **may):
                said = trigger_form.sentence(trigger)
                at = len(kept) if place is None else place
                store([*kept[:at], trigger, *kept[at + 1 :]], f"{'Added' if place is None else 'Changed'}: {said}.")
            if place is not None and st.button("Leave it as it is", key=f"{key}-leave"):
                st.session_state.pop("trigger-edited", None)
                st.rerun()
    with seen:
        trigger_preview.show(project, trigger, f"{key}-preview")


page.section("What retrains this model?")
if not kept:
    page.empty(
        "Triggers will be listed here.",
        "There are none yet. Add one below; until then a person presses 'Retrain now' on the Runs page.",
        "Retrain by hand",
        "runs",
    )
for number in range(len(kept)):
    with st.container(border=True, key=f"trigger-{number}"):
        card(number)

edited = st.session_state.get("trigger-edited")
edited = edited if isinstance(edited, int) and edited < len(kept) else None
note = "Beside it: when it would have fired, had each firing retrained the model. The worker looks at all triggers once a minute."
page.section("Add a trigger" if edited is None else "Change the trigger", note)
with st.container(border=True, key="trigger-editor"):
    editor(edited)
