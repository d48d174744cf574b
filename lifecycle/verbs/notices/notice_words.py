"""What a notification says of an event: its kind, a title, one sentence with the figures, and the page to open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

__all__ = ["KINDS", "Message", "message"]

KINDS = {
    "alarms": "drift and performance alarms",
    "triggers": "a trigger fired",
    "runs": "retrainings finished or failed",
    "approvals": "somebody is asked to approve a version",
    "releases": "a version went live, or was rolled back",
    "trials": "a shadow or canary trial began or ended",
    "trouble": "the worker met an error",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of one event."""

    kind: str
    title: str
    text: str


def message(event: Mapping[str, Any], base: str) -> Message | None:
    """The message about an event (project, by, verb, subject, details); None for those that nobody is told. `base`: the dashboard's address.

    >>> found = message({"project": "churn", "by": "carla", "verb": "roll_back", "subject": "version 3", "details": {"reason": "slow"}}, "http://x")
    >>> found.kind, found.text
    ('releases', 'carla rolled back to version 3: slow. http://x/rollout?project=churn')
    """
    details: Mapping[str, Any] = event["details"] if isinstance(event["details"], Mapping) else {}
    found = _SAID[event["verb"]](event, details) if event["verb"] in _SAID else None
    if found is None:
        return None
    kind, title, sentence, page = found
    text = " ".join(sentence.split()).rstrip(".") + "."
    return Message(kind, f"{event['project']}: {title}", f"{text} {base.rstrip('/')}/{page}?project={quote(event['project'])}")


Said = tuple[str, str, str, str]  # kind, title, sentence, page


def _alarm(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    if "metric" in details:
        level = f"; it was {_number(details['level'])} on the reference" if _number(details.get("level")) else ""
        value = _interval(details.get("value"), details.get("lower"), details.get("upper"))
        said = f"{_words(details['metric']).capitalize()} ({details.get('line', 'measured')}) is {value} in {event['subject']}{level}"
        return "alarms", "performance alarm", said, "performance"
    columns = [str(name) for name in details.get("columns") or ()]
    named = ", ".join(columns[:3]) + (f" and {len(columns) - 3} more" if len(columns) > 3 else "")
    chance = f" (p = {details['p_value']:.2g}, {details.get('rows', 0):,} rows)" if isinstance(details.get("p_value"), float) else ""
    return "alarms", "drift alarm", f"{named or 'All columns together'} drifted in {event['subject']}{chance}", "drift"


def _trigger(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    what = " (a dry run: nothing is trained)" if details.get("dry_run") else "" if details.get("run") else " (nothing is trained)"
    return "triggers", "trigger fired", f"The trigger {details.get('kind', event['subject'])} fired{what}: {details.get('reason', '')}", "runs"


def _finished(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    made = f" with version {details['candidate']}" if details.get("candidate") else ""
    outcome = f"; {details['outcome']}" if details.get("outcome") else ""
    page = "compare" if details.get("candidate") else "runs"
    return "runs", "retraining finished", f"{event['subject'].capitalize()} finished{made}{outcome} ({details.get('reason', '')})", page


def _failed(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    return "runs", "retraining failed", f"{event['subject'].capitalize()} failed: {details.get('error', 'no reason is known')}", "runs"


def _asked(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    why = str(details.get("comment") or details.get("reason") or "")
    failed = f"; it failed the gates {', '.join(map(str, details['failed_gates']))}" if details.get("failed_gates") else ""
    said = f"{event['subject'].capitalize()} waits for approval, asked for by {event['by']}{failed}"
    return "approvals", "approval needed", f"{said}: {why}" if why else said, "compare"


def _rolled_out(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    mode, reason = details.get("mode", "full"), details.get("reason", "")
    if mode != "full":
        share = f" on {100 * float(details.get('share') or 0):.3g} % of requests" if mode in ("canary", "ramp") else ""
        title = "ramp goes on" if mode == "ramp" else f"{mode} began"
        return "trials", title, f"{_who(event)} put {event['subject']} on trial as a {mode}{share}: {reason}", "rollout"
    return "releases", "new version live", f"{_who(event)} rolled out {event['subject']}: {reason}", "rollout"


def _rolled_back(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    by_itself = event["by"] == "lifecycle"
    title = "rolled back automatically" if by_itself else "rolled back"
    return "releases", title, f"{_who(event)} rolled back to {event['subject']}: {details.get('reason', '')}", "rollout"


def _trial_over(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    said = f"{_who(event)} ended the {details.get('mode', 'trial')} of {event['subject']}: {details.get('reason', '')}"
    title = "trial stopped automatically" if event["by"] == "lifecycle" else "trial ended"
    return "trials", title, said, "rollout"


def _trouble(event: Mapping[str, Any], details: Mapping[str, Any]) -> Said:
    return "trouble", "trouble", f"The worker met an error: {details.get('what', '')}", "history"


_SAID = {
    "alarm": _alarm,
    "trigger": _trigger,
    "run_finished": _finished,
    "run_failed": _failed,
    "request_approval": _asked,
    "roll_out": _rolled_out,
    "roll_back": _rolled_back,
    "end_trial": _trial_over,
    "trouble": _trouble,
}


def _who(event: Mapping[str, Any]) -> str:
    return "Lifecycle" if event["by"] == "lifecycle" else str(event["by"])


def _words(metric: Any) -> str:
    return {"mae": "mean absolute error", "rmse": "root mean squared error"}.get(str(metric), str(metric).replace("_", " "))


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) and math.isfinite(value) else ""


def _interval(value: Any, lower: Any, upper: Any) -> str:
    known = _number(lower) and _number(upper)
    return f"{_number(value)} ({_number(lower)} to {_number(upper)})" if known else _number(value) or "not known"
