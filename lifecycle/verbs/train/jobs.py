"""Ask for work in a child process: user code may crash, run out of memory or never end, and nothing else notices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lifecycle import errors
from lifecycle.engines import local
from lifecycle.errors import TrainingFailed
from lifecycle.plain import plain
from lifecycle.stores.runs import log_path
from lifecycle.verbs.context import Context

__all__ = ["ask", "wake"]

# What most recipes are made of, and what an answer from a frame needs.
PRELOAD = (
    "skops.io",
    "narwhals.stable.v2",
    *(f"sklearn.{name}" for name in ("compose", "ensemble", "impute", "linear_model", "pipeline", "preprocessing")),
)


def ask(context: Context, verb: str, log: Path, stopping: Callable[[], bool] = lambda: False, **arguments: Any) -> Any:
    """What `verb` of `lifecycle.verbs.train.child` answers, from a process of its own; None when it was stopped.

    Raises
    ------
    LifecycleError : the one that was raised there. TrainingFailed : the process died; the sentence says of what.
    """
    fixed = context.clock.fixed
    argument = {
        "project": context.name,
        "root": str(context.root),
        "database": str(context.database.path),
        "trusted": sorted(context.models.trusted),
        "fixed": fixed.isoformat() if fixed is not None else None,
        "draft": plain(context.draft) if context.draft is not None else None,
        "verb": verb,
        "arguments": arguments,
    }
    outcome = local.run("lifecycle.verbs.train.child:answer", argument, log, stopping=stopping, preload=PRELOAD)
    if outcome.stopped:
        return None
    if outcome.reason is not None:
        raise TrainingFailed(f"Training failed: {outcome.reason}.")
    if "error" in outcome.answer:
        kind = getattr(errors, outcome.answer["error"], TrainingFailed)
        raise kind(outcome.answer["message"])
    return outcome.answer["answer"]


def wake(context: Context) -> None:
    """See that the process which forks children is there with all imported, so that the next one is a matter of milliseconds."""
    ask(context, "wake", log_path(context.root, context.name or "all", "wake"))
