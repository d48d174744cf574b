"""What happened, as sentences, and on which line of the timeline it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.parts import words

__all__ = ["LANES", "happened", "lane", "sentence"]

LANES = {
    "Alarms": ("alarm",),
    "Labels": ("record_labels", "adjudicate", "request_labels"),
    "Runs": ("trigger", "run_finished", "run_failed"),
    "Decisions": ("approve", "reject"),
    "Rollouts": ("roll_out", "roll_back"),
}
_LANE = {verb: name for name, verbs in LANES.items() for verb in verbs}
_SAID = {
    "alarm": "Alarm in {subject}",
    "record_labels": "{by} recorded {count} labels",
    "request_labels": "{by} sent {count} samples to labeling",
    "adjudicate": "{by} settled the label of {subject}",
    "trigger": "Trigger {subject} fired",
    "request_retrain": "{by} asked for a retraining",
    "run_started": "{subject} started",
    "run_finished": "{subject} finished",
    "run_failed": "{subject} failed",
    "register": "{by} registered {subject}",
    "approve": "{by} approved {subject}",
    "request_approval": "{by} asked for approval of {subject}",
    "withdraw_request": "{by} withdrew the request for approval of {subject}",
    "withdraw_approval": "{by} withdrew the approval of {subject}",
    "reject": "{by} rejected {subject}",
    "roll_out": "{by} rolled out {subject}",
    "roll_back": "{by} rolled back to {subject}",
    "create_project": "{by} created the project",
    "configure": "{by} changed the settings",
    "log_file": "{by} logged {count} predictions",
    "import": "{by} imported {subject}",
}


def lane(verb: str) -> str | None:
    """The line of the timeline that an event belongs on, None for those that are not shown there.

    >>> lane("approve"), lane("configure")
    ('Decisions', None)
    """
    return _LANE.get(verb)


def sentence(by: str, verb: str, subject: str, details: Mapping[str, Any]) -> str:
    """An event as one sentence, with its reason.

    >>> sentence("carla", "approve", "version 3", {"reason": "better on turned images"})
    'Carla approved version 3: better on turned images'
    """
    amount = next((details[name] for name in ("count", "rows", "labels", "n") if isinstance(details.get(name), int | float)), None)
    said = _SAID.get(verb, "{by}: " + verb.replace("_", " ") + " {subject}").format(
        by=by or "somebody", subject=subject, count="" if amount is None else words.count(amount)
    )
    reason = str(details.get("reason") or details.get("error") or "")
    said = " ".join(said.split())
    return said[:1].upper() + said[1:] + (f": {reason}" if reason else "")


def happened(history: pd.DataFrame, drift: pd.DataFrame, performance: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """What the timeline shows: time, lane, text, size (labels counted), verb.

    Alarms stand at the end of the windows that they are about, whenever they were found. drift: `DriftReport.alarms`;
    performance: the headline metric's rows of `PerformanceReport.frame`; answers: `Project.annotations()`.
    """
    rows: list[dict[str, Any]] = []
    event: Any
    for event in history.itertuples():
        details: Mapping[str, Any] = event.details if isinstance(event.details, Mapping) else {}
        name = lane(str(event.verb))
        if name and name != "Alarms":
            text = sentence(str(event.by), str(event.verb), str(event.subject), details)
            rows.append({"time": pd.Timestamp(event.time), "lane": name, "text": text, "size": float(details.get("count") or 1), "verb": event.verb})
    alarm: Any
    for alarm in drift[drift["alarm"].astype(bool)].itertuples():
        rows.append({"time": alarm.end, "lane": "Alarms", "text": f"Drift: {words.listing(list(alarm.columns))}", "size": 1.0, "verb": "alarm"})
    for alarm in performance[performance["alarm"].fillna(False).astype(bool)].itertuples():
        text = f"{words.metric(str(alarm.metric)).capitalize()} is outside its limits"
        rows.append({"time": alarm.end, "lane": "Alarms", "text": text, "size": 1.0, "verb": "alarm"})
    days = pd.to_datetime(answers["time"], utc=True).dt.floor("D")
    group: Any
    for group, given in answers.groupby([answers["annotator"], days]):
        text = f"{group[0]} labelled {words.plural(len(given), 'sample')}"
        rows.append({"time": pd.Timestamp(group[1]), "lane": "Labels", "text": text, "size": float(len(given)), "verb": "annotate"})
    found = pd.DataFrame(rows, columns=["time", "lane", "text", "size", "verb"]).sort_values("time", kind="stable")
    return _bursts(found).reset_index(drop=True)


def _bursts(rows: pd.DataFrame, most: int = 60) -> pd.DataFrame:
    """Labels that came close together as one burst, so that a busy year stays legible."""
    labels = rows[rows["lane"] == "Labels"]
    if len(labels) <= most:
        return rows
    first, last = labels["time"].min(), labels["time"].max()
    step = ((labels["time"] - first) / ((last - first) / most)).astype(int)
    burst = labels.groupby(step).agg(time=("time", "max"), lane=("lane", "first"), size=("size", "sum"), n=("size", "size"), verb=("verb", "first"))
    burst["text"] = [f"{words.plural(size, 'label')} in {words.plural(n, 'step')}" for size, n in zip(burst["size"], burst["n"], strict=True)]
    return pd.concat([rows[rows["lane"] != "Labels"], burst[list(rows.columns)]]).sort_values("time", kind="stable")
