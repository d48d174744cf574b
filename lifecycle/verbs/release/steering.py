"""What a trial does by itself: it ends when a guardrail is violated, and a ramp goes on to its next share when nothing speaks against it."""

from __future__ import annotations

from lifecycle.errors import NotReady
from lifecycle.records import Rollout
from lifecycle.release import ramps
from lifecycle.stores import versions
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.predictions.scoring import smoke
from lifecycle.verbs.release import ending, releasing, trialing

__all__ = ["ramp_up", "steer"]


def steer(context: Context) -> None:
    """Look at the running trial as the worker does each beat: roll it back, take the next step, or leave it as it is."""
    running = versions.active_trial(context.database, context.name)
    if running is None:
        return
    found = trialing.trial(context)
    broken = next((rail for rail in found.guardrails if rail.state == "violated"), None)
    if broken is not None:
        ending.stop(context, running, broken)
    elif running.mode == "ramp" and not found.waits:
        kept = ", ".join(f"{rail.name} {rail.state}" for rail in found.guardrails if rail.state != "off")
        _step(context, running, "lifecycle", f"{found.requests:,} requests, {found.labelled:,} labels, nothing against it: {kept}")


def ramp_up(context: Context, by: str | None, reason: str) -> float:
    """Take the next step of the ramp now, whatever it waits for; returns the new share (1.0: the version is champion).

    Raises
    ------
    NotReady : no ramp is under way. BadData, StoreError : the version does not load any more; nothing was changed.
    """
    running = versions.active_trial(context.database, context.name)
    if running is None or running.mode != "ramp":
        raise NotReady("No ramp is under way; start one with roll_out(version, mode='ramp').")
    return _step(context, running, who(by), reason.strip() or "went on by hand")


def _step(context: Context, running: Rollout, by: str, reason: str) -> float:
    share = ramps.next_share(ramps.ramp_of(context.settings.ramp), running.share)
    version = versions.get(context.database, context.name, running.version)
    smoke(context, version)
    with context.database.write():
        current = versions.active_trial(context.database, context.name)
        if current is None or current.id != running.id:
            return current.share if current else 1.0
        mode = "full" if share >= 1 else "ramp"
        context.happened(by, "ramp_up", f"version {running.version}", {"from": running.share, "to": share, "reason": reason})
        releasing.release(context, version, mode, share, by, reason, None if mode == "full" else running.key)
    return share
