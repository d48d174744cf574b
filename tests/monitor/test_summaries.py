from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import stats

from lifecycle.monitor.alarms import describe_cells, judge
from lifecycle.monitor.binning import Lookup
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.drift.registration import Cells
from lifecycle.monitor.summaries import Summary, cells_of, decode, encode, fold, freeze_levels, freeze_numbers, merge, quantile, summarise

NUMBERS = npst.arrays(np.float64, st.integers(1, 200), elements=st.floats(-1e6, 1e6) | st.just(float("nan")) | st.sampled_from([0.0, 1.0, 1e6]))


def same(first: Summary, second: Summary) -> None:
    assert (first.counts == second.counts).all()
    np.testing.assert_array_equal(first.low, second.low)
    np.testing.assert_array_equal(first.high, second.high)
    np.testing.assert_allclose(first.total, second.total, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(first.squares, second.squares, rtol=1e-9, atol=1e-3)
    assert [dict(levels) for levels in first.unseen] == [dict(levels) for levels in second.unseen]


@settings(max_examples=60, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(0, 200), st.randoms(use_true_random=False))
def test_the_merge_of_parts_is_the_summary_of_the_whole_in_any_order(reference: np.ndarray, values: np.ndarray, cut: int, random: object) -> None:
    bins = freeze_numbers(reference)
    windows = np.arange(len(values)) % 3
    whole = summarise(values, bins, windows, 3)
    parts = [summarise(values[part], bins, windows[part], 3) for part in (slice(None, cut), slice(cut, None))]
    same(merge(*parts), whole)
    same(merge(*parts[::-1]), whole)
    order = np.random.default_rng(cut).permutation(len(values))
    shuffled = summarise(values[order], bins, windows[order], 3)
    assert (shuffled.counts == whole.counts).all()
    assert whole.rows().sum() == len(values)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", "d", None])), st.lists(st.sampled_from(["a", "b", "x", "y", None]), min_size=1), st.integers(0, 20))
def test_categories_merge_too(reference: list[str | None], values: list[str | None], cut: int) -> None:
    bins = freeze_levels(pa.array(reference, pa.string()))
    column, windows = pa.array(values, pa.string()), np.arange(len(values)) % 2
    whole = summarise(column, bins, windows, 2)
    cut = min(cut, len(values))
    parts = [summarise(column[a:b], bins, windows[a:b], 2) for a, b in ((0, cut), (cut, len(values)))]
    same(merge(*parts), whole)
    coded = summarise(column.dictionary_encode(), bins, windows, 2)
    same(coded, whole)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS)
def test_lookup_is_a_binary_search(reference: np.ndarray, values: np.ndarray) -> None:
    edges = freeze_numbers(np.concatenate((reference, np.linspace(-3, 3, 500)))).edges
    known = np.resize(values[~np.isnan(values)], 5000) if (~np.isnan(values)).any() else np.empty(0)
    assert (Lookup(edges)(known) == np.searchsorted(edges, known)).all()


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_extreme_magnitudes_are_binned(scale: float) -> None:
    values = np.random.default_rng(0).standard_normal(3000) * scale
    bins = freeze_numbers(values)
    assert np.isfinite(bins.edges).all()
    many = np.concatenate((values, values * 0.9999, np.nextafter(values, 0)))
    assert (Lookup(bins.edges)(many) == np.searchsorted(bins.edges, many)).all()
    assert summarise(values, bins, np.zeros(3000, dtype=np.int64), 1).counts[0, 1:].max() < 30


@settings(max_examples=50, deadline=None)
@given(npst.arrays(np.int64, st.integers(1, 50), elements=st.integers(0, 2**40)))
def test_what_is_encoded_comes_back(counts: np.ndarray) -> None:
    assert (decode(encode(counts)) == counts).all()


def _spread(kind: str, rng: np.random.Generator, n: int) -> np.ndarray:
    if kind == "zero inflated":
        return np.where(rng.random(n) < 0.6, 0.0, rng.exponential(size=n))
    if kind == "two scales":
        return np.where(rng.random(n) < 0.5, rng.normal(0, 1e-6, n), rng.normal(0, 1e6, n))
    return {"normal": rng.normal(size=n), "lognormal": rng.lognormal(0, 4, n), "far off": 1e9 + rng.normal(size=n)}[kind]


@pytest.mark.parametrize("kind", ["normal", "lognormal", "far off", "zero inflated", "two scales"])
def test_the_table_is_a_binary_search_for_every_shape(kind: str) -> None:
    rng = np.random.default_rng(0)
    edges = freeze_numbers(_spread(kind, rng, 20_000)).edges
    values = np.concatenate(
        (_spread(kind, rng, 50_000), edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf), [-1e300, 1e300, 0.0, -0.0])
    )
    assert (Lookup(edges)(values) == np.searchsorted(edges, values)).all()


