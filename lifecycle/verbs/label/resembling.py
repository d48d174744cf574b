"""What resembles a sample: labelled ones, to decide by, and unlabelled ones, to label together.

Neither looks through the log: labelled rows are kept at hand, and unlabelled ones are the candidates of the last ranking.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.features import as_numbers
from lifecycle.label.geometry import squared_distances, standardised
from lifecycle.label.uncertainty import Floats
from lifecycle.stores import labels as book
from lifecycle.stores import likenesses
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import ranking
from lifecycle.verbs.label.requesting import request_labels
from lifecycle.verbs.label.samples import as_text, from_text, rows_at

__all__ = ["neighbours", "request_similar", "similar", "stock_landmarks"]

SEEN = 2_000  # labelled rows that are compared: the newest that people gave, and the newest of all
AT_ONCE = 200  # of them, read from the log for one answer; the worker reads the others
KEPT = 8  # projects whose labelled rows are kept as numbers

_KEPT: OrderedDict[tuple[str, str], tuple[tuple[int, ...], pd.DataFrame, Floats]] = OrderedDict()


def similar(context: Context, id: str, n: int = 10) -> pd.DataFrame:
    """The unlabelled samples most like this one, the nearest first: id, prediction, distance, waits (in the queue).

    Looked for among the candidates of the last ranking (some thousand rows of most interest), by the Euclidean distance over
    standardised features, categories as indicators.

    Raises
    ------
    UnknownName : no such prediction. InvalidValue : `n` is not a whole number from 1 on.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise InvalidValue(f"{n!r} similar samples cannot be found; give a whole number from 1 on.")
    seq = _place(context, id)
    seqs, ids, said, rows = likenesses.candidates(context.database, context.name)
    if not len(seqs) and ranking.behind(context):
        ranking.catch_up(context)
        seqs, ids, said, rows = likenesses.candidates(context.database, context.name)
    own = _numbers_of(context, [seq])
    empty = pd.DataFrame({"id": [], "prediction": [], "distance": [], "waits": []})
    if not len(seqs) or rows.shape[1] != own.shape[1]:
        return empty
    space = standardised(np.concatenate([own, rows]))
    distances = np.sqrt(squared_distances(space[1:], space[:1])[:, 0])
    order = np.argsort(distances, kind="stable")
    order = order[seqs[order] != seq]
    waiting, done = _stand(context, ids)
    free = [place for place in order.tolist() if int(seqs[place]) not in done][:n]
    if not free:
        return empty
    known = {str(name): name for name in context.schema.classes}
    told = [known.get(str(said[place]), said[place]) for place in free]
    waits = [int(seqs[place]) in waiting for place in free]
    return pd.DataFrame({"id": [ids[place] for place in free], "prediction": told, "distance": distances[free], "waits": waits})


def request_similar(context: Context, id: str, n: int = 10, by: str | None = None) -> int:
    """Send the `n` unlabelled samples most like this one to the front of the queue; returns how many there were."""
    found = similar(context, id, n)["id"].tolist()
    if found:
        request_labels(context, found, by, f"like {id}", strategy="similar")
    return len(found)


def neighbours(context: Context, id: str, n: int = 5) -> pd.DataFrame:
    """The labelled samples most like this one, the nearest first: id, label, prediction, distance and the features.

    Distances are as in `similar`. Compared are at most 2,000 labelled samples: the newest that people gave and the newest of all,
    as many as are at hand; what is missing is read from the log bit by bit.

    Raises
    ------
    UnknownName : no such prediction.
    """
    seq = _place(context, id)
    labels, frame, rows = _landmarks(context)
    others = np.flatnonzero(labels["seq"].to_numpy() != seq)
    names = list(context.schema.names)
    if len(others):
        space = standardised(np.concatenate([_numbers_of(context, [seq]), rows[others]]))
        distances = np.sqrt(squared_distances(space[1:], space[:1])[:, 0])
        nearest = np.argsort(distances, kind="stable")[: max(0, n)]
        chosen, distances = others[nearest], distances[nearest]
    else:
        chosen, distances = others, np.zeros(0)
    found = labels.iloc[chosen][["id", "label"]].assign(prediction=frame["prediction"].iloc[chosen].to_numpy(), distance=distances)
    return found.assign(**{name: frame[name].iloc[chosen].to_numpy() for name in names}).reset_index(drop=True)


