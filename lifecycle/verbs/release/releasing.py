"""Versions, decisions, rollouts and history: who answers, since when, by whose word and on what figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lifecycle.errors import Conflict, InvalidValue, NotReady
from lifecycle.records import Gate, ModelVersion, Rollout
from lifecycle.release import approval
from lifecycle.release.ramps import ramp_of
from lifecycle.release.rollout import modes
from lifecycle.stores import decisions as judged
from lifecycle.stores import events, requests, runs
from lifecycle.stores import versions as stored
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.predictions.scoring import smoke
from lifecycle.verbs.release import approving, ending, tabling, trialing
from lifecycle.verbs.release.comparing import compare, compare_many
from lifecycle.verbs.release.trialing import trial, trial_history

__all__ = [
    "approve",
    "champion",
    "champion_at",
    "comment",
    "comments",
    "compare",
    "compare_many",
    "decisions",
    "end_trial",
    "gates",
    "history",
    "live",
    "reject",
    "release",
    "roll_back",
    "roll_out",
    "trial",
    "trial_history",
    "version",
    "versions",
]

FIRST_COLUMNS = ["version", "status", "created", "created_by", "trained_on", "reason"]


def versions(context: Context) -> pd.DataFrame:
    """All versions, the newest first: version, status, created, created_by, trained_on (rows), reason, and a column a metric."""
    rows = []
    for found in reversed(stored.versions(context.database, context.name)):
        facts = {"version": found.version, "status": found.status, "created": found.created, "created_by": found.created_by}
        facts |= {"trained_on": found.manifest.get("rows"), "reason": found.manifest.get("reason", "")}
        rows.append(facts | {name: value for name, value in found.metrics.items() if isinstance(value, int | float) and name != "rows"})
    frame = pd.DataFrame(rows)
    return frame.reindex(columns=[*FIRST_COLUMNS, *(name for name in frame.columns if name not in FIRST_COLUMNS)])


def version(context: Context, number: int) -> ModelVersion:
    """One version with its manifest.

    Raises
    ------
    UnknownName : there is none of that number.
    """
    return stored.get(context.database, context.name, number)


def champion(context: Context) -> ModelVersion | None:
    """The version that answers now, None before the first release."""
    return stored.champion(context.database, context.name)


def champion_at(context: Context, time: datetime) -> ModelVersion | None:
    """The version that answered at a time (naive: UTC)."""
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return stored.champion_at(context.database, context.name, aware)


def live(context: Context) -> Rollout | None:
    """The release that serves now: which version, since when, by whom and why; None before the first."""
    return next((row for row in stored.rollouts(context.database, context.name) if not modes.facts(row.mode)["trial"]), None)


def gates(context: Context, number: int) -> tuple[Gate, ...]:
    """What a version had to meet before it may be approved, with what was found; empty where nothing was asked."""
    return tabling.gates(version(context, number))


def approve(context: Context, number: int, by: str | None, reason: str, mode: str = "full", share: float | None = None) -> None:
    """Let a version go live in a mode ("later": when somebody rolls it out), and keep the reason and the figures that were on the table.

    Raises
    ------
    InvalidValue : no reason, or a share out of range. NotAllowed : four eyes are asked for, and this person made or requested it.
    NotReady : it was made longer ago than approvals last, and nobody has looked at it again since.
    Conflict : it is champion already or was rejected. BadData, StoreError : it does not load or answer; nothing was changed.
    """
    text = approval.check_reason(reason, "approve")
    later, part, person, found = mode == "later", _share(context, "full" if mode == "later" else mode, share), who(by), version(context, number)
    approval.check_releasable(found, mode)
    _four_eyes(context, found, person)
    approving.require_fresh(context, found)
    smoke(context, found)
    figures = tabling.figures(context, found)
    with context.database.write():
        current = version(context, number)
        approval.check_releasable(current, mode)
        judged.add(context.database, context.name, number, "approved", person, text, context.now(), figures)
        told = {"reason": text, "mode": mode, "verdict": figures["verdict"], "failed_gates": figures["failed_gates"]}
        told |= {"override": figures["override"], "environment": figures["environment"]}
        requests.close(context.database, context.name, number, "approved")
        context.happened(person, "approve", f"version {number}", told)
        if not later:
            release(context, current, mode, part, person, text)


def reject(context: Context, number: int, by: str | None, reason: str) -> None:
    """Turn a version down with a reason; a trial of it ends.

    Raises
    ------
    InvalidValue : no reason. Conflict : it answers now, or was rejected before.
    """
    text, person, found = approval.check_reason(reason, "reject"), who(by), version(context, number)
    figures = tabling.figures(context, found)
    with context.database.write():
        found = version(context, number)
        if found.status == "champion":
            raise Conflict(f"Version {number} answers now and cannot be rejected; roll back first.")
        if found.status == "rejected":
            raise Conflict(f"Version {number} was rejected already.")
        judged.add(context.database, context.name, number, "rejected", person, text, context.now(), figures)
        stored.set_status(context.database, context.name, number, "rejected")
        requests.close(context.database, context.name, number, "rejected")
        trialled = stored.active_trial(context.database, context.name)
        if trialled is not None and trialled.version == number:
            ending.end(context, trialled, person, f"version {number} was rejected")
        context.happened(person, "reject", f"version {number}", {"reason": text, "verdict": figures["verdict"]})


def roll_out(context: Context, number: int, mode: str, share: float | None, by: str | None, reason: str) -> None:
    """Let a version serve: one committed row. A version that does not load or answer is refused before anything changes.

    Raises
    ------
    UnknownName : no such mode or version. InvalidValue : a share out of range. NotAllowed : four eyes are asked for, and nobody
    else has approved it. NotReady : its approval was withdrawn or has expired. Conflict : it is champion already or was rejected.
    BadData, StoreError : it does not load or answer.
    """
    part, person, found = _share(context, mode, share), who(by), version(context, number)
    approval.check_releasable(found, mode)
    if not modes.facts(mode)["aside"]:
        approving.require_lasting(context, number)
        if not approving.lasting(context, number):
            _four_eyes(context, found, person)
    if modes.facts(mode)["trial"] and champion(context) is None:
        raise NotReady(f"There is no champion to try version {number} against; roll it out in full.")
    smoke(context, found)
    with context.database.write():
        current = version(context, number)
        approval.check_releasable(current, mode)
        release(context, current, mode, part, person, reason.strip() or "rolled out")


def roll_back(context: Context, by: str | None, reason: str) -> int:
    """Return to the champion before this one, without retraining; returns its number. Twice goes two back.

    Raises
    ------
    NotReady : there is no earlier champion. BadData, StoreError : it does not load any more.
    """
    text, person = reason.strip() or "rolled back", who(by)
    before = _before(context)
    if before.model is not None:
        smoke(context, before)
    with context.database.write():
        if _before(context).version != before.version:
            raise Conflict("Somebody else released a version at this moment; look at what is live and try again.")
        current = champion(context)
        row = stored.release(context.database, context.name, before.version, "full", 1.0, context.now(), person, text)
        judged.mark_back(context.database, row)
        told = {"from": current.version if current else None, "to": before.version, "reason": text}
        context.happened(person, "roll_back", f"version {before.version}", told)
    return before.version


def end_trial(context: Context, by: str | None, reason: str) -> None:
    """Stop the trial that is under way; the champion answers everybody.

    Raises
    ------
    NotReady : nothing is on trial.
    """
    text, person = reason.strip() or "ended", who(by)
    with context.database.write():
        running = stored.active_trial(context.database, context.name)
        if running is None:
            raise NotReady("Nothing is on trial; start one with roll_out(version, mode='shadow').")
        ending.end(context, running, person, text)


def history(context: Context, limit: int | None) -> pd.DataFrame:
    """Everything that happened, the newest first: time, by, verb, subject, details."""
    if limit is not None and (isinstance(limit, bool) or limit < 0):
        raise InvalidValue(f"limit is a number of events from 0 up, or None for all; given: {limit}.")
    columns = ["time", "by", "verb", "subject", "details"]
    rows = [[event.time, event.by, event.verb, event.subject, dict(event.details)] for event in events.history(context.database, context.name, limit)]
    return pd.DataFrame(rows, columns=columns)


def decisions(context: Context, number: int | None = None) -> pd.DataFrame:
    """The decisions about a version, or about all, the newest first: id, version, decision, by, reason, time, figures."""
    columns = ["id", "version", "decision", "by", "reason", "time", "figures"]
    found = judged.decisions(context.database, context.name, number)
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in found], columns=columns)


def comment(context: Context, number: int, text: str, by: str | None) -> None:
    """Say something about a version, for whoever decides.

    Raises
    ------
    InvalidValue : there is no text.
    """
    said, person = approval.check_reason(text, "comment"), who(by)
    with context.database.write():
        judged.comment(context.database, context.name, version(context, number).version, person, said, context.now())
        context.happened(person, "comment", f"version {number}", {"text": said})


def comments(context: Context, number: int | None = None) -> pd.DataFrame:
    """What was said about a version, or about all, the oldest first: id, version, by, text, time."""
    return pd.DataFrame(judged.comments(context.database, context.name, number), columns=["id", "version", "by", "text", "time"])


def release(context: Context, found: ModelVersion, mode: str, share: float, by: str, reason: str, trial: int | None = None) -> None:
    """Commit one release row and its event; call it in a transaction, after all checks. trial: the ramp's first row, at a further step."""
    before = champion(context)
    row = stored.release(context.database, context.name, found.version, mode, share, context.now(), by, reason, trial)
    if modes.facts(mode)["trial"]:
        trialing.begin(context, row, found.version)
    told: dict[str, Any] = {"mode": mode, "share": share, "reason": reason, "from": before.version if before else None}
    context.happened(by, "roll_out", f"version {found.version}", told)


def _share(context: Context, mode: str, share: float | None) -> float:
    """The share asked for; a ramp starts at its first step."""
    return approval.share_of(mode, ramp_of(context.settings.ramp).steps[0] if mode == "ramp" and share is None else share)


def _before(context: Context) -> ModelVersion:
    number = judged.previous_champion(context.database, context.name)
    if number is None:
        raise NotReady("There is no earlier champion to return to; approve another version instead.")
    return version(context, number)


def _four_eyes(context: Context, found: ModelVersion, by: str) -> None:
    if context.settings.four_eyes:
        asked = runs.get(context.database, context.name, found.run).requested_by if found.run else None
        waits = requests.waiting(context.database, context.name, found.version)
        approval.check_four_eyes(by, (found.created_by, asked, waits["by"] if waits else None), found.version)
