"""What a serving process measures of a trial: calls, failures and their time by side. Kept in memory, written about once a second, and at once
when the candidate fails, so that one that fails is out before the next request."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import defaultdict

from lifecycle.records import Rollout
from lifecycle.release import guardrails
from lifecycle.stores import trials
from lifecycle.verbs.context import Context
from lifecycle.verbs.release import ending

__all__ = ["called", "failed", "flush"]

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


def failed(context: Context, trial: Rollout, rows: int) -> None:
    """The candidate could not answer what the champion could: counted and judged at once."""
    _keep(context, trial, {"calls_new": 1.0, "failed_new": 1.0, "failed_rows": float(rows)})
    with contextlib.suppress(Exception):
        flush(context, trial)
        limit = guardrails.guardrail_limits(context.settings.guardrails)["errors"]
        seen = trials.sums(context.database, trial.id)
        if limit is not None:
            judged = guardrails.errors(int(seen.get("failed_new", 0)), int(seen.get("calls_new", 0)), limit)
            if judged.state == "violated":
                ending.stop(context, trial, judged)


def flush(context: Context, trial: Rollout) -> None:
    """Write what waits."""
    key = str(context.root), trial.id
    with _lock:
        more = _waiting.pop(key, None)
        _written[key] = time.monotonic()
    if more:
        trials.add(context.database, trial.id, more)


def _keep(context: Context, trial: Rollout, found: dict[str, float]) -> Key:
    key = str(context.root), trial.id
    with _lock:
        kept = _waiting.setdefault(key, defaultdict(float))
        for name, value in found.items():
            kept[name] += value
    return key