def stock_landmarks(context: Context, most: int = SEEN) -> list[int]:
    """Read up to `most` labelled rows that are not at hand yet; returns the places of those that are now, in order."""
    wanted = _wanted(context)["seq"].tolist()
    have = set(likenesses.landmarks(context.database, context.name))
    missing = [seq for seq in reversed(wanted) if seq not in have][:most]
    if missing or have - set(wanted):
        table = rows_at(context, np.array(sorted(missing), dtype=np.int64), ["prediction", *context.schema.names])
        rows = list(zip(sorted(missing), map(as_text, table.to_pylist()), strict=True)) if missing else []
        likenesses.keep_landmarks(context.database, context.name, rows, wanted)
    return [seq for seq in wanted if seq in have or seq in set(missing)]


def _landmarks(context: Context) -> tuple[pd.DataFrame, pd.DataFrame, Floats]:
    """The labelled rows at hand: their labels, their values, and their values as numbers."""
    there = stock_landmarks(context, AT_ONCE)
    labels = _wanted(context)
    labels = labels[labels["seq"].isin(there)].reset_index(drop=True)
    key, places = (str(context.root), context.name), tuple(labels["seq"].tolist())
    if key not in _KEPT or _KEPT[key][0] != places:
        texts = likenesses.landmarks(context.database, context.name)
        frame = _frame(context, [from_text(texts[seq]) for seq in places])
        _KEPT[key] = (places, frame, as_numbers(frame, context.schema.features))
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    return labels, _KEPT[key][1], _KEPT[key][2]


def _wanted(context: Context) -> pd.DataFrame:
    """The labels to compare with, by place: id, seq, label."""
    parts = [book.counting(context.database, context.name, newest=SEEN // 2, said=said)[["id", "seq", "label"]] for said in (True, False)]
    known = [part for part in parts if len(part)] or parts[:1]
    found = pd.concat(known, ignore_index=True).drop_duplicates("seq").sort_values("seq", kind="stable").reset_index(drop=True)
    return found.assign(label=found["label"].infer_objects())


def _frame(context: Context, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["prediction", *context.schema.names])
    known = {str(name): name for name in context.schema.classes}
    return frame.assign(prediction=[known.get(str(said), said) for said in frame["prediction"]])


def _numbers_of(context: Context, seqs: Sequence[int]) -> Floats:
    rows = rows_at(context, np.array(seqs, dtype=np.int64), ["prediction", *context.schema.names]).to_pylist()
    return as_numbers(_frame(context, rows), context.schema.features)


def _place(context: Context, id: str) -> int:
    seq = context.log().find([str(id)]).get(str(id))
    if seq is None:
        raise UnknownName(f"No prediction {id!r} in the log of {context.name!r}; take an id from its predictions.")
    return seq


def _stand(context: Context, ids: Sequence[str]) -> tuple[set[int], set[int]]:
    """The places that wait in the queue, and of these ids those that are labelled or answered."""
    rows = context.database.rows("SELECT seq, open, answers FROM tasks WHERE project = ?", (context.name,))
    waiting = {row["seq"] for row in rows if row["open"] > 0}
    done = {row["seq"] for row in rows if row["answers"] > 0}
    sql = "SELECT c.seq FROM json_each(?) g CROSS JOIN current_labels c ON c.project = ? AND c.id = g.value WHERE c.no != 0"
    labelled = context.database.rows(sql, (json.dumps(list(ids)), context.name))
    return waiting, done | {row["seq"] for row in labelled}
