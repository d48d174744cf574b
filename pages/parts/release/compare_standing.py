"""What the differences amount to: where each metric stands against the margin, what it costs, and how the other versions do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, words

__all__ = ["costs", "others", "standings"]

SAYS = {
    "better": "better",
    "equivalent": "as good within the margin",
    "not worse": "not worse by more than the margin",
    "worse": "worse",
    "unclear": "not clear yet",
}


def standings(metrics: pd.DataFrame) -> None:
    """The new version's metrics by where they stand, in a sentence."""
    if metrics.empty:
        return
    found = [
        f"**{said}**: {words.listing([words.metric(str(name)) for name in metrics.loc[metrics['standing'] == key, 'metric']], most=9)}"
        for key, said in SAYS.items()
        if (metrics["standing"] == key).any()
    ]
    first = metrics.iloc[0]
    st.markdown(f"The new version is {'; '.join(found)}.")
    st.caption(f"The margin, the difference that matters, is {words.number(float(first['margin']))} for {words.metric(str(first['metric']))}.")


def costs(project: lifecycle.Project, metrics: pd.DataFrame) -> None:
    """What the change costs or saves, in the user's own unit, where answers have a cost."""
    rows = metrics[metrics["metric"] == "cost"]
    if rows.empty:
        return
    row, unit = rows.iloc[0], page.plain(project.settings.cost_unit)
    saved, ends = -1000 * float(row["difference"]), sorted((-1000 * float(row["lower"]), -1000 * float(row["upper"])))
    st.markdown(
        f":material/payments: Saved by the new version: **{words.interval(saved, *ends)} {unit}** per 1,000 answers, less than nothing is lost."
    )


def others(project: lifecycle.Project, versions: pd.DataFrame) -> None:
    """The champion against all others, on demand: each has to be asked about the labelled rows."""
    ready = versions[~versions["status"].isin(["champion", "rejected"])]
    if len(ready) < 2 or not st.toggle("Compare the champion with all other versions", key="compare-all"):
        return
    with page.refusals(), st.spinner("Comparing several versions ..."):
        found = project.compare_many()
        shown = pd.DataFrame(
            {
                "Version": [f"v{number}" for number in found["version"]],
                "Standing": found["standing"].map(SAYS).fillna("too few labels"),
                words.metric(str(found["metric"].iloc[0])).capitalize(): found["new"].map(words.number),
                "Against the champion": [
                    words.interval(*row) for row in found[["difference", "lower", "upper"]].astype(float).itertuples(index=False)
                ],
                "Rows": found["rows"],
                "ms per 1,000 rows": found["milliseconds"].map(words.number),
                "KiB": (found["bytes"].astype(float) / 1024).map(words.number),
            }
        )
        st.dataframe(shown, hide_index=True, key="compare-many")
        st.caption("Each pair on the rows that neither of the two was trained on; what counts as better is corrected for the number of versions.")
