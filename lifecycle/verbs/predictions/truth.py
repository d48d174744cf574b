"""Labels land: ground truth that arrives late, a user's feedback, and what the experts agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle import schema as door
from lifecycle.errors import BadData, InvalidValue, NotReady
from lifecycle.records import Schema
from lifecycle.schema import Refusals
from lifecycle.stores import labels as store
from lifecycle.stores.database import dumps
from lifecycle.stores.labels import Entry, Recorded
from lifecycle.stores.segments import Numbers
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.predictions import landing
from lifecycle.verbs.predictions.outcomes import Landed

__all__ = ["SOURCES", "add_labels", "feedback", "labelled", "record_labels", "review_feedback", "withdraw_labels"]

AT_ONCE = 50_000
SOURCES = ("ground_truth", "feedback", "expert", "adjudication")


class _Given(NamedTuple):
    """A frame of labels: ids, values as JSON scalars, probabilities with NaN where not known."""

    ids: np.ndarray[Any, np.dtype[np.object_]]
    values: np.ndarray[Any, Any]
    probabilities: np.ndarray[Any, np.dtype[np.float64]]


def record_labels(context: Context, frame: pd.DataFrame, source: str = "ground_truth", by: str | None = None) -> Landed:
    """Record labels: columns id, label [+ probability]. All rows or none.

    Raises
    ------
    BadData : `.refused` says which rows and why: an unknown class, a missing value, a probability outside (0, 1].
    """
    if source not in SOURCES:
        raise InvalidValue(f"No label source named {source!r}; known: {', '.join(SOURCES)}.")
    given, refusals = _read(frame, context.schema)
    if refusals.mask.any():
        raise BadData(refusals.sentence("leave these rows out"), refusals.frame())
    with context.database.write():
        seqs = context.log().locate(given.ids.tolist())
        recorded = _add(context, given, seqs, source, by)
        waiting = len(set(given.ids[seqs == 0].tolist()))
        if recorded.added:
            details = {"count": recorded.added, "source": source, "changed": recorded.changed, "waiting": waiting}
            context.happened(by, "record_labels", f"{recorded.added} labels", details)
    return Landed(given.ids.tolist(), recorded.ignored, waiting, refusals.frame(), _notes(recorded, waiting, source))


def _add(context: Context, given: _Given, seqs: Numbers, source: str, by: str | None) -> Recorded:
    """Append a frame of labels, in the order of ids and a bounded number at a time, so that neighbours are written together."""
    ids = pa.array(given.ids, pa.string())
    order = np.arange(len(ids)) if pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py() else pc.sort_indices(ids).to_numpy()
    codes, different = pd.factorize(given.values)
    texts = _objects([dumps(value) for value in different.tolist()])[codes]
    frame = pd.DataFrame({"id": given.ids, "value": texts, "seq": seqs, "probability": given.probabilities}).astype({"id": object, "value": object})
    total = Recorded(0, 0, 0)
    for start in range(0, len(order), AT_ONCE):
        part = frame.iloc[order[start : start + AT_ONCE]]
        recorded = store.add_many(context.database, context.name, part, source, context.now(), who(by), source != "feedback")
        total = Recorded(*(int(a + b) for a, b in zip(total, recorded, strict=True)))
    return total


def add_labels(context: Context, entries: Sequence[Entry], source: str, by: str | None, reviewed: bool = True) -> Recorded:
    """Append labels of one source, whose values are right already, in the caller's transaction; no event.

    Each entry's `seq` is looked up where it is None. The same label again (value, confidence, annotators, purpose,
    probability) is ignored; another one counts from now on within its source.
    """
    with context.database.write():
        return store.add(context.database, context.name, _placed(context, entries), source, context.now(), who(by), reviewed)


def _placed(context: Context, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries with the places of those predictions that are in the log."""
    absent = [entry.id for entry in entries if entry.seq is None]
    if not absent:
        return entries
    found = dict(zip(absent, context.log().locate(absent).tolist(), strict=True))
    return [entry if entry.seq is not None else entry._replace(seq=found[entry.id] or None) for entry in entries]


def withdraw_labels(context: Context, ids: Sequence[str], source: str) -> int:
    """Let one source's labels of these predictions not count any longer (an undone answer); the rows stay. No event."""
    return store.withdraw(context.database, context.name, ids, source)


