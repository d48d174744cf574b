"""What a serving process measures of a trial: calls, failures and their time by side. Kept in memory, written about once a second, and at once
when the candidate fails; and judged whenever it is written, so that one that fails is out before the next request, and one that is slow within
about a second of the proof, whether a worker runs or not."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import defaultdict
from collections.abc import Mapping

from lifecycle.records import Guardrail, Rollout
from lifecycle.release import guardrails
from lifecycle.release.sequential import Moments
from lifecycle.stores import trials
from lifecycle.verbs.context import Context
from lifecycle.verbs.release import ending

__all__ = ["called", "failed", "flush", "judged"]

EVERY_SECONDS = 1.0
MOST_ROWS = 100  # a call with more takes time for its rows, and the sides of a canary have unlike many

Key = tuple[str, int]
_waiting: dict[Key, dict[str, float]] = {}
_written: dict[Key, float] = {}
_lock = threading.Lock()


def called(context: Context, trial: Rollout, side: str, seconds: float, rows: int, alike: bool) -> None:
    """Note one call of a side ("old" or "new"). alike: both sides were asked about the same rows, so that their times compare whatever
    their number. A measurement that cannot be written is given up: no request fails for it."""
    found = {f"calls_{side}": 1.0}
    if alike or rows <= MOST_ROWS:
        spent = math.log(max(seconds, 1e-7))
        found |= {f"timed_{side}": 1.0, f"log_seconds_{side}": spent, f"squares_{side}": spent**2}
    key = _keep(context, trial, found)
    if time.monotonic() - _written.get(key, -math.inf) >= EVERY_SECONDS:
        with contextlib.suppress(Exception):
            flush(context, trial)
            _stop_if_violated(context, trial)


def failed(context: Context, trial: Rollout, rows: int) -> None:
    """The candidate could not answer what the champion could: counted and judged at once."""
    _keep(context, trial, {"calls_new": 1.0, "failed_new": 1.0, "failed_rows": float(rows)})
    with contextlib.suppress(Exception):
        flush(context, trial)
        _stop_if_violated(context, trial)


def judged(seen: Mapping[str, float], limits: Mapping[str, float | None]) -> tuple[Guardrail, Guardrail]:
    """The guardrails errors and latency, by the sums that the processes wrote."""
    times = [Moments(int(seen.get(f"timed_{s}", 0)), seen.get(f"log_seconds_{s}", 0.0), seen.get(f"squares_{s}", 0.0)) for s in ("old", "new")]
    fails, slow = limits["errors"], limits["latency"]
    errors = guardrails.off("errors")
    if fails is not None:
        errors = guardrails.errors(int(seen.get("failed_new", 0)), int(seen.get("calls_new", 0)), fails)
    return errors, guardrails.off("latency") if slow is None else guardrails.latency(times[0], times[1], slow)


def flush(context: Context, trial: Rollout) -> None:
    """Write what waits."""
    key = str(context.root), trial.id
    with _lock:
        more = _waiting.pop(key, None)
        _written[key] = time.monotonic()
    if more:
        trials.add(context.database, trial.id, more)


def _stop_if_violated(context: Context, trial: Rollout) -> None:
    found = judged(trials.sums(context.database, trial.id), guardrails.guardrail_limits(context.settings.guardrails))
    if broken := next((rail for rail in found if rail.state == "violated"), None):
        ending.stop(context, trial, broken)


def _keep(context: Context, trial: Rollout, found: dict[str, float]) -> Key:
    key = str(context.root), trial.id
    with _lock:
        kept = _waiting.setdefault(key, defaultdict(float))
        for name, value in found.items():
            kept[name] += value
    return key
