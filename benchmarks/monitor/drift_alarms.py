"""How often drift-free windows alarm, for the default tests and for every test; and how often drift is found.

Run: `python -m benchmarks.monitor.drift_alarms [--quick]`. Windows are drawn as counts on the frozen cells, from the exact
probabilities of the cells under the distribution that the reference was drawn from; references are drawn row by row, one for each
column. Columns that are drawn apart alarm apart, so a window of C of them alarms with 1 - (1 - q)^C, q being a column's share at the
level that C columns are held to. Errors are standard errors with the references as clusters; 'one' is what a single alarm more would add.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from scipy import stats
from scipy.signal import lfilter

from lifecycle.monitor.alarming.autocorrelation import rows_as_one
from lifecycle.monitor.alarming.persistence import persistent
from lifecycle.monitor.alarms import ColumnVerdicts, column_level, combine, decide, default_test, describe_cells, judge
from lifecycle.monitor.drift import drift_test, drift_tests
from lifecycle.monitor.drift.registration import Cells, Counts
from lifecycle.monitor.summaries import Bins, freeze_levels, freeze_numbers, summarise

RATE = 0.01
COLUMNS = (10, 50, 500)


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


def windows_of(source: Source, m: int, n: int, windows: int, rng: np.random.Generator, shift: float = 0.0) -> tuple[str, Counts, Counts, Cells]:
    """A reference of m rows and drift-free windows of n rows (or moved by `shift` standard deviations): kind, counts, counts, cells."""
    values = source.draw(rng, m)
    bins = freeze_levels(values) if isinstance(values, pa.Array) else freeze_numbers(values)
    reference = summarise(values, bins, np.zeros(m, dtype=np.int64), 1).counts[0]
    probabilities = _between(stats.norm.cdf(bins.edges - shift)) if shift else source.cells(bins)
    current = rng.multinomial(n, probabilities / probabilities.sum(), size=windows)
    if bins.kind == "numeric":
        return bins.kind, reference, current, describe_cells(bins, reference)
    unseen = current[:, 1 + len(bins.levels) :]
    current = np.concatenate((current[:, : 1 + len(bins.levels)], unseen.sum(axis=1, keepdims=True)), axis=1)
    return bins.kind, reference, current, Cells(unseen=unseen)


@dataclass
class Tally:
    """Drifted column-windows at the level of each number of columns, a row a reference."""

    hits: list[list[float]]
    windows: int = 0

    def add(self, p_values: np.ndarray, effects: np.ndarray, least: float) -> None:
        """Count one reference's windows."""
        self.hits.append([float(decide(p_values, effects, column_level(RATE, c), least).mean()) for c in COLUMNS])
        self.windows += len(p_values)

    def cells(self) -> str:
        """The share of windows that alarm at each number of columns, with its error, as cells of a table."""
        shares = np.array(self.hits)
        q, error = shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
        parts = []
        for c, mean, se in zip(COLUMNS, q, error, strict=True):
            alarm, spread = 1 - (1 - mean) ** c, c * (1 - mean) ** (c - 1) * se
            parts.append(f"{alarm:.2%} ± {spread:.2%}" if mean else f"0 (one: {c / self.windows:.2%})")
        return " | ".join(parts)


def tally(names: Sequence[str], test: str | None, ms: Sequence[int], n: int, references: int, windows: int) -> Tally:
    """Over several sources and sizes of reference; `test` None: the default. Sources that the test does not take are left out."""
    known, found = sources(), Tally([])
    for name in names:
        for m in ms:
            rng = np.random.default_rng([m, n, len(name)])
            for _ in range(references):
                kind, reference, current, cells = windows_of(known[name], m, n, windows, rng)
                judged_by = drift_test(test or default_test(kind, reference))
                if kind in judged_by.kinds:
                    verdict = judged_by.counted(reference, current, cells, 1e-4, judged_by.least)
                    found.add(verdict.p_value, verdict.effect, judged_by.least)
    return found


REFERENCES = (300, 1_000, 20_000)


