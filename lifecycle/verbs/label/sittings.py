"""What an expert wants to know at the queue: how far along, what each class looks like, what resembles this sample."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions.truth import labelled

__all__ = ["label_examples", "label_progress"]

SEEN = 5_000  # newest labelled rows that are compared
STREAK = timedelta(minutes=10)  # a longer pause ends a streak


def label_progress(context: Context, annotator: str | None = None) -> dict[str, Any]:
    """How labeling stands: waiting, done_today, done_total; of one person mine_today, mine_total, median_seconds and streak.

    Counts are of answers (unsure among them) that stand; a day starts at midnight UTC; `streak` counts the newest answers
    with no pause above ten minutes, up to now.
    """
    midnight = context.now().astimezone(UTC).date().isoformat()
    stands = "FROM annotations a JOIN standing s ON s.annotation = a.id WHERE a.project = ?1 AND s.kind != 'skip'"
    counts = f"SELECT count(*) AS total, coalesce(sum(a.time >= ?2), 0) AS today {stands} AND (?3 IS NULL OR a.annotator = ?3)"
    everybody = context.database.one(counts, (context.name, midnight, None)) or {}
    mine = context.database.one(counts, (context.name, midnight, annotator)) or {}
    mine = mine if annotator is not None else {"total": 0, "today": 0}
    newest = context.database.frame(f"SELECT a.time, a.seconds {stands} AND a.annotator = ?2 ORDER BY a.id DESC LIMIT 500", (context.name, annotator))
    seconds = newest["seconds"].dropna()
    return {
        "waiting": int(context.database.value("SELECT count(*) FROM tasks WHERE project = ? AND open > 0", (context.name,))),
        "done_today": int(everybody["today"]),
        "done_total": int(everybody["total"]),
        "mine_today": int(mine["today"]),
        "mine_total": int(mine["total"]),
        "median_seconds": float(seconds.head(50).median()) if len(seconds) else None,
        "streak": _streak(pd.to_datetime(newest["time"], utc=True, format="ISO8601"), pd.Timestamp(context.now())),
    }


def label_examples(context: Context, n: int = 3) -> pd.DataFrame:
    """The `n` samples a class of whose label experts are surest, for the guidelines: id, label, confidence and the features.

    Where experts have labelled fewer, ground truth fills up. Looks at the newest 5,000 labels of either kind.

    Raises
    ------
    InvalidValue : `n` is not a whole number from 1 on.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise InvalidValue(f"{n!r} examples a class cannot be shown; give a whole number from 1 on.")
    parts = (labelled(context, newest=SEEN, said=True), labelled(context, newest=SEEN))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True).drop_duplicates("seq")
    frame = frame[frame["source"] != "feedback"]
    by = frame["label"] if context.schema.task == "classification" else pd.Series("number", index=frame.index)
    frame = frame.assign(late=frame["source"] == "ground_truth").sort_values(
        ["late", "confidence", "seq"], ascending=[True, False, False], kind="stable"
    )
    best = frame.groupby(by.reindex(frame.index).map(str), sort=False).head(n)
    chosen = labelled(context, features=True, ids=best["id"].tolist()).set_index("id").loc[best["id"]].reset_index()
    return (
        chosen[["id", "label", "confidence", *context.schema.names]]
        .sort_values("label", key=lambda s: s.map(str), kind="stable")
        .reset_index(drop=True)
    )


def _streak(times: pd.Series, now: pd.Timestamp) -> int:
    """How many of the answers, the newest first, follow one another without a pause."""
    if times.empty:
        return 0
    later = pd.concat([pd.Series([now]), times.iloc[:-1]], ignore_index=True)
    paused = ((later - times.reset_index(drop=True)) > STREAK).to_numpy()
    return int(paused.argmax()) if paused.any() else len(times)
