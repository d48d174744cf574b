"""A storm of 1,000 firings from four processes, and 1,000 calls from outside: how many runs they start, and what one costs.

python benchmarks/train/storm.py [--quick]
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.verbs.train import triggering

PROCESSES = 4


def ask(home: str, times: int) -> float:
    """Ask whether a trigger fires, so often; returns the seconds that it took."""
    context = lifecycle.open_workspace(home)._context("storm")
    start = time.perf_counter()
    for _ in range(times):
        triggering.fire(context)
    return time.perf_counter() - start


def main(times: int) -> None:
    """Both storms, each on a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = lifecycle.open_workspace(Path(folder) / "home")
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"x": rng.normal(size=200)}).assign(label=lambda f: np.where(f["x"] > 0, "yes", "no"))
        for name in ("storm", "calls"):
            workspace.create_project(name, recipe=LogisticRegression(), training=frame)
        storm, calls = workspace.project("storm"), workspace.project("calls")
        storm.log(frame[["x"]])
        storm.configure(triggers=[lifecycle.Trigger("volume", n=10, cool_down="0D"), lifecycle.Trigger("age", max="1s", cool_down="0D")])
        time.sleep(1.0)
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            asked = pool.starmap(ask, [(str(workspace.path), times // PROCESSES)] * PROCESSES)
        start = time.perf_counter()
        for number in range(times):
            calls.call_retrain(f"call {number}", by="etl")
        called = time.perf_counter() - start
        told = len(storm.history().query("verb == 'trigger'"))
        found = {"firings": times, "runs_of_the_storm": len(storm.runs()), "events_of_the_storm": told, "an_ask_seconds": sum(asked) / times}
        print(json.dumps(found | {"calls": times, "runs_of_the_calls": len(calls.runs()), "a_call_seconds": called / times}))


if __name__ == "__main__":
    main(200 if "--quick" in sys.argv else 1000)