def default_table(references: int, windows: int) -> None:
    """The default tests: by what a column is and how large the window is, over three sizes of reference."""
    print("| columns are | window rows | column-windows | 10 columns | 50 columns | 500 columns |\n|---|---|---|---|---|---|")
    numeric, tied, categories = ["normal", "lognormal"], ["heavy ties"], ["4 levels", "500 levels", "500 even levels"]
    for what, names in (("numbers", numeric), ("heavily tied", tied), ("categories of 4 and 500 levels", categories)):
        whole = Tally([])
        for n in (200, 1_000, 10_000, 100_000):
            found = tally(names, None, REFERENCES, n, references // len(names), windows)
            whole = Tally(whole.hits + found.hits, whole.windows + found.windows)
            print(f"| {what} | {n:,} | {found.windows:,} | {found.cells()} |", flush=True)
        print(f"| {what} | all | {whole.windows:,} | {whole.cells()} |", flush=True)


def test_table(references: int, windows: int) -> None:
    """Every registered test, over all sources that it takes, three sizes of reference and three of windows."""
    print("| test | column-windows | 10 columns | 50 columns | 500 columns |\n|---|---|---|---|---|")
    for test in drift_tests():
        parts = [tally(list(sources()), test, REFERENCES, n, references, windows) for n in (200, 1_000, 10_000)]
        whole = Tally([row for part in parts for row in part.hits], sum(part.windows for part in parts))
        print(f"| {test} | {whole.windows:,} | {whole.cells()} |", flush=True)


def dependent(references: int, correlation: float, windows: int = 20, m: int = 2_000, n: int = 1_000, columns: int = 50) -> str:
    """Whole windows of columns that depend on one another by a normal copula, margins in turn normal, lognormal, rounded and of three levels."""
    rng, alarms = np.random.default_rng(7), []
    for _ in range(references):
        shared = rng.standard_normal((m + n * windows, 1))
        rows = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.standard_normal((len(shared), columns))
        verdicts = [_rows(rows[:, j], j % 4, m, n, column_level(RATE, columns)) for j in range(columns)]
        p, effects, drifted = (np.stack([getattr(v, name) for v in verdicts], axis=1) for name in ("p_value", "effect", "drifted"))
        alarms.append(combine(tuple(map(str, range(columns))), p, effects, drifted).alarm.mean())
    return f"{np.mean(alarms):.2%} ± {np.std(alarms, ddof=1) / np.sqrt(references):.2%} of {references * windows:,}"


def _rows(values: np.ndarray, margin: int, m: int, n: int, level: float, inflation: float = 1.0) -> ColumnVerdicts:
    column = (
        lambda: values,
        lambda: np.exp(values),
        lambda: np.round(values),
        lambda: np.array(["a", "b", "c"])[(values > 0).astype(int) + (values > 1)],
    )[margin]()
    places = np.arange(len(values) - m) // n
    if margin == 3:
        first, rest = pa.array(column[:m]), pa.array(column[m:])
        bins = freeze_levels(first)
    else:
        first, rest = column[:m], column[m:]
        bins = freeze_numbers(first)
    reference = summarise(first, bins, np.zeros(m, dtype=np.int64), 1).counts[0]
    current = summarise(rest, bins, places, int(places[-1]) + 1)
    test = drift_test(default_test(bins.kind, reference))
    return judge(test, reference, current.counts, describe_cells(bins, reference, current.unseen), level, inflation=inflation)


def autocorrelated(references: int, windows: int = 20, m: int = 5_000, n: int = 1_000, columns: int = 10) -> None:
    """AR(1) streams, judged as if rows were independent and as the rows that they count as; 1,000 rows and level of 10 columns."""
    print(
        "| autocorrelation | rows that count as one, measured | significant, ignored | significant, measured | alarms, ignored | alarms, measured |"
    )
    print("|---|---|---|---|---|---|")
    level = column_level(RATE, columns)
    for rho in (0.0, 0.3, 0.6, 0.9):
        rng, as_one, shares = np.random.default_rng(3), [], []
        for _ in range(references):
            stream = lfilter([np.sqrt(1 - rho**2)], [1, -rho], rng.standard_normal(m + n * windows + 500))[500:]
            as_one.append(rows_as_one(stream[:m], "numeric"))
            found = [_rows(stream, 0, m, n, level, inflation) for inflation in (1.0, as_one[-1])]
            shares.append([(v.p_value <= level).mean() for v in found] + [v.drifted.mean() for v in found])
        q, error = np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1) / np.sqrt(references)
        cells = " | ".join(f"{1 - (1 - a) ** columns:.2%} ± {columns * b * (1 - a) ** (columns - 1):.2%}" for a, b in zip(q, error, strict=True))
        print(f"| {rho} | {np.mean(as_one):.2f} | {cells} |", flush=True)


