"""A call from outside: kept, and answered with the run that it started or joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifecycle.errors import InvalidValue
from lifecycle.plain import plain
from lifecycle.stores import calls
from lifecycle.stores import runs as stored
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.train import running, triggering

__all__ = ["call_retrain"]

MOST_TEXT = 500
MOST_FIGURES = 10_000


def call_retrain(context: Context, reason: str, figures: Mapping[str, Any] | None, by: str | None) -> dict[str, Any]:
    """Ask for a retraining from outside; returns run (id or None), fired, and what was said.

    With triggers of the kind `external` they decide, with their pause, budget and quiet hours; without, a run is queued, or the one
    that waits is joined: a thousand calls start one.

    Raises
    ------
    InvalidValue : the figures are no JSON object of at most 10,000 characters. NotReady : no recipe, and no trigger that is only told.
    """
    text, person = " ".join((reason or "").split())[:MOST_TEXT] or "called from outside", who(by)
    given = plain(dict(figures or {}))
    if len(dumps(given)) > MOST_FIGURES:
        raise InvalidValue(f"The figures of a call may have {MOST_FIGURES:,} characters as JSON; send fewer.")
    with context.database.write():
        calls.add(context.database, context.name, context.now(), person, text, given)
        if not any(trigger.kind == "external" for trigger in context.settings.triggers):
            waiting = stored.waiting(context.database, context.name)
            run = waiting[0] if waiting else running.queue(context, text, person, {"kind": "external", "figures": given})[0]
            return {"run": run, "fired": not waiting, "said": f"Run {run} waits already." if waiting else f"Run {run} is queued."}
    run_of = triggering.fire(context, ("external",))
    if run_of is not None:
        return {"run": run_of, "fired": True, "said": f"Run {run_of} is queued."}
    busy = [*filter(None, [stored.under_way(context.database, context.name)]), *stored.waiting(context.database, context.name)]
    if busy:
        return {"run": busy[0], "fired": False, "said": f"Run {busy[0]} is under way already; the call is kept."}
    states = [state.reason for state in triggering.triggers(context) if state.kind == "external"]
    return {"run": None, "fired": False, "said": " ".join(states)}
