"""A fit on a Dask cluster gives the bits that a local one gives."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

import lifecycle
from lifecycle.engines import spread
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers on this machine."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    python = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    parts = [subprocess.Popen([*python, *options], stderr=subprocess.DEVNULL, cwd=folder)]
    try:
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until
            time.sleep(0.1)
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            "--scheduler-file",
            str(file),
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        ]
        environment = {"PYTHONPATH": str(Path.cwd())}
        parts += [subprocess.Popen(worker, stderr=subprocess.DEVNULL, cwd=folder, env=environment) for _ in range(2)]
        yield json.loads(file.read_text())["address"].replace("tcp://", "dask://")
    finally:
        for part in parts:
            part.kill()
            part.wait()


@pytest.mark.parametrize("recipe", [RandomForestClassifier(n_estimators=12), GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=3)])
def test_the_bits_are_the_same(workspace: Workspace, recipe: object, cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = workspace.create_project("p", recipe=recipe, training=rows(150))
    label(project, rows(100, seed=1))
    here = project.version(project.retrain().candidate)
    monkeypatch.setenv("LIFECYCLE_ENGINE", cluster)
    run = project.retrain()
    assert run.status == "done", run.error
    there = project.version(run.candidate)
    assert there.manifest["fitted"] == here.manifest["fitted"]
    assert there.manifest["predictions"] == here.manifest["predictions"]


def test_a_cluster_that_is_not_there_is_a_sentence(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_ENGINE", "elsewhere")
    with pytest.raises(lifecycle.InvalidValue, match="dask://host:port"):
        spread.address()
    with pytest.raises(lifecycle.InvalidValue, match="dask://host:port"):
        workspace.create_project("p", recipe=LogisticRegression(), training=rows(50))
