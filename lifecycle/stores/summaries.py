"""Window summaries and what was derived from them: small rows, so that a report is one query."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lifecycle.stores.database import Database, dumps

__all__ = [
    "clear",
    "columns",
    "dependence",
    "freeze",
    "keep_dependence",
    "keep_multivariate",
    "keep_quality",
    "keep_references",
    "keep_results",
    "keep_summaries",
    "keep_windows",
    "monitored_names",
    "multivariate",
    "references",
    "results",
    "rows_before",
    "rule",
    "set_rule",
    "state",
    "summaries",
    "window_rows",
    "windows",
]

_TABLES = ("drift_windows", "drift_summaries", "drift_results", "drift_multivariate", "quality_results")
_FROZEN = ("drift_columns", "drift_states", "drift_references", "drift_dependence")


def state(database: Database, project: str) -> dict[str, Any] | None:
    """What the project's columns were frozen with: version, fitted, rule; None before."""
    row = database.one("SELECT version, fitted, rule FROM drift_states WHERE project = ?", (project,))
    return row and {**row, "fitted": json.loads(row["fitted"])}


def rule(database: Database, project: str) -> str | None:
    """The settings that the stored results were judged by, as JSON; None before the columns are frozen."""
    found = database.value("SELECT rule FROM drift_states WHERE project = ?", (project,))
    return None if found is None else str(found)


def freeze(
    database: Database, project: str, version: int, fitted: Mapping[str, Any], cells: Sequence[tuple[str, str, np.ndarray, Sequence[str], bool]]
) -> None:
    """Store a project's frozen cells, (column, kind, edges, levels, hashed) each, and the fitted state of its derived features."""
    with database.write() as connection:
        connection.execute("INSERT OR REPLACE INTO drift_states (project, version, fitted) VALUES (?, ?, ?)", (project, version, json.dumps(fitted)))
        connection.execute("DELETE FROM drift_columns WHERE project = ?", (project,))
        connection.executemany(
            "INSERT INTO drift_columns (project, column, place, kind, edges, levels) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (project, name, place, "hashed" if hashed else kind, np.asarray(edges, np.float64).tobytes(), dumps(list(levels)))
                for place, (name, kind, edges, levels, hashed) in enumerate(cells)
            ],
        )


def columns(database: Database, project: str) -> list[tuple[str, str, np.ndarray, tuple[str, ...], bool]]:
    """The frozen cells in page order: (column, kind, edges, levels, hashed)."""
    rows = database.rows("SELECT column, kind, edges, levels FROM drift_columns WHERE project = ? ORDER BY place", (project,))
    kinds = ["categorical" if row["kind"] == "hashed" else row["kind"] for row in rows]
    return [
        (row["column"], kind, np.frombuffer(row["edges"], np.float64), tuple(json.loads(row["levels"])), row["kind"] == "hashed")
        for row, kind in zip(rows, kinds, strict=True)
    ]


def set_rule(database: Database, project: str, rule: str) -> None:
    """Say by which settings the stored results were judged."""
    with database.write() as connection:
        connection.execute("UPDATE drift_states SET rule = ? WHERE project = ?", (rule, project))


def keep_references(database: Database, project: str, version: int, rows: Iterable[Sequence[Any]]) -> None:
    """Store a version's reference: (column, counts blob, low, high, total, squares) each."""
    with database.write() as connection:
        sql = "INSERT OR REPLACE INTO drift_references (project, version, column, counts, low, high, total, squares) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        connection.executemany(sql, ((project, version, *row) for row in rows))


def references(database: Database, project: str, version: int) -> dict[str, dict[str, Any]]:
    """A version's reference by column: counts blob, low, high, total, squares; empty when there is none."""
    sql = "SELECT column, counts, low, high, total, squares FROM drift_references WHERE project = ? AND version = ?"
    return {row["column"]: row for row in database.rows(sql, (project, version))}


