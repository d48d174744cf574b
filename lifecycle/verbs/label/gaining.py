"""When to stop labeling: what so many more labels are expected to bring."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue
from lifecycle.label.features import as_numbers
from lifecycle.label.gain import Curve, fit_curve, sizes
from lifecycle.label.geometry import standardised
from lifecycle.label.simple_model import errors_after
from lifecycle.label.uncertainty import Floats
from lifecycle.records import LabelingGain
from lifecycle.stores import versions
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions.truth import labelled

__all__ = ["labeling_gain", "measure", "measure_ahead"]

ROWS = 1_500  # rows that are learned from, at most; beyond, the curve is drawn further
REPEATS = 6
TESTED = 500
ENOUGH = 40  # rows of a random sample below which nothing is measured
STALE = 20  # labels after which the curve is measured again
MATTERS = 0.005  # a gain of half a point in accuracy, or of half a percent of the error, is worth 50 labels
Array = NDArray[Any]


def labeling_gain(context: Context, more: int = 50, fresh: bool = True) -> LabelingGain:
    """What `more` labels are expected to bring: a learning curve is measured on the labels and the champion's training rows, tested on
    rows that chance picked (the audit's, ground truth, the reference), and drawn further by a power law.

    Measured with logistic (or ridge) regression, which learns in moments; a model of another kind has another curve, and a queue that
    asks the most useful first is ahead of it, since rows are learned in random order here. The curve is kept until 20 more labels have come;
    without `fresh` the last one is told, whatever its age, and nothing is measured.

    Raises
    ------
    InvalidValue : `more` is not a whole number from 1 on.
    """
    if isinstance(more, bool) or not isinstance(more, int) or more < 1:
        raise InvalidValue(f"{more!r} labels cannot be bought; give a whole number from 1 on.")
    count, stored = _counted(context), _stored(context)
    if fresh and (stored is None or abs(count - stored["labels"]) >= STALE):
        return _told(context, _measured(context, count), count, more)
    measured = {"rows": 0, "sizes": [], "errors": [], "tested": 0} if stored is None else json.loads(stored["measured"])
    return _told(context, measured, count, more)


def measure_ahead(context: Context) -> None:
    """Measure the curve where experts label and it has grown old, so that Home has it at hand."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM annotations WHERE project = ? LIMIT ?)"
    if int(context.database.value(sql, (context.name, STALE))) < STALE:
        return
    count, stored = _counted(context), _stored(context)
    if stored is None or abs(count - stored["labels"]) >= STALE:
        _measured(context, count)


def _counted(context: Context) -> int:
    return int(context.database.value("SELECT count(*) FROM current_labels WHERE project = ? AND no != 0", (context.name,)))


def _stored(context: Context) -> dict[str, Any] | None:
    row = context.database.one("SELECT labels, measured FROM learning_curves WHERE project = ?", (context.name,))
    return None if row is None else dict(row)


def _measured(context: Context, count: int) -> dict[str, Any]:
    measured = measure(context)
    with context.database.write() as connection:
        sql = "INSERT OR REPLACE INTO learning_curves (project, labels, measured) VALUES (?, ?, ?)"
        connection.execute(sql, (context.name, count, dumps(measured)))
    return measured


def measure(context: Context) -> dict[str, Any]:
    """The curve: rows (that a retraining learns from), sizes, errors (repeats x sizes), tested; no sizes while too little is known."""
    rows, truth, random = _known(context)
    numeric = context.schema.task == "regression"
    drawn = np.flatnonzero(random)
    if len(drawn) < ENOUGH:
        return {"rows": len(rows), "sizes": [], "errors": [], "tested": len(drawn)}
    tested = min(TESTED, len(drawn) // 2)
    most = min(ROWS, len(rows) - tested)
    wanted, errors = sizes(most), []
    for repeat in range(REPEATS):
        rng = np.random.default_rng([context.settings.seed, repeat])
        test = rng.permutation(drawn)[:tested]
        rest = rng.permutation(np.setdiff1d(np.arange(len(rows)), test))
        errors.append(errors_after(rows, truth, [rest[:size] for size in wanted], test, numeric))
    return {"rows": len(rows), "sizes": wanted, "errors": np.array(errors).tolist(), "tested": tested}


def _known(context: Context) -> tuple[Floats, Array, Array]:
    """Rows as numbers, their truth, and which of them chance picked: labels, the champion's training rows and its reference."""
    names, target = list(context.schema.names), context.schema.target
    labels = labelled(context, features=True, newest=2 * ROWS)
    mine = labels[names].assign(truth=labels["label"], random=(labels["source"] == "ground_truth") | (labels["purpose"] == "audit"))
    champion = versions.champion(context.database, context.name)
    parts = [mine] if len(mine) else []
    if champion is not None:
        for sha, random in ((champion.training, False), (champion.reference, True)):
            table = context.snapshots.load(sha) if sha else None
            if table is not None and {*names, target} <= set(table.column_names):
                frame = table.select([*names, target]).to_pandas().rename(columns={target: "truth"})
                parts.append(frame.sample(min(len(frame), 2 * ROWS), random_state=0).assign(random=random))
    if not parts:
        return np.zeros((0, 1)), np.zeros(0), np.zeros(0, dtype=np.bool_)
    both = pd.concat(parts, ignore_index=True)
    both = both[both["truth"].notna()].reset_index(drop=True)
    numbers = standardised(as_numbers(both, context.schema.features))
    truth = both["truth"].to_numpy(dtype=np.float64) if context.schema.task == "regression" else both["truth"].map(str).to_numpy(dtype=object)
    return numbers, truth, both["random"].to_numpy(dtype=np.bool_)


def _told(context: Context, measured: dict[str, Any], count: int, more: int) -> LabelingGain:
    nothing = float("nan")
    numeric = context.schema.task == "regression"
    metric = "mae" if numeric else "accuracy"
    labels, errors = np.array(measured["sizes"], dtype=np.float64), np.array(measured["errors"], dtype=np.float64)
    curve = fit_curve(labels, errors, np.random.default_rng(context.settings.seed)) if len(labels) else None
    if curve is None:
        missing = max(1, ENOUGH - int(measured["tested"]))
        wait = f"It takes {missing} more labels of randomly drawn samples to say what further labels would bring."
        return LabelingGain(count, more, metric, nothing, nothing, nothing, nothing, nothing, nothing, False, wait)
    now, gain = float(measured["rows"]), curve.gain(float(measured["rows"]), more)
    level = _level_noise(errors, measured["tested"], numeric)
    ahead = curve.error(now + more) + np.random.default_rng(1).normal(0, level, len(gain))
    ahead = np.maximum(ahead, 0.0) if numeric else 1.0 - np.clip(ahead, 0.0, 1.0)
    scale = float(np.median(curve.error(now))) if numeric else 1.0
    low, mid, high = (float(value) for value in np.quantile(gain, [0.025, 0.5, 0.975]))
    value, lower, upper = (float(found) for found in np.quantile(ahead, [0.5, 0.025, 0.975]))
    plateau = high < MATTERS * scale * more / 50
    said, points = _sentence(more, mid, low, high, numeric, plateau), _points(labels, errors, curve, now, more, numeric)
    return LabelingGain(count, more, metric, value, lower, upper, mid, low, high, plateau, said, points)


def _level_noise(errors: Floats, tested: int, numeric: bool) -> float:
    """How far the level may be off, since the test is a sample: of a share, binomial; of a mean, as the repeats differ."""
    last = errors[:, -1]
    share = float(np.clip(last.mean(), 0.01, 0.99))
    return float(last.std(ddof=1)) if numeric else float(np.sqrt(share * (1 - share) / max(1, tested)))


def _sentence(more: int, mid: float, low: float, high: float, numeric: bool, plateau: bool) -> str:
    unit, by = ("", 1.0) if numeric else (" points", 100.0)
    word = "lower the mean error by" if numeric else "gain"
    said = f"{more} more labels are expected to {word} {_figure(mid * by)}{unit} ({_figure(low * by)}-{_figure(high * by)})."
    return said + (" More labels like these hardly help: it is time to stop, or to change the features or the model." if plateau else "")


def _figure(value: float) -> str:
    return f"{value:.1f}" if value >= 0.1 or value == 0 else f"{value:.2g}" if value >= 0.01 else "0.0"


def _points(labels: Floats, errors: Floats, curve: Curve, now: float, more: int, numeric: bool) -> pd.DataFrame:
    """What draws the curve: what was measured, and the curve with its band up to four times what is asked."""
    half = 1.96 * errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    middle = _turned(errors.mean(axis=0), numeric)
    measured = pd.DataFrame({"labels": labels, "value": middle, "lower": middle - half, "upper": middle + half, "kind": "measured"})
    at = np.unique(np.concatenate([np.geomspace(labels[0], now + 4 * more, 40), [now, now + more]]))
    bands = np.array([np.quantile(_turned(curve.error(n), numeric), [0.025, 0.5, 0.975]) for n in at])
    drawn = pd.DataFrame({"labels": at, "value": bands[:, 1], "lower": bands[:, 0], "upper": bands[:, 2], "kind": "curve"})
    return pd.concat([measured, drawn], ignore_index=True)


def _turned(errors: Floats, numeric: bool) -> Floats:
    """Errors in the metric's own direction."""
    return errors if numeric else 1.0 - errors
