"""From the answers to a task to its label: what they agree on is recorded, and withdrawn when an answer is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from lifecycle.records import Annotation, Scalar
from lifecycle.stores import tasks
from lifecycle.stores.labels import Entry
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions.truth import add_labels, withdraw_labels

__all__ = ["agreed", "settle"]


def settle(context: Context, task: Mapping[str, Any], by: str) -> None:
    """Record the label that the standing answers agree on, or withdraw it when they no longer suffice. In the caller's transaction.

    Answers to gold, whose value is known, make no label and unmake none.
    """
    if context.database.value("SELECT 1 FROM gold WHERE task = ?", (task["id"],)) is not None:
        return
    answers = tasks.answers(context.database, context.name, task["id"])
    known = [answer for answer in answers if answer.kind == "answer"]
    complete = len(answers) >= task["wanted"] - task["extra"] and known
    if complete:
        value, confidence = agreed(known, context.schema.task)
        people = tuple(answer.annotator for answer in known)
        entry = Entry(task["prediction_id"], value, task["seq"], confidence, people, task["purpose"])
        add_labels(context, [entry], "expert", by)
    else:
        withdraw_labels(context, [task["prediction_id"]], "expert")


def agreed(answers: Sequence[Annotation], task: str) -> tuple[Scalar, float]:
    """What several answers say together, and the share of them that say so: the majority, the first given where it is tied;
    the median in regression, with confidence 1."""
    values = [answer.value for answer in answers if answer.value is not None]
    if task == "regression":
        return median(float(value) for value in values), 1.0
    value, count = Counter(values).most_common(1)[0]
    return value, count / len(values)
