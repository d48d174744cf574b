"""What happens in the child process of a job: open the stores, do the one thing, answer in JSON."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lifecycle import errors
from lifecycle.errors import LifecycleError
from lifecycle.plain import plain, schema_from
from lifecycle.records import ProjectConfig
from lifecycle.stores.database import Database
from lifecycle.stores.models import ModelStore
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.verbs.context import Clock, Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.train import admitting, backtesting, fitting, registering, steps

__all__ = ["answer"]

VERBS: dict[str, Callable[..., Any]] = {
    "fit": fitting.fit_stored,
    "run": steps.perform,
    "score": registering.score_model,
    "reproduce": registering.compare_fit,
    "admit": admitting.open_first,
    "smoke": scoring.smoke_version,
    "wake": lambda context: None,
    "backtest": backtesting.foretold,
}


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """{"answer": what the verb returned} or {"error": its class, "message": its sentence}; what nobody foresaw goes to the log whole."""
    try:
        return {"answer": plain(VERBS[request["verb"]](_context(request), **request["arguments"]))}
    except MemoryError:
        raise
    except LifecycleError as error:
        sys.stdout.write(f"{error}\n")
        return {"error": _known(error), "message": str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"error": "TrainingFailed", "message": f"Training failed ({type(error).__name__}: {error}); the run's log says where."}


def _context(request: Mapping[str, Any]) -> Context:
    root, draft, fixed = Path(request["root"]), request["draft"], request["fixed"]
    config = None
    if draft is not None:
        config = ProjectConfig(**{**draft, "schema": schema_from(draft["schema"]), "created": datetime.fromisoformat(draft["created"])})
    stores = Database(Path(request["database"])), ModelStore(root, tuple(request["trusted"])), SnapshotStore(root)
    return Context(request["project"], root, *stores, Clock(datetime.fromisoformat(fixed) if fixed else None), config)


def _known(error: LifecycleError) -> str:
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in errors.__all__)
