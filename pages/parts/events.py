"""What happened, as sentences, and on which line of the timeline it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.parts import words

__all__ = ["LANES", "lane", "sentence", "timeline_rows"]

LANES = {
    "Alarms": ("alarm",),
    "Labels": ("record_labels", "adjudicate", "request_labels"),
    "Runs": ("run_finished", "run_failed"),
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


def timeline_rows(history: pd.DataFrame) -> pd.DataFrame:
    """The events that the timeline shows: time, lane, text, size (labels counted), verb; labels of one day and source together."""
    rows: list[dict[str, Any]] = []
    for event in history.itertuples():
        name = lane(str(event.verb))
        if name is None:
            continue
        details = event.details if isinstance(event.details, Mapping) else {}
        text = sentence(str(event.by), str(event.verb), str(event.subject), details)
        rows.append({"time": event.time, "lane": name, "text": text, "size": float(details.get("count") or 1), "verb": event.verb})
    return pd.DataFrame(rows, columns=["time", "lane", "text", "size", "verb"]).sort_values("time", kind="stable").reset_index(drop=True)
