"""History: who was live at a time, and everything that happened."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

import pandas as pd
import streamlit as st

from pages.parts import events, page, session, words
from pages.parts.release import live_at

project = session.project()
log = project.history()
champion = project.champion
page.head("History", f"{words.plural(len(log), 'event')}; {f'version {champion.version} is live.' if champion else 'no version is live yet.'}")

page.section("Which version was live at that time?")
oldest = pd.to_datetime(log["time"], utc=True).min() if len(log) else datetime.now(UTC)
with st.container(horizontal=True):
    day = st.date_input("Day (UTC)", "today", key="live-day", min_value=min(oldest.date(), date.today()), width=180)
    clock = st.time_input("Time (UTC)", time(12), key="live-time", width=140)
with page.refusals():
    if isinstance(day, date):
        at = datetime.combine(day, clock, tzinfo=UTC)
        then = project.live_at(at)
        if then is None:
            st.info(f"On {words.moment(at)} no version was live yet.", icon=":material/history:")
        else:
            live_at.show(then)

page.section("What happened?")
if log.empty:
    page.empty("Events will be listed here.", "Nothing has happened in this project yet.", "Import data", "data")
    st.stop()
with st.container(horizontal=True):
    verbs = st.multiselect("What", sorted(log["verb"].unique()), key="history-verbs", format_func=lambda verb: verb.replace("_", " "), width=340)
    people = st.multiselect("Who", sorted(log["by"].unique()), key="history-people", width=240)
    text = st.text_input("Contains", key="history-text", placeholder="version 3", width=240)
details = [json.dumps(value, default=str, ensure_ascii=False) for value in log["details"]]
shown = pd.DataFrame(
    {
        "Time": log["time"],
        "What happened": [events.sentence(*row) for row in log[["by", "verb", "subject", "details"]].itertuples(index=False)],
        "Who": log["by"],
        "Verb": log["verb"].str.replace("_", " "),
        "About": log["subject"],
        "Details": details,
    }
)
kept = (log["verb"].isin(verbs) if verbs else True) & (log["by"].isin(people) if people else True)
if text:
    kept = kept & shown.drop(columns="Time").agg(" ".join, axis=1).str.contains(text, case=False, regex=False)
shown = shown[kept] if not isinstance(kept, bool) else shown
st.caption(
    f"{words.count(len(shown))} of {words.plural(len(log), 'event')}, the newest first. Events are only ever added, each chained to the one before."
)
st.dataframe(
    shown,
    hide_index=True,
    key="events",
    height=460,
    column_config={
        "Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss"),
        "What happened": st.column_config.TextColumn(width="large"),
    },
)
st.download_button(
    "Export these as CSV", shown.to_csv(index=False), f"{project.name}-history.csv", "text/csv", key="export-history", icon=":material/download:"
)
