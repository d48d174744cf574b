"""One answer to several samples that are alike, and its undo."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle.errors import Conflict, InvalidValue
from lifecycle.records import Scalar
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.answers import annotate, checked_value, expert, undo
from lifecycle.verbs.label.requesting import request_labels

__all__ = ["annotate_together", "undo_together"]

MOST = 50


def annotate_together(context: Context, ids: Sequence[str], value: Scalar, annotator: str, client_id: str, seconds: float | None = None) -> int:
    """Give predictions one answer, each as a task that was asked for (its chance to be picked says nothing of the others), all or none.

    Returns how many it went to: what somebody else holds, or has been answered, is left to them. The same `client_id` counts once.

    Raises
    ------
    InvalidValue : no class of the project, no ids or more than 50. UnknownName : an id that is not in the log.
    """
    me, wanted = expert(annotator), list(dict.fromkeys(str(id) for id in ids))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidValue(f"One answer to {len(wanted)} samples cannot be given; name 1 to {MOST}.")
    said = checked_value(context.schema, value)
    each = seconds / len(wanted) if seconds is not None else None
    done = 0
    with context.database.write():
        if _tasks(context, me, client_id):
            return 0
        request_labels(context, wanted, me, "like a sample that was answered", "similar")
        for place, id in enumerate(wanted):
            task = context.database.value("SELECT id FROM tasks WHERE project = ? AND prediction_id = ?", (context.name, id))
            try:
                annotate(context, int(task), said, me, each, f"{client_id}/{place}", "")
            except Conflict:
                continue
            done += 1
    return done


def undo_together(context: Context, annotator: str, batch: str, client_id: str) -> int:
    """Take back all that one `annotate_together` answered and that stands; returns how many. The same `client_id` counts once."""
    me = expert(annotator)
    with context.database.write():
        found = _tasks(context, me, batch)
        return sum(undo(context, me, f"{client_id}/{place}", task) is not None for place, task in enumerate(found))


def _tasks(context: Context, me: str, client_id: str) -> list[int]:
    """The tasks that a call with this `client_id` answered, in its order."""
    sql = """SELECT task FROM annotations WHERE project = ? AND annotator = ? AND kind = 'answer'
             AND client_id >= ? AND client_id < ? ORDER BY id"""
    return [int(row["task"]) for row in context.database.rows(sql, (context.name, me, f"{client_id}/", f"{client_id}0"))]
