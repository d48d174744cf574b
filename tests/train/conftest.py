from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.project import Project
from lifecycle.workspace import Workspace
from tests.train import recipes


def rows(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    noise = rng.normal(scale=0.3, size=n)
    return pd.DataFrame({"left": x[:, 0], "right": x[:, 1], "label": np.where(x.sum(axis=1) + noise > 0, "yes", "no")})


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("LIFECYCLE_TRUSTED_TYPES", recipes.TRUSTED)
    return lifecycle.open_workspace(tmp_path)


@pytest.fixture
def project(workspace: Workspace) -> Project:
    """A champion fitted on 80 rows, and 120 labelled predictions."""
    project = workspace.create_project("p", recipe=LogisticRegression(), training=rows(100), window="50 rows")
    label(project, rows(120, seed=1))
    return project


def label(project: Project, frame: pd.DataFrame) -> list[str]:
    ids = project.log(frame.drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": ids, "label": frame["label"]}))
    return list(ids)


@pytest.fixture(scope="session")
def forks() -> Iterator[Callable[..., int]]:
    """Start a worker of a workspace, of a kind that `tests.train.sharing` knows; returns its process id."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path])), "LIFECYCLE_TRUSTED_TYPES": recipes.TRUSTED}
    command, streams = [sys.executable, "-m", "tests.train.sharing"], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    parent = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, text=True, **streams)  # type: ignore[call-overload]
    pids: list[int] = []

    def begin(home: Path, kind: str, detail: str = "") -> int:
        parent.stdin.write(f"{home} {kind} {detail}\n")
        parent.stdin.flush()
        pids.append(int(parent.stdout.readline()))
        return pids[-1]

    yield begin
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    parent.kill()
    parent.communicate()


def gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody waited for it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
