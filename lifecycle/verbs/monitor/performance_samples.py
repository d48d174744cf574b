"""The rows behind a figure of performance: the worst answers among the labelled ones, and those that the model was least sure of."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.performance.layout import layout_of
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_samples import labels_of
from lifecycle.verbs.monitor.performance_rows import truth_of_json
from lifecycle.verbs.monitor.performance_views import MOST, cut_of, labelled_rows, sampled_rows, windows_between

__all__ = ["performance_samples"]

KINDS = ("wrong", "unsure")


def performance_samples(
    context: Context,
    start: datetime | None = None,
    end: datetime | None = None,
    kind: str = "wrong",
    n: int = 50,
    truth: Any = None,
    prediction: Any = None,
    part: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Rows of the windows in [start, end): id, time, prediction, label, sure (0 to 1, NaN without probabilities), error (regression).

    `kind` "wrong": labelled rows, the surest wrong answer or the largest error first; "unsure": rows without a label, the least
    sure first. `truth`, `prediction`: only these classes; `part`: only the slice (column, value) that `slices` names. Looks at
    10,000 rows, picked at random where there are more.

    Raises
    ------
    InvalidValue : another kind. UnknownName : no such column, or slice of it.
    """
    if kind not in KINDS:
        raise InvalidValue(f"There are no {kind!r} samples of performance; ask for one of {', '.join(KINDS)}.")
    column = None if part is None else part[0]
    if column is not None and column not in (*context.schema.names, "prediction"):
        raise UnknownName.among("column", column, [*context.schema.names, "prediction"])
    _, found = windows_between(context, start, end)
    names = list(dict.fromkeys(["id", "time", "prediction", *context.schema.probability_columns(), *([column] if column else [])]))
    every, _ = sampled_rows(context, found, names)
    known, labels = labelled_rows(context, found, MOST, names)
    inside = _inside(context, part, every, known)
    frame = _wrong(context, known, labels, inside[1]) if kind == "wrong" else _unsure(context, every, inside[0])
    for name, wanted in (("label", truth), ("prediction", prediction)):
        if wanted is not None:
            frame = frame[frame[name].astype(str) == str(wanted)]
    return frame.head(n).reset_index(drop=True)


def _inside(context: Context, part: tuple[str, str] | None, every: pa.Table, known: pa.Table) -> tuple[Any, Any]:
    if part is None:
        return slice(None), slice(None)
    name, value = part
    kinds = {column.name: column.kind for column in context.schema.features} | {"prediction": "categorical"}
    if name == "prediction" and context.schema.task == "regression":
        kinds[name] = "numeric"
    cuts = cut_of(kinds[name], every[name], known[name])
    if value not in cuts[0].names:
        raise UnknownName.among(f"slice of {name}", value, cuts[0].names)
    place = cuts[0].names.index(value)
    return np.flatnonzero(cuts[0].place == place), np.flatnonzero(cuts[1].place == place)


def _wrong(context: Context, known: pa.Table, labels: pd.DataFrame, inside: Any) -> pd.DataFrame:
    frame = _frame(context, known)
    if context.schema.task == "regression":
        frame["label"] = truth_of_json(labels["value"], layout_of(context.schema))
        frame["error"] = frame["prediction"].astype("float64") - frame["label"]
        order = frame["error"].abs().to_numpy()
    else:
        frame["label"] = [json.loads(value) for value in labels["value"]]
        order = np.where(frame["prediction"].astype(str) != frame["label"].astype(str), 1.0 + frame["sure"].fillna(0.5), 0.0)
    frame = pd.DataFrame(frame.assign(order=order).iloc[inside])
    if context.schema.task != "regression":
        frame = frame[frame["order"] > 0]
    return frame.sort_values("order", ascending=False, kind="stable").drop(columns="order")


def _unsure(context: Context, every: pa.Table, inside: Any) -> pd.DataFrame:
    frame = _frame(context, every)
    frame["label"] = labels_of(context, frame["id"].tolist())
    open_ = pd.DataFrame(frame.iloc[inside])
    return open_[open_["label"].isna()].sort_values(["sure", "time"], ascending=[True, False], kind="stable")


def _frame(context: Context, table: pa.Table) -> pd.DataFrame:
    codes = {str(value): value for value in context.schema.classes}
    sure = np.full(table.num_rows, np.nan)
    for name in context.schema.probability_columns():
        if name in table.column_names:
            sure = np.fmax(sure, np.asarray(table.column(name).cast(pa.float64()).to_numpy(), dtype=np.float64))
    answers: list[Any] = table.column("prediction").to_pylist()
    shown = {"id": table.column("id").to_pylist(), "time": table.column("time").to_pandas(), "prediction": [codes.get(a, a) for a in answers]}
    return pd.DataFrame(shown | {"label": None, "sure": sure})
