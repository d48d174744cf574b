"""A project with a log and no model, on the stores alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lifecycle.records import Column, ProjectConfig, Schema, Settings
from lifecycle.stores.database import Database, dumps
from lifecycle.stores.models import ModelStore
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.verbs.context import Clock, Context

START = datetime(2026, 3, 1, tzinfo=UTC)


def open_context(root: Path, now: datetime | None = START) -> Context:
    return Context("p", root, Database(root / "lifecycle.db"), ModelStore(root), SnapshotStore(root), Clock(now))


def _fill(context: Context, rows: int, seed: int = 0) -> None:
    """Log rows of two features; the nearer `a` is to 0, the less sure the model is."""
    rng = np.random.default_rng(seed)
    first = context.log().rows
    a, b = rng.normal(size=rows), rng.normal(size=rows)
    columns: dict[str, Any] = {
        "id": [f"r{first + i + 1}" for i in range(rows)],
        "time": pa.array([START + timedelta(seconds=first + i) for i in range(rows)], pa.timestamp("us", "UTC")),
        "version": pa.array([1] * rows, pa.int32()),
    }
    if context.schema.task == "classification":
        chance = 1 / (1 + np.exp(-2 * a))
        columns |= {"prediction": np.where(chance > 0.5, "1", "0"), "p_0": 1 - chance, "p_1": chance}
    else:
        columns |= {"prediction": a}
    context.log().append(pa.table(columns | {"a": a, "b": b}))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Context]:
    """A project with `rows` predictions; keyword arguments are settings."""

    def build(rows: int = 200, task: str = "classification", **settings: Any) -> Context:
        context = open_context(tmp_path)
        classes = (0, 1) if task == "classification" else ()
        schema = Schema((Column("a", "numeric"), Column("b", "numeric")), "label", None, task, "tabular", classes)
        config = ProjectConfig("p", schema, "100 rows", True, START, "test")
        with context.database.write() as connection:
            row = ("p", dumps(config), dumps(Settings(**settings)), START.isoformat(), "test")
            connection.execute("INSERT INTO projects (name, config, settings, created, created_by) VALUES (?, ?, ?, ?, ?)", row)
        if rows:
            _fill(context, rows)
        return context

    return build


@pytest.fixture
def fill() -> Callable[..., None]:
    """Log more rows: (context, rows, seed)."""
    return _fill
