from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

import lifecycle
from lifecycle.monitor.alarming.autocorrelation import rows_as_one
from lifecycle.monitor.alarming.budget import rate_of, windows_a_year
from lifecycle.monitor.alarming.persistence import persistent, read_persistence
from lifecycle.monitor.alarms import column_level, default_test, describe_cells, judge
from lifecycle.monitor.drift import drift_test, drift_tests
from lifecycle.monitor.drift.limits import tied, upper_tail
from lifecycle.monitor.drift.nulls import largest
from lifecycle.monitor.drift.registration import Cells
from lifecycle.monitor.summaries import freeze_numbers, summarise

NUMERIC = [name for name in drift_tests() if "numeric" in drift_test(name).kinds]
CATEGORICAL = [name for name in drift_tests() if "categorical" in drift_test(name).kinds]
FIXED = {name: {"draws": 9} for name in ("psi", "jensen_shannon", "hellinger", "total_variation", "wasserstein", "energy")}
SAMPLES = st.lists(st.integers(-500, 500), min_size=8, max_size=60).map(lambda values: np.array(values) / 4.0)


@settings(max_examples=10, deadline=None)
@given(SAMPLES, SAMPLES, st.integers(-3, 6), st.integers(-1000, 1000))
def test_another_unit_changes_no_effect(reference: np.ndarray, current: np.ndarray, power: int, offset: int) -> None:
    factor = 2.0**power  # exact in floating point, so that ties stay ties
    for name in NUMERIC:
        test = drift_test(name)
        first, second = (
            test(reference, current, **FIXED.get(name, {})),
            test(reference * factor + offset, current * factor + offset, **FIXED.get(name, {})),
        )
        grows = {"wasserstein": factor, "energy": factor**0.5}.get(name, 1.0)
        assert second.statistic == pytest.approx(first.statistic * grows, rel=1e-6, abs=1e-7), name
        assert second.effect == pytest.approx(first.effect, rel=1e-6, abs=1e-7, nan_ok=True), name
        assert second.p_value == pytest.approx(first.p_value, rel=1e-6, abs=1e-9), name


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**31), st.integers(-3, 6))
def test_another_unit_changes_no_verdict_on_counts_either(seed: int, power: int) -> None:
    rng, factor = np.random.default_rng(seed), 2.0**power
    reference, current = np.round(rng.normal(size=600) * 64) / 64, np.round(rng.normal(0.3, 1, 400) * 64) / 64

    def judged(name: str, by: float) -> tuple[float, float]:
        bins = freeze_numbers(reference * by)
        first, second = (summarise(x * by, bins, np.zeros(len(x), dtype=np.int64), 1).counts for x in (reference, current))
        found = judge(drift_test(name), first[0], second, describe_cells(bins, first[0]), 0.001)
        return float(found.p_value[0]), float(found.effect[0])

    for name in NUMERIC:
        assert judged(name, factor) == pytest.approx(judged(name, 1.0), rel=1e-6, abs=1e-12), name


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), min_size=5, max_size=60), st.lists(st.sampled_from("abcdxyz"), min_size=5, max_size=60), st.randoms())
def test_neither_order_nor_names_of_levels_matter(reference: list[str], current: list[str], random: object) -> None:
    rng = np.random.default_rng(random.randrange(10**6))  # type: ignore[attr-defined]
    names = dict(zip("abcdefghxyz", rng.permutation([f"level {i}" for i in range(11)]).tolist(), strict=True))
    for name in CATEGORICAL:
        test = drift_test(name)
        first = test(np.array(reference, dtype=object), np.array(current, dtype=object), **FIXED.get(name, {}))
        second = test(*(np.array([names[v] for v in rng.permutation(part)], dtype=object) for part in (reference, current)), **FIXED.get(name, {}))
        assert second.statistic == pytest.approx(first.statistic, rel=1e-9, abs=1e-12), name


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1) | st.just(float("nan")), min_size=1, max_size=25), st.integers(1, 6), st.integers(0, 5))
def test_k_of_m_is_what_the_words_say(p: list[float], k: int, more: int) -> None:
    m, level = k + more, 0.3
    p_values = np.array(p)[:, None]
    drifted = p_values <= level
    found_p, found = persistent(p_values, drifted, k, m)
    for t in range(len(p)):
        recent = [value for value in p[max(0, t - m + 1) : t + 1] if value == value]
        if p[t] != p[t]:
            assert np.isnan(found_p[t, 0])
            assert not found[t, 0]
        else:
            assert found[t, 0] == (sum(value <= level for value in recent) >= k)
            kth = sorted(recent)[k - 1] if len(recent) >= k else 1.0
            assert found_p[t, 0] == pytest.approx(p[t] if m == 1 else min(1.0, kth * m / k))


@pytest.mark.parametrize(("text", "expected"), [("1 of 1", (1, 1)), ("2 of the last 3 windows", (2, 3)), (" 3 of 5 ", (3, 5))])
def test_k_of_m_is_read(text: str, expected: tuple[int, int]) -> None:
    assert read_persistence(text) == expected


@pytest.mark.parametrize(("window", "a_year"), [("1D", 365.2425), ("1h", 8765.82), ("W", 52.18), ("MS", 12), ("QS", 4), ("2QS", 2), ("YS", 1)])
def test_a_budget_a_year_is_a_rate_a_window(window: str, a_year: float) -> None:
    assert windows_a_year(window) == pytest.approx(a_year, rel=0.01)
    if a_year > 5:
        assert rate_of("1 a year", window) == pytest.approx(1 / a_year, rel=0.01)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("limit", ["cramer_von_mises", "anderson_darling"])
