"""What a user does who sees a prediction that is wrong: look it up, and say what it should have been. Nothing learns from it before a review."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lifecycle.errors import UnknownName
from lifecycle.records import Scalar
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions.landing import original
from lifecycle.verbs.predictions.truth import record_labels

__all__ = ["correct", "served"]


def served(context: Context, id: str) -> dict[str, Any]:
    """One prediction as it was served: id, time, version, prediction, probabilities (by class; empty where none were logged), sample.

    Raises
    ------
    UnknownName : no prediction has that id.
    """
    schema, log = context.schema, context.log()
    seq = log.find([str(id)]).get(str(id))
    if seq is None:
        raise UnknownName(f"No prediction with the id {id!r} is in the log of {context.name!r}; the id comes with each answer of the prediction API.")
    table = log.take([seq], ["id", "time", "version", "prediction", *schema.probability_columns(), *schema.names])
    row = table.to_pylist()[0]
    chances = {name: row.get(column) for name, column in zip(schema.classes, schema.probability_columns(), strict=False)}
    return {
        "id": row["id"],
        "time": pd.Timestamp(row["time"]),
        "version": row["version"],
        "prediction": original(table["prediction"], schema)[0],
        "probabilities": {name: chance for name, chance in chances.items() if chance is not None and chance == chance},
        "sample": {name: row.get(name) for name in schema.names},
    }


def correct(context: Context, id: str, value: Scalar, by: str | None = None) -> None:
    """Say what a prediction should have been; it waits for a review (`feedback`, `review_feedback`) and is no label before.

    Raises
    ------
    UnknownName : no prediction has that id. BadData : `value` is no class of the project, or no number.
    """
    if not context.log().find([str(id)]):
        raise UnknownName(f"No prediction with the id {id!r} is in the log of {context.name!r}; a correction needs one that was served.")
    record_labels(context, pd.DataFrame({"id": [str(id)], "label": pd.Series([value], dtype=object)}), "feedback", by)
