"""Labels as they arrived, append-only, and the one that counts for each prediction.

An adjudication counts before ground truth, that before the experts, and those before a user's reviewed feedback; within a
source the newest counts. `changed` rises with each change of what counts, so that readers follow with a cursor.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count as count_from
from itertools import repeat
from typing import Any, NamedTuple

import pandas as pd

from lifecycle.errors import UnknownName
from lifecycle.stores.database import Database, dumps

__all__ = ["Entry", "Recorded", "add", "add_many", "counting", "feedback", "match", "review", "values", "withdraw"]

RANK = "CASE l.source WHEN 'adjudication' THEN 3 WHEN 'ground_truth' THEN 2 WHEN 'expert' THEN 1 ELSE 0 END"


class Entry(NamedTuple):
    """One label to record; `value` is a JSON scalar, `seq` its prediction's place in the log, None until that arrives."""

    id: str
    value: Any
    seq: int | None = None
    confidence: float = 1.0
    annotators: tuple[str, ...] = ()
    purpose: str = ""
    probability: float | None = None


class Recorded(NamedTuple):
    """What became of a call's labels: how many were new, how many the same again, and how many differ from the one before."""

    added: int
    ignored: int
    changed: int


def add(database: Database, project: str, entries: Sequence[Entry], source: str, time: datetime, by: str, reviewed: bool = True) -> Recorded:
    """Append labels of one source and let the right ones count, in the caller's transaction or one of its own."""
    ignored = changed = 0
    rows = []
    texts: dict[Any, str] = {}
    moment = time.isoformat()
    entries = sorted(entries, key=lambda entry: entry.id)  # neighbours in the indexes are written together; equal ids keep their order
    with database.write() as connection:
        _gather(connection, ((entry.id, entry.seq) for entry in entries))
        newest = _newest(connection, project, source)
        for entry in entries:
            key = (type(entry.value), entry.value)
            value = texts.get(key) or texts.setdefault(key, dumps(entry.value))
            annotators = dumps(entry.annotators) if entry.annotators else "[]"
            content = (value, entry.confidence, annotators, entry.purpose, entry.probability)
            before = newest.get(entry.id)
            if before == content:
                ignored += 1
                continue
            changed += before is not None and before[0] != value
            newest[entry.id] = content
            rows.append((project, entry.id, *content, source, moment, by, int(reviewed)))
        connection.executemany(
            """INSERT INTO labels (project, id, value, confidence, annotators, purpose, probability, source, time, by, reviewed)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            rows,
        )
        if rows and reviewed:
            _recount(connection, project)
    return Recorded(len(rows), ignored, changed)


def add_many(database: Database, project: str, given: pd.DataFrame, source: str, time: datetime, by: str, reviewed: bool = True) -> Recorded:
    """The same for a frame in the order of its ids: id, value (JSON), seq (0 until the prediction arrives), probability (NaN where
    not known). Labels of ids that have none yet go straight in."""
    with database.write() as connection:
        met = given["id"].duplicated(keep=False).to_numpy() | given["id"].isin(_labelled(connection, project, given["id"])).to_numpy()
        fresh, rest = given[~met], given[met]
        first = _next(connection)
        moment, count = time.isoformat(), len(fresh)
        ids, values_ = fresh["id"].tolist(), fresh["value"].tolist()
        chances = [None if p != p else p for p in fresh["probability"].tolist()]
        connection.executemany(
            "INSERT INTO labels (project, id, value, probability, source, time, by, reviewed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            zip(repeat(project), ids, values_, chances, repeat(source), repeat(moment), repeat(by), repeat(int(reviewed), count), strict=False),
        )
        if reviewed:
            seqs = [seq or None for seq in fresh["seq"].tolist()]
            connection.executemany(
                "INSERT INTO current_labels (project, id, no, seq, changed) VALUES (?, ?, ?, ?, ?)",
                zip(repeat(project), ids, count_from(first), seqs, count_from(_base(connection, project) + 1), strict=False),
            )
        known = {text: json.loads(text) for text in rest["value"].unique().tolist()}
        rows = zip(rest["id"].tolist(), rest["value"].tolist(), rest["seq"].tolist(), rest["probability"].tolist(), strict=True)
        entries = [Entry(id, known[text], seq or None, probability=p if p == p else None) for id, text, seq, p in rows]
        found = add(database, project, entries, source, time, by, reviewed) if entries else Recorded(0, 0, 0)
    return found._replace(added=found.added + count)


def feedback(database: Database, project: str) -> pd.DataFrame:
    """Users' corrections that wait for a review, the oldest first: no, id, label, by, time."""
    sql = """SELECT no, id, value AS label, by, time FROM labels INDEXED BY labels_said
             WHERE project = ? AND source != 'ground_truth' AND source = 'feedback' AND reviewed = 0 ORDER BY no"""
    frame = database.frame(sql, (project,))
    frame["label"] = values(frame["label"])
    return frame


def review(database: Database, project: str, no: int, accept: bool, seq: int | None = None) -> None:
    """Accept a user's feedback, which counts from then on where nothing better does, or turn it down.

    Raises
    ------
    UnknownName : there is no feedback of that number that waits for a review.
    """
    with database.write() as connection:
        row = connection.execute(
            "SELECT id FROM labels WHERE no = ? AND project = ? AND source = 'feedback' AND reviewed = 0", (no, project)
        ).fetchone()
        if row is None:
            open_ = database.rows("SELECT no FROM labels WHERE project = ? AND source = 'feedback' AND reviewed = 0 LIMIT 20", (project,))
            raise UnknownName.among("feedback", no, (found["no"] for found in open_))
        connection.execute("UPDATE labels SET reviewed = ? WHERE no = ?", (1 if accept else -1, no))
        _gather(connection, [(row[0], seq)])
        _recount(connection, project)


def withdraw(database: Database, project: str, ids: Iterable[str], source: str) -> int:
    """Let the labels of one source not count any longer for these predictions; the rows stay. Returns how many there were."""
    with database.write() as connection:
        _gather(connection, ((id, None) for id in ids))
        sql = "UPDATE labels SET reviewed = -1 WHERE project = ? AND source = ? AND reviewed = 1 AND id IN (SELECT id FROM temp.gathered)"
        count = connection.execute(sql, (project, source)).rowcount
        _recount(connection, project)
        return count


def match(database: Database, project: str, ids: Iterable[str], seqs: Iterable[int]) -> int:
    """Tell waiting labels that their predictions arrived; returns how many had waited."""
    with database.write() as connection:
        if not database.value("SELECT 1 FROM current_labels WHERE project = ? AND seq IS NULL LIMIT 1", (project,)):
            return 0
        _gather(connection, zip(ids, seqs, strict=True))
        sql = """UPDATE current_labels SET seq = g.seq, changed = :base + g.place FROM temp.gathered g
                 WHERE project = :project AND current_labels.id = g.id AND current_labels.seq IS NULL"""
        return connection.execute(sql, {"project": project, "base": _base(connection, project)}).rowcount


def counting(
    database: Database,
    project: str,
    after: int = 0,
    ids: Sequence[str] | None = None,
    arrived: bool = True,
    newest: int | None = None,
    said: bool = False,
) -> pd.DataFrame:
    """The labels that count and changed after `after`, by seq: id, seq, label, source, purpose, probability, confidence, changed,
    annotators (JSON), time, no. `arrived`: only those whose prediction is in the log; `newest`: at most so many, those of the newest
    predictions; `said`: only what people said, without ground truth. Labels are JSON scalars read back."""
    current = "current_labels c ON c.project = :project AND c.id"
    if said:
        these = f"""labels l INDEXED BY labels_said CROSS JOIN {current} = l.id AND c.no = l.no
                    WHERE l.project = :project AND l.source != 'ground_truth' AND c.changed > :after"""
        these += " AND c.id IN (SELECT value FROM json_each(:ids))" if ids is not None else ""
    elif ids is not None:
        these = f"json_each(:ids) g CROSS JOIN {current} = g.value JOIN labels l ON l.no = c.no WHERE c.changed > :after"
    else:  # a plus keeps a condition from choosing the index: the newest are found by their place, the changed by their change
        free = "+" if newest is not None else ""
        these = f"current_labels c JOIN labels l ON l.no = c.no WHERE c.project = :project AND {free}c.changed > :after"
    there = " AND c.seq IS NOT NULL" if arrived else ""
    latest = " DESC LIMIT :newest" if newest is not None else ""
    sql = f"""SELECT c.id, c.seq, l.value AS label, l.source, l.purpose, l.probability, l.confidence, c.changed, l.annotators, l.time, l.no
              FROM {these}{there} ORDER BY c.seq{latest}"""
    chosen = json.dumps(list(dict.fromkeys(ids))) if ids is not None else None
    frame = database.frame(sql, {"project": project, "after": after, "ids": chosen, "newest": newest})
    frame = frame if newest is None else frame[::-1].reset_index(drop=True)
    frame["label"] = values(frame["label"])
    return frame.astype({"probability": "float64", "confidence": "float64", "changed": "int64"})


def values(texts: pd.Series) -> pd.Series:
    """JSON scalars read back, each different one once."""
    known = {text: json.loads(text) for text in texts.unique().tolist()}
    return pd.Series([known[text] for text in texts.tolist()], dtype=object, index=texts.index)


def _labelled(connection: sqlite3.Connection, project: str, ids: pd.Series) -> list[str]:
    """Those of these ids that have a label of any source."""
    if connection.execute("SELECT 1 FROM labels WHERE project = ? LIMIT 1", (project,)).fetchone() is None:
        return []
    sql = "SELECT g.value FROM json_each(?) g WHERE EXISTS (SELECT 1 FROM labels l WHERE l.project = ? AND l.id = g.value)"
    return [row[0] for row in connection.execute(sql, (json.dumps(ids.tolist()), project))]


def _next(connection: sqlite3.Connection) -> int:
    """The number that the next label gets."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'labels'").fetchone()
    return int(found[0]) + 1 if found else 1


def _gather(connection: sqlite3.Connection, pairs: Iterable[tuple[str, int | None]]) -> None:
    """Put the ids in question, with their place in the log where known, into a temporary table."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS gathered (id TEXT PRIMARY KEY, seq INTEGER, place INTEGER) WITHOUT ROWID")
    connection.execute("DELETE FROM temp.gathered")
    placed = ((id, seq, place) for place, (id, seq) in enumerate(pairs, 1))
    connection.executemany("INSERT OR REPLACE INTO temp.gathered VALUES (?, ?, ?)", placed)


