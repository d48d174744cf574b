"""Performance follows the log and the labels: what landed is summarised once, and touched windows get their results anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.monitor.performance.layout import layout_of
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.summary import add, empty, pack, summarise_features, summarise_labels, summarise_rows, unpack
from lifecycle.monitor.windows import bounds, parse, window_keys
from lifecycle.stores import cursors
from lifecycle.stores.versions import versions as versions_of
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.performance_density import moved_by_density
from lifecycle.verbs.monitor.performance_rows import Floats, Ints, columns_of, models_of, proba, rows_of, truth_of_json

__all__ = ["LABELS", "ROWS", "label_rows", "follow_labels", "follow_rows", "forget", "renew"]

ROWS, LABELS = "performance", "performance_labels"
BATCH = 262_144
BLOCK = 65_536
FEATURES = 2_000  # rows of a window counted in rows whose features are read where they sharpen the estimate
DOUBLING = 500  # as many of a window of time each time that its rows have doubled


def follow_rows(context: Context) -> int:
    """Add the rows that landed since the last time to their windows' summaries; returns how many."""
    log, layout, taken = context.log(), layout_of(context.schema, context.settings.costs), 0
    features = layout.task == "regression" or _sharpened(context)
    while True:
        position = cursors.position(context.database, context.name, ROWS)
        until = min(log.rows, position + (BLOCK if features else BATCH))
        if until <= position:
            return taken
        table = log.read(columns_of(context, layout, features), after=position, until=until)
        found = _cells(context, table)
        if _store_rows(context, table, found, position, until):
            taken += until - position


def _sharpened(context: Context) -> bool:
    """Do the features say more than the score under any version that may have answered."""
    numbers = [version.version for version in versions_of(context.database, context.name)]
    return any(model.conditional is not None for model in models_of(context, numbers).values())


