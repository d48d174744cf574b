"""Estimated and realized performance of 1,000,000 rows in 50 windows: seconds, memory and values, side by side with NannyML.

Run: `python benchmarks/monitor/performance_speed.py [--quick] [--rows N] [--no-peers]`. Each side reads the same Parquet files in a
process of its own, NannyML in an environment below `.bench/` that is made when it is missing; the time is from the rows in memory to
the figures of every window. Where a machine is shared, the ratio of the CPU seconds is the firm one. The last line is the product as it
is used: from the log and the labels on the disk to the stored report.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
from peers.environments import python, said

METRICS, WINDOWS = ("accuracy", "f1", "roc_auc"), 50
HERE = Path(__file__).resolve().parent / "peers"


def make(folder: Path, rows: int) -> None:
    """Reference and current rows of a score that says too much, with a slow shift."""
    rng = np.random.default_rng(0)
    for name, n in (("reference", rows), ("current", rows)):
        z = 1.5 * rng.normal(size=n) + (np.linspace(0, 0.5, n) if name == "current" else 0.0)
        y = (rng.uniform(size=n) < 1 / (1 + np.exp(-z))).astype(int)
        p = 1 / (1 + np.exp(-1.6 * z))
        pd.DataFrame({"p": p, "h": (p > 0.5).astype(int), "y": y}).to_parquet(folder / f"{name}.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="100,000 rows, without NannyML")
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), 100_000 if given.quick else given.rows)
        ours = said(sys.executable, HERE / "performance_lifecycle.py", [folder, str(WINDOWS)])
        interpreter = None if given.quick or given.no_peers else python("nannyml")
        peer = said(interpreter, HERE / "performance_nannyml.py", [folder, str(WINDOWS)]) if interpreter else None
        stored = said(sys.executable, HERE / "performance_stored.py", [folder, str(WINDOWS)])
    assert ours is not None
    assert stored is not None
    print("| | estimated, s (CPU) | realized, s (CPU) | peak, MiB |\n|---|---|---|---|")
    for name, side in (("Lifecycle", ours), ("NannyML", peer)):
        if side:
            cells = [f"{side[f'{line}_seconds']:.2f} ({side[f'{line}_cpu']:.2f})" for line in ("estimated", "realized")]
            print(f"| {name} | {cells[0]} | {cells[1]} | {side['peak_mib']:.0f} |")
    if peer:
        lines = ("estimated", "realized")
        wall, cpu = (sum(peer[f"{line}_{k}"] for line in lines) / sum(ours[f"{line}_{k}"] for line in lines) for k in ("seconds", "cpu"))
        print(f"\n{wall:.0f} times as fast, {cpu:.0f} times by CPU; the largest differences (f1 is the mean of both classes here, not there):")
        for line in lines:
            pairs = {name: np.subtract(ours["values"][f"{line} {name}"], peer["values"][f"{line} {name}"]) for name in METRICS}
            print(line, {name: float(np.abs(gaps).max()) for name, gaps in pairs.items()})
    print(
        f"\nFrom the stored log and labels to the stored summaries: {stored['taken_in_seconds']:.2f} s ({stored['taken_in_cpu']:.2f} CPU); "
        f"the report {stored['report_seconds']:.2f} s; {stored['peak_mib']:.0f} MiB"
    )


if __name__ == "__main__":
    main()
