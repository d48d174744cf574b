"""Notifications: who is told what, by mail, chat or web hook, and what became of it."""

from __future__ import annotations

import streamlit as st

from pages.parts import channel_form, decide, page, session, words

workspace, known = session.workspace(), session.names()
why = workspace.refusal("notices.channels")
if why:
    page.head("Notifications", "Who is told what happens here.")
    st.caption(page.plain(why))
    st.stop()
channels, messages = workspace.notices.channels(), workspace.notices.messages(200)
failing = channels[(channels["failed"] > 0) | (channels["last_error"] != "")]
if channels.empty:
    finding = "Nobody is told when something happens."
elif len(failing):
    finding = f"{words.listing(failing['name'].tolist())}: {failing['last_error'].iloc[0] or 'some messages were given up.'}"
else:
    finding = f"{words.plural(len(channels), 'channel')}; {words.plural(int(channels['sent'].sum()), 'message')} sent in the last 30 days."
page.head("Notifications", finding)
decide.said()

page.section("Who is told what?")
if channels.empty:
    page.empty(
        "Channels will be listed here.",
        "There are none yet. Add one below: alarms, retrainings, approvals and releases then arrive by mail, chat or web hook.",
    )
for place, row in enumerate(channels.to_dict("records")):
    with st.container(border=True, key=f"channel-{place}"):
        channel_form.card(workspace, place, row)

page.section("Add a channel", "It is told what happens from then on. The worker sends, and tries again for hours when a service does not answer.")
with st.container(border=True, key="channel-add", width=640), page.refusals():
    channel_form.ask(workspace, known)

page.section("What was sent?")
if messages.empty:
    st.caption("Nothing yet. Messages that wait, were sent or failed are listed here for 30 days, with the reason.")
else:
    when = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")
    st.dataframe(
        messages.rename(columns=lambda name: name.capitalize()),
        hide_index=True,
        key="messages",
        placeholder="–",
        column_order=["Created", "Status", "Channel", "Title", "Text", "Attempts", "Error", "Sent", "Due"],
        column_config={"Created": when, "Due": when, "Sent": when, "Text": st.column_config.TextColumn(width="large")},
    )
