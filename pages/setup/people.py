"""People: accounts and tokens for admins, who may do what for everybody, and who did what here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import decide, page, session, words
from pages.parts.accounts import accounts_view

workspace, user = session.workspace(), session.user()
known = session.names()
why = workspace.refusal("people.accounts")
me = workspace.people.me() if session.signs_in() else {}
roles = [str(me["role"])] if me.get("role") else [f"{role} in {name}" for name, role in me.get("projects", {}).items()]
page.head("People", f"You are {user}" + (f" ({words.listing(roles) if roles else 'no role yet'})." if me else ", and nobody has an account yet."))
decide.said()
if not session.signs_in():
    accounts_view.first()
elif why:
    st.caption(page.plain(why))
else:
    page.section("Who may sign in?")
    with page.refusals():
        accounts_view.accounts(workspace)
    page.section("Which programs may call the prediction API?", "A token is sent with each request as 'Authorization: Bearer TOKEN'.")
    with page.refusals():
        accounts_view.tokens(workspace, known)
with st.expander("Who may do what?", key="matrix"):
    st.dataframe(workspace.people.matrix().rename(columns=str.capitalize), hide_index=True, key="matrix-table")
if not known:
    st.stop()

project = session.project()
log = project.history()
counted = project.labellers()
people = sorted({*log["by"], *counted})
page.section("Who did how much?")
done = log.groupby("by")["verb"].value_counts().unstack(fill_value=0) if len(log) else pd.DataFrame()


def times(name: str, *verbs: str) -> int:
    """How often a person did any of these."""
    return int(done.loc[[name]].reindex(columns=list(verbs), fill_value=0).to_numpy().sum()) if name in done.index else 0


st.dataframe(
    pd.DataFrame(
        {
            "Person": people,
            "Labels": [counted.get(name, 0) for name in people],
            "Retrainings asked for": [times(name, "request_retrain") for name in people],
            "Approved": [times(name, "approve") for name in people],
            "Rejected": [times(name, "reject") for name in people],
            "Rollouts": [times(name, "roll_out", "roll_back") for name in people],
            "Last seen": [log.loc[log["by"] == name, "time"].max() for name in people],
        }
    ),
    hide_index=True,
    key="people",
    column_config={"Last seen": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
)

page.section("How good are the experts?", "Answers and agreement with the others, where at least two people labelled the same samples.")
with page.refusals():
    annotators = project.agreement().annotators
    if annotators.empty:
        page.empty("Each expert's agreement with the others will be here.", "Nobody has labelled in this project yet.", "Start labeling", "label")
    else:
        st.dataframe(
            annotators.rename(columns=str.capitalize),
            hide_index=True,
            key="annotators",
            placeholder="–",
            column_config={"Agreement": st.column_config.NumberColumn(format="percent"), "Quality": st.column_config.NumberColumn(format="percent")},
        )
