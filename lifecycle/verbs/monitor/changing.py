"""Did the inputs change, or what they mean: the split of each window's change, and the changes in the stream of errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import UnknownName
from lifecycle.monitor import windows
from lifecycle.monitor.concept import concept_detector
from lifecycle.monitor.concept.split import Parts, doubts, split
from lifecycle.monitor.health import said
from lifecycle.monitor.performance.layout import Floats, layout_of
from lifecycle.monitor.performance.metrics import metric_facts, metric_names
from lifecycle.monitor.performance.row_model import STRATA, RowModel
from lifecycle.monitor.performance.summary import unpack
from lifecycle.monitor.root_cause import group_cells
from lifecycle.monitor.summaries import decode
from lifecycle.records import ConceptReport
from lifecycle.stores import cursors, kept, summaries, versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.monitor.blaming import guessed_reference, slope_of
from lifecycle.verbs.monitor.drift_columns import ANSWERS, monitored, reference_counts
from lifecycle.verbs.monitor.performance_following import LABELS, ROWS
from lifecycle.verbs.monitor.performance_rows import models_of
from lifecycle.verbs.predictions import recording
from lifecycle.verbs.remembering import Remembered

__all__ = ["concept"]

NEW = 0.05  # of a window's rows
LOSSES = 20_000  # the newest labelled rows that a detector reads
FRAME = ("window", "start", "end", "rows", "labels", "metric", "level", "value", "line")
CHANGES = ("detector", "time", "window", "id", "before", "after", "noticed")
_frames: Remembered[pd.DataFrame] = Remembered(8)


def concept(context: Context, metric: str | None = None, detector: str = "adwin") -> ConceptReport:
    """The change of a metric in each window, split, and where a detector finds changes in the losses of the labelled rows.

    Raises
    ------
    UnknownName : no such metric or detector.
    """
    concept_detector(detector)
    name = metric or performing.headline(context)
    if name not in metric_names(context.schema.task):
        raise UnknownName.among(f"{context.schema.task} metric", name, metric_names(context.schema.task))
    performing.catch_up(context)
    drifting.catch_up(context)
    reached = tuple(cursors.position(context.database, context.name, consumer) for consumer in (ROWS, LABELS))
    key = (str(context.database.path), context.name, context.config.created, name, repr(context.settings), *reached)
    return ConceptReport(_frames.get(key, lambda: _frame(context, name)).copy(), _changes(context, detector, reached[1]))


def _frame(context: Context, name: str) -> pd.DataFrame:
    sql = "SELECT * FROM performance_results WHERE project = ? AND metric = ? ORDER BY window"
    found = context.database.frame(sql, (context.name, name))
    numbers = [column for column in found.columns if column.startswith(("realized", "estimated", "assisted", "level"))]
    found[numbers] = found[numbers].astype("float64")
    line = np.where(found["assisted"].notna(), "assisted", np.where(found["realized"].notna(), "realized", ""))
    measured = np.where(line == "assisted", found["assisted"], found["realized"])
    half = np.where(line == "assisted", _half(found, "assisted"), _half(found, "realized"))
    in_doubt, moved, row = _doubts(context, found, name)
    parts = split(
        (found["level"].to_numpy(), _half(found, "level")),
        (found["estimated"].to_numpy(), moved),
        (measured, half),
        in_doubt,
        row,
        context.settings.false_alarm_rate,
    )
    by = context.config.window
    bounds = {side: pd.to_datetime(found[side].astype("int64"), unit="us", utc=True) for side in ("start", "end")}
    line = np.where((line == "") & found["estimated"].notna(), "estimated", line)
    value = np.where(line == "estimated", found["estimated"], measured)
    out = found.assign(window=[windows.name(int(key), by) for key in found["window"]], line=line, value=value, **bounds)[list(FRAME)]
    for part in ("change", "inputs", "concept"):
        middle, reach = getattr(parts, part), getattr(parts, f"{part}_half")
        out[part], out[f"{part}_lower"], out[f"{part}_upper"] = middle, middle - reach, middle + reach
    new = _new_values(context, found[parts.changed])
    out["changed"] = parts.changed & ~found["window"].isin(list(new)).to_numpy()
    out["sentence"] = [_sentence(parts, i, name, new.get(int(key), [])) for i, key in enumerate(found["window"])]
    return out


def _new_values(context: Context, found: pd.DataFrame) -> dict[int, list[str]]:
    """Of windows whose losses the inputs do not explain, the columns with many values that the reference never held: what such
    values cost no reference can say, and they are not a changed concept."""
    columns = monitored(context) if len(found) else None
    out: dict[int, list[str]] = {}
    if columns is None:
        return out
    for number in found["version"].unique():
        keys = [int(key) for key in found["window"][found["version"] == number]]
        for name, reference in reference_counts(context, columns, int(number)).items():
            if name in ANSWERS:
                continue
            counts, bins = decode(reference["counts"]), columns.bins[name]
            for row in summaries.summaries(context.database, context.name, name, keys):
                grouping = group_cells(bins, counts, decode(row["counts"]))
                if grouping.current[grouping.novel].sum() > NEW:
                    out.setdefault(row["window"], []).append(name)
    return out


def _half(found: pd.DataFrame, line: str) -> Floats:
    """The longer arm of an interval."""
    up, down = found[f"{line}_upper"] - found[line], found[line] - found[f"{line}_lower"]
    return np.asarray(np.maximum(up, down), dtype=np.float64)


def _doubts(context: Context, found: pd.DataFrame, name: str) -> tuple[Floats, Floats, Floats]:
    """What is in doubt about each window's estimate, about its difference to the level, and one row's spread."""
    estimated, level = _half(found, "estimated"), _half(found, "level")
    alone, moved, row = estimated, np.hypot(estimated, level), np.full(len(found), math.nan)
    if metric_facts(name)["kind"] != "means":
        return alone, moved, row
    alone, moved = alone.copy(), moved.copy()
    models = models_of(context, np.unique(found["version"]).tolist())
    for number, model in models.items():
        mine = np.flatnonzero(found["version"].to_numpy() == number)
        if not model.rows:
            continue
        slope = slope_of(model, name)
        row[mine] = math.sqrt(max(float(slope @ model.spread @ slope), 0.0)) if model.rows > 1 else math.nan
        if model.guesses:
            alone[mine], moved[mine] = _of_version(context, number, model, found["window"].to_numpy()[mine], slope)
    return alone, moved, row


def _of_version(context: Context, version: int, model: RowModel, keys: Any, slope: Floats) -> tuple[Floats, Floats]:
    sql = "SELECT window, payload FROM performance_windows WHERE project = ? AND version = ? ORDER BY window"
    stored = {row["window"]: row["payload"] for row in context.database.rows(sql, (context.name, version))}
    stack = unpack(layout_of(context.schema), [stored[int(key)] for key in keys])
    n = np.maximum(stack["rows"], 1.0)
    mean = stack["guess"] / n[:, None]
    own = (stack["guess2"] / n[:, None, None] - mean[:, :, None] * mean[:, None, :]) / n[:, None, None]
    channels, stratum = guessed_reference(context, version, model)
    shares = np.bincount(stratum, minlength=STRATA) / max(len(stratum), 1)
    theirs = np.broadcast_to(np.cov(channels, rowvar=False) / max(model.rows, 1), own.shape) if len(channels) > 1 else np.zeros(own.shape)
    drawn = stack["sharper2"] / np.maximum(stack["sampled"], 1.0)[:, None, None] ** 2
    return doubts(stack["strata"] / n[:, None], shares, model.doubt, drawn, (own, theirs), slope)


def _sentence(parts: Parts, at: int, name: str, new: list[str]) -> str:
    """A window's split in words."""
    metric = name.replace("_", " ")
    whole, inputs, own = float(parts.change[at]), float(parts.inputs[at]), float(parts.concept[at])
    if not math.isfinite(whole):
        return f"There is nothing to compare {metric} with."
    said_whole = f"{metric} {'rose' if whole > 0 else 'fell'} by {said(abs(whole))} against the reference"
    if not math.isfinite(inputs):
        return f"{said_whole}; without an estimate it cannot be split."
    if not math.isfinite(own):
        return f"{said_whole} as estimated; without labels a changed concept does not show."
    if new:
        held = f"{', '.join(new[:3])} {'hold' if len(new) > 1 else 'holds'} values that the reference never held, which may be why"
        return f"{said_whole}: {_signed(inputs)} as the inputs would have it, {_signed(own)} beyond that; {held}."
    verdict = "the concept changed" if parts.changed[at] else "no changed concept shows beyond chance"
    return f"{said_whole}: {_signed(inputs)} by the inputs, {_signed(own)} beyond them; {verdict}."


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '-'}{said(abs(value))}"