def windows(database: Database, project: str, keys: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """The windows in order, all or those asked for, with `versions` and `columns` as they are in JSON."""
    if keys is None:
        return database.rows("SELECT * FROM drift_windows WHERE project = ? ORDER BY window", (project,))
    sql = "SELECT * FROM drift_windows WHERE project = ? AND window IN (SELECT value FROM json_each(?)) ORDER BY window"
    return database.rows(sql, (project, json.dumps([int(k) for k in keys])))


def keep_windows(database: Database, project: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store or replace windows as `windows` gives them."""
    names = ("window", "first_time", "last_time", "rows", "versions", "p_value", "alarm", "columns", "closed", "sketch", "told")
    _keep(database, "drift_windows", names, ((project, *(row[name] for name in names)) for row in rows))


def summaries(database: Database, project: str, column: str, keys: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """A column's stored summaries in order of window, all or those asked for."""
    sql = "SELECT window, counts, low, high, total, squares, unseen FROM drift_summaries WHERE project = ? AND column = ?"
    if keys is None:
        return database.rows(sql + " ORDER BY window", (project, column))
    sql += " AND window IN (SELECT value FROM json_each(?)) ORDER BY window"
    return database.rows(sql, (project, column, json.dumps([int(k) for k in keys])))


def keep_summaries(database: Database, project: str, column: str, rows: Iterable[Sequence[Any]]) -> None:
    """Store or replace a column's summaries: (window, counts blob, low, high, total, squares, unseen JSON) each."""
    names = ("column", "window", "counts", "low", "high", "total", "squares", "unseen")
    _keep(database, "drift_summaries", names, ((project, column, *row) for row in rows))


def keep_results(database: Database, project: str, rows: Iterable[Sequence[Any]]) -> None:
    """Store or replace results: (window, column, kind, test, statistic, p_value, effect, threshold, drifted) each."""
    names = ("window", "column", "kind", "test", "statistic", "p_value", "effect", "threshold", "drifted")
    _keep(database, "drift_results", names, ((project, *row) for row in rows))


def results(database: Database, project: str, keys: Sequence[int]) -> list[dict[str, Any]]:
    """What is stored of these windows: window, column, test, p_value, effect, drifted."""
    sql = "SELECT window, column, test, p_value, effect, drifted FROM drift_results WHERE project = ? AND window IN (SELECT value FROM json_each(?))"
    return database.rows(sql, (project, json.dumps([int(k) for k in keys])))


def dependence(database: Database, project: str, version: int) -> dict[str, float]:
    """How many rows of each column count as one in a version's reference; empty when it was not measured."""
    sql = "SELECT column, rows FROM drift_dependence WHERE project = ? AND version = ?"
    return {row["column"]: float(row["rows"]) for row in database.rows(sql, (project, version))}


def keep_dependence(database: Database, project: str, version: int, found: Mapping[str, float]) -> None:
    """Store what `dependence` gives."""
    _keep(database, "drift_dependence", ("version", "column", "rows"), ((project, version, *row) for row in found.items()))


def keep_multivariate(database: Database, project: str, rows: Iterable[Sequence[Any]]) -> None:
    """Store or replace the multivariate view: (window, rows, total, squares, statistic, lower, upper, threshold, alarm) each."""
    names = ("window", "rows", "total", "squares", "statistic", "lower", "upper", "threshold", "alarm")
    _keep(database, "drift_multivariate", names, ((project, *row) for row in rows))


def multivariate(database: Database, project: str, keys: Sequence[int]) -> dict[int, tuple[int, float, float]]:
    """The sums of reconstruction errors of these windows: rows, total, squares by window."""
    sql = "SELECT window, rows, total, squares FROM drift_multivariate WHERE project = ? AND window IN (SELECT value FROM json_each(?))"
    found = database.rows(sql, (project, json.dumps([int(k) for k in keys])))
    return {row["window"]: (row["rows"], row["total"], row["squares"]) for row in found}


def rows_before(database: Database, project: str, key: int, count: int) -> list[int]:
    """The rows of up to `count` windows before one, the oldest first."""
    sql = "SELECT rows FROM drift_windows WHERE project = ? AND window < ? ORDER BY window DESC LIMIT ?"
    return [int(row["rows"]) for row in database.rows(sql, (project, key, count))][::-1]


def window_rows(database: Database, project: str) -> dict[int, int]:
    """The rows of every window by its key, in order."""
    found = database.rows("SELECT window, rows FROM drift_windows WHERE project = ? ORDER BY window", (project,))
    return {int(row["window"]): int(row["rows"]) for row in found}


def monitored_names(database: Database, project: str, features: Sequence[str]) -> list[str]:
    """The names that a rule may be about: the features and the frozen columns."""
    frozen = database.rows("SELECT column FROM drift_columns WHERE project = ? ORDER BY place", (project,))
    return list(dict.fromkeys([*features, *(row["column"] for row in frozen)]))


def keep_quality(database: Database, project: str, rows: Iterable[Sequence[Any]]) -> None:
    """Store or replace findings: (window, column, check, value, expected, failed) each."""
    _keep(database, "quality_results", ("window", "column", '"check"', "value", "expected", "failed"), ((project, *row) for row in rows))


def clear(database: Database, project: str, frozen: bool = False) -> None:
    """Drop what was derived (the facts stay), with `frozen` the cells too; reset the cursor in the same transaction."""
    with database.write() as connection:
        for table in _TABLES + (_FROZEN if frozen else ()):
            connection.execute(f"DELETE FROM {table} WHERE project = ?", (project,))


def _keep(database: Database, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    marks = ", ".join("?" * (len(names) + 1))
    with database.write() as connection:
        connection.executemany(f"INSERT OR REPLACE INTO {table} (project, {', '.join(names)}) VALUES ({marks})", rows)