@pytest.mark.parametrize("where", ["reference", "current"])
def test_one_outlier_hides_nothing(where: str) -> None:
    rng = np.random.default_rng(1)
    reference, current = rng.normal(size=5000), rng.normal(0.5, 1, 1000)
    clean = stats.ks_2samp(reference, current).statistic
    (reference if where == "reference" else current)[0] = 1e6
    bins = freeze_numbers(reference)
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
    for name in ("kolmogorov_smirnov", "psi", "wasserstein"):
        found = judge(drift_test(name), first[0], second, describe_cells(bins, first[0]), 1e-4)
        assert found.drifted[0], name
    found = judge(drift_test("kolmogorov_smirnov"), first[0], second, describe_cells(bins, first[0]), 1e-4)
    assert found.statistic[0] == pytest.approx(clean, abs=0.003)


def test_half_the_values_going_missing_is_drift() -> None:
    rng = np.random.default_rng(2)
    reference, current = rng.normal(size=5000), rng.normal(size=1000)
    current[::2] = np.nan
    bins = freeze_numbers(reference)
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
    for name in ("kolmogorov_smirnov", "psi", "jensen_shannon", "chi_squared", "cramer_von_mises", "anderson_darling"):
        assert judge(drift_test(name), first[0], second, describe_cells(bins, first[0]), 1e-4).drifted[0], name


@pytest.mark.parametrize("seed", range(25))
def test_on_fine_bins_the_statistics_are_nearly_the_exact_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reference, current = rng.gamma(2, 1, 20_000), rng.gamma(2 + 0.1 * (seed % 4), 1 + 0.05 * (seed % 3), 5_000)
    bins = freeze_numbers(reference)
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
    cells = describe_cells(bins, first[0])

    def counted(name: str) -> float:
        return float(drift_test(name).counted(first[0], second, cells, 0.01, 0.1).statistic[0])

    exact = stats.ks_2samp(reference, current)
    assert exact.statistic - 0.002 <= counted("kolmogorov_smirnov") <= exact.statistic + 1e-12
    spread = cells.scale
    assert spread == pytest.approx(reference.std(), rel=0.02)
    assert counted("wasserstein") * spread == pytest.approx(stats.wasserstein_distance(reference, current), rel=0.03, abs=0.003)
    assert counted("energy") * spread**0.5 == pytest.approx(stats.energy_distance(reference, current), rel=0.03, abs=0.004)


def test_an_affine_map_of_both_changes_no_count() -> None:
    rng = np.random.default_rng(3)
    reference, current = rng.normal(size=3000), rng.normal(0.3, 1, 1000)
    windows = np.zeros(1000, dtype=np.int64)
    before = summarise(current, freeze_numbers(reference), windows, 1).counts
    after = summarise(8 * current + 64, freeze_numbers(8 * reference + 64), windows, 1).counts
    assert np.abs(np.cumsum(before) - np.cumsum(after)).max() <= 2  # rounding may move a value over an edge


def test_values_below_and_above_the_reference_are_told_apart_from_those_within() -> None:
    reference = np.random.default_rng(4).normal(size=5000)
    bins = freeze_numbers(reference)
    low, high = reference.min(), reference.max()
    edges = bins.edges
    below, lowest, highest, above = np.searchsorted(edges, [np.nextafter(low, -np.inf), low, high, np.nextafter(high, np.inf)])
    assert below < lowest
    assert highest < above


def test_very_many_levels_fall_into_buckets() -> None:
    ids = pa.array([f"id-{i}" for i in range(5000)])
    bins = freeze_levels(ids)
    assert bins.hashed
    cells = cells_of(pa.array(["id-1", "id-1", "new", None]), bins)
    assert cells[0] == cells[1] != 0
    assert cells[3] == 0
    other = pa.array([f"other-{i}" for i in range(1000)])
    first, second = (summarise(x, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (ids, other))
    assert not judge(drift_test("chi_squared"), first[0], second, Cells(), 1e-3).drifted[0]  # ids never come again, and that is no drift


def test_fold_makes_groups_of_about_the_same_share() -> None:
    reference = np.random.default_rng(0).integers(0, 20, 1000)
    group = fold(reference, 10)
    shares = np.bincount(group, reference) / reference.sum()
    assert (np.diff(group) >= 0).all()
    assert group.max() == 9
    assert shares.min() > 0.08
    assert shares.max() < 0.12


def test_quantiles_from_counts() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    bins = freeze_numbers(values)
    counts = summarise(values, bins, np.zeros(len(values), dtype=np.int64), 1).counts[0]
    for q in (0.01, 0.5, 0.99):
        assert quantile(bins, counts, q) == pytest.approx(np.quantile(values, q), abs=0.03)


def test_a_column_without_any_value() -> None:
    bins = freeze_numbers(np.full(10, np.nan))
    found = summarise(np.array([1.0, np.nan]), bins, np.zeros(2, dtype=np.int64), 1)
    assert found.counts.tolist() == [[1, 1]]
    assert freeze_levels(pa.nulls(3, pa.string())).levels == ()
