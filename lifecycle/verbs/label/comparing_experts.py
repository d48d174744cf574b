"""How far the experts agree, how good and how fast each is, and what they agree on."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.label.agreement import Level, alpha_interval, annotator_quality, class_alphas, kappa_pairs
from lifecycle.label.consensus import consensus as agreed
from lifecycle.label.proportions import wilson
from lifecycle.label.throughput import throughput
from lifecycle.records import Agreement
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.experts import answered
from lifecycle.verbs.label.golden import gold_answers
from lifecycle.verbs.label.reviewing import answers
from lifecycle.verbs.label.samples import frame_at

__all__ = ["agreement", "consensus"]

KEPT = 32

_KEPT: OrderedDict[tuple[str, str, int, int], Agreement] = OrderedDict()


def agreement(context: Context) -> Agreement:
    """How far the experts agree, together, by class, in pairs, and each with the rest and with gold.

    Classes are compared as nominal, numbers by squared differences. NaN where no two people answered the same sample.
    """
    said = int(context.database.value("SELECT coalesce(max(id), 0) FROM annotations WHERE project = ?", (context.name,)))
    gold = int(context.database.value("SELECT count(*) FROM gold WHERE project = ?", (context.name,)))
    key = (str(context.root), context.name, said, gold)
    if key not in _KEPT:
        _KEPT[key] = _agreement(context)
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]


def consensus(context: Context, method: str = "dawid_skene") -> pd.DataFrame:
    """What the answers to each sample agree on, by a method of `lifecycle.consensus`: id, value, confidence, answers, label (that counts).

    `crowdlab` weighs the probabilities that were logged before anybody answered; samples without them are left out.

    Raises
    ------
    UnknownName : no such method. InvalidValue : the project predicts numbers, of which the median counts.
    """
    if context.schema.task == "regression":
        raise InvalidValue("Consensus by model is for classes; of numbers the median of the answers counts.")
    frame, chances = answered(context), None
    if method == "crowdlab":
        chances = _chances(context, frame)
        frame = frame[frame["item"].isin(chances.index)]
    found = agreed(frame, method, chances).rename(columns={"item": "id"})
    sizes = frame["item"].value_counts()
    sql = """SELECT c.id, l.value FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.id IN (SELECT DISTINCT prediction_id FROM annotations WHERE project = ?)"""
    labels = {row["id"]: row["value"] for row in context.database.rows(sql, (context.name, context.name))}
    known = {dumps(name): name for name in context.schema.classes}
    return found.assign(answers=found["id"].map(sizes), label=pd.Series([known.get(labels.get(id, "")) for id in found["id"]], dtype=object))


def _agreement(context: Context) -> Agreement:
    level: Level = "interval" if context.schema.task == "regression" else "nominal"
    frame = answered(context)
    alpha = alpha_interval(frame, level)
    classes = class_alphas(frame) if level == "nominal" else pd.DataFrame()
    parts = [annotator_quality(frame, level), _gold(context), throughput(answers(context, limit=None))]
    people = pd.concat([part.set_index(part["annotator"].astype(object)).drop(columns="annotator") for part in parts], axis=1)
    people = people.sort_index().rename_axis("annotator").reset_index()
    people[["answers", "gold"]] = people[["answers", "gold"]].fillna(0).astype(int)
    return Agreement(alpha.value, kappa_pairs(frame, level), people, alpha.lower, alpha.upper, classes)


def _gold(context: Context) -> pd.DataFrame:
    """Each person against gold: annotator, gold, gold_quality, gold_lower, gold_upper; a number is right within a tenth of gold's spread."""
    frame = gold_answers(context)
    if context.schema.task == "regression":
        value, truth = frame["value"].astype("float64"), frame["truth"].astype("float64")
        right = (value - truth).abs() <= 0.1 * max(float(truth.std(ddof=0)) if len(truth) else 0.0, 1e-12)
    else:
        right = frame["value"] == frame["truth"]
    by = right.astype(float).groupby(frame["annotator"])
    counts, shares = np.asarray(by.size(), dtype=np.float64), np.asarray(by.mean(), dtype=np.float64)
    lower, upper = wilson(shares, counts)
    names = list(by.groups)
    return pd.DataFrame({"annotator": names, "gold": counts.astype(int), "gold_quality": shares, "gold_lower": lower, "gold_upper": upper})


def _chances(context: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """The logged probabilities of the samples that were answered, a row an id, a column a class."""
    ids = frame["item"].unique().tolist()
    places = context.log().find(ids)
    names = list(context.schema.probability_columns())
    known = [id for id in ids if id in places]
    table = frame_at(context, np.array([places[id] for id in known], dtype=np.int64), names)[names]
    table = table.set_axis(pd.Index(list(context.schema.classes), dtype=object), axis=1).set_index(pd.Index(known, dtype=object))
    return pd.DataFrame(table[np.isfinite(table.astype("float64")).all(axis=1)])
