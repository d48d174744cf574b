"""A fit on a Dask cluster gives the bits that a local one gives."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

import lifecycle
from lifecycle.engines import spread
from lifecycle.stores.sealed import sealed
from lifecycle.verbs.monitor import drift_counting, drift_spreading
from lifecycle.workspace import Workspace
from tests.train import recipes
from tests.train.conftest import label, rows

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[], None]]]:
    """A scheduler and two workers on this machine: its address, and what starts another worker."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    environment = {"PYTHONPATH": str(Path.cwd()), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    parts: list[subprocess.Popen[bytes]] = []

    def start(part: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", "--scheduler-file", str(file), "--no-dashboard", *options]
        parts.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder, env=environment))

    grow = partial(start, "worker", "--nthreads", "1", "--no-nanny")
    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until
            time.sleep(0.1)
        grow()
        grow()
        yield json.loads(file.read_text())["address"].replace("tcp://", "dask://"), grow
    finally:
        for each in parts:
            each.kill()
            each.wait()


def test_the_bits_are_the_same(workspace: Workspace, cluster: tuple[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = GridSearchCV(RandomForestClassifier(n_estimators=6), {"max_depth": [2, 4]}, cv=2)
    project = workspace.create_project("p", recipe=recipe, training=rows(150))
    label(project, rows(100, seed=1))
    here = project.version(project.retrain().candidate)
    monkeypatch.setenv("LIFECYCLE_ENGINE", cluster[0])
    run = project.retrain()
    assert run.status == "done", run.error
    there = project.version(run.candidate)
    assert there.manifest["fitted"] == here.manifest["fitted"]
    assert there.manifest["predictions"] == here.manifest["predictions"]


def mixed(n: int) -> pd.DataFrame:
    """Rows out of order in time, with missing values, levels that the reference lacks, and sums that depend on the order of adding."""
    rng = np.random.default_rng(n)
    frame = pd.DataFrame({"size": rng.lognormal(10, 3, n), "kind": rng.choice(["a", "b", "new"], n, p=[0.6, 0.39, 0.01]).astype(object)})
    frame.loc[rng.random(n) < 0.05, ["size", "kind"]] = None
    days = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(rng.normal(0, 1, n) + np.arange(n) / 1_500, unit="D")
    return frame.assign(day=days, prediction=rng.choice(["no", "yes"], n), p_yes=rng.random(n)).assign(p_no=lambda f: 1 - f["p_yes"])


def derived(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """All that is counted off the log, by table; how alike neighbouring rows of the reference are is measured when a report asks for it."""
    tables = [row["name"] for row in workspace.database.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'drift_%'")]
    tables.remove("drift_dependence")
    return {
        name: sorted((tuple(row.values()) for row in workspace.database.rows(f"SELECT * FROM {name}")), key=repr)
        for name in [*tables, "quality_results"]
    }


@pytest.mark.parametrize("window", ["700 rows", "1D"])
def test_windows_that_are_counted_there_are_the_same_to_the_bit(
    workspace: Workspace, window: str, cluster: tuple[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift_counting, "_VALUES_AT_ONCE", 20_000)  # many steps of few rows
    monkeypatch.setattr(drift_counting, "_CELLS_AT_ONCE", 50)  # and of few windows
    reference = mixed(500).assign(label=lambda f: f["prediction"])
    project = workspace.create_project("p", timestamp="day", window=window, reference=reference)
    for size in (21_000, 20_000, 300):  # two segments, and a buffer
        project.log(mixed(size))
    project.drift()
    here = derived(workspace)
    assert min(len(here[name]) for name in ("drift_windows", "drift_results", "quality_results")) > 20
    counted: list[int] = []
    monkeypatch.setattr(drift_spreading, "_wide", lambda step, real=drift_spreading._wide: (counted.append(step.until), real(step))[1])
    monkeypatch.setenv("LIFECYCLE_ENGINE", cluster[0])
    workspace.rebuild()
    assert derived(workspace) == here
    assert len(counted) > 5
    assert counted[-1] > 36_000


def test_a_segment_that_this_disk_lacks_is_brought_to_be_read(workspace: Workspace, tmp_path: Path) -> None:
    project = workspace.create_project("p", reference=mixed(100).drop(columns="day").assign(label="yes"))
    workspace.keep_files(f"file://{tmp_path / 'store'}")
    project.log(mixed(20_000).drop(columns="day"))
    log = project._context.log()
    whole, part = log.read(["p_yes"]), sealed(log, 100, 200)
    assert part is not None
    for path in (workspace.path / "predictions").rglob("*.parquet"):
        path.unlink()
    assert pickle.loads(pickle.dumps(part)).read(["p_yes"], 100, 200).equals(whole.slice(100, 100))
    assert not list((workspace.path / "predictions").rglob("*.parquet"))


def test_a_worker_that_dies_costs_nothing_but_time(cluster: tuple[str, Callable[[], None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address, grow = cluster
    monkeypatch.setenv("LIFECYCLE_ENGINE", address)
    x, y = np.random.default_rng(0).normal(size=(200, 40)), np.arange(200) % 2  # more than goes along with each task
    search = GridSearchCV(recipes.DyingOnce(str(tmp_path / "fit")), {"strength": [1, 2]}, cv=2)
    assert spread.spread(lambda: search.fit(x, y)).best_score_ == 0.5
    grow()
    assert (tmp_path / "fit").exists()
    assert list(spread.mapped(recipes.die_once, [(1,), (2,), (3,), (4,)], str(tmp_path / "map"))) == [1, 2, 3, 4]
    grow()
    assert (tmp_path / "map").exists()


def test_a_cluster_whose_workers_die_again_and_again_is_a_sentence(cluster: tuple[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledWorker(Exception):
        pass

    asked: list[int] = []

    def work() -> None:
        asked.append(1)
        raise KilledWorker

    monkeypatch.setenv("LIFECYCLE_ENGINE", cluster[0])
    with pytest.raises(lifecycle.StoreError, match="died 4 times"):
        spread.spread(work)
    assert len(asked) == 4


def test_a_cluster_that_is_not_there_is_a_sentence(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_ENGINE", "elsewhere")
    with pytest.raises(lifecycle.InvalidValue, match="dask://host:port"):
        spread.address()
    with pytest.raises(lifecycle.InvalidValue, match="dask://host:port"):
        workspace.create_project("p", recipe=LogisticRegression(), training=rows(50))
