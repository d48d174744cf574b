"""How the workspace stands: who works, what is under way, what waits, what is due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lifecycle.errors import LifecycleError
from lifecycle.stores import runs as stored
from lifecycle.stores import workers
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import performing
from lifecycle.verbs.train import triggering

__all__ = ["of_project", "of_workers", "outbox"]


def of_workers(context: Context) -> list[dict[str, Any]]:
    """The workers that were seen lately: worker, since, heartbeat (seconds ago), alive (seen within half a minute)."""
    now, alive = datetime.now(UTC), set(workers.alive(context.database, datetime.now(UTC)))
    found = context.database.rows("SELECT id, started, seen FROM workers ORDER BY id")
    ago = [round((now - datetime.fromisoformat(row["seen"])).total_seconds(), 1) for row in found]
    return [
        {"worker": row["id"], "since": row["started"], "heartbeat": seconds, "alive": row["id"] in alive}
        for row, seconds in zip(found, ago, strict=True)
    ]


def of_project(context: Context) -> dict[str, Any]:
    """A project: status and reasons of its health, the run under way, how many wait, and the trigger that is due next or fires now."""
    health = performing.health(context)
    facts: dict[str, Any] = {"status": health.status, "reasons": list(health.reasons)}
    facts |= {"running": stored.under_way(context.database, context.name), "queued": len(stored.waiting(context.database, context.name))}
    try:
        states = triggering.triggers(context)
    except LifecycleError as error:  # a trigger's trouble must not hide the rest
        return {**facts, "firing": [], "next_due": None, "next_trigger": f"not known: {error}"}
    dated = [(state.next_due, state.name) for state in states if state.next_due is not None]
    due, name = min(dated) if dated else (None, None)
    return {**facts, "firing": [state.name for state in states if state.fires], "next_due": due, "next_trigger": name}


def outbox(context: Context) -> dict[str, int]:
    """How many notifications wait, and how many were given up."""
    count = {row["status"]: int(row["n"]) for row in context.database.rows("SELECT status, count(*) AS n FROM outbox GROUP BY status")}
    return {"waiting": count.get("waiting", 0), "failed": count.get("failed", 0)}
