"""Neighbours and similar samples in a log of a million rows: seconds of the first call and of later ones.

python benchmarks/label/resembling.py [--quick]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import lifecycle

COLUMNS, LABELS = 20, 3_000


def main() -> None:
    rows = 100_000 if "--quick" in sys.argv else 1_000_000
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        names = [f"x{i}" for i in range(COLUMNS)]
        reference = frame_of(rng, 5_000, names).assign(label=lambda f: f["prediction"])
        project = lifecycle.open_workspace(Path(folder) / "w").create_project("p", reference=reference, window="50000 rows")
        ids = []
        for _ in range(rows // 50_000):
            ids += list(project.log(frame_of(rng, 50_000, names)))
        chosen = rng.choice(len(ids), LABELS, replace=False)
        project.record_labels(pd.DataFrame({"id": [ids[i] for i in chosen], "label": rng.choice(["a", "b"], LABELS)}))
        figures = {"ranking_seconds": timed(lambda: project.next_tasks("ana", 1))}
        figures["neighbours_first_seconds"] = timed(lambda: project.neighbours(ids[1]))
        for i in range(12):  # the worker reads the others
            project.neighbours(ids[i])
        asked = [ids[i] for i in rng.choice(len(ids), 20, replace=False)]
        figures["neighbours_seconds"] = float(np.median([timed(lambda id=id: project.neighbours(id)) for id in asked]))
        figures["similar_seconds"] = float(np.median([timed(lambda id=id: project.similar(id, 10)) for id in asked]))
        where = lifecycle.QueueFilter(column="x0", low=2.5)
        figures["filter_first_seconds"] = timed(lambda: project.next_tasks("ben", 12, where))
        figures["filter_seconds"] = timed(lambda: project.next_tasks("cat", 12, where))
        print(json.dumps({"log_rows": rows, **figures}))


def frame_of(rng: np.random.Generator, rows: int, names: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rng.normal(size=(rows, len(names))), columns=names)
    chance = 1 / (1 + np.exp(-2 * frame["x0"]))
    return frame.assign(prediction=np.where(chance > 0.5, "b", "a"), p_a=1 - chance, p_b=chance)


def timed(act: object) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
