"""The monitoring report of a project as one file, and its figures as CSV."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from lifecycle.errors import InvalidValue
from lifecycle.monitor.condensing import condense_drift, ranked_columns
from lifecycle.monitor.document import ReportFacts, document
from lifecycle.monitor.document.drift_section import reading
from lifecycle.monitor.document.facts import said
from lifecycle.records import DriftColumn
from lifecycle.stores.durable import place
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, performing, quality_views
from lifecycle.verbs.monitor.drift_views import project_windows
from lifecycle.verbs.monitor.range_views import range_column
from lifecycle.verbs.release.releasing import history

__all__ = ["figures", "report"]

RUNS = 120
WORST = 6
EVENTS = 5_000


def report(context: Context, path: str | Path | None = None, start: datetime | None = None, end: datetime | None = None) -> str:
    """The report of the windows that lie in [start, end) as HTML; written to `path` too where one is given. Always under 5 MB.

    Raises
    ------
    InvalidValue : `end` is not after `start`. StoreError : the file cannot be written.
    """
    found = project_windows(context)
    chosen = _within(found, start, end)
    names = [str(name) for name in chosen["window"]]
    drift = drifting.drift(context)
    frame = drift.frame[drift.frame["window"].isin(names)]
    performance = performing.performance(context).frame
    quality = quality_views.quality(context)
    told = history(context, EVENTS)
    config = context.config
    text = document(
        ReportFacts(
            name=context.name,
            description=config.description,
            made=context.now(),
            health=performing.health(context),
            windows=chosen,
            drift=condense_drift(frame, names, ranked_columns(frame), RUNS),
            alarms=drift.alarms[drift.alarms["window"].isin(names)],
            worst=_worst(context, frame, chosen),
            performance=_within(performance, start, end),
            quality=quality[quality["window"].isin(names)],
            history=_within(told.assign(start=told["time"]), start, end),
            columns=int(frame["column"].nunique()),
            headline=performing.headline(context),
            notes=drift.notes,
            unjudged=int(drift.unjudged["window"].isin(names).sum()),
        )
    )
    if path is not None:
        place(Path(path), lambda aside: aside.write_text(text, encoding="utf-8"))
    return text


def figures(context: Context, path: str | Path | None = None, start: datetime | None = None, end: datetime | None = None) -> bytes:
    """Every figure of the monitor pages as CSV in one zip: drift, alarms, together, performance, quality, windows, events.

    Raises
    ------
    InvalidValue : `end` is not after `start`. StoreError : the file cannot be written.
    """
    chosen = _within(project_windows(context), start, end)
    names = set(chosen["window"])
    drift = drifting.drift(context)
    alarms = drift.alarms.assign(columns=[", ".join(columns) for columns in drift.alarms["columns"]])
    told = history(context, EVENTS)
    tables = {
        "windows": chosen,
        "drift": drift.frame,
        "alarms": alarms,
        "together": drifting.multivariate(context),
        "quality": quality_views.quality(context),
        "performance": _within(performing.performance(context).frame, start, end),
        "events": _within(told.assign(start=told["time"]), start, end).drop(columns="start"),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, table in tables.items():
            kept = table[table["window"].isin(names)] if name in ("drift", "alarms", "together", "quality") else table
            archive.writestr(f"{context.name}-{name}.csv", _csv(kept))
    if path is not None:
        place(Path(path), lambda aside: aside.write_bytes(packed.getvalue()))
    return packed.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV, by Arrow: many times faster than pandas, and every number reads back as it was."""
    mixed = [name for name in frame if frame[name].dtype == object]
    plain = frame.copy(deep=False)
    for name in mixed:
        plain[name] = [None if value is None else str(value) for value in frame[name]]
    written = io.BytesIO()
    csv.write_csv(pa.Table.from_pandas(plain, preserve_index=False), written, csv.WriteOptions(quoting_style="needed"))
    return written.getvalue()


def _worst(context: Context, frame: pd.DataFrame, windows: pd.DataFrame) -> list[tuple[DriftColumn, str]]:
    """The columns that drifted furthest, each in its worst window."""
    drifted = frame[frame["drifted"].astype(bool)]
    drifted = drifted.assign(reach=drifted["statistic"] / drifted["threshold"]).sort_values("reach", ascending=False, kind="stable")
    words = said(windows)
    rows = drifted.drop_duplicates("column").head(WORST)
    return [(range_column(context, str(row["column"]), None, str(row["window"])), reading(row, words)) for _, row in rows.iterrows()]


def _within(frame: pd.DataFrame, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    low, high = (None if at is None else _utc(at) for at in (start, end))
    if low is not None and high is not None and high <= low:
        raise InvalidValue(f"The report ends at {high:%Y-%m-%d %H:%M}, which is not after its start at {low:%Y-%m-%d %H:%M}.")
    kept = frame
    if low is not None:
        kept = kept[kept["start"] >= low]
    return kept if high is None else kept[kept["start"] < high]


def _utc(at: datetime) -> pd.Timestamp:
    stamp = pd.Timestamp(at)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
