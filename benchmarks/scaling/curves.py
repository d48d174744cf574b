"""What each part costs as it grows: CPU seconds at several sizes, the exponent of the curve, and the cost at 10 and 1,000 times today's load.

    python benchmarks/scaling/curves.py [--most ROWS] [--load JSON]

Today's load (a day): 100,000 predictions of 20 columns, 100 windows kept, 300 answers of experts, 10 versions. Each cost is fitted as
`a + b * n` by least squares on the relative error; the exponent of the last two sizes (log-log) says whether a straight line may be
extended: above 1.2 the extension is too low, and the table says so. CPU time, so that a busy machine does not count; times of the disk
(fsync) are not in it, and are given apart as commits a second.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.project import Project

TODAY = {"predictions": 100_000, "columns": 20, "windows": 100, "answers": 300, "versions": 10}
DAY = 86_400.0


def frame(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(rng.normal(size=(rows, columns)), columns=[f"x{i}" for i in range(columns)])
    chance = rng.random(rows)
    return made.assign(prediction=np.where(chance > 0.5, "yes", "no"), p_no=1 - chance, p_yes=chance)


def watched(home: str, columns: int, window: int = 1000) -> Project:
    reference = frame(2_000, columns, 1).assign(label=lambda f: f["prediction"])
    return lifecycle.open_workspace(home).create_project("p", window=f"{window} rows", reference=reference)


def cpu(call: Callable[[], Any]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def by_predictions(sizes: list[int]) -> dict[str, list[float]]:
    """Log rows, then summarise them for drift, then read the report."""
    logged, drift, report = [], [], []
    for rows in sizes:
        with tempfile.TemporaryDirectory() as home:
            project = watched(home, TODAY["columns"])
            data = frame(rows, TODAY["columns"])
            logged.append(cpu(lambda p=project, d=data: p.log(d)))
            drift.append(cpu(project.drift))
            report.append(cpu(project.drift))
    return {"log": logged, "drift summaries": drift, "drift report": report}


def by_columns(sizes: list[int]) -> dict[str, list[float]]:
    found = []
    for columns in sizes:
        with tempfile.TemporaryDirectory() as home:
            project = watched(home, columns)
            project.log(frame(10_000, columns))
            found.append(cpu(project.drift))
    return {"drift summaries of 10,000 rows": found}


def by_answers(sizes: list[int]) -> dict[str, list[float]]:
    found = []
    for answers in sizes:
        with tempfile.TemporaryDirectory() as home:
            project = watched(home, 5)
            ids = project.log(frame(answers, 5))
            labels = pd.DataFrame({"id": ids, "label": "yes"})
            found.append(cpu(lambda p=project, d=labels: (p.record_labels(d), p.performance())))
    return {"labels and performance": found}


def by_training(sizes: list[int]) -> dict[str, list[float]]:
    found = []
    for rows in sizes:
        data = frame(rows, 20)
        model = LogisticRegression()
        found.append(cpu(lambda m=model, d=data: m.fit(d.filter(like="x"), d["prediction"])))
    return {"fit of a logistic regression": found}


def commits() -> float:
    """Durable transactions of one row a second: what one SQLite file takes on this disk, in seconds of the clock."""
    with tempfile.TemporaryDirectory() as home:
        connection = sqlite3.connect(Path(home) / "x.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE t (x)")
        began = time.perf_counter()
        for number in range(200):
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        return 200 / (time.perf_counter() - began)


def fitted(sizes: list[int], seconds: list[float]) -> tuple[float, float, float]:
    """a and b of a + b n, both at least 0, by relative least squares, and the exponent between the last two sizes."""
    n, t = np.array(sizes, dtype=float), np.maximum(np.array(seconds), 1e-6)
    (a, b), *_ = np.linalg.lstsq(np.column_stack([1 / t, n / t]), np.ones(len(n)), rcond=None)
    if a < 0 or b < 0:
        a, b = (0.0, float(np.mean(t / n))) if a < 0 else (float(t.mean()), 0.0)
    return float(a), float(b), float(np.log(t[-1] / t[-2]) / np.log(n[-1] / n[-2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=300_000)
    parser.add_argument("--load", type=json.loads, default={})
    given = parser.parse_args()
    load = {**TODAY, **given.load}
    rows = [size for size in (10_000, 30_000, 100_000, 300_000, 1_000_000) if size <= given.most]
    curves = [
        ("predictions", rows, by_predictions(rows)),
        ("columns", [10, 30, 100], by_columns([10, 30, 100])),
        ("answers", [300, 1_000, 3_000, 10_000], by_answers([300, 1_000, 3_000, 10_000])),
        ("predictions", rows, by_training(rows)),
    ]
    print(f"{'part':34} {'grows with':12} {'exponent':>8} {'x1':>10} {'x10':>10} {'x1000':>12}   CPU s a day, one process")
    figures: dict[str, float] = {}
    for by, sizes, parts in curves:
        for part, seconds in parts.items():
            a, b, exponent = fitted(sizes, seconds)
            costs = [a + b * load[by] * times for times in (1, 10, 1000)]
            note = "  (steeper: too low)" if exponent > 1.2 else ""
            print(f"{part:34} {by:12} {exponent:8.2f} {costs[0]:10.3f} {costs[1]:10.2f} {costs[2]:12.1f}{note}")
            figures |= {f"{part}_x{times}_seconds": cost for times, cost in zip((1, 10, 1000), costs, strict=True)}
            figures[f"{part}_cores_at_x1000_share"] = costs[2] / DAY
            print(" " * 34 + "measured: " + ", ".join(f"{size:,}: {second:.3f} s" for size, second in zip(sizes, seconds, strict=True)))
    figures["commits_a_second"] = commits()
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
