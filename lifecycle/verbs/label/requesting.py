"""Chosen samples go to the front of the queue, or get further answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.overlap import answers_wanted, shared
from lifecycle.stores import tasks
from lifecycle.verbs.context import Context

__all__ = ["request_labels", "request_overlap"]

FRONT = -(2**40)  # the turns of requested tasks start here


def request_labels(context: Context, ids: Sequence[str], by: str | None, reason: str, strategy: str = "requested") -> int:
    """Send chosen predictions to the front of the queue, in the order given; returns how many were new to it.

    One that waits further back moves to the front and leaves the audit's draw; one that has been answered stays answered.

    Raises
    ------
    UnknownName : an id that is not in the log; nothing was changed.
    """
    wanted = list(dict.fromkeys(str(id) for id in ids))
    places = context.log().find(wanted)
    unknown = [id for id in wanted if id not in places]
    if unknown:
        raise UnknownName(
            f"No prediction {unknown[0]!r} in the log ({len(unknown)} of {len(wanted)} ids are unknown); nothing was sent to the queue."
        )
    with context.database.write():
        rows = _requests(context, wanted, places, strategy)
        new = tasks.insert(context.database, context.name, context.now(), rows)
        tasks.ask_for(context.database, context.name, rows, forced=True)
        context.happened(by, "request_labels", f"{len(wanted)} predictions", {"count": len(wanted), "new": new, "reason": reason})
    return new


def request_overlap(context: Context, share: float, answers: int = 2, by: str | None = None) -> int:
    """Ask for further answers to samples that experts have answered already: a random `share` of them, up to `answers` each.

    Those who answer are blind to what was said. Until it has them all, a sample keeps its label. Returns how many are open again.

    Raises
    ------
    InvalidValue : a share outside (0, 1], or fewer than two answers.
    """
    if not 0 < share <= 1 or isinstance(answers, bool) or not isinstance(answers, int) or not 2 <= answers <= 100:
        raise InvalidValue(f"A share above 0 up to 1 and 2 to 100 answers are needed; {share!r} and {answers!r} were given.")
    sql = "SELECT id, seq, wanted FROM tasks WHERE project = ? AND answers > 0 AND answers >= wanted - extra AND wanted < ? AND strategy != 'gold'"
    with context.database.write() as connection:
        found = context.database.frame(sql, (context.name, answers))
        chosen = found[shared(found["seq"].to_numpy(dtype=np.int64), share, context.settings.seed)]
        more = "UPDATE tasks SET open = open + ?1 - wanted, extra = extra + ?1 - wanted, wanted = ?1 WHERE id = ?2"
        connection.executemany(more, [(answers, number) for number in chosen["id"].tolist()])
        if len(chosen):
            context.happened(by, "request_labels", f"{len(chosen)} further answers", {"count": len(chosen), "share": share, "answers": answers})
    return len(chosen)


def _requests(context: Context, ids: Sequence[str], places: Mapping[str, int], strategy: str) -> list[dict[str, Any]]:
    sql = "SELECT coalesce(max(turn) + 1, ?) FROM tasks WHERE project = ? AND turn < 0"
    first, settings = int(context.database.value(sql, (FRONT, context.name))), context.settings
    seqs = np.array([places[id] for id in ids], dtype=np.int64)
    known = context.log().take(seqs, ["version", "prediction"])
    wanted = answers_wanted(seqs, settings.overlap, settings.overlap_share, settings.seed).tolist()
    said = known["prediction"].to_pylist() if context.schema.task == "classification" else [None] * len(ids)
    fixed = {"purpose": "query", "strategy": strategy, "utility": None, "probability": 1.0}
    parts = enumerate(zip(ids, seqs.tolist(), known["version"].to_pylist(), said, wanted, strict=True))
    return [
        fixed | {"prediction_id": id, "seq": seq, "turn": first + i, "model_version": int(version or 0), "predicted": p, "wanted": n}
        for i, (id, seq, version, p, n) in parts
    ]
