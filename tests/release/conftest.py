"""A small project with a champion and a better candidate."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

import lifecycle
from lifecycle import Project

os.environ.setdefault("OMP_NUM_THREADS", "1")


def made(n: int, seed: int) -> pd.DataFrame:
    """Rows whose class depends on the square of x1: a linear model misses it, a quadratic one does not."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 3)), columns=["x0", "x1", "x2"])
    noise = rng.normal(scale=0.4, size=n)
    frame["label"] = np.where(frame["x0"] + frame["x1"] ** 2 + noise > 1, "yes", "no")
    return frame


def features(n: int, seed: int) -> pd.DataFrame:
    return made(n, seed).drop(columns="label")


def better(seed: int = 9) -> object:
    frame = made(600, seed)
    return make_pipeline(PolynomialFeatures(2), LogisticRegression(max_iter=500)).fit(frame.drop(columns="label"), frame["label"])


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made once: version 1 is champion, version 2 (by ann) a better candidate."""
    folder = tmp_path_factory.mktemp("template") / "home"
    workspace = lifecycle.open_workspace(folder)
    project = workspace.create_project("demo", recipe=LogisticRegression(), training=made(300, 1), reference=made(200, 2), by="eve")
    project.register_model(better(), by="ann", reason="squares")
    workspace.database.close()
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """A copy of the template to change."""
    return lifecycle.open_workspace(shutil.copytree(template, tmp_path / "home")).project("demo")


def labelled(project: Project, n: int, seed: int, entities: int | None = None) -> pd.DataFrame:
    """Answer rows and tell the truth about them; returns the answers."""
    frame = made(n, seed)
    asked = None if entities is None else [f"customer {i % entities}" for i in range(n)]
    answers = project.predict(frame.drop(columns="label"), entity=asked)
    project.record_labels(pd.DataFrame({"id": answers["id"], "label": frame["label"]}))
    return answers
