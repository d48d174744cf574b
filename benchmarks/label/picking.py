"""Picking from a large pool: seconds and extra memory a strategy, each in a process of its own.

python benchmarks/label/picking.py [rows] [columns] [classes] [picks]

Peers run where `.bench/active-learning` has scikit-activeml and modAL-python; they fit a logistic regression on 200 rows and ask it for the
pool's chances themselves, which their seconds hold and ours do not.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

PEERS = Path(__file__).resolve().parents[2] / ".bench" / "active-learning" / "bin" / "python"
NAMES = ("scikit-activeml:margin", "scikit-activeml:falcun", "modal:margin")
LONGEST = 600  # seconds


def own(name: str, rows: int, columns: int, classes: int, picks: int) -> Callable[[], object]:
    """A strategy of ours, warm, on drawn chances and features."""
    import lifecycle

    rng = np.random.default_rng(0)
    chances = rng.random((rows, classes))
    chances /= chances.sum(axis=1, keepdims=True)
    features = rng.normal(size=(rows, columns))
    pick = lifecycle.query_strategy(name)
    pick(chances[:100], features[:100], n=5)
    return lambda: pick(chances, features, n=picks)


def peer(name: str, rows: int, columns: int, classes: int, picks: int) -> Callable[[], object]:
    """A peer's strategy on the same features, 200 of them with a class."""
    import peers
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    features, known = rng.normal(size=(rows, columns)), rng.integers(0, classes, rows)
    labelled, left = np.arange(200), np.arange(200, rows)
    fitted = LogisticRegression().fit(features[labelled], known[labelled])
    pick = peers.picker(name, picks)
    return lambda: pick(fitted, features, labelled, known, left, 0)


def measure(name: str, rows: int, columns: int, classes: int, picks: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds, extra peak MiB."""
    pick = (peer if ":" in name else own)(name, rows, columns, classes, picks)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    pick()
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
    print(f"{'strategy':<24} {'seconds':>8} {'CPU s':>8} {'extra MiB':>10}   ({' x '.join(size[:2])}, {size[2]} classes, {size[3]} picks)")
    for name in lifecycle.query_strategies():
        say(sys.executable, name, size)
    for name in NAMES if PEERS.exists() else ():
        say(str(PEERS), name, size)


def say(interpreter: str, name: str, size: list[str]) -> None:
    """One strategy's line, from a process of its own."""
    command = [interpreter, "-W", "ignore", __file__, name, *size]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        print(f"{name:<24} more than {LONGEST} s", flush=True)
        return
    found = done.stdout.split() or [f"failed: {done.stderr.strip().splitlines()[-1][:100]}", "", ""]
    print(f"{name:<24} {found[0]:>8} {found[1]:>8} {found[2]:>10}", flush=True)


if __name__ == "__main__":
    main()
