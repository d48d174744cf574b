from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

import lifecycle
from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.drift.registration import Cells

NAMES = lifecycle.drift_tests()
NUMERIC = [name for name in NAMES if "numeric" in lifecycle.drift_test(name).kinds]
CATEGORICAL = [name for name in NAMES if "categorical" in lifecycle.drift_test(name).kinds]
EXPECTED = {
    "anderson_darling",
    "chi_squared",
    "cramer_von_mises",
    "energy",
    "g_test",
    "hellinger",
    "jensen_shannon",
    "kolmogorov_smirnov",
    "psi",
    "total_variation",
    "wasserstein",
}


def samples(seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(20, 200, size=2)
    if seed % 3 == 0:
        return rng.integers(0, 8, m).astype(float), rng.integers(0, 8, n) + np.round(shift)
    return rng.normal(size=m), rng.normal(shift, 1 + seed % 2, n)


def test_the_known_tests_are_there_and_an_unknown_one_says_which() -> None:
    assert set(NAMES) >= EXPECTED
    with pytest.raises(UnknownName, match="kolmogorov_smirnov"):
        lifecycle.drift_test("kss")


@pytest.mark.parametrize("name", NUMERIC)
class TestNumbers:
    def test_a_large_shift_is_found_and_none_is_not(self, name: str) -> None:
        test, rng = lifecycle.drift_test(name), np.random.default_rng(0)
        reference = rng.normal(size=400)
        same, moved = test(reference, rng.normal(size=300)), test(reference, rng.normal(1.0, 1, 300))
        assert moved.statistic > same.statistic
        assert moved.p_value < 0.01 < same.p_value
        assert moved.effect > max(test.least, same.effect)

    def test_order_does_not_matter(self, name: str) -> None:
        test, (reference, current) = lifecycle.drift_test(name), samples(4)
        rng = np.random.default_rng(1)
        again = test(rng.permutation(reference), rng.permutation(current))
        assert again.statistic == pytest.approx(test(reference, current).statistic)

    def test_the_same_sample_is_at_no_distance(self, name: str) -> None:
        reference, _ = samples(2)
        found = lifecycle.drift_test(name)(reference, reference)
        assert found.statistic <= 1e-9
        assert found.effect == pytest.approx(0.0, abs=1e-9)

    def test_nothing_to_compare_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidValue, match="no value"):
            lifecycle.drift_test(name)([], [1.0])

    def test_counts_of_many_windows_judge_as_one_by_one(self, name: str) -> None:
        rng = np.random.default_rng(5)
        reference = np.append(0, rng.multinomial(3000, np.full(40, 1 / 40)))
        current = np.column_stack((np.zeros(3, dtype=int), rng.multinomial(500, np.full(40, 1 / 40), size=3)))
        cells = Cells(positions=np.arange(40.0), scale=11.5)
        test = lifecycle.drift_test(name)
        together = test.counted(reference, current, cells, 0.01, test.least)
        for i in range(3):
            alone = test.counted(reference, current[i : i + 1], cells, 0.01, test.least)
            assert together.statistic[i] == pytest.approx(alone.statistic[0])
            assert together.p_value[i] == pytest.approx(alone.p_value[0])

    def test_on_counts_a_shift_is_found_and_its_threshold_is_consistent(self, name: str) -> None:
        rng = np.random.default_rng(6)
        shares = stats.norm.pdf(np.linspace(-3, 3, 60))
        reference = np.append(0, rng.multinomial(5000, shares / shares.sum()))
        current = np.column_stack((np.zeros(20, dtype=int), rng.multinomial(1000, shares / shares.sum(), size=20)))
        moved = np.column_stack((np.zeros(20, dtype=int), np.roll(current[:, 1:], 8, axis=1)))
        test, cells = lifecycle.drift_test(name), Cells(positions=np.linspace(-3, 3, 60))
        for counts, drifted in ((current, False), (moved, True)):
            found = test.counted(reference, counts, cells, 0.001, test.least)
            judged = (found.p_value <= 0.001) & (found.effect >= test.least)
            assert (judged == drifted).all()
            assert ((found.statistic >= found.threshold) == judged).all()


@pytest.mark.parametrize("name", CATEGORICAL)
class TestCategories:
    def test_a_changed_mix_is_found(self, name: str) -> None:
        rng, test = np.random.default_rng(3), lifecycle.drift_test(name)
        reference = rng.choice(["a", "b", "c"], 600, p=[0.5, 0.3, 0.2])
        same, other = rng.choice(["a", "b", "c"], 400, p=[0.5, 0.3, 0.2]), rng.choice(["a", "b", "c"], 400, p=[0.2, 0.3, 0.5])
        assert test(reference, same).p_value > 0.02
        assert test(reference, other).p_value < 0.01
        assert test(reference, other).effect > test.least

    def test_values_going_missing_are_a_change(self, name: str) -> None:
        found = lifecycle.drift_test(name)(["a", "b"] * 100, ["a", "b", None, None] * 50)
        assert found.p_value < 0.01


