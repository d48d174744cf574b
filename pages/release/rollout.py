"""Rollout: what is live, since when, by whom and why; the trial; and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import streamlit as st

from pages.parts import decide, page, session, words
from pages.parts.release import release_settings, trial_start, trial_view

project, by = session.project(), session.user()
versions = project.versions()
live, champion = project.live(), project.champion
trial = project.trial()
if champion is None or live is None:
    page.head("Rollout", "No version is live yet.")
    page.empty(
        "What is live will be shown here.",
        "This project has no champion. Register a model or train one, then approve it.",
        "Register a model",
        "data",
    )
    st.stop()
page.head(
    "Rollout",
    f"Version {champion.version} has been live since {words.moment(live.started)}"
    + (f"; version {trial.version} is on trial." if trial.mode != "none" else "."),
)
decide.said()

page.section("What is live?")
with st.container(border=True, key="live"):
    since, made = words.ago(live.started, datetime.now(UTC)), words.plural(int(champion.manifest.get("rows") or 0), "row")
    st.markdown(f"### :material/rocket_launch: Version {champion.version}")
    st.markdown(f"Released {since} by **{page.plain(live.by)}**, because: {page.plain(live.reason)}")
    where = (
        "The model lives elsewhere; its answers are only watched."
        if champion.model is None
        else f"Made by {page.plain(champion.created_by)}, trained on {made}."
    )
    st.caption(where)
    look: Literal["primary", "secondary"] = "primary" if trial.mode == "none" else "secondary"
    before = project.champion_at(live.started - timedelta(microseconds=1))
    first = {} if before else {"disabled": True, "help": "No version was live before this one."}
    if st.button("Roll back...", key="roll-back", icon=":material/undo:", type=look, **(page.may(project, "roll_back") or first)):

        def back(reason: str) -> str:
            """Return to the champion before."""
            return f"Version {project.roll_back(by=by, reason=reason)} is live again."

        decide.ask(
            "Roll back?",
            f"The champion before version {champion.version} answers everybody from the next request on. Nothing is retrained or lost.",
            "Roll back",
            back,
            "Support reports wrong answers since this morning",
        )

page.section("Is a new version on trial?")
if trial.mode == "none":
    trial_start.start(project, versions, champion.version, by)
else:
    trial_view.show(project, trial, datetime.now(UTC), session.dark(), by)

release_settings.settings(project, by)

page.section("Which versions are there?")
shown = versions[["version", "status", "created", "created_by", "trained_on", "reason"]]
st.dataframe(
    shown,
    hide_index=True,
    key="versions",
    column_config={
        "version": st.column_config.NumberColumn("Version", format="v%d"),
        "status": "Status",
        "created": st.column_config.DatetimeColumn("Made", format="D MMM YYYY, HH:mm"),
        "created_by": "By",
        "trained_on": st.column_config.NumberColumn("Trained on (rows)", format="localized"),
        "reason": st.column_config.TextColumn("Why", width="large"),
    },
)
