from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from lifecycle.monitor.alarms import column_level, combine, default_test, describe_cells, fewest_rows, judge
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.drift.chi_squared import moments
from lifecycle.monitor.drift.limits import upper_tail
from lifecycle.monitor.drift.registration import Cells
from lifecycle.monitor.summaries import freeze_levels, freeze_numbers, summarise


def drift_free_share(columns: int, m: int, n: int, windows: int, references: int, seed: int) -> float:
    """The share of drift-free windows that alarm, of columns that are normal, heavily tied or categories in turn."""
    rng, alarms = np.random.default_rng(seed), []
    level = column_level(0.01, columns)
    zipf = 1 / np.arange(1.0, 501)
    names = np.array([f"l{i}" for i in range(500)])
    for _ in range(references):
        found = []
        for j in range(columns):
            if j % 3 == 2:
                draw = pa.array(names[rng.choice(500, m, p=zipf / zipf.sum())])
                bins = freeze_levels(draw)
                rest = dict(zip(names.tolist(), zipf / zipf.sum(), strict=True))
                shares = np.array([0.0, *(rest.pop(name) for name in bins.levels), *rest.values()])
                current = rng.multinomial(n, shares / shares.sum(), size=windows)
                new = current[:, 1 + len(bins.levels) :]
                cells, current = Cells(unseen=new), np.column_stack((current[:, : 1 + len(bins.levels)], new.sum(axis=1)))
                reference = summarise(draw, bins, np.zeros(m, dtype=np.int64), 1).counts[0]
            else:
                values = rng.normal(size=m)
                values = np.round(values) if j % 3 == 1 else values
                bins = freeze_numbers(values)
                below = stats.norm.cdf(np.floor(bins.edges) + 0.5 if j % 3 == 1 else bins.edges)
                shares = np.concatenate(([0.0], np.diff(np.concatenate(([0.0], below, [1.0])))))
                current = rng.multinomial(n, shares, size=windows)
                reference = summarise(values, bins, np.zeros(m, dtype=np.int64), 1).counts[0]
                cells = describe_cells(bins, reference)
            found.append(judge(drift_test(default_test(bins.kind)), reference, current, cells, level))
        p, effects, drifted = (np.stack([getattr(f, name) for f in found], axis=1) for name in ("p_value", "effect", "drifted"))
        alarms.append(combine(tuple(map(str, range(columns))), p, effects, drifted).alarm)
    return float(np.mean(alarms))


@pytest.mark.parametrize(
    ("columns", "m", "n", "references"), [(10, 1000, 200, 25), (10, 20_000, 1000, 15), (50, 2000, 1000, 5), (10, 2000, 100_000, 15)]
)
def test_at_most_one_in_a_hundred_drift_free_windows_alarms(columns: int, m: int, n: int, references: int) -> None:
    windows = 30
    share = drift_free_share(columns, m, n, windows, references, seed=columns + m + n)
    assert share <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / (windows * references))


def test_half_a_standard_deviation_in_one_of_fifty_columns_is_found() -> None:
    rng, found = np.random.default_rng(0), []
    for _ in range(60):
        reference, current = rng.normal(size=2000), rng.normal(0.5, 1, 1000)
        bins = freeze_numbers(reference)
        first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
        found.append(judge(drift_test("kolmogorov_smirnov"), first[0], second, describe_cells(bins, first[0]), 0.008 / 50).drifted[0])
    assert np.mean(found) >= 0.95


def test_a_harmless_shift_in_a_million_rows_is_quiet_although_it_is_significant() -> None:
    rng = np.random.default_rng(0)
    reference, current = rng.normal(size=200_000), rng.normal(0.02, 1, 1_000_000)
    bins = freeze_numbers(reference)
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
    verdict = judge(drift_test("kolmogorov_smirnov"), first[0], second, describe_cells(bins, first[0]), 1e-4)
    assert verdict.p_value[0] < 1e-6
    assert not verdict.drifted[0]


def test_levels_that_the_reference_lacks_by_luck_are_no_drift() -> None:
    rng = np.random.default_rng(4)
    names = np.array([f"l{i}" for i in range(500)])

    hits = 0
    for _ in range(40):
        draw, current = pa.array(rng.choice(names, 1000)), pa.array(rng.choice(names, 1000))
        bins = freeze_levels(draw)
        first, second = (summarise(x, bins, np.zeros(1000, dtype=np.int64), 1) for x in (draw, current))
        assert second.counts[0, -1] > 90  # more than 9 % of the rows are levels that the reference does not have
        hits += judge(drift_test("chi_squared"), first.counts[0], second.counts, describe_cells(bins, first.counts[0], second.unseen), 0.01).drifted[
            0
        ]
    assert hits <= 3


def test_a_new_level_is_drift() -> None:

    draw, current = pa.array(["a", "b"] * 1000), pa.array(["a", "b", "new"] * 100)
    bins = freeze_levels(draw)
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1) for x in (draw, current))
    assert judge(drift_test("chi_squared"), first.counts[0], second.counts, describe_cells(bins, first.counts[0], second.unseen), 1e-4).drifted[0]


def test_moments_are_those_of_permutations() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(6), [45, 27, 9, 5, 3, 1])
    drawn = np.array([np.bincount(rng.permutation(labels)[:60], minlength=6) for _ in range(20_000)], dtype=float)
    whole = np.bincount(labels, minlength=6)
    expected = whole * 60 / 90
    statistic = ((drawn - expected) ** 2 / whole).sum(axis=1) * 90**2 / (60 * 30)
    mean, variance, _ = moments(drawn[:1], whole - drawn[:1])
    assert mean[0] == pytest.approx(statistic.mean(), rel=0.01)
    assert variance[0] == pytest.approx(statistic.var(), rel=0.05)


@pytest.mark.parametrize(
    ("limit", "statistic", "p_value"),
    [
        ("cramer_von_mises", 0.3473, 0.1),
        ("cramer_von_mises", 0.74346, 0.01),
        ("cramer_von_mises", 1.16786, 0.001),
        ("anderson_darling", 1.933, 0.1),
        ("anderson_darling", 2.492, 0.05),
        ("anderson_darling", 3.857, 0.01),
    ],
)
def test_limits_are_those_of_the_tables(limit: str, statistic: float, p_value: float) -> None:
    assert upper_tail(limit, np.array([statistic]))[0] == pytest.approx(p_value, rel=0.05)  # type: ignore[arg-type]


def test_the_fewest_rows_grow_with_the_columns_and_shrink_with_the_reference() -> None:
    assert fewest_rows(0.01 / 500, 5000) > fewest_rows(0.01 / 10, 5000)
    assert fewest_rows(0.01 / 10, 30) > fewest_rows(0.01 / 10, 5000)


def test_columns_are_named_the_worst_first() -> None:
    p = np.array([[1e-9, 1e-12, 0.5], [0.2, np.nan, 0.3], [np.nan, np.nan, np.nan]])
    effects = np.array([[0.2, 0.4, 0.0], [0.0, 0.9, 0.0], [0.5, 0.5, 0.5]])
    found = combine(("a", "b", "c"), p, effects, (p < 1e-6) & (effects > 0.1))
    assert found.columns == (("b", "a"), (), ())
    np.testing.assert_allclose(found.p_value, [3e-12, 0.6, np.nan])
