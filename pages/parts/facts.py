"""The few facts about a project that several pages show: its headline metric, what drifted, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import lifecycle
from pages.parts import words

__all__ = ["Need", "changes", "drifted_counts", "headline", "metric_name", "needs"]


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: whom, what, and the page where it is done."""

    who: str
    what: str
    url: str


def metric_name(project: lifecycle.Project) -> str:
    """The metric that the project is judged by."""
    return project.settings.metric or ("mae" if project.config.schema.task == "regression" else "accuracy")


def headline(project: lifecycle.Project) -> pd.DataFrame:
    """The headline metric in each window, the oldest first."""
    return project.performance([metric_name(project)]).frame.sort_values("start", kind="stable")


def drifted_counts(frame: pd.DataFrame) -> pd.Series:
    """How many columns drifted in each window, the oldest first."""
    codes, _ = pd.factorize(frame["window"])  # a report has its windows in order
    return pd.Series(np.bincount(codes, frame["drifted"].to_numpy(dtype=float)).astype(int))


def changes(history: pd.DataFrame) -> list[tuple[pd.Timestamp, str]]:
    """When which version took over: (time, 'version 3'), the oldest first."""
    took = history[history["verb"].isin(["roll_out", "roll_back"])]
    took = took[[str((details or {}).get("mode", "full")) == "full" for details in took["details"]]]
    rows: Iterable[Any] = took.sort_values("time", kind="stable").itertuples()
    return [(pd.Timestamp(row.time), str(row.subject).replace("version ", "v")) for row in rows]


def needs(project: lifecycle.Project, queued: int, health: lifecycle.Health) -> list[Need]:
    """What waits for people, the most pressing first."""
    versions, runs = project.versions(), project.runs()
    candidates = sorted(int(number) for number in versions.loc[versions["status"] == "candidate", "version"]) if len(versions) else []
    waits = f"Versions {words.listing(candidates)} wait" if len(candidates) > 1 else f"Version {words.listing(candidates)} waits"
    failed = runs[0].error if runs and runs[0].status == "failed" else ""
    corrections, disputed = len(project.feedback()), project.disagreements()["prediction_id"].nunique()
    waiting = project.approval_requests()
    asked = waiting[waiting["outcome"] == ""] if len(waiting) else waiting
    wanted = f"{words.listing(sorted(set(asked['by'])))} asked for approval of version {words.listing(sorted(set(asked['version'])))}."
    found = (
        (len(asked), "Approver", wanted, "compare"),
        (candidates, "Approver", f"{waits} for a decision.", "compare"),
        (failed, "Data scientist", f"The newest run failed: {failed}", "runs"),
        (health.status in ("warning", "critical"), "Data scientist", "See which columns moved and whether the model suffers.", "drift"),
        (queued, "Expert", _worth(project, queued), "label"),
        (corrections, "Reviewer", f"{words.plural(corrections, 'correction')} by users to review.", "review"),
        (disputed, "Reviewer", f"{words.plural(disputed, 'sample')} that experts disagree about.", "review"),
    )
    return [Need(who, what, url) for there, who, what, url in found if there]


def _worth(project: lifecycle.Project, queued: int) -> str:
    """What waits for a label, and what labels are expected to bring as last measured."""
    found = project.labeling_gain(fresh=False)
    samples = words.plural(queued, "sample")
    if found.plateau:
        return f"{samples} could use a label, though {found.more} more are hardly expected to help."
    return f"{samples} could use a label." + (f" {found.sentence}" if found.gain == found.gain else "")
