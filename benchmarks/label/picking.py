"""Picking from a large pool: seconds and extra memory a strategy, each in a process of its own.

python benchmarks/label/picking.py [rows] [columns] [classes] [picks]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np


def measure(name: str, rows: int, columns: int, classes: int, picks: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds, extra peak MiB."""
    import lifecycle

    rng = np.random.default_rng(0)
    chances = rng.random((rows, classes))
    chances /= chances.sum(axis=1, keepdims=True)
    features = rng.normal(size=(rows, columns))
    pick = lifecycle.query_strategy(name)
    pick(chances[:100], features[:100], n=5)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    pick(chances, features, n=picks)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used, (after.ru_maxrss - before.ru_maxrss) / 1024


def main() -> None:
    if len(sys.argv) > 1 and not sys.argv[1].isdigit():
        print(*(f"{value:.2f}" for value in measure(sys.argv[1], *map(int, sys.argv[2:6]))))
        return
    import lifecycle

    size = [*sys.argv[1:], *["1000000", "50", "10", "500"][len(sys.argv) - 1 :]]
    print(f"{'strategy':<20} {'seconds':>8} {'CPU s':>8} {'extra MiB':>10}   ({' x '.join(size[:2])}, {size[2]} classes, {size[3]} picks)")
    for name in lifecycle.query_strategies():
        found = subprocess.run([sys.executable, __file__, name, *size], capture_output=True, text=True, check=True).stdout.split()
        print(f"{name:<20} {found[0]:>8} {found[1]:>8} {found[2]:>10}", flush=True)


if __name__ == "__main__":
    main()
