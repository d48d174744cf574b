"""The few facts about a project that several pages show: its headline metric, what drifted, what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

import lifecycle
from pages.parts import words

__all__ = ["Need", "changes", "drifted_counts", "headline", "metric_name", "needs", "waiting"]


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: whom, what, and the page where it is done."""

    who: str
    what: str
    icon: str
    url: str


def metric_name(project: lifecycle.Project) -> str:
    """The metric that the project is judged by."""
    return project.settings.metric or ("mae" if project.config.schema.task == "regression" else "accuracy")


def headline(project: lifecycle.Project) -> pd.DataFrame:
    """The headline metric in each window, the oldest first."""
    frame = project.performance().frame
    return frame[frame["metric"] == metric_name(project)].sort_values("start", kind="stable")


def drifted_counts(frame: pd.DataFrame) -> pd.Series:
    """How many columns drifted in each window, the oldest first."""
    return frame.groupby(["start", "window"], sort=True)["drifted"].sum().reset_index(drop=True).astype(int)


def changes(history: pd.DataFrame) -> list[tuple[pd.Timestamp, str]]:
    """When which version took over: (time, 'version 3'), the oldest first."""
    took = history[history["verb"].isin(["roll_out", "roll_back"])]
    took = took[[str((details or {}).get("mode", "full")) == "full" for details in took["details"]]]
    return [(pd.Timestamp(row.time), str(row.subject).replace("version ", "v")) for row in took.sort_values("time", kind="stable").itertuples()]


def waiting(project: lifecycle.Project) -> int:
    """How many samples wait in the labeling queue."""
    return 0


def needs(project: lifecycle.Project, queued: int, health: lifecycle.Health) -> list[Need]:
    """What waits for people, the most pressing first."""
    found: list[Need] = []
    versions = project.versions()
    candidates = [int(number) for number in versions.loc[versions["status"] == "candidate", "version"]] if len(versions) else []
    if candidates:
        named = words.listing([f"version {number}" for number in candidates])
        found.append(
            Need("Approver", f"{named[:1].upper()}{named[1:]} waits for a comparison and a decision.", ":material/compare_arrows:", "compare")
        )
    runs = project.runs()
    if runs and runs[0].status == "failed":
        found.append(Need("Data scientist", f"The newest run failed: {runs[0].error}", ":material/error:", "runs"))
    if health.status in ("warning", "critical"):
        found.append(Need("Data scientist", "Find out which columns moved and whether the model suffers from it.", ":material/water:", "drift"))
    if queued:
        found.append(
            Need("Expert", f"{words.plural(queued, 'sample')} {'waits' if queued == 1 else 'wait'} for a label.", ":material/new_label:", "label")
        )
    return found