def test_with_ties_the_limit_is_that_of_the_counts(limit: str, seed: int) -> None:
    """Against 20,000 draws: the share beyond the 0.05 and 0.01 points lies within four standard errors."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(int(rng.integers(2, 8)), 2.0))
    reference = np.append(0, np.round(p * 100_000)).astype(np.int64)
    shares = reference / reference.sum()
    drawn = rng.multinomial(20_000, shares, size=20_000)
    statistic = drift_test(limit).counted(reference * 10_000, drawn, Cells(positions=np.arange(len(p), dtype=float)), 0.01, 0.0).statistic
    weights = tied(limit, reference)  # type: ignore[arg-type]
    for level in (0.05, 0.01):
        share = np.mean(upper_tail(limit, statistic, weights) <= level)  # type: ignore[arg-type]
        assert abs(share - level) <= 4 * np.sqrt(level / 20_000) + 0.1 * level


def test_the_largest_levels_are_chosen_by_both_sides_alike() -> None:
    """Of 300 levels that are equally likely: neither side has more rows in those that are kept."""
    rng = np.random.default_rng(0)
    first, second = (
        np.column_stack((np.zeros(400, np.int64), rng.multinomial(900, np.full(300, 1 / 300), size=400), np.zeros(400, np.int64))) for _ in range(2)
    )
    a, b = largest(first, second, 30)
    assert a.shape == b.shape == (400, 32)
    assert (a.sum(axis=1) == 900).all()
    difference = a[:, 1:-1].sum(axis=1) - b[:, 1:-1].sum(axis=1)
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(400)


@pytest.mark.parametrize("name", ["psi", "jensen_shannon", "hellinger", "total_variation", "chi_squared", "g_test"])
def test_categories_of_hundreds_of_even_levels_and_a_small_reference_do_not_alarm(name: str) -> None:
    """The level is 0.0008: of 300 windows one by chance is nothing to wonder at, six are."""
    rng, test, hits = np.random.default_rng(1), lifecycle.drift_test(name), 0
    for _ in range(10):
        whole = rng.multinomial(1000, np.full(400, 1 / 400))
        order = np.argsort(-whole, kind="stable")
        known = order[: int((whole > 0).sum())]
        current = rng.multinomial(1000, np.full(400, 1 / 400), size=30)
        unseen = np.delete(current, known, axis=1)
        none = np.zeros((30, 1), dtype=np.int64)
        counts = np.concatenate((none, current[:, known], unseen.sum(axis=1, keepdims=True)), axis=1)
        found = test.counted(np.concatenate(([0], whole[known], [0])), counts, Cells(unseen=unseen), 0.0008, test.least)
        hits += int(((found.p_value <= 0.0008) & (found.effect >= test.least)).sum())
    assert hits <= 5


@pytest.mark.parametrize(("rho", "expected"), [(0.3, 1.55), (0.6, 2.98), (0.9, 13.28)])
def test_rows_as_one_are_those_of_an_autoregression(rho: float, expected: float) -> None:
    """Expected: 1 + 2 sum 2 / pi asin(rho^k), for lying below the median of a normal autoregression; estimated with its own error on top."""
    rng = np.random.default_rng(0)
    stream = lfilter([np.sqrt(1 - rho**2)], [1, -rho], rng.standard_normal(20_500))[500:]
    assert expected * 0.9 <= rows_as_one(stream, "numeric") <= expected * 1.4
    assert rows_as_one(rng.permutation(stream), "numeric") < 1.2
    assert rows_as_one((stream > 0).astype(np.int64), "categorical") == pytest.approx(expected, rel=0.35)


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
def test_autocorrelated_windows_alarm_no_more_than_promised(rho: float) -> None:
    """800 windows a case at the level 0.008 of one column: three standard errors are allowed."""
    rng, found = np.random.default_rng(4), []
    for _ in range(40):
        stream = lfilter([np.sqrt(1 - rho**2)], [1, -rho], rng.standard_normal(24_500))[500:]
        bins = freeze_numbers(stream[:4000])
        reference = summarise(stream[:4000], bins, np.zeros(4000, dtype=np.int64), 1).counts[0]
        current = summarise(stream[4000:], bins, np.arange(20_000) // 1000, 20).counts
        as_one = rows_as_one(stream[:4000], "numeric")
        found.append(
            judge(drift_test("kolmogorov_smirnov"), reference, current, describe_cells(bins, reference), 0.008, 0.0, inflation=as_one).drifted
        )
    assert np.mean(found) <= 0.008 + 3 * np.sqrt(0.008 / 800)


def test_the_default_goes_by_kind_and_size() -> None:
    many, few, flag = np.append(0, np.full(100, 50)), np.append(0, np.full(100, 4)), np.array([0, 700, 9300])
    assert [default_test("numeric", counts) for counts in (many, few, flag)] == ["kolmogorov_smirnov", "anderson_darling", "chi_squared"]
    assert default_test("numeric", many, 200) == "anderson_darling"
    assert default_test("categorical", few) == "chi_squared"
    assert column_level(0.01, 10) == pytest.approx(0.0008)
