"""What experts say: answers, unsure, skips and undos, each checked here whatever the page has checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lifecycle.errors import Conflict, InvalidValue, UnknownName
from lifecycle.records import Scalar, Schema, Task, Unsure
from lifecycle.stores import tasks
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.agreeing import settle

__all__ = ["annotate", "checked_value", "expert", "lease_end", "skip", "undo"]


def annotate(
    context: Context,
    task: Task | int,
    value: Scalar | Unsure,
    annotator: str,
    seconds: float | None = None,
    client_id: str | None = None,
    comment: str = "",
) -> None:
    """Record one answer, and the label once the task has as many as it wants.

    The same `client_id`, or the same answer by the same person again, counts once. A task whose lease has run out can still
    be answered while nobody else has taken it.

    Raises
    ------
    InvalidValue : not a class of this project, not a finite number. UnknownName : no such task.
    Conflict : the task went to somebody else, or this person has answered it otherwise; nothing was changed.
    """
    me = expert(annotator)
    kind, said = ("unsure", None) if isinstance(value, Unsure) else ("answer", dumps(checked_value(context.schema, value)))
    fields = {"value": said, "seconds": _seconds(seconds), "comment": str(comment), "client_id": client_id}
    with context.database.write():
        if client_id is not None and _sent(context, client_id):
            return
        found = _task(context, task)
        if _answered(context, found, me, kind, said):
            return
        _take_seat(context, found, me)
        tasks.annotate(context.database, context.name, found, me, kind, context.now(), **fields)
        settle(context, found, me)


def skip(context: Context, task: Task | int, annotator: str) -> None:
    """Pass a task on: it goes to others, and to this person again when nothing else is left.

    Raises
    ------
    UnknownName : no such task. Conflict : this person has answered it; they can undo that.
    """
    me = expert(annotator)
    with context.database.write():
        found = _task(context, task)
        stands = _standing(context, found, me)
        if stands is not None and stands["kind"] != "skip":
            raise Conflict(f"{me} has answered task {found['id']} already; undo that first.")
        if stands is None or tasks.holds(context.database, found["id"], me):  # else it was skipped before, and is not shown to them now
            tasks.annotate(context.database, context.name, found, me, "skip", context.now())


def undo(context: Context, annotator: str, client_id: str | None = None, task: Task | int | None = None) -> int | None:
    """Take back this person's last answer, unsure or skip that stands, or theirs to `task`: the label is withdrawn and the task is theirs again.
    Returns the task's id, None when nothing is left to take back, or when the same `client_id` has been here before. A skip
    whose sample somebody else has by now stays a skip, and what came before it is taken back.
    """
    me = expert(annotator)
    with context.database.write():
        if client_id is not None and _sent(context, client_id):
            return None
        tasks.expire(context.database, context.name, context.now())
        last = tasks.last_standing(context.database, context.name, me, task.id if isinstance(task, Task) else task)
        if last is None:
            return None
        tasks.undo(context.database, context.name, last, context.now(), client_id)
        found = _task(context, int(last["task"]))
        tasks.seat(context.database, found["id"], me, context.name, lease_end(context))
        if last["kind"] != "skip":
            settle(context, found, me)
        return int(found["id"])


def lease_end(context: Context) -> datetime:
    """When a lease that starts or is renewed now runs out."""
    return context.now() + timedelta(minutes=context.settings.lease_minutes)


def expert(annotator: str) -> str:
    """A name that can be counted by.

    Raises
    ------
    InvalidValue : empty, or not text.
    """
    if not isinstance(annotator, str) or not annotator.strip():
        raise InvalidValue(f"An annotator is a name; {annotator!r} was given.")
    return annotator.strip()


def checked_value(schema: Schema, value: Any) -> Scalar:
    """An answer in its class's own type, or a finite float.

    Raises
    ------
    InvalidValue : it is none of the classes, or no finite number.
    """
    plain = value.item() if hasattr(value, "item") else value
    if schema.task == "regression":
        if isinstance(plain, bool) or not isinstance(plain, int | float) or not math.isfinite(plain):
            raise InvalidValue(f"{value!r} is not an answer here; give a finite number, or UNSURE.")
        return float(plain)
    known = {str(name): name for name in schema.classes}
    if isinstance(plain, float) and plain.is_integer() and str(plain) not in known:
        plain = int(plain)
    if not isinstance(plain, str | int | float) or str(plain) not in known:
        names = ", ".join(map(repr, schema.classes[:20])) + (", ..." if len(schema.classes) > 20 else "")
        raise InvalidValue(f"{value!r} is not a class of this project; the classes are {names}. Who cannot tell answers UNSURE.")
    return known[str(plain)]


def _seconds(seconds: float | None) -> float | None:
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return None  # a browser's clock may jump; the answer matters more
    return float(seconds)


def _sent(context: Context, client_id: str) -> bool:
    return context.database.value("SELECT 1 FROM annotations WHERE project = ? AND client_id = ?", (context.name, client_id)) is not None


def _task(context: Context, task: Task | int) -> dict[str, Any]:
    number = task.id if isinstance(task, Task) else task
    found = tasks.find(context.database, context.name, number) if isinstance(number, int) else None
    if found is None:
        raise UnknownName(f"No task {number!r} in the queue of {context.name!r}; it may have been ranked anew. Ask for the next tasks.")
    return found


def _standing(context: Context, task: Mapping[str, Any], me: str) -> dict[str, Any] | None:
    sql = "SELECT a.kind, a.value FROM standing s JOIN annotations a ON a.id = s.annotation WHERE s.task = ? AND s.annotator = ?"
    return context.database.one(sql, (task["id"], me))


def _answered(context: Context, task: Mapping[str, Any], me: str, kind: str, value: str | None) -> bool:
    """Whether this person has given this answer already."""
    stands = _standing(context, task, me)
    if stands is None or stands["kind"] == "skip":
        return False
    if (stands["kind"], stands["value"]) == (kind, value):
        return True
    raise Conflict(f"{me} has answered task {task['id']} otherwise ({stands['value'] or 'unsure'}); undo that first.")


def _take_seat(context: Context, task: Mapping[str, Any], me: str) -> None:
    """Make sure that this person holds the task or may: nobody's seat is taken from them."""
    tasks.expire(context.database, context.name, context.now())
    if tasks.holds(context.database, task["id"], me) or context.database.value("SELECT open FROM tasks WHERE id = ?", (task["id"],)) > 0:
        return
    if context.database.value("SELECT 1 FROM gold WHERE task = ?", (task["id"],)) is not None:
        return  # everybody may answer what is known
    if task["answers"] >= task["wanted"]:
        raise Conflict(f"Task {task['id']} was answered by somebody else while {me} did not hold it; nothing is left to do.")
    raise Conflict(f"Task {task['id']} is held by somebody else, since {me} does not hold it (any more); ask for the next task.")
