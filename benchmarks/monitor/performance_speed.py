"""Estimated and realized performance of 1,000,000 rows in 50 windows: seconds, peak memory and values, beside NannyML's.

Run: `python benchmarks/monitor/performance_speed.py [--rows N] [--peer PYTHON]`, where PYTHON is an interpreter that has nannyml. Each side
reads the same Parquet file in a process of its own; the time is from the rows in memory to the figures of every window. The
last line is the product as it is used: from the log and the labels on the disk to the stored report.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

METRICS = ("accuracy", "f1", "roc_auc")

PEER = """
import json, resource, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd, nannyml as nml
reference, current = (pd.read_parquet(f"{sys.argv[1]}/{name}.parquet") for name in ("reference", "current"))
rows = len(current) // 50
common = dict(y_pred_proba="p", y_pred="h", y_true="y", problem_type="classification_binary", metrics=["accuracy", "f1", "roc_auc"], chunk_size=rows)
out = {}
for name, kind, act in (("estimated", nml.CBPE, "estimate"), ("realized", nml.PerformanceCalculator, "calculate")):
    t = time.perf_counter()
    found = getattr(kind(**common).fit(reference), act)(current).filter(period="analysis").to_df()
    out[name + "_seconds"] = time.perf_counter() - t
    column = "value"
    for metric in ("accuracy", "f1", "roc_auc"):
        out[f"{name} {metric}"] = found[(metric, column)].tolist()
out["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("RESULT" + json.dumps(out))
"""


def make(folder: Path, rows: int) -> None:
    """Reference and current rows of a score that says too much, with a slow shift."""
    rng = np.random.default_rng(0)
    for name, n in (("reference", 200_000), ("current", rows)):
        z = 1.5 * rng.normal(size=n) + (np.linspace(0, 0.5, n) if name == "current" else 0.0)
        y = (rng.uniform(size=n) < 1 / (1 + np.exp(-z))).astype(int)
        p = 1 / (1 + np.exp(-1.6 * z))
        pd.DataFrame({"p": p, "h": (p > 0.5).astype(int), "y": y}).to_parquet(folder / f"{name}.parquet")


def counted(folder: Path) -> dict[str, object]:
    """The pure part: from arrays to every metric's three lines."""
    from lifecycle.monitor.performance.channels import Rows
    from lifecycle.monitor.performance.layout import Layout
    from lifecycle.monitor.performance.results import results
    from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
    from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows

    reference, current = (pd.read_parquet(folder / f"{name}.parquet") for name in ("reference", "current"))
    seconds, started = {}, time.perf_counter()
    layout = Layout("classification", ("0", "1"))

    def rows_of(frame: pd.DataFrame) -> Rows:
        p = frame["p"].to_numpy()
        return Rows(frame["h"].to_numpy(), np.column_stack([1 - p, p]))

    known = rows_of(reference)
    model = fit_row_model(layout, project_edges(layout, known.probabilities), known, reference["y"].to_numpy())
    window, rows, n = np.arange(len(current)) // (len(current) // 50), rows_of(current), len(current)
    stack = summarise_rows(model, rows, window, 50)
    seconds["estimated_seconds"], started = time.perf_counter() - started, time.perf_counter()
    labelled = summarise_labels(model, rows, current["y"].to_numpy(), np.ones(n), np.zeros(n, dtype=np.int64), window, 50)
    add(stack, np.arange(50), labelled)
    frame = results(layout, {1: model}, np.arange(50), np.ones(50, dtype=np.int64), stack, True)
    seconds["realized_seconds"] = time.perf_counter() - started
    values = {f"{line} {name}": frame[frame["metric"] == name][line].tolist() for line in ("estimated", "realized") for name in METRICS}
    return {**seconds, **values, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def stored(folder: Path) -> dict[str, object]:
    """The product: a project that logs the rows and their labels; the time from there to the report, and that of a report read again."""
    import lifecycle
    from lifecycle.verbs import performing

    names = {"h": "prediction", "y": "label"}
    frames = [pd.read_parquet(folder / f"{name}.parquet").rename(columns=names) for name in ("reference", "current")]
    frames = [frame.assign(p_0=1 - frame["p"], p_1=frame["p"], x=0.0).drop(columns="p") for frame in frames]
    project = lifecycle.open_workspace(folder / "workspace").create_project("speed", reference=frames[0], window=f"{len(frames[1]) // 50} rows")
    project.log(frames[1])
    started = time.perf_counter()
    performing.catch_up(project._context)
    seconds, started = time.perf_counter() - started, time.perf_counter()
    project.performance()
    return {"seconds": seconds, "report": time.perf_counter() - started, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def child(python: str, arguments: list[str]) -> dict[str, object]:
    """What a side says, run by itself."""
    done = subprocess.run([python, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer", default="")
    parser.add_argument("--side", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        print("RESULT" + json.dumps({"counted": counted, "stored": stored}[given.side](Path(given.folder))))
        return
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), given.rows)
        sides = {side: child(sys.executable, [__file__, "--side", side, "--folder", name]) for side in ("counted", "stored")}
        peer = child(given.peer, ["-c", PEER, name]) if given.peer else None
    print("| | estimated, s | realized, s | peak, MiB |\n|---|---|---|---|")
    ours = sides["counted"]
    print(f"| Lifecycle | {ours['estimated_seconds']:.2f} | {ours['realized_seconds']:.2f} | {ours['peak']:.0f} |")
    if peer:
        ratio = sum(peer[k] for k in ("estimated_seconds", "realized_seconds")) / sum(ours[k] for k in ("estimated_seconds", "realized_seconds"))
        print(f"| NannyML | {peer['estimated_seconds']:.2f} | {peer['realized_seconds']:.2f} | {peer['peak']:.0f} |")
        print(f"\n{ratio:.0f} times as fast; largest difference (f1 is the mean of both classes here, that of the second there):")
        for line in ("realized", "estimated"):
            print({name: float(np.max(np.abs(np.subtract(ours[f"{line} {name}"], peer[f"{line} {name}"])))) for name in METRICS}, line)
    said = sides["stored"]
    print(
        f"\nFrom the stored log and labels to the report: {said['seconds']:.2f} s, {said['peak']:.0f} MiB; the report again: {said['report']:.3f} s"
    )


if __name__ == "__main__":
    main()