def _stands_for(context: Context, seqs: Ints, found: tuple[Ints, Ints, Ints, Ints]) -> Floats:
    """For how many rows of its window each row stands where its features are read, 0 where they are not.

    Of a window counted in rows an even share is read. How many rows a window of time will have is not known when its first ones
    land, so the chance halves each time that its rows have doubled. Both go by the row's number alone, so that portions and a rebuild
    draw the same rows.
    """
    by, (_, windows, versions, place) = parse(context.config.window), found
    many = np.full(len(seqs), max(1.0, by.rows / FEATURES))
    if not by.by_rows:
        sql = "SELECT rows FROM performance_windows WHERE project = ? AND window = ? AND version = ?"
        keys = zip(windows.tolist(), versions.tolist(), strict=True)
        before = np.array([context.database.value(sql, (context.name, *key)) or 0 for key in keys], dtype=np.int64)
        many = 2.0 ** np.floor(np.log2(np.maximum((before[place] + _ranks(place)) / DOUBLING, 1.0)))
    drawn = (seqs.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.where(drawn < 2.0**32 / many, many, 0.0)


def _ranks(place: Ints) -> Ints:
    """The how-manieth of its cell each row is, from 1."""
    order = np.argsort(place, kind="stable")
    out = np.empty(len(place), dtype=np.int64)
    out[order] = np.arange(len(place)) - np.searchsorted(place[order], place[order]) + 1
    return out


def _cells(context: Context, table: pa.Table) -> tuple[Ints, Ints, Ints, Ints]:
    """Of the rows: their times; the distinct (window, version) cells; and each row's place among those."""
    times = np.asarray(table["time"].cast(pa.int64()), dtype=np.int64)
    keys = window_keys(times, np.asarray(table["seq"], dtype=np.int64), context.config.window)
    version = np.asarray(table["version"].cast(pa.int64()), dtype=np.int64)
    return times, *_pairs(keys, version)


def _pairs(keys: Ints, version: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct (window, version) pairs, in order, and each row's place among them."""
    windows, numbers = np.unique(keys), np.unique(version)
    code = np.searchsorted(windows, keys) * len(numbers) + np.searchsorted(numbers, version)
    there = np.flatnonzero(np.bincount(code, minlength=len(windows) * len(numbers)))
    return windows[there // len(numbers)], numbers[there % len(numbers)], np.searchsorted(there, code).astype(np.int64)


def _by_version(versions: Ints, place: Ints) -> Iterator[tuple[int, Ints, Ints]]:
    """Each version with its cells and its rows."""
    for number in np.unique(versions):
        yield int(number), np.flatnonzero(versions == number), np.flatnonzero(versions[place] == number)


def _store_rows(context: Context, table: pa.Table, found: tuple[Ints, Ints, Ints, Ints], position: int, until: int) -> bool:
    times, windows, versions, place = found
    layout = layout_of(context.schema, context.settings.costs)
    models, names = models_of(context, np.unique(versions).tolist()), context.schema.probability_columns()
    seqs, stack = np.asarray(table["seq"], dtype=np.int64), empty(layout, len(windows))
    used = columns_of(context, layout, features=False)
    rows = rows_of(table.select([name for name in table.column_names if name in used]), layout, names)
    for number, cells, mine in _by_version(versions, place):
        add(stack, cells, summarise_rows(models[number], rows.pick(mine), np.searchsorted(cells, place[mine]), len(cells)))
    if any(model.conditional is not None for model in models.values()):
        weight = _stands_for(context, seqs, found)
        read = np.flatnonzero(weight)
        rows, weight = rows_of(table.take(read), layout, names), weight[read]
        for number, cells, mine in _by_version(versions, place[read]):
            local = np.searchsorted(cells, place[read][mine])
            add(stack, cells, summarise_features(models[number], rows.pick(mine), local, len(cells), weight[mine]))
    ends = np.column_stack([*_ends(times, place, len(windows)), *_ends(seqs, place, len(windows))])
    with context.database.write() as connection:
        if cursors.position(context.database, context.name, ROWS) != position:
            return False
        for i, (window, version) in enumerate(zip(windows.tolist(), versions.tolist(), strict=True)):
            payload = _merged(context, layout, stack, i, "payload", window, version)
            connection.execute(
                """INSERT INTO performance_windows (project, window, version, rows, payload, first_time, last_time, first_seq, last_seq)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, payload = excluded.payload, dirty = 1,
                   first_time = min(first_time, excluded.first_time), last_time = max(last_time, excluded.last_time),
                   first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)""",
                (context.name, window, version, int(stack["rows"][i]), payload, *ends[i].tolist()),
            )
        cursors.move(context.database, context.name, ROWS, until)
    return True


def _ends(values: Ints, place: Ints, places: int) -> tuple[Ints, Ints]:
    low, high = np.full(places, np.iinfo(np.int64).max), np.full(places, np.iinfo(np.int64).min)
    np.minimum.at(low, place, values)
    np.maximum.at(high, place, values)
    return low, high


def _merged(context: Context, layout: Any, stack: dict[str, Floats], at: int, column: str, window: int, version: int) -> bytes:
    """This summary added to the stored one, as bytes."""
    sql = f"SELECT {column} FROM performance_windows WHERE project = ? AND window = ? AND version = ?"
    before = context.database.value(sql, (context.name, window, version))
    if before is None:
        return pack(stack, at)
    both = unpack(layout, [before])
    add(both, np.array([0]), {name: values[at : at + 1] for name, values in stack.items()})
    return pack(both, 0)


def follow_labels(context: Context) -> int:
    """Take in the labels that changed since the last time; returns how many. A label that replaces one makes its window be counted anew."""
    taken = 0
    while True:
        position = cursors.position(context.database, context.name, LABELS)
        top = context.database.value("SELECT max(changed) FROM current_labels WHERE project = ?", (context.name,))
        if top is None or top <= position:
            return taken
        sql = "SELECT changed FROM current_labels WHERE project = ? AND changed > ? ORDER BY changed LIMIT 1 OFFSET ?"
        until = context.database.value(sql, (context.name, position, BATCH)) or top
        taken += _take_labels(context, position, int(until))


def _take_labels(context: Context, position: int, until: int) -> int:
    labels = label_rows(context, "c.changed > ? AND c.changed <= ?", (position, until))
    if len(labels) and labels["seq"].iloc[-1] > cursors.position(context.database, context.name, ROWS):
        follow_rows(context)
    seqs = labels["seq"].to_numpy(dtype=np.int64)
    table = context.log().take(seqs.tolist(), columns_of(context, layout_of(context.schema, context.settings.costs), features=False))
    keys = _keys(context, table, seqs)
    with context.database.write():
        if cursors.position(context.database, context.name, LABELS) != position:
            return 0
        again = np.unique(keys[~_mark(context, seqs)])
        fresh = np.flatnonzero(~np.isin(keys, again))
        _add_labels(context, table.take(fresh), keys[fresh], labels.iloc[fresh])
        for window in again.tolist():
            _recount(context, window, until)
        cursors.move(context.database, context.name, LABELS, until)
    return len(labels)


def label_rows(context: Context, where: str, parameters: tuple[Any, ...]) -> pd.DataFrame:
    """The labels that count: seq, value (JSON, None for one withdrawn), weight, `part` (0 at random, 1 with a known chance, -1 of no use here).

    An adjudicated answer keeps the chance with which its question was picked. Answers picked by the model's uncertainty whose
    chance is not known say nothing of the rest, and are left out. The plus leaves the choice of an index to `where`.
    """
    picked = "SELECT e.probability FROM labels e WHERE e.project = c.project AND e.id = c.id AND e.probability IS NOT NULL ORDER BY e.no DESC LIMIT 1"
    sql = f"""SELECT c.seq, l.value, l.source, l.purpose,
                     coalesce(l.probability, CASE l.source WHEN 'adjudication' THEN ({picked}) END) AS probability
              FROM current_labels c LEFT JOIN labels l ON l.no = c.no WHERE c.project = ? AND +c.seq IS NOT NULL AND {where} ORDER BY c.seq"""
    found = context.database.frame(sql, (context.name, *parameters))
    chance = found["probability"].astype("float64").to_numpy()
    known = (chance > 0) & (chance <= 1)
    random = (found["source"] == "ground_truth").to_numpy() | (found["purpose"] == "audit").to_numpy()
    part = np.where(known, 1, np.where(random & np.isnan(chance), 0, -1))
    part = np.where(found["value"].isna().to_numpy(), -1, part)
    weight = np.where(known, 1.0 / np.where(known, chance, 1.0), 1.0)
    return pd.DataFrame({"seq": found["seq"].astype("int64"), "value": found["value"], "weight": weight, "part": part})


def _keys(context: Context, table: pa.Table, seqs: Ints) -> Ints:
    times = np.asarray(table["time"].cast(pa.int64()), dtype=np.int64)
    return window_keys(times, seqs, context.config.window)


def _mark(context: Context, seqs: Ints) -> NDArray[np.bool_]:
    """Note that these labels are counted; returns which were not yet."""
    new = np.ones(len(seqs), dtype=bool)
    blocks = seqs // BLOCK
    with context.database.write() as connection:
        for block in np.unique(blocks).tolist():
            stored = context.database.value("SELECT bits FROM performance_counted WHERE project = ? AND block = ?", (context.name, block))
            bits = np.unpackbits(np.frombuffer(stored or bytes(BLOCK // 8), dtype=np.uint8))
            mine = blocks == block
            new[mine] = bits[seqs[mine] % BLOCK] == 0
            bits[seqs[mine] % BLOCK] = 1
            row = (context.name, block, np.packbits(bits).tobytes())
            connection.execute("INSERT OR REPLACE INTO performance_counted (project, block, bits) VALUES (?, ?, ?)", row)
    return new


def _add_labels(context: Context, table: pa.Table, keys: Ints, labels: pd.DataFrame) -> None:
    """Add labelled rows to their windows' label summaries."""
    layout = layout_of(context.schema, context.settings.costs)
    use = labels["part"].to_numpy() >= 0
    truth = truth_of_json(labels["value"][use], layout)
    known = truth >= 0 if layout.task == "classification" else np.isfinite(truth)
    use[use], truth = known, truth[known]
    if not use.any():
        return
    table, keys, labels = table.filter(pa.array(use)), keys[use], labels[use]
    version = np.asarray(table["version"].cast(pa.int64()), dtype=np.int64)
    windows, versions, place = _pairs(keys, version)
    rows, models = rows_of(table, layout, context.schema.probability_columns()), models_of(context, np.unique(version).tolist())
    stack = empty(layout, len(windows))
    weight, part = labels["weight"].to_numpy(dtype=np.float64), labels["part"].to_numpy(dtype=np.int64)
    for number, cells, mine in _by_version(versions, place):
        local = np.searchsorted(cells, place[mine])
        add(stack, cells, summarise_labels(models[number], rows.pick(mine), truth[mine], weight[mine], part[mine], local, len(cells)))
    with context.database.write() as connection:
        for i, (window, number) in enumerate(zip(windows.tolist(), versions.tolist(), strict=True)):
            payload = _merged(context, layout, stack, i, "labels", window, number)
            sql = "UPDATE performance_windows SET labels = ?, dirty = 1 WHERE project = ? AND window = ? AND version = ?"
            connection.execute(sql, (payload, context.name, window, number))


def _recount(context: Context, window: int, until: int) -> None:
    """Count the labels of one window from the start, those that had changed up to `until`."""
    with context.database.write() as connection:
        connection.execute("UPDATE performance_windows SET labels = NULL, dirty = 1 WHERE project = ? AND window = ?", (context.name, window))
    start, end = bounds(window, context.config.window)
    by_rows = isinstance(start, int) and isinstance(end, int)
    limits: dict[str, Any] = {"after": int(start) - 1, "until": int(end) - 1} if by_rows else {"start": start, "end": end}  # type: ignore[arg-type]
    for batch in context.log().batches(columns_of(context, layout_of(context.schema, context.settings.costs), features=False), **limits):
        seqs = np.asarray(batch["seq"], dtype=np.int64)
        labels = label_rows(context, "c.seq >= ? AND c.seq <= ? AND c.changed <= ?", (int(seqs[0]), int(seqs[-1]), until))
        labels = labels[np.isin(labels["seq"].to_numpy(), seqs)]
        place = np.searchsorted(seqs, labels["seq"].to_numpy(dtype=np.int64))
        _add_labels(context, pa.Table.from_batches([batch]).take(place), np.full(len(place), window), labels)


def renew(context: Context) -> int:
    """Derive the results of the windows that were touched; returns how many."""
    database, layout = context.database, layout_of(context.schema, context.settings.costs)
    touched = "SELECT DISTINCT window FROM performance_windows WHERE project = ?1 AND dirty = 1 ORDER BY window LIMIT 500"
    sql = f"""SELECT window, version, rows, first_time, last_time, first_seq, last_seq, payload, labels FROM performance_windows
              WHERE project = ?1 AND window IN ({touched}) ORDER BY window, version"""
    done = 0
    while True:
        with database.write() as connection:
            found = database.frame(sql, (context.name,))
            if not len(found):
                return done
            windows, place = np.unique(found["window"].to_numpy(dtype=np.int64), return_inverse=True)
            stack = unpack(layout, found["payload"])
            labelled = found["labels"].notna().to_numpy()
            add(stack, np.flatnonzero(labelled), unpack(layout, found["labels"][labelled]))
            version = found["version"].to_numpy(dtype=np.int64)
            models = models_of(context, np.unique(version).tolist())
            moved = moved_by_density(context, models, found)
            frame = results(layout, models, place.reshape(-1).astype(np.int64), version, stack, proba(context, models), moved)
            _store_results(context, frame, windows, found)
            connection.executemany(
                "UPDATE performance_windows SET dirty = 0 WHERE project = ? AND window = ?", [(context.name, int(w)) for w in windows]
            )
        done += len(windows)


def _store_results(context: Context, frame: pd.DataFrame, windows: Ints, found: pd.DataFrame) -> None:
    times = found.groupby("window").agg(first=("first_time", "min"), last=("last_time", "max")).loc[windows]
    key = windows[frame["window"].to_numpy()]
    starts, ends = times["first"].to_numpy(), times["last"].to_numpy() + 1
    if not parse(context.config.window).by_rows:
        limits = [bounds(int(window), context.config.window) for window in windows]
        starts, ends = (np.array([int(pd.Timestamp(limit[i]).value // 1000) for limit in limits]) for i in (0, 1))
    place = frame["window"].to_numpy()
    frame = frame.assign(project=context.name, window=key, start=starts[place], end=ends[place])
    names = [f'"{name}"' for name in frame.columns]
    values = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    sql = f"INSERT OR REPLACE INTO performance_results ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    with context.database.write() as connection:
        connection.executemany(sql, values)


def forget(context: Context) -> None:
    """Drop everything derived here; the next catch-up rebuilds it from the log, the labels and the references."""
    with context.database.write() as connection:
        for table in ("performance_windows", "performance_counted", "performance_results"):
            connection.execute(f"DELETE FROM {table} WHERE project = ?", (context.name,))
        for consumer in (ROWS, LABELS):
            cursors.reset(context.database, context.name, consumer)
