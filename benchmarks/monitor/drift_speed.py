"""Drift's speed and memory side by side with peers, each in a process of its own on the same Parquet files; and what a window more costs.

Run: `python benchmarks/monitor/drift_speed.py [--quick] [--rows 1000000] [--no-peers] [--log 10000000] [--only memory|project]`.
35 numeric and 15 categorical columns, fixed seed. Peers' environments are made below `.bench/` when they are missing. Where a machine
is shared, the ratio of the CPU seconds is the firm one. `compute` begins with what the reader gave and ends with the last statistic.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent))
from peers.environments import python, said

NUMERIC, CATEGORICAL, GROUP = 35, 15, 131_072
HERE = Path(__file__).resolve().parent / "peers"
FEW = 100_000  # rows for those that cannot do a million in reasonable time


def table(rows: int, seed: int) -> pa.Table:
    """The columns that both sides are made of."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {}
    for i in range(NUMERIC):
        values = rng.standard_normal(rows) if i % 3 else rng.lognormal(0, 1, rows)
        columns[f"n{i}"] = np.round(values, 1) if i % 5 == 4 else values
    levels = pa.array([f"level {i}" for i in range(40)])
    for i in range(CATEGORICAL):
        codes = np.minimum(rng.geometric(0.15 + 0.02 * i, rows) - 1, 39).astype(np.int32)
        columns[f"c{i}"] = pa.DictionaryArray.from_arrays(pa.array(codes), levels)
    return pa.table(columns)


def write(folder: Path, rows: int) -> str:
    """Reference and current rows, the same files for every side."""
    place = folder / str(rows)
    place.mkdir()
    for seed, name in enumerate(("reference", "current")):
        made = table(rows, seed)
        pq.write_table(made, place / f"{name}.parquet", row_group_size=GROUP, use_dictionary=[c for c in made.column_names if c[0] == "c"])
    return str(place)


def side(name: str, folder: str, rows: int, windows: int, peers: bool) -> dict[str, Any] | None:
    """What one side says; None for a peer that is not asked for or cannot be made."""
    peer = {"nannyml": "nannyml", "evidently": "evidently", "alibi": "alibi-detect", "frouros": "frouros"}.get(name)
    if peer and not peers:
        return None
    interpreter = python(peer) if peer else sys.executable
    return said(interpreter, HERE / f"drift_{name}.py", [folder, str(rows), str(windows)]) if interpreter else None


def compare(folder: str, rows: int, windows: int, names: tuple[str, ...], peers: bool) -> dict[str, dict[str, Any]]:
    """Every side on the same files, as one table."""
    found = {}
    for name in names:
        result = side(name, folder, rows, windows, peers)
        if result:
            found[name] = result
    ours = found["lifecycle"]
    print(f"\n{rows:,} x {rows:,} rows, {NUMERIC + CATEGORICAL} columns, {windows} window{'s' * (windows > 1)}")
    print("| | read, s (CPU) | compute, s (CPU) | peak, MiB | times ours: compute, CPU |\n|---|---|---|---|---|")
    for name, r in found.items():
        ratio = f"{r['compute_seconds'] / ours['compute_seconds']:.2f}, {r['compute_cpu'] / ours['compute_cpu']:.2f}"
        print(
            f"| {name} | {r['read_seconds']:.2f} ({r['read_cpu']:.2f}) | {r['compute_seconds']:.2f} ({r['compute_cpu']:.2f}) "
            f"| {r['peak_mib']:.0f} | {ratio} |",
            flush=True,
        )
    return found


def differences(found: dict[str, dict[str, Any]]) -> None:
    """How far our values on counts lie from those on all values."""
    ours = found["lifecycle"]["values"]
    names = {"chi2": "chi_squared"}
    for other in ("exact", "nannyml", "alibi"):
        theirs = {}
        for key, value in found.get(other, {}).get("values", {}).items():
            method, column = key.split()
            theirs[f"{names.get(method, method)} {column}"] = value
        by_method: dict[str, list[float]] = {}
        for key in theirs.keys() & ours.keys():
            by_method.setdefault(key.split()[0], []).append(abs(theirs[key] - ours[key]))
        for method, gaps in sorted(by_method.items()):
            if (other, method) != ("nannyml", "jensen_shannon"):  # on bins of its own
                print(f"largest difference from {other}, {method}: {max(gaps):.2g}")


def in_a_project(rows: int, folder: Path, log: int) -> None:
    """Taking in what was logged, then a window of 10,000 rows more, on an empty log and behind a long one."""
    import lifecycle

    reference = table(20_000, 9).to_pandas().assign(label="yes", prediction="yes", p_no=0.3, p_yes=0.7)
    reference.loc[::2, "prediction"] = "no"
    for before in dict.fromkeys((0, rows, log)):
        home = folder / f"ws{before}"
        project = lifecycle.open_workspace(home).create_project("p", reference=reference, classes=["no", "yes"], window="10000 rows")
        block = _rows(500_000, 1) if before >= 500_000 else None
        for start in range(0, before, 500_000):
            project.log(block if block is not None and before - start >= 500_000 else _rows(before - start, start))
        cpu, started = time.process_time(), time.perf_counter()
        project.drift()
        took = f"{time.perf_counter() - started:.2f} s ({time.process_time() - cpu:.2f} CPU)"
        spent = []
        for more in range(5):
            project.log(_rows(10_000, before + more))
            cpu, started = time.process_time(), time.perf_counter()
            _catch_up(project)
            spent.append((time.perf_counter() - started, time.process_time() - cpu))
        wall, cpu = (float(np.median([s[i] for s in spent])) for i in (0, 1))
        print(f"log of {before:,}: taken in in {took}; a window of 10,000 rows more {1000 * wall:.0f} ms ({1000 * cpu:.0f} CPU)", flush=True)


def _catch_up(project: Any) -> None:
    from lifecycle.verbs.monitor import drifting

    drifting.catch_up(project._context)


def _rows(rows: int, seed: int) -> pd.DataFrame:
    p = np.random.default_rng(seed).random(rows)
    return table(rows, seed + 1).to_pandas().assign(prediction=pd.Categorical(np.where(p > 0.5, "yes", "no")), p_no=1 - p, p_yes=p)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--log", type=int, default=0, help="rows of a long log, for what a window more costs behind it")
    parser.add_argument("--only", choices=("memory", "project"))
    parser.add_argument("--quick", action="store_true", help="20,000 rows, without peers")
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    rows, peers = (20_000, False) if given.quick else (given.rows, not given.no_peers)
    with tempfile.TemporaryDirectory() as folder:
        if given.only != "project":
            many = write(Path(folder), rows)
            differences(compare(many, rows, 1, ("lifecycle", "touch", "exact", "nannyml", "evidently", "alibi"), peers))
            compare(many, rows, 50, ("lifecycle", "touch", "nannyml"), peers)
            if peers and rows > FEW:
                compare(write(Path(folder), FEW), FEW, 1, ("lifecycle", "touch", "nannyml", "evidently", "alibi", "frouros"), peers)
        if given.only != "memory":
            in_a_project(rows if given.quick else 100_000, Path(folder), given.log)


if __name__ == "__main__":
    main()
