"""A project whose model lives elsewhere: three features, two classes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle import Project, Workspace

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def rows(count: int, seed: int = 0) -> pd.DataFrame:
    """Features, predictions and times as they land."""
    rng = np.random.default_rng(seed)
    chance = rng.random(count)
    return pd.DataFrame(
        {
            "id": [f"row-{seed}-{n}" for n in range(count)],
            "asked": pd.date_range("2026-05-01", periods=count, freq="h", tz="UTC"),
            "age": rng.normal(40, 9, count),
            "city": rng.choice(["Bern", "Kyiv", "Quito"], count),
            "notes": [f"customer number {n} was asked again" for n in range(count)],
            "prediction": np.where(chance > 0.5, "yes", "no"),
            "p_no": 1 - chance,
            "p_yes": chance,
        }
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = lifecycle.open_workspace(tmp_path / "home")
    found.clock.fixed = NOW
    return found


@pytest.fixture
def project(workspace: Workspace) -> Project:
    reference = rows(60, seed=99).assign(answer=lambda frame: frame["prediction"])
    return workspace.create_project("people", target="answer", timestamp="asked", reference=reference)


@pytest.fixture
def regression(workspace: Workspace) -> Project:
    frame = rows(60, seed=99).drop(columns=["p_no", "p_yes"]).assign(prediction=1.0, price=2.0)
    return workspace.create_project("prices", task="regression", target="price", timestamp="asked", reference=frame)
