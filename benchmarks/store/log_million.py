"""Log a million predictions of fifty columns in one call; print the seconds and the peak of memory.

python benchmarks/store/log_million.py [ROWS] [--own-ids] [--predict]
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time

import numpy as np
import pandas as pd

import lifecycle

NUMERIC, CATEGORICAL = 35, 15


def features(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    columns = {f"x{i}": rng.normal(size=rows) for i in range(NUMERIC)}
    words = np.array([f"level {level}" for level in range(20)], dtype=object)
    columns |= {f"c{i}": words[rng.integers(0, 20, rows)] for i in range(CATEGORICAL)}
    return pd.DataFrame(columns)


def with_predictions(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    chance = rng.random(len(frame))
    return frame.assign(prediction=np.where(chance > 0.5, "yes", "no"), p_no=1 - chance, p_yes=chance)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--own-ids", action="store_true")
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        workspace = lifecycle.open_workspace(folder)
        reference = with_predictions(features(10_000, rng), rng)
        reference["label"] = np.where(rng.random(len(reference)) < 0.9, reference["prediction"], "no")
        project = workspace.create_project("million", window="20000 rows", reference=reference)
        frame = with_predictions(features(given.rows, rng), rng)
        if given.own_ids:
            frame["id"] = [f"customer-{number}" for number in range(given.rows)]
        before = peak_mib()
        start = time.perf_counter()
        ids = project.log(frame)
        logged = time.perf_counter() - start
        start = time.perf_counter()
        project.record_labels(pd.DataFrame({"id": ids, "label": frame["prediction"]}))
        labels = time.perf_counter() - start
        figures = {"rows": given.rows, "columns": NUMERIC + CATEGORICAL, "log_seconds": logged, "labels_seconds": labels}
        print(json.dumps(figures | {"peak_mib": peak_mib(), "frame_mib": before}, indent=2))


if __name__ == "__main__":
    main()
