"""Asking for approval, taking it back, and how long it lasts; and who let go live what served at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from lifecycle.errors import Conflict, NotReady
from lifecycle.records import ModelVersion, Rollout
from lifecycle.release import approval
from lifecycle.release.rollout import modes
from lifecycle.stores import decisions as judged
from lifecycle.stores import requests as stored
from lifecycle.stores import versions
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.release.tabling import figures

__all__ = [
    "LiveAt",
    "lasting",
    "live_at",
    "request_approval",
    "requests",
    "require_fresh",
    "require_lasting",
    "withdraw_approval",
    "withdraw_request",
]

COLUMNS = ["id", "version", "by", "comment", "time", "figures", "outcome", "expired"]


@dataclass(frozen=True, slots=True)
class LiveAt:
    """What was live at a time. `decision`: the approval's reason, by `decided_by`; `figures`: what was on the table. Without an approval
    (a first version, a rollout by policy) both are the release's own. `trial`: the shadow or canary beside it."""

    time: datetime
    version: int
    since: datetime
    until: datetime | None
    released_by: str
    reason: str
    decided_by: str
    decided: datetime
    decision: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    trial: Rollout | None = None


def request_approval(context: Context, number: int, comment: str, by: str | None) -> int:
    """Ask for a decision about a version; today's figures are kept with the request, whose id is returned.

    Raises
    ------
    InvalidValue : no comment. Conflict : it answers now, or was rejected.
    """
    text, person = approval.check_reason(comment, "ask for approval"), who(by)
    found = versions.get(context.database, context.name, number)
    approval.check_releasable(found, "full")
    table = figures(context, found)
    with context.database.write():
        stored.close(context.database, context.name, number, "renewed")
        made = stored.add(context.database, context.name, number, person, text, context.now(), table)
        context.happened(person, "request_approval", f"version {number}", {"comment": text, "verdict": table["verdict"]})
    return made


def requests(context: Context, number: int | None = None) -> pd.DataFrame:
    """Requests about a version, or about all, the newest first: id, version, by, comment, time, figures, outcome ("" while it waits), expired."""
    limit = _limit(context)
    rows = [
        {**row, "expired": not row["outcome"] and limit is not None and row["time"] < context.now() - limit}
        for row in stored.requests(context.database, context.name, number)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def withdraw_request(context: Context, number: int, by: str | None, reason: str) -> None:
    """Take back the request for approval that waits.

    Raises
    ------
    InvalidValue : no reason. NotReady : none waits.
    """
    text, person = approval.check_reason(reason, "withdraw"), who(by)
    with context.database.write():
        if stored.waiting(context.database, context.name, number) is None:
            raise NotReady(f"No request for approval of version {number} waits; there is nothing to withdraw.")
        stored.close(context.database, context.name, number, "withdrawn")
        context.happened(person, "withdraw_request", f"version {number}", {"reason": text})


def withdraw_approval(context: Context, number: int, by: str | None, reason: str) -> None:
    """Take back an approval before the version is rolled out in full; a trial that it began ends.

    Raises
    ------
    InvalidValue : no reason. NotReady : it is not approved. Conflict : it answers already.
    """
    text, person = approval.check_reason(reason, "withdraw"), who(by)
    with context.database.write() as connection:
        found = versions.get(context.database, context.name, number)
        if found.status == "champion":
            raise Conflict(f"Version {number} answers already, so its approval cannot be withdrawn; roll back instead.")
        if not judged.approved(context.database, context.name, number):
            raise NotReady(f"Version {number} is not approved; there is nothing to withdraw.")
        judged.add(context.database, context.name, number, "withdrawn", person, text, context.now(), {})
        running = versions.active_trial(context.database, context.name)
        if running is not None and running.version == number:
            connection.execute("UPDATE rollouts SET ended = ? WHERE id = ?", (context.now().isoformat(), running.id))
            context.happened(person, "end_trial", f"version {number}", {"mode": running.mode, "reason": "the approval was withdrawn"})
        context.happened(person, "withdraw_approval", f"version {number}", {"reason": text})


def require_fresh(context: Context, found: ModelVersion) -> None:
    """Refuse to approve a version that was made longer ago than approvals last, unless somebody has asked for it again since.

    Raises
    ------
    NotReady : it has to be looked at again.
    """
    limit = _limit(context)
    if limit is None:
        return
    seen = max(found.created, stored.newest(context.database, context.name, found.version) or found.created)
    if context.now() - seen > limit:
        raise NotReady(
            f"Version {found.version} was made or looked at {(context.now() - seen).days} days ago, and approvals last "
            f"{context.settings.approval_expires} here. Look at it again: request_approval({found.version}, comment) keeps today's figures."
        )


def lasting(context: Context, number: int) -> bool:
    """Is the version approved, not withdrawn, and not longer ago than approvals last?"""
    found, limit = stored.decision_at(context.database, context.name, number), _limit(context)
    return found is not None and found.decision == "approved" and (limit is None or context.now() - found.time <= limit)


def require_lasting(context: Context, number: int) -> None:
    """Refuse to roll out on an approval that was withdrawn or has expired. A version that nobody decided about passes: four eyes look at that.

    Raises
    ------
    NotReady : it has to be approved again.
    """
    found = stored.decision_at(context.database, context.name, number)
    if found is None or lasting(context, number):
        return
    what = f"was withdrawn by {found.by} ({found.reason})" if found.decision == "withdrawn" else f"is older than {context.settings.approval_expires}"
    if found.decision in ("withdrawn", "approved"):
        raise NotReady(f"The approval of version {number} {what}; approve it again to roll it out.")


def live_at(context: Context, time: datetime | None = None) -> LiveAt | None:
    """What was live at a time (naive: UTC; None: now), who let it go live, why, and on what figures; None before the first release."""
    at = context.now() if time is None else time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    rows = [row for row in versions.rollouts(context.database, context.name) if row.started <= at]
    full = next((row for row in rows if not modes.facts(row.mode)["trial"]), None)
    if full is None:
        return None
    trial = next((row for row in rows if modes.facts(row.mode)["trial"] and (row.ended is None or row.ended > at)), None)
    found = stored.decision_at(context.database, context.name, full.version, full.started)
    decided = found if found is not None and found.decision == "approved" else None
    table = dict(decided.figures) if decided else {"own": dict(versions.get(context.database, context.name, full.version).metrics)}
    return LiveAt(
        time=at,
        version=full.version,
        since=full.started,
        until=full.ended,
        released_by=full.by,
        reason=full.reason,
        decided_by=decided.by if decided else full.by,
        decided=decided.time if decided else full.started,
        decision=decided.reason if decided else full.reason,
        figures=table,
        trial=trial,
    )


def _limit(context: Context) -> timedelta | None:
    text = context.settings.approval_expires
    return pd.Timedelta(text).to_pytimedelta() if text else None
