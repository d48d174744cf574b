"""Where the model errs, how well it knows it, and for whom: views of chosen windows whose cost does not grow with the log."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.performance.layout import layout_of
from lifecycle.monitor.performance.metrics import metric_names
from lifecycle.monitor.performance.slices import Cut, SliceData, cut_numeric, cut_values, slice_frame
from lifecycle.monitor.performance.summary import Stack, add, empty, unpack
from lifecycle.monitor.performance.views import calibration_curve, confusion_counts
from lifecycle.stores import cursors
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import performing
from lifecycle.verbs.monitor.performance_following import LABELS, ROWS, label_rows
from lifecycle.verbs.monitor.performance_rows import Ints, models_of, rows_of, truth_of_json
from lifecycle.verbs.remembering import Remembered

__all__ = ["MOST", "calibration", "confusion", "cut_of", "labelled_rows", "residuals", "sampled_rows", "slices", "windows_between"]

MOST = 10_000  # rows read for a view; more are sampled at random
POINTS = 2_000
KEPT = 64  # frames of slices kept in memory
CLUSTERS = 20  # stretches that a sample is made of, so that few parts of a large log are read

_KEPT: OrderedDict[tuple[object, ...], pd.DataFrame] = OrderedDict()
_merged: Remembered[tuple[Stack, pd.DataFrame]] = Remembered(4)  # several views of a page look at the same windows


def confusion(context: Context, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """truth, prediction, count: every pair of classes, over the windows that have rows in [start, end). Empty without labels or for regression."""
    stack, _ = windows_between(context, start, end)
    if context.schema.task != "classification" or not stack["labels"].sum():
        return pd.DataFrame({"truth": pd.Series(dtype=object), "prediction": pd.Series(dtype=object), "count": pd.Series(dtype="float64")})
    return confusion_counts(stack, context.schema.classes)


def calibration(context: Context, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """side ("current", "reference"), bin, predicted, observed, lower, upper, rows. Empty where the model gives no probabilities."""
    stack, found = windows_between(context, start, end)
    newest = int(found["version"].iloc[-1]) if len(found) else 1
    model = models_of(context, [newest])[newest]
    if context.schema.task != "classification" or model.chances is None:
        names = ["bin", "predicted", "observed", "lower", "upper", "rows"]
        return pd.DataFrame({"side": pd.Series(dtype=object), **{name: pd.Series(dtype="float64") for name in names}})
    return calibration_curve(layout_of(context.schema, context.settings.costs), stack, model)


def residuals(context: Context, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """id, prediction, truth, residual (prediction - truth) of at most 2,000 labelled rows, picked at random where there are more."""
    _, found = windows_between(context, start, end)
    if context.schema.task != "regression":
        raise InvalidValue("Residuals are for regression; see confusion for classification.")
    table, labels = labelled_rows(context, found, POINTS, ["id", "time", "prediction"])
    truth = truth_of_json(labels["value"], layout_of(context.schema, context.settings.costs))
    prediction = np.asarray(table["prediction"], dtype=np.float64)
    frame = pd.DataFrame({"id": table["id"].to_pylist(), "prediction": prediction, "truth": truth, "residual": prediction - truth})
    frame["time"] = pd.to_datetime(np.asarray(table["time"].cast(pa.int64())), unit="us", utc=True)
    return frame


def slices(context: Context, metric: str | None = None, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Performance by the values and bins of each column, the worst first: column, value, rows, labels, metric, score, lower, upper,
    gap, p_value, overall, line. From at most 10,000 rows and 10,000 labelled rows, picked at random where there are more.

    Raises
    ------
    UnknownName : no metric of that name for this task.
    """
    name, layout = metric or performing.headline(context), layout_of(context.schema, context.settings.costs)
    if name not in metric_names(layout.task):
        raise UnknownName.among(f"{layout.task} metric", name, metric_names(layout.task))
    performing.require_measurable(context, name)
    performing.catch_up(context)
    reached = tuple(cursors.position(context.database, context.name, consumer) for consumer in (ROWS, LABELS))
    key = (str(context.root), context.name, name, str(start), str(end), repr(context.settings.costs), *reached)
    if key not in _KEPT:
        _KEPT[key] = _slices(context, name, start, end)
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key].copy()


