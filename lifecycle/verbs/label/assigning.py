"""Who is given which samples: in the queue's order, or those whose predicted class a person knows better than the others do."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

import numpy as np
import pandas as pd

from lifecycle.label.answers import answers_from
from lifecycle.label.expertise import class_quality, preferred
from lifecycle.stores import tasks
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.experts import answered

__all__ = ["claim"]

AHEAD = 60  # waiting samples among which a person's are chosen
EVERY = 25  # answers after which people's qualities are learned again
KEPT = 32

_KEPT: OrderedDict[tuple[str, str, int], pd.DataFrame] = OrderedDict()


def claim(context: Context, annotator: str, n: int, until: datetime) -> None:
    """Lease up to `n` more samples to this person. In the caller's transaction."""
    if n < 1:
        return
    if context.settings.assignment == "expertise" and context.schema.task == "classification":
        known = _qualities(context)
        if annotator in known.index and len(known) > 1:
            n -= _theirs(context, annotator, n, until, known)
    tasks.claim(context.database, context.name, annotator, n, until)


def _theirs(context: Context, annotator: str, n: int, until: datetime, known: pd.DataFrame) -> int:
    waiting = tasks.open_to(context.database, context.name, annotator, max(AHEAD, n))
    advantage = known.loc[annotator] - known.drop(index=annotator).mean()
    worth = np.array([float(advantage.get(task["predicted"], 0.0)) for task in waiting])
    order = preferred(worth, np.array([task["purpose"] == "audit" for task in waiting], dtype=np.bool_))[:n]
    ids = [waiting[place]["prediction_id"] for place in order.tolist()]
    return tasks.claim_rows(context.database, context.name, annotator, ids, until)


def _qualities(context: Context) -> pd.DataFrame:
    """Each person's chance to recognise each class, by str(class)."""
    said = int(context.database.value("SELECT coalesce(max(id), 0) FROM annotations WHERE project = ?", (context.name,)))
    key = (str(context.root), context.name, said // EVERY)
    if key not in _KEPT:
        answers = answers_from(answered(context))
        _KEPT[key] = pd.DataFrame(class_quality(answers), index=list(answers.annotators), columns=[str(value) for value in answers.values])
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]