def lasting(references: int, windows: int = 60, m: int = 2_000, n: int = 500, columns: int = 10) -> None:
    """k of m windows: drift-free windows that alarm, significance being enough; and the windows until half a standard deviation is told."""
    print("| an alarm takes | level of a column | drift-free windows (significance) | windows until 0.25 sd is told |\n|---|---|---|---|")
    normal = sources()["normal"]
    for k, of in ((1, 1), (2, 2), (2, 3), (3, 5)):
        rng, level = np.random.default_rng(5), column_level(RATE * k / of, columns)
        shares, delays = [], []
        for _ in range(references):
            for shift in (0.0, 0.25):
                _, reference, current, cells = windows_of(normal, m, n, windows, rng, shift)
                p = judge(drift_test("kolmogorov_smirnov"), reference, current, cells, level).p_value[:, None]
                flags = persistent(p, p <= level, k, of)[1][:, 0]
                shares.append(flags[of:].mean()) if not shift else delays.append(float(np.argmax(flags)) + 1 if flags.any() else windows)
        q, error = np.mean(shares), np.std(shares, ddof=1) / np.sqrt(references)
        print(f"| {k} of {of} | {level:.1e} | {1 - (1 - q) ** columns:.2%} ± {columns * error:.2%} | {np.mean(delays):.1f} |", flush=True)


def combinations(runs: int, m: int = 5_000, n: int = 500, columns: int = 50) -> None:
    """Ways to make one p-value of 50 that are valid however they depend (Cauchy's only nearly so): power at a rate of 1 %."""
    print("| drift | Bonferroni | harmonic mean x e ln K (Vovk and Wang) | Cauchy (Liu and Xie) |\n|---|---|---|---|")
    normal, rng = sources()["normal"], np.random.default_rng(9)
    for what, moved, shift in (("none", 0, 0.0), ("one column by 0.25 sd", 1, 0.25), ("all columns by 0.1 sd", columns, 0.1)):
        p = np.empty((runs, columns))
        for i in range(runs):
            for j in range(columns):
                _, reference, current, cells = windows_of(normal, m, n, 1, rng, shift if j < moved else 0.0)
                p[i, j] = drift_test("anderson_darling").counted(reference, current, cells, 1e-4, 0.1).p_value[0]
        p = np.maximum(p, 1e-300)
        ways = (p.min(axis=1) * columns, np.e * np.log(columns) / (1 / p).mean(axis=1), stats.cauchy.sf((1 / np.tan(np.pi * p)).mean(axis=1)))
        print(f"| {what} | {' | '.join(f'{(way <= RATE).mean():.1%}' for way in ways)} |", flush=True)


def power(runs: int) -> None:
    """Half a standard deviation in one of 50 columns, in its first window."""
    print("| reference | window | found in its first window |\n|---|---|---|")
    normal, level = sources()["normal"], column_level(RATE, 50)
    for m in (500, 1_000, 5_000, 20_000):
        for n in (200, 1_000):
            rng, found = np.random.default_rng(m + n), []
            for _ in range(runs):
                kind, reference, current, cells = windows_of(normal, m, n, 1, rng, 0.5)
                found.append(judge(drift_test(default_test(kind, reference, n)), reference, current, cells, level).drifted[0])
            share = np.mean(found)
            print(f"| {m:,} | {n:,} | {share:.1%} ± {np.sqrt(share * (1 - share) / runs):.1%} |", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer windows")
    few = 4 if parser.parse_args().quick else 1
    print(f"Measured on {datetime.now(UTC).date()}; at the rate of 1 % of drift-free windows.")
    print("\nThe default tests, references of 300, 1,000 and 20,000 rows:\n")
    default_table(180 // few, 20)
    print("\nEvery test, on all kinds of columns that it takes, references of 300 to 20,000 rows, windows of 200 to 10,000:\n")
    test_table(8 // few, 60)
    print("\n50 columns that depend on one another (normal copula), windows of 1,000 rows:", flush=True)
    for correlation in (0.3, 0.9):
        print(f"correlation {correlation}: {dependent(12 // few, correlation)} windows alarm")
    print("\nHalf a standard deviation in one of 50 columns:\n")
    power(200 // few)
    print("\nRows that follow one another, AR(1), 10 columns, reference of 5,000 rows, windows of 1,000:\n")
    autocorrelated(40 // few)
    print("\nk of the last m windows, 10 columns, reference of 2,000 rows, windows of 500:\n")
    lasting(60 // few)
    print("\nOne p-value of 50 columns, windows of 500 rows:\n")
    combinations(40 // few)


if __name__ == "__main__":
    main()