def _slices(context: Context, name: str, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    layout = layout_of(context.schema, context.settings.costs)
    _, found = windows_between(context, start, end)
    columns = [column for column in context.schema.features if column.kind in ("numeric", "categorical")]
    wanted = ["time", "version", "prediction", *context.schema.probability_columns(), *(column.name for column in columns)]
    table, total = sampled_rows(context, found, wanted)
    known, labels = labelled_rows(context, found, MOST, wanted)
    if not table.num_rows:
        return _no_slices()
    probabilities = context.schema.probability_columns()
    truth = truth_of_json(labels["value"], layout)
    data = SliceData(
        rows_of(table, layout, probabilities),
        _ints(table["version"]),
        rows_of(known, layout, probabilities),
        truth,
        labels["weight"].to_numpy(dtype=np.float64),
        labels["part"].to_numpy(dtype=np.int64),
        _ints(known["version"]),
    )
    models = models_of(context, np.unique(np.concatenate([data.version, data.labelled_version])).tolist())
    cuts = {column.name: cut_of(column.kind, table[column.name], known[column.name]) for column in columns}
    cuts["prediction"] = cut_of("numeric" if layout.task == "regression" else "categorical", table["prediction"], known["prediction"])
    return slice_frame(layout, models, data, cuts, name, total / max(1, table.num_rows))


def _no_slices() -> pd.DataFrame:
    """The frame of no slices."""
    numbers = ("rows", "labels", "score", "lower", "upper", "gap", "p_value", "overall")
    order = ("column", "value", "rows", "labels", "metric", "score", "lower", "upper", "gap", "p_value", "overall", "line")
    return pd.DataFrame({name: pd.Series(dtype="float64" if name in numbers else object) for name in order})


def windows_between(context: Context, start: datetime | None, end: datetime | None) -> tuple[Stack, pd.DataFrame]:
    """The windows that have rows in [start, end) (all of them where neither is given), merged by window; and their rows of the table."""
    performing.catch_up(context)
    low, high = (_micro(at) for at in (start, end))
    reached = tuple(cursors.position(context.database, context.name, consumer) for consumer in (ROWS, LABELS))
    told = repr(context.settings.costs), context.settings.estimator  # windows are counted anew when they change
    key = (str(context.root), context.name, context.config.created, told, low, high, reached)
    return _merged.get(key, lambda: _between(context, low, high))


def _between(context: Context, low: int | None, high: int | None) -> tuple[Stack, pd.DataFrame]:
    sql = """SELECT window, version, rows, first_seq, last_seq, payload, labels FROM performance_windows
             WHERE project = ? AND (? IS NULL OR last_time >= ?) AND (? IS NULL OR first_time < ?) ORDER BY window, version"""
    found = context.database.frame(sql, (context.name, low, low, high, high))
    layout = layout_of(context.schema, context.settings.costs)
    windows, place = np.unique(found["window"].to_numpy(dtype=np.int64), return_inverse=True)
    out, place = empty(layout, len(windows)), place.reshape(-1)
    if len(found):
        add(out, place, unpack(layout, found["payload"]))
        has = found["labels"].notna().to_numpy()
        add(out, place[has], unpack(layout, found["labels"][has]))
    return out, found.drop(columns=["payload", "labels"])


def sampled_rows(context: Context, found: pd.DataFrame, columns: list[str]) -> tuple[pa.Table, int]:
    """A random sample of the windows' rows, in stretches, and how many there are."""
    if not len(found):
        return context.log().read(columns, until=0), 0
    spans = found.groupby("window").agg(first=("first_seq", "min"), last=("last_seq", "max"))
    total = int(found["rows"].sum())
    lengths = (spans["last"] - spans["first"] + 1).to_numpy(dtype=np.int64)
    if lengths.sum() <= MOST:
        chosen = np.concatenate([np.arange(a, b + 1) for a, b in zip(spans["first"], spans["last"], strict=True)])
    else:
        starts = np.random.default_rng(context.settings.seed).integers(0, lengths.sum() - MOST // CLUSTERS, CLUSTERS)
        places = np.unique(starts[:, None] + np.arange(MOST // CLUSTERS))
        span = np.searchsorted(np.cumsum(lengths), places, side="right")
        chosen = spans["first"].to_numpy(dtype=np.int64)[span] + places - (np.cumsum(lengths) - lengths)[span]
    return context.log().take(np.unique(chosen).tolist(), columns), total


def labelled_rows(context: Context, found: pd.DataFrame, most: int, columns: list[str]) -> tuple[pa.Table, pd.DataFrame]:
    """A random sample of the windows' labelled rows: the rows, and seq, value, weight, part of their labels."""
    if not len(found):
        return context.log().read(columns, until=0), label_rows(context, "c.seq < 0", ())
    first, last = int(found["first_seq"].min()), int(found["last_seq"].max())
    labels = label_rows(context, "c.seq IN (SELECT value FROM json_each(?))", (json.dumps(_label_seqs(context, first, last, most)),))
    labels = labels[labels["part"] >= 0]
    return context.log().take(labels["seq"].tolist(), columns), labels


def _label_seqs(context: Context, first: int, last: int, most: int) -> list[int]:
    """Places of labelled rows: all of them up to twice `most`, else those that follow random places."""
    sql = "SELECT seq FROM current_labels WHERE project = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
    rng = np.random.default_rng(context.settings.seed)
    read = context.database.connection.execute
    seqs = [row[0] for row in read(sql, (context.name, first, last, 2 * most))]
    if len(seqs) == 2 * most:
        starts = np.sort(rng.integers(first, last + 1, CLUSTERS)).tolist()
        seqs = sorted({row[0] for at in starts for row in read(sql, (context.name, at, last, most // CLUSTERS))})
    return [int(seq) for seq in (seqs if len(seqs) <= most else np.sort(rng.choice(seqs, most, replace=False)))]


def cut_of(kind: str, every: Any, known: Any) -> tuple[Cut, Cut]:
    """How a column is cut into slices, over a sample of all rows and over the labelled ones."""
    if kind == "numeric":
        return cut_numeric(*(np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64) for column in (every, known)))
    return cut_values(every, known)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()), dtype=np.int64)


def _micro(at: datetime | None) -> int | None:
    if at is None:
        return None
    stamp = pd.Timestamp(at)
    return int((stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp).value // 1000)