def _changes(context: Context, detector: str, labels: int) -> pd.DataFrame:
    """detector, time, window, id, before, after, noticed: kept until labels land."""
    state = [labels, context.settings.seed]
    found = kept.kept(context.database, context.name, f"concept:{detector}", state)
    if found is None:
        found = _detected(context, detector)
        kept.keep(context.database, context.name, f"concept:{detector}", state, found)
    frame = pd.DataFrame(found, columns=list(CHANGES))
    for name in ("time", "noticed"):
        frame[name] = pd.to_datetime(frame[name].astype("int64"), unit="us", utc=True)
    return frame.astype({"before": "float64", "after": "float64", "detector": "str", "window": "str", "id": "str"})


def _detected(context: Context, detector: str) -> list[Mapping[str, Any]]:
    """The changes in the losses of each version's labelled answers; answers picked for being uncertain would look like a change."""
    from lifecycle.verbs.train.triggering import losses  # what retrains also asks here

    frame = recording.labelled(context, newest=2 * LOSSES)
    frame = frame[frame["purpose"] != "query"].tail(LOSSES) if len(frame) else frame
    known = {version.version: version for version in versions.versions(context.database, context.name)}
    out: list[Mapping[str, Any]] = []
    for number in sorted(set(frame["version"].tolist())) if len(frame) else []:
        if number not in known:
            continue
        rows = frame[frame["version"] == number]
        times = pd.DatetimeIndex(pd.to_datetime(rows["time"], utc=True)).as_unit("us").asi8
        keys = windows.window_keys(times, rows["seq"].to_numpy(dtype=np.int64), context.config.window)
        for found in concept_detector(detector)(losses(context, rows, known[number])):
            at = {"time": int(times[found.at]), "noticed": int(times[found.found]), "id": str(rows["id"].iloc[found.at])}
            named = windows.name(int(keys[found.at]), context.config.window)
            out.append({"detector": detector, "window": named, "before": found.before, "after": found.after, **at})
    return out
