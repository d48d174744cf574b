"""A project whose rows and labels land through the stores alone, so that these tests need no other stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lifecycle.records import Column, ProjectConfig, Schema, Settings
from lifecycle.stores import labels, versions
from lifecycle.stores.database import Database, dumps
from lifecycle.stores.models import ModelStore
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.verbs.context import Clock, Context

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Stage:
    """A project in a temporary workspace."""

    context: Context

    def version(self, reference: dict[str, Any] | None) -> int:
        sha = self.context.snapshots.save(pa.table(reference)) if reference is not None else None
        return versions.add(self.context.database, self.context.name, START, "test", reference=sha).version

    def land(self, columns: dict[str, Any], version: int = 1, times: list[datetime] | None = None) -> list[str]:
        n = len(next(iter(columns.values())))
        first = self.context.log().rows
        ids = [f"r{first + i}" for i in range(n)]
        stamps = times or [START + timedelta(minutes=first + i) for i in range(n)]
        table = pa.table({"id": ids, "time": pa.array(stamps, pa.timestamp("us", "UTC")), "version": pa.array([version] * n, pa.int32()), **columns})
        self.context.log().append(table)
        return ids

    def label(self, ids: list[str], values: Any, source: str = "ground_truth", probability: Any = None, purpose: str = "") -> None:
        seqs = self.context.log().find(ids)
        chances = [None] * len(ids) if probability is None else [float(p) for p in np.broadcast_to(probability, len(ids))]
        plain = [v.item() if hasattr(v, "item") else v for v in values]
        entries = [labels.Entry(i, v, seqs.get(i), purpose=purpose, probability=p) for i, v, p in zip(ids, plain, chances, strict=True)]
        labels.add(self.context.database, self.context.name, entries, source, START, "test")


@pytest.fixture
def make(tmp_path: Path):
    """make(task, classes, window, features, settings) -> Stage."""
    made = []

    def build(
        task: str = "classification", classes: tuple[Any, ...] = ("no", "yes"), window: str = "1000 rows", features: int = 0, **settings: Any
    ) -> Stage:
        root = tmp_path / f"w{len(made)}"
        root.mkdir()
        database = Database(root / "lifecycle.db")
        columns = tuple(Column(f"x{i}", "numeric") for i in range(features))
        schema = Schema(columns, "label", None, task, "tabular", classes if task == "classification" else ())  # type: ignore[arg-type]
        config = ProjectConfig("p", schema, window, True, START, "test")
        with database.write() as connection:
            row = ("p", dumps(config), dumps(Settings(**settings)), START.isoformat(), "test")
            connection.execute("INSERT INTO projects (name, config, settings, created, created_by) VALUES (?, ?, ?, ?, ?)", row)
        made.append(Stage(Context("p", root, database, ModelStore(root), SnapshotStore(root), Clock(START + timedelta(days=400)))))
        return made[-1]

    yield build
    for stage in made:
        stage.context.database.close()


def scored(rng: np.random.Generator, n: int, classes: tuple[Any, ...], sharp: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated scores: probabilities (n, K), predicted places, true places."""
    raw = np.exp(sharp * rng.normal(size=(n, len(classes))))
    p = raw / raw.sum(axis=1, keepdims=True)
    truth = (p.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return p, p.argmax(axis=1), truth


def columns(p: np.ndarray, predicted: np.ndarray, classes: tuple[Any, ...]) -> dict[str, Any]:
    """As the log stores them."""
    names = np.array([str(c) for c in classes])
    return {"prediction": names[predicted].tolist()} | {f"p_{c}": p[:, i] for i, c in enumerate(classes)}


@pytest.fixture
def scores():
    return scored


@pytest.fixture
def as_columns():
    return columns