def _newest(connection: sqlite3.Connection, project: str, source: str) -> dict[str, tuple[Any, ...]]:
    if connection.execute("SELECT 1 FROM labels WHERE project = ? LIMIT 1", (project,)).fetchone() is None:
        return {}
    sql = """SELECT l.id, l.value, l.confidence, l.annotators, l.purpose, l.probability, max(l.no) FROM temp.gathered g
             CROSS JOIN labels l ON l.project = ? AND l.id = g.id WHERE l.source = ? AND l.reviewed >= 0 GROUP BY l.id"""
    return {row[0]: tuple(row[1:6]) for row in connection.execute(sql, (project, source))}


def _recount(connection: sqlite3.Connection, project: str) -> None:
    """Let the right label count for each gathered id; one that counts already is left as it is."""
    best = f"""SELECT l.no FROM labels l WHERE l.project = :project AND l.id = g.id AND l.reviewed = 1
               ORDER BY {RANK} DESC, l.no DESC LIMIT 1"""
    connection.execute(
        f"""INSERT INTO current_labels (project, id, no, seq, changed)
            SELECT :project, w.id, w.no, w.seq, :base + w.place FROM (SELECT g.id, g.seq, g.place, ({best}) AS no FROM temp.gathered g) w
            LEFT JOIN current_labels c ON c.project = :project AND c.id = w.id WHERE w.no IS NOT NULL AND c.no IS NOT w.no
            ON CONFLICT (project, id) DO UPDATE SET no = excluded.no, changed = excluded.changed, seq = coalesce(excluded.seq, seq)""",
        {"project": project, "base": _base(connection, project)},
    )
    connection.execute(
        """UPDATE current_labels SET no = 0, changed = :base + 1 WHERE project = :project AND no != 0
           AND id IN (SELECT g.id FROM temp.gathered g WHERE NOT EXISTS
                      (SELECT 1 FROM labels l WHERE l.project = :project AND l.id = g.id AND l.reviewed = 1))""",
        {"project": project, "base": _base(connection, project)},
    )


def _base(connection: sqlite3.Connection, project: str) -> int:
    return int(connection.execute("SELECT coalesce(max(changed), 0) FROM current_labels WHERE project = ?", (project,)).fetchone()[0])