def test_numbers_are_not_compared_with_categories() -> None:
    with pytest.raises(InvalidValue, match="categories"):
        lifecycle.drift_test("psi")(["a", "b"], [1.0, 2.0])
    with pytest.raises(InvalidValue, match="chi_squared"):
        lifecycle.drift_test("wasserstein")(["a", "b"], ["a", "c"])


@pytest.mark.parametrize("seed", range(60))
def test_equal_to_scipy(seed: int) -> None:
    reference, current = samples(seed, shift=(seed % 5) * 0.3)
    found = {name: lifecycle.drift_test(name)(reference, current) for name in ("kolmogorov_smirnov", "cramer_von_mises", "anderson_darling")}
    ks, cvm = stats.ks_2samp(reference, current), stats.cramervonmises_2samp(reference, current)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ad = stats.anderson_ksamp([reference, current])
    assert found["kolmogorov_smirnov"].statistic == ks.statistic
    assert found["kolmogorov_smirnov"].p_value == ks.pvalue
    assert found["cramer_von_mises"].statistic == cvm.statistic
    assert found["cramer_von_mises"].p_value == cvm.pvalue
    assert found["anderson_darling"].statistic == ad.statistic
    assert lifecycle.drift_test("wasserstein")(reference, current, draws=9).statistic == stats.wasserstein_distance(reference, current)
    assert lifecycle.drift_test("energy")(reference, current, draws=9).statistic == stats.energy_distance(reference, current)


@pytest.mark.parametrize("seed", range(60))
def test_equal_to_the_definition_on_categories(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 12))
    a, b = rng.multinomial(500, rng.dirichlet(np.full(k, 5.0))) + 1, rng.multinomial(300, rng.dirichlet(np.full(k, 5.0))) + 1
    levels = np.array([f"l{i}" for i in range(k)])
    reference, current = rng.permutation(np.repeat(levels, a)), rng.permutation(np.repeat(levels, b))
    p, q = a / a.sum(), b / b.sum()
    expected = {
        "psi": ((q - p) * np.log(q / p)).sum(),
        "jensen_shannon": jensenshannon(p, q, base=2),
        "hellinger": np.sqrt(1 - np.sqrt(p * q).sum()),
        "total_variation": np.abs(p - q).sum() / 2,
        "chi_squared": stats.chi2_contingency([a, b], correction=False).statistic,
        "g_test": stats.chi2_contingency([a, b], correction=False, lambda_="log-likelihood").statistic,
    }
    for name, value in expected.items():
        assert lifecycle.drift_test(name)(
            reference, current, **({} if name in ("chi_squared", "g_test") else {"draws": 9})
        ).statistic == pytest.approx(value)
    assert lifecycle.drift_test("chi_squared")(reference, current).p_value == pytest.approx(stats.chi2_contingency([a, b], correction=False).pvalue)


@pytest.mark.parametrize("seed", range(60))
def test_on_counts_equal_to_the_samples_where_cells_are_values(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.arange(12.0)
    a, b = rng.multinomial(288, rng.dirichlet(np.full(12, 4.0))) + 1, rng.multinomial(150, rng.dirichlet(np.full(12, 4.0)))
    reference, current = np.repeat(values, a), np.repeat(values, b)
    cells = Cells(positions=values)

    def counted(name: str) -> float:
        return float(lifecycle.drift_test(name).counted(np.append(0, a), np.append(0, b)[None, :], cells, 0.01, 0.1).statistic[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        darling = stats.anderson_ksamp([reference, current]).statistic
    assert counted("kolmogorov_smirnov") == pytest.approx(stats.ks_2samp(reference, current).statistic)
    assert counted("wasserstein") == pytest.approx(stats.wasserstein_distance(reference, current))
    assert counted("energy") == pytest.approx(stats.energy_distance(reference, current))
    assert counted("total_variation") == pytest.approx(np.abs(a / 300 - b / 150).sum() / 2)
    assert (counted("anderson_darling") - 1) / np.sqrt(2 * np.pi**2 / 3 - 6) == pytest.approx(darling, rel=0.03, abs=0.03)
    dense = (a + b) * 150 / 450 >= 1
    if dense.all():
        assert counted("chi_squared") == pytest.approx(stats.chi2_contingency([a, b], correction=False).statistic)


@pytest.mark.parametrize("name", NAMES)
def test_p_values_on_counts_are_valid_without_drift(name: str) -> None:
    rng, test = np.random.default_rng(11), lifecycle.drift_test(name)
    shares = 1 / np.arange(1.0, 41.0)
    shares /= shares.sum()
    p_values = []
    for _ in range(12):
        reference = np.append(0, rng.multinomial(2000, shares))
        current = np.column_stack((np.zeros(60, dtype=int), rng.multinomial(400, shares, size=60)))
        p_values.append(test.counted(reference, current, Cells(positions=np.arange(40.0)), 0.01, test.least).p_value)
    share = np.mean(np.concatenate(p_values) <= 0.05)
    assert share <= 0.085  # 0.05 and three standard errors, references being shared
