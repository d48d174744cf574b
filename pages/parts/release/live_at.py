"""What was live at a time, who decided, why, and on what figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import page, words

__all__ = ["show"]


def show(then: Any) -> None:
    """The sentence, and the figures that were on the table."""
    plain = page.plain
    until = f" until {words.moment(then.until)}" if then.until else ""
    st.markdown(
        f"On {words.moment(then.time)} the champion was **version {then.version}**, live since {words.moment(then.since)}{until}. "
        f"**{plain(then.decided_by)}** decided it on {words.moment(then.decided)}: {plain(then.decision)}."
        + (f" Released by {plain(then.released_by)}: {plain(then.reason)}." if then.reason != then.decision else "")
    )
    if then.trial is not None:
        st.markdown(f"Version {then.trial.version} was on trial beside it ({then.trial.mode}, {words.percent(then.trial.share)}).")
    figures = dict(then.figures)
    if figures.get("verdict"):
        st.caption(f"On the table: {plain(str(figures['verdict']))}")
    with st.expander("The figures on the table", key="live-figures"):
        compared = pd.DataFrame(figures.get("metrics") or [])
        if len(compared):
            st.dataframe(compared, hide_index=True, key="live-metrics")
        own = {name: value for name, value in (figures.get("own") or {}).items() if isinstance(value, int | float)}
        st.dataframe(pd.DataFrame({"Metric": list(own), "Value": list(own.values())}), hide_index=True, key="live-own")
        for gate in figures.get("gates") or ():
            st.caption(f"{'Passed' if gate['passed'] else 'Failed'}: {plain(gate['name'])}, {plain(gate['reason'])}")
