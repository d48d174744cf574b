"""How often drift-free windows alarm, and how often half a standard deviation in one of fifty columns is found.

Run: `python benchmarks/monitor/drift_alarms.py [--quick]`. Windows are drawn as counts on the frozen cells, from the exact
probabilities of the cells under the distribution that the reference was drawn from; references are drawn row by row.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import stats

from lifecycle.monitor.alarms import ColumnVerdicts, column_level, combine, default_test, judge
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.drift.registration import Cells
from lifecycle.monitor.summaries import Bins, freeze_levels, freeze_numbers, summarise

RATE = 0.01


@dataclass(frozen=True)
class Source:
    """A distribution: `draw` rows of a reference, and the probability of each frozen cell."""

    draw: Callable[[np.random.Generator, int], object]
    cells: Callable[[Bins], np.ndarray]


def _numeric(draw: Callable[[np.random.Generator, int], np.ndarray], cdf: Callable[[np.ndarray], np.ndarray]) -> Source:
    return Source(draw, lambda bins: _between(cdf(bins.edges)))


def _between(below: np.ndarray) -> np.ndarray:
    """The probability of each cell (none is missing) from the cumulative probability at the edges."""
    return np.concatenate(([0.0], np.diff(np.concatenate(([0.0], below, [1.0])))))


def _levels(shares: np.ndarray) -> Source:
    names = np.array([f"level {i}" for i in range(len(shares))])

    def cells(bins: Bins) -> np.ndarray:
        """Missing, the known levels, and after them each level that the reference does not have."""
        known = dict(zip(names.tolist(), shares.tolist(), strict=True))
        return np.array([0.0, *(known.pop(name) for name in bins.levels), *known.values()])

    return Source(lambda rng, n: pa.array(names[rng.choice(len(shares), n, p=shares)]), cells)


def _tied(values: np.ndarray, shares: np.ndarray) -> Source:
    below = np.cumsum(shares)
    return _numeric(
        lambda rng, n: values[rng.choice(len(values), n, p=shares)], lambda edges: np.append(0.0, below)[np.searchsorted(values, edges, "right")]
    )


def sources() -> dict[str, Source]:
    zipf = 1 / np.arange(1, 501)
    return {
        "normal": _numeric(lambda rng, n: rng.standard_normal(n), stats.norm.cdf),
        "lognormal": _numeric(lambda rng, n: rng.lognormal(0, 2, n), lambda x: stats.lognorm.cdf(x, 2)),
        "heavy ties": _tied(np.array([0.0, 1.0, 2.0, 5.0, 9.0]), np.array([0.6, 0.2, 0.1, 0.06, 0.04])),
        "4 levels": _levels(np.array([0.5, 0.3, 0.15, 0.05])),
        "500 levels": _levels(zipf / zipf.sum()),
        "500 even levels": _levels(np.full(500, 1 / 500)),
    }


def verdicts(source: Source, m: int, n: int, windows: int, level: float, rng: np.random.Generator, shift: float = 0.0) -> ColumnVerdicts:
    """p-values, effects and drifted flags (windows,) of one column, with a reference of its own."""
    values = source.draw(rng, m)
    bins = freeze_levels(values) if isinstance(values, pa.Array) else freeze_numbers(values)
    reference = summarise(values, bins, np.zeros(m, dtype=np.int64), 1).counts[0]
    probabilities = _between(stats.norm.cdf(bins.edges - shift)) if shift else source.cells(bins)
    current = rng.multinomial(n, probabilities / probabilities.sum(), size=windows)
    if bins.kind == "numeric":
        cells = Cells(positions=bins.positions)
    else:
        unseen = current[:, 1 + len(bins.levels) :]
        cells = Cells(unseen=unseen)
        current = np.concatenate((current[:, : 1 + len(bins.levels)], unseen.sum(axis=1, keepdims=True)), axis=1)
    return judge(drift_test(default_test(bins.kind)), reference, current, cells, level)


def alarms(kinds: list[str], m: int, n: int, columns: int, windows: int, references: int, seed: int, shift: float = 0.0) -> tuple[float, float]:
    """The share of windows that alarm, and the share that would if significance were enough."""
    rng, known = np.random.default_rng(seed), sources()
    full, significant = [], []
    for _ in range(references):
        each = [known[kinds[j % len(kinds)]] for j in range(columns)]
        found = [verdicts(source, m, n, windows, column_level(RATE, columns), rng, shift if j == 0 else 0.0) for j, source in enumerate(each)]
        p, effects, drifted = (np.stack([getattr(f, name) for f in found], axis=1) for name in ("p_value", "effect", "drifted"))
        window = combine(tuple(map(str, range(columns))), p, effects, drifted)
        full.append(window.alarm.mean())
        significant.append((window.p_value <= RATE).mean())
    return float(np.mean(full)), float(np.mean(significant))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer windows")
    quick = parser.parse_args().quick
    print("| columns | kinds | reference | window rows | windows | alarms | significance alone |")
    print("|---|---|---|---|---|---|---|")
    for columns in (10, 50, 500):
        for kinds in (["normal", "lognormal", "heavy ties"], ["4 levels", "500 levels", "500 even levels"], list(sources())):
            for m in (1_000, 20_000):
                for n in (200, 1_000, 10_000, 100_000):
                    windows, references = (20, max(1, (100 if quick else 1_000) // columns))
                    started = time.perf_counter()
                    full, alone = alarms(kinds, m, n, columns, windows, references, seed=columns + m + n)
                    name = "all" if len(kinds) > 3 else "numeric" if "normal" in kinds else "categorical"
                    took = time.perf_counter() - started
                    print(f"| {columns} | {name} | {m:,} | {n:,} | {windows * references} | {full:.2%} | {alone:.2%} | {took:.1f} s", flush=True)
    print("\nHalf a standard deviation in one of 50 columns, first window of 1,000 rows:")
    for m in (1_000, 5_000, 20_000):
        found, _ = alarms(["normal"], m, 1_000, 50, 20, 5 if quick else 50, seed=m, shift=0.5)
        print(f"reference {m:,}: {found:.1%}")


if __name__ == "__main__":
    main()
