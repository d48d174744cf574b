"""What the experts' answers say about the labels: suspects, adjudication."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.issues import doubtful_classes, doubtful_numbers
from lifecycle.records import Scalar
from lifecycle.stores.labels import Entry
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.answers import checked_value
from lifecycle.verbs.predictions.truth import add_labels, labelled

__all__ = ["adjudicate", "answered", "suspects"]

DOUBTED = 20_000  # newest labels that are looked at, of all and of those that people gave


def answered(context: Context) -> pd.DataFrame:
    """The answers that stand, without unsure: item (the prediction's id), annotator, value."""
    sql = """SELECT a.prediction_id AS item, a.annotator, a.value FROM annotations a JOIN standing s ON s.annotation = a.id
             WHERE a.project = ? AND a.kind = 'answer' ORDER BY a.id"""
    frame = context.database.frame(sql, (context.name,))
    known = {text: json.loads(text) for text in frame["value"].unique().tolist()}
    frame["value"] = pd.Series([known[text] for text in frame["value"]], dtype=object)
    return frame


def suspects(context: Context) -> pd.DataFrame:
    """Labels that are likely wrong, the worst first: id, label, suggested, quality, source.

    The model's opinion is the one that was logged, from before the label was known. What was adjudicated is not doubted. Looks at the
    labels of the newest 20,000 labelled predictions, and at the newest 20,000 that people gave.
    """
    parts = (labelled(context, newest=DOUBTED), labelled(context, newest=DOUBTED, said=True))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True).drop_duplicates("seq").sort_values("seq", kind="stable")
    frame = frame[frame["source"] != "adjudication"].reset_index(drop=True)
    if context.schema.task == "regression":
        known = frame[np.isfinite(frame["prediction"].astype("float64"))]
        wrong, quality = doubtful_numbers(known["prediction"].to_numpy(dtype=np.float64), known["label"].to_numpy(dtype=np.float64))
        suggested = known["prediction"]
    else:
        classes, columns = list(context.schema.classes), list(context.schema.probability_columns())
        known = frame[frame[columns].notna().all(axis=1)] if set(columns) <= set(frame.columns) else frame.iloc[:0]
        chances = known[columns].to_numpy(dtype=np.float64) if len(known) else np.zeros((0, len(columns)))
        places = pd.Index([str(name) for name in classes]).get_indexer(pd.Index(known["label"].map(str)))
        better, quality = doubtful_classes(chances, places)
        wrong = better >= 0
        suggested = pd.Series([classes[place] for place in better], dtype=object, index=known.index)
    found = known[["id", "label"]].assign(suggested=suggested, quality=quality, source=known["source"])[wrong]
    return found.sort_values("quality", kind="stable").reset_index(drop=True)


def adjudicate(context: Context, id: str, value: Scalar, by: str) -> None:
    """Settle what a sample is: this counts before every other label of it, from now on.

    Raises
    ------
    UnknownName : no such prediction. InvalidValue : not a class of this project, not a finite number, or nobody decides.
    """
    if not isinstance(by, str) or not by.strip():
        raise InvalidValue(f"An adjudication needs the name of who decides; {by!r} was given.")
    settled = checked_value(context.schema, value)
    seq = context.log().find([str(id)]).get(str(id))
    if seq is None:
        raise UnknownName(f"No prediction {id!r} in the log of {context.name!r}; take an id from its predictions.")
    with context.database.write():
        before = context.database.value(
            "SELECT l.value FROM current_labels c JOIN labels l ON l.no = c.no WHERE c.project = ? AND c.id = ?", (context.name, str(id))
        )
        add_labels(context, [Entry(str(id), settled, seq)], "adjudication", by)
        context.happened(by, "adjudicate", f"prediction {id}", {"value": settled, "before": None if before is None else json.loads(before)})
