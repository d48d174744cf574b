"""Old against new, on the labelled rows that neither was trained on."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, NotReady
from lifecycle.records import Comparison, ModelVersion
from lifecycle.release.compare import compare as compared
from lifecycle.release.measures import HEADLINES, LOWER_IS_BETTER
from lifecycle.release.paired import holm
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import recording
from lifecycle.verbs.predictions.scoring import say

__all__ = ["compare", "compare_many", "pair", "unseen"]

MOST_ROWS = 50_000  # the newest labelled rows; what more would add is a narrower interval, not another answer
KEPT = 16
MANY = 8
MANY_COLUMNS = ["version", "rows", "metric", "old", "new", "difference", "lower", "upper", "p_value", "p_adjusted"]
MANY_COLUMNS += ["standing", "milliseconds", "bytes", "verdict"]

_made: OrderedDict[tuple[Any, ...], Comparison] = OrderedDict()


def compare(context: Context, old: int | None, new: int | None, margin: float | None = None) -> Comparison:
    """Two versions on the newest 50,000 labelled rows that neither was trained on, and the rows that the new one was held out from.

    margin: the difference of the headline metric that matters; None: the setting's. old, new None: the champion, and the newest candidate.
    Too few rows give a comparison whose verdict says so.

    Raises
    ------
    UnknownName : no such version. NotReady : there is no champion or no candidate. BadData, StoreError : a version does not answer.
    """
    first, second = pair(context, old, new)
    if margin is not None and (isinstance(margin, bool) or not margin >= 0):
        raise InvalidValue(f"The margin is {margin!r}; give a number from 0 on, such as 0.01 for a point of accuracy.")
    matters = context.settings.margin if margin is None else float(margin)
    sql = "SELECT max(changed), count(*) FROM current_labels WHERE project = ? AND seq IS NOT NULL"
    state = context.database.connection.execute(sql, (context.name,)).fetchone()
    key = (
        str(context.root),
        context.name,
        first.version,
        second.version,
        first.model,
        second.model,
        context.settings.metric,
        repr(context.settings.costs),
        matters,
        *state,
    )
    if key not in _made:
        _made[key] = _compare(context, first, second, matters)
        while len(_made) > KEPT:
            _made.popitem(last=False)
    return _made[key]


def compare_many(context: Context, numbers: Sequence[int] | None = None) -> pd.DataFrame:
    """The champion against each of several versions on the headline metric, the best first: version, rows, metric, old, new, difference,
    lower, upper, p_value, p_adjusted (Holm over the versions), standing (better is judged by p_adjusted), milliseconds (per 1,000 rows), bytes,
    verdict. Each pair has the rows that neither of the two was trained on. numbers None: all that are neither
    champion nor rejected, the newest eight.

    Raises
    ------
    UnknownName : no such version. NotReady : there is no champion, or no other version.
    """
    current = versions.champion(context.database, context.name)
    known = [v for v in versions.versions(context.database, context.name) if v.status not in ("champion", "rejected") and v.model is not None]
    asked = [v.version for v in known[-MANY:]] if numbers is None else list(dict.fromkeys(numbers))
    if current is None or not asked:
        raise NotReady("It takes a champion and at least one other version to compare: retrain or register a model first.")
    found = [compare(context, current.version, number) for number in asked if number != current.version]
    headline = context.settings.metric or HEADLINES[context.schema.task]
    rows = []
    for made in found:
        named = made.metrics[made.metrics["metric"] == headline].to_dict("records")
        cost = {"milliseconds": made.figures.get("milliseconds_per_1000_rows", {}).get("new"), "bytes": made.figures.get("bytes", {}).get("new")}
        row: dict[str, Any] = {str(name): value for name, value in (named[0] if named else {}).items()}
        rows.append({**row, **cost, "version": made.new, "rows": made.rows, "metric": headline, "verdict": made.verdict})
    frame = pd.DataFrame(rows).reindex(columns=MANY_COLUMNS)
    frame["p_adjusted"] = holm(frame["p_value"].to_numpy(dtype=float))
    clear = frame["standing"].isin(["better", "worse"]) & ~(frame["p_adjusted"] < 0.05)
    frame.loc[clear, "standing"] = "unclear"
    sign = -1.0 if headline in LOWER_IS_BETTER else 1.0
    order = (sign * frame["difference"].astype(float)).sort_values(ascending=False, kind="stable", na_position="last").index
    return frame.loc[order].reset_index(drop=True)


def pair(context: Context, old: int | None, new: int | None) -> tuple[ModelVersion, ModelVersion]:
    """The versions to compare: as asked, else the champion and the newest candidate.

    Raises
    ------
    UnknownName, NotReady : as `compare`. InvalidValue : both are the same.
    """
    first = versions.champion(context.database, context.name) if old is None else versions.get(context.database, context.name, old)
    if first is None:
        raise NotReady(f"Project {context.name!r} has no champion yet; name the two versions to compare.")
    if new is not None:
        second = versions.get(context.database, context.name, new)
    else:
        waiting = [v for v in versions.versions(context.database, context.name) if v.status == "candidate" and v.version != first.version]
        if not waiting:
            raise NotReady(f"There is no candidate to compare with version {first.version}: retrain or register a model first.")
        second = waiting[-1]
    if first.version == second.version:
        raise InvalidValue(f"Version {first.version} cannot be compared with itself; name two versions.")
    return first, second


def unseen(context: Context, first: ModelVersion, second: ModelVersion) -> pd.DataFrame:
    """The labelled rows that neither version was trained on, from the first that `second` was held out from, the newest 50,000, and
    those of the reference of `second` that are no predictions: id, label, probability, version, prediction, p_<class> and the features."""
    trained = [context.snapshots.load(v.training) for v in (first, second) if v.training]
    known = {str(id) for table in trained if "id" in table.column_names for id in table["id"].to_pylist() if id is not None}
    since = int(second.manifest.get("held_out_from", 0))  # what came before is the world that it was asked to leave behind
    ids = _fresh(context, known, since)
    rows = recording.labelled(context, features=True, ids=ids) if ids else recording.labelled(context, newest=0)
    held = _held_out(context, second, trained, known)
    return pd.concat([held, rows], ignore_index=True) if len(held) else rows.reset_index(drop=True)


def _fresh(context: Context, known: set[str], since: int) -> list[str]:
    """The ids of the newest 50,000 labelled rows from `since` on that are not `known`."""
    sql = "SELECT id, seq FROM current_labels WHERE project = ? AND seq >= ? AND seq < ? AND no != 0 ORDER BY seq DESC LIMIT ?"
    found: list[str] = []
    before = context.log().rows + 1
    while len(found) < MOST_ROWS:
        rows = context.database.connection.execute(sql, (context.name, since, before, MOST_ROWS)).fetchall()
        if not rows:
            break
        found += [row[0] for row in rows if row[0] not in known]
        before = rows[-1][1]
    return found[:MOST_ROWS]


def _compare(context: Context, first: ModelVersion, second: ModelVersion, margin: float | None) -> Comparison:
    rows = unseen(context, first, second)
    for version in (first, second):
        if version.model is None:  # it lives elsewhere: what it said is known for the rows that it answered
            rows = rows[rows["version"] == version.version].reset_index(drop=True)
    said, speed = [], {}
    for name, version in (("old", first), ("new", second)):
        start = time.perf_counter()
        said.append(rows if version.model is None else _scored(context, version, rows))
        if version.model is not None and len(rows):
            speed[name] = 1e6 * (time.perf_counter() - start) / len(rows)
    numbers = first.version, second.version
    rng, settings = np.random.default_rng(context.settings.seed), context.settings
    made = compared(rows, said[0], said[1], context.schema, numbers, rng, settings.metric, settings.costs, margin)
    size = {name: context.models.path(v.model).stat().st_size for name, v in (("old", first), ("new", second)) if v.model}
    return replace(made, figures={**made.figures, "milliseconds_per_1000_rows": speed, "bytes": size, "most_rows": MOST_ROWS})


def _scored(context: Context, version: ModelVersion, rows: pd.DataFrame) -> pd.DataFrame:
    return say(context, version, rows) if len(rows) else rows


def _held_out(context: Context, version: ModelVersion, trained: list[Any], known: set[str]) -> pd.DataFrame:
    """The version's reference without rows of the log and without rows that a training set has, by id or by content."""
    reference, schema = context.reference(version.reference), context.schema
    if reference is None or version.training is None or schema.target not in reference.column_names:
        return pd.DataFrame()
    frame = reference.to_pandas().rename(columns={schema.target: "label"})
    if "id" not in frame:
        frame["id"] = [f"held-out-{i}" for i in range(len(frame))]
    logged = context.log().locate([str(name) for name in frame["id"]]) > 0
    frame = frame[frame["label"].notna() & ~frame["id"].isin(known) & ~logged]
    names = list(schema.names)
    seen = {value for table in trained for value in _contents(table.select(names).to_pandas())}
    frame = frame[np.array([value not in seen for value in _contents(frame[names])], dtype=bool)]
    frame = frame.drop(columns=["prediction", *schema.probability_columns(), "seq", "time", "origin", "weight"], errors="ignore")
    if schema.task == "classification":
        types = {str(value): value for value in schema.classes}
        frame["label"] = pd.Series([types[str(value)] for value in frame["label"]], index=frame.index, dtype=object)
    frame["probability"], frame["version"] = np.nan, 0
    return pd.DataFrame(frame.tail(MOST_ROWS))


def _contents(frame: pd.DataFrame) -> list[int]:
    """A number for each row's content."""
    plain = frame.apply(lambda column: column if column.dtype != object else column.map(_text))
    return [int(value) for value in pd.util.hash_pandas_object(plain, index=False)] if len(frame) else []


def _text(value: Any) -> str:
    return str(value.tolist() if isinstance(value, np.ndarray) else value)
