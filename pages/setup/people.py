"""People: who did what here. There are no accounts yet, and the page says so."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import page, session, words

project = session.project()
log = project.history()
counted = project.labellers()
people = sorted({*log["by"], *counted})
page.head("People", f"{words.plural(len(people), 'person has', 'people have')} worked on {project.name}; you are {session.user()}.")
st.info(
    "There are no accounts yet: whoever can open this page can do everything, under any name. "
    "The name in the sidebar is recorded with what you do, so that the history can say who; it is not a proof.",
    icon=":material/info:",
)

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