def review_feedback(context: Context, no: int, accept: bool, by: str | None = None) -> None:
    """Accept a user's feedback as a label, or turn it down.

    Raises
    ------
    UnknownName : there is no feedback of that number that waits.
    """
    with context.database.write():
        found = context.database.value("SELECT id FROM labels WHERE no = ? AND project = ?", (no, context.name))
        seq = int(context.log().locate([found])[0]) if found is not None else 0
        store.review(context.database, context.name, no, accept, seq or None)
        context.happened(by, "review_feedback", f"prediction {found}", {"no": no, "accepted": accept})


def feedback(context: Context) -> pd.DataFrame:
    """Users' corrections that wait for a review, the oldest first: no, id, label, by, time, and what the model had answered
    (`prediction`; None where it is not in the log, and beyond the first 1,000)."""
    frame = store.feedback(context.database, context.name)
    first = frame["id"].head(1000).tolist()
    seqs = context.log().locate(first)
    said = landing.original_types(context.log().take(seqs[seqs > 0], ["prediction"]), context.schema)["prediction"].tolist()
    known = dict(zip(np.flatnonzero(seqs > 0).tolist(), said, strict=True))
    frame["prediction"] = pd.Series([known.get(place) for place in range(len(frame))], index=frame.index, dtype=object)
    return frame


def labelled(
    context: Context, after: int = 0, features: bool = False, ids: Sequence[str] | None = None, newest: int | None = None, said: bool = False
) -> pd.DataFrame:
    """The labels that count and whose prediction is in the log, by seq: id, seq, time, version, prediction, p_<class>..., label, source,
    purpose, probability, confidence, changed, and the features if asked for; `after`: only those that changed after that number;
    `newest`: at most so many, of the newest predictions; `said`: only what people said, without ground truth."""
    schema = context.schema
    found = store.counting(context.database, context.name, after, ids, newest=newest, said=said)
    columns = ["id", "seq", "time", "version", "prediction", *schema.probability_columns(), *(schema.names if features else ())]
    table = context.log().take(found["seq"].to_numpy(dtype=np.int64), columns)
    absent = [name for name in schema.probability_columns() if table[name].null_count == table.num_rows and table.num_rows]
    frame = landing.original_types(table.drop_columns(absent), schema)
    place = 5 + len(schema.probability_columns()) - len(absent)
    label = found["label"].astype("float64") if schema.task == "regression" else found["label"].infer_objects()
    for name in ("changed", "confidence", "probability", "purpose", "source"):
        frame.insert(place, name, found[name])
    frame.insert(place, "label", label)
    return frame


def _read(frame: pd.DataFrame, schema: Schema) -> tuple[_Given, Refusals]:
    if not isinstance(frame, pd.DataFrame) or not len(frame):
        raise BadData("There are no labels in what was given; give a frame with the columns id and label, at least one row.")
    known = ("id", "label", "probability")
    given = ", ".join(map(str, frame.columns))
    extra = [str(name) for name in frame.columns if name not in known]
    if missing := [name for name in known[:2] if name not in frame.columns]:
        raise BadData(f"Columns missing: {', '.join(missing)}. Labels need id and label, and may bring probability; given: {given}.")
    if extra:
        raise BadData(f"Columns that labels do not have: {', '.join(extra)}. Drop them; known: id, label, probability.")
    if schema.task == "classification" and not schema.classes:
        raise NotReady("This project has no classes yet; log its first predictions, then their labels.")
    refusals = Refusals(len(frame))
    ids = door.names(frame["id"], "id", refusals)
    if schema.task == "classification":
        codes = door.class_names(frame["label"], schema.classes, "label", refusals).indices.fill_null(-1).to_numpy()
        values = _objects([*schema.classes, None])[codes]
    else:
        values = door.finite_numbers(frame["label"], "label", refusals)
        refusals.add(frame["label"].isna().to_numpy(), "label", frame["label"], "is missing")
    chances = np.full(len(frame), np.nan)
    if "probability" in frame.columns:
        chances = door.finite_numbers(frame["probability"], "probability", refusals)
        refusals.add((chances <= 0) | (chances > 1), "probability", frame["probability"], "is no chance to have been labelled: it must lie in (0, 1]")
    return _Given(ids, values, chances), refusals


def _objects(values: list[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _notes(recorded: Recorded, waiting: int, source: str) -> tuple[str, ...]:
    notes = []
    if recorded.ignored:
        notes.append(f"{recorded.ignored} labels were known already and were ignored.")
    if recorded.changed:
        notes.append(f"{recorded.changed} labels differ from what {source} said before; the newest counts, the old ones stay on record.")
    if waiting:
        notes.append(f"{waiting} labels wait for their prediction to arrive.")
    if source == "feedback" and recorded.added:
        notes.append(f"{recorded.added} corrections wait for a review before they count.")
    return tuple(notes)
