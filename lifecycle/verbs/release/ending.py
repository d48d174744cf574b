"""How a trial ends: one committed change, with the reason and, where a guardrail ended it, its name."""

from __future__ import annotations

from typing import Any

from lifecycle.records import Guardrail, Rollout
from lifecycle.stores import versions
from lifecycle.verbs.context import Context

__all__ = ["end", "stop"]

WORDS = {
    "errors": "it fails",
    "latency": "it is too slow",
    "predictions": "it answers otherwise",
    "volume": "it does not get its share",
    "loss": "the champion answers better",
}


def end(context: Context, running: Rollout, by: str, reason: str, **told: Any) -> None:
    """Close the release row of a trial; the champion answers everybody. In the caller's transaction, if there is one."""
    with context.database.write() as connection:
        connection.execute("UPDATE rollouts SET ended = ? WHERE id = ?", (context.now().isoformat(), running.id))
        context.happened(by, "end_trial", f"version {running.version}", {"mode": running.mode, "share": running.share, "reason": reason, **told})


def stop(context: Context, running: Rollout, broken: Guardrail) -> bool:
    """Roll a trial back because of a guardrail, once: False where it has ended already."""
    with context.database.write():
        current = versions.active_trial(context.database, context.name)
        if current is None or current.id != running.id:
            return False
        reason = f"rolled back by itself, {WORDS[broken.name]}: {broken.reason}"
        end(context, running, "lifecycle", reason, automatic=True, guardrail=broken.name, value=broken.value, limit=broken.limit)
    return True
