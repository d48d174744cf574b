"""The whole loop by the command line alone, and Python sees the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from click.testing import CliRunner

import lifecycle
from lifecycle.__main__ import main


def rows(n: int, rng: np.random.Generator, turned: bool = False) -> pd.DataFrame:
    x = rng.normal(size=(n, 2))
    right = x[:, 0] + (-x[:, 1] if turned else x[:, 1]) > 0
    return pd.DataFrame({"id": [f"r{i}" for i in range(n)], "left": x[:, 0], "right": x[:, 1], "label": np.where(right, "yes", "no")})


def test_the_loop_by_command(tmp_path: Path) -> None:
    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    rng = np.random.default_rng(0)
    changed = rows(1000, rng, turned=True)
    rows(400, rng).drop(columns="id").to_csv(tmp_path / "train.csv", index=False)
    changed.drop(columns="label").to_csv(tmp_path / "new.csv", index=False)
    changed[["id", "label"]].head(900).to_csv(tmp_path / "truth.csv", index=False)

    run("create", "loop", "--training", str(tmp_path / "train.csv"), "--recipe", "linear", "--window", "500 rows")
    answers = run("predict", "loop", str(tmp_path / "new.csv"))
    assert run("record-labels", "loop", str(tmp_path / "truth.csv"))["landed"] == 900
    assert run("health", "loop")["status"] == "critical"
    (task,) = run("next-tasks", "loop", "ana")
    run("annotate", "loop", str(task["id"]), "yes", "ana")
    assert run("retrain", "loop", "--reason", "it fell")["candidate"] == 2
    assert run("compare", "loop")["verdict"].startswith("Version 2 is better")
    run("approve", "loop", "2", "--reason", "it learned the new rule", "--by", "carla")

    project = lifecycle.open_workspace(tmp_path / "home").project("loop")
    assert project.champion is not None
    assert project.champion.version == 2
    assert project.predictions()["prediction"].tolist() == [row["prediction"] for row in answers]
    assert run("roll-back", "loop", "--reason", "a rehearsal") == "Version 1 is live again."
    assert run("live", "loop")["version"] == project.champion.version == 1
    assert [row["verb"] for row in run("history", "loop")] == project.history()["verb"].tolist()
