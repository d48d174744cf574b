"""What a page asks for costs the same whatever the log's size: rows read from the log and steps of the database are counted, not seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle import Project
from lifecycle.stores import segments
from lifecycle.stores.predictions import PredictionLog
from lifecycle.verbs.label import experts, sittings
from lifecycle.verbs.monitor import performance_views

FEW, MANY, DAYS = 1_500, 12_000, 10
BOUND = 300  # rows that a view may look at


def rows(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"age": rng.normal(size=count), "city": rng.choice(["Bern", "Kyiv", "Quito"], count)})
    chance = 1 / (1 + np.exp(-frame["age"]))
    when = pd.Timestamp("2026-05-01", tz="UTC") + pd.to_timedelta(np.arange(count) * DAYS / count, unit="D")
    return frame.assign(when=when, prediction=np.where(chance > 0.5, "yes", "no"), p_no=1 - chance, p_yes=chance)


def made(home: Path, count: int) -> Project:
    """A project whose predictions have landed, nine in ten with their truth, and whose worker has been by."""
    workspace = lifecycle.open_workspace(home)
    workspace.clock.fixed = pd.Timestamp("2026-05-11", tz="UTC").to_pydatetime()
    reference = rows(600).assign(label=lambda frame: frame["prediction"])
    project = workspace.create_project("p", window="1D", timestamp="when", reference=reference)
    ids = project.log(rows(count))
    truth = np.random.default_rng(4).choice(["yes", "no"], count)
    project.record_labels(pd.DataFrame({"id": ids, "label": truth}).iloc[: count * 9 // 10])
    for _ in range(3):
        project.annotate(project.next_tasks("ana")[0], "yes", "ana")
    project._context.log().compact()
    project.tick()
    return project


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Project]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "GROUP", 500)
        patch.setattr(performance_views, "MOST", BOUND)
        patch.setattr(experts, "DOUBTED", BOUND)
        patch.setattr(sittings, "SEEN", BOUND)
        yield made(tmp_path_factory.mktemp("few"), FEW), made(tmp_path_factory.mktemp("many"), MANY)


def counted(project: Project, verb: Callable[[Project], Any], patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Rows read from the log, and thousands of steps that the database took."""
    seen = {"rows": 0, "steps": 0}
    batches, take = PredictionLog.batches, PredictionLog.take

    def counted_batches(self: PredictionLog, *args: Any, **options: Any) -> Iterator[Any]:
        for batch in batches(self, *args, **options):
            seen["rows"] += batch.num_rows
            yield batch

    def counted_take(self: PredictionLog, seqs: Any, *args: Any, **options: Any) -> Any:
        seen["rows"] += len(seqs)
        return take(self, seqs, *args, **options)

    def step() -> int:
        seen["steps"] += 1
        return 0

    patch.setattr(PredictionLog, "batches", counted_batches)
    patch.setattr(PredictionLog, "take", counted_take)
    project._context.database.connection.set_progress_handler(step, 1000)
    try:
        verb(project)
    finally:
        project._context.database.connection.set_progress_handler(None, 0)
    return seen["rows"], seen["steps"]


REPORTS: dict[str, Callable[[Project], Any]] = {
    "health": lambda project: project.health(),
    "drift": lambda project: project.drift(),
    "windows": lambda project: project.windows(),
    "drift_column": lambda project: project.drift_column("age"),
    "multivariate": lambda project: project.multivariate(),
    "quality": lambda project: project.quality(),
    "performance": lambda project: project.performance(),
    "confusion": lambda project: project.confusion(),
    "calibration": lambda project: project.calibration(),
    "triggers": lambda project: project.triggers(),
    "history": lambda project: project.history(),
    "versions": lambda project: project.versions(),
    "waiting_tasks": lambda project: project.waiting_tasks(),
    "next_tasks": lambda project: project.next_tasks("bob"),
    "label_progress": lambda project: project.label_progress("ana"),
    "labellers": lambda project: project.labellers(),
    "annotations": lambda project: project.annotations(),
    "disagreements": lambda project: project.disagreements(),
    "agreement": lambda project: project.agreement(),
    "feedback": lambda project: project.feedback(),
}
VIEWS: dict[str, Callable[[Project], Any]] = {
    "slices": lambda project: project.slices(),
    "suspects": lambda project: project.suspects(),
    "label_examples": lambda project: project.label_examples(),
    "newest": lambda project: project.predictions(limit=50),
    "first": lambda project: project.preview(project._context.log().take([1], ["id"])["id"][0].as_py()),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_reads_nothing_of_the_log_and_costs_the_same_whatever_its_size(projects, monkeypatch, name):
    few, many = (counted(project, REPORTS[name], monkeypatch) for project in projects)
    assert many[0] == 0
    assert many[1] <= 1.5 * few[1] + 10  # the queue itself holds up to 2,000 samples, however many rows there are


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_at_a_bounded_number_of_rows(projects, monkeypatch, name):
    few, many = (counted(project, VIEWS[name], monkeypatch) for project in projects)
    assert 0 < many[0] <= 3 * BOUND
    assert many[1] <= 1.5 * few[1] + 5


def test_a_day_is_read_without_the_rest(projects, monkeypatch):
    project = projects[1]
    read = []
    monkeypatch.setattr(segments, "iterate", _noting(segments.iterate, read))
    start = pd.Timestamp("2026-05-04", tz="UTC").to_pydatetime()
    frame = project.predictions(start, start + pd.Timedelta(days=1), limit=40)
    assert len(frame) == 40
    assert frame["timestamp"].between(start, start + pd.Timedelta(days=1), inclusive="left").all()
    assert MANY / DAYS <= sum(read) <= MANY / DAYS + 2 * 500


def _noting(iterate: Callable[..., Iterator[Any]], read: list[int]) -> Callable[..., Iterator[Any]]:
    def noted(*args: Any, **options: Any) -> Iterator[Any]:
        for place, batch in iterate(*args, **options):
            read.append(batch.num_rows)
            yield place, batch

    return noted
