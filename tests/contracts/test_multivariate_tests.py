"""What every test of columns together has to do, whichever file it lies in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.errors import InvalidValue, UnknownName

NAMES = lifecycle.multivariate_tests()


def rows(n: int, seed: int, shift: float = 0.0, mix: float = 0.0) -> pd.DataFrame:
    """Two numbers that belong together, one with gaps, a category; `mix` lets the two fall apart while each stays what it was."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = np.where(rng.random(n) < mix, rng.normal(size=n), a) + 0.1 * rng.normal(size=n)
    gaps = np.where(rng.random(n) < 0.1, np.nan, rng.exponential(size=n))
    levels = rng.choice(np.array(["x", "y", "z"], dtype=object), n, p=[0.6, 0.3, 0.1])
    return pd.DataFrame({"a": a + shift, "b": b + shift, "gaps": gaps, "level": levels})


def test_the_known_tests_are_there_and_an_unknown_one_says_which() -> None:
    assert set(NAMES) >= {"domain_classifier", "mmd", "pca_reconstruction"}
    with pytest.raises(UnknownName, match="domain_classifier"):
        lifecycle.multivariate_test("classifier")


@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_columns_that_fall_apart_are_found_though_none_moved(self, name: str) -> None:
        test = lifecycle.multivariate_test(name)
        same, apart = (test(rows(1200, 1), rows(600, 2, mix=mix)) for mix in (0.0, 1.0))
        assert apart.statistic >= apart.threshold > same.statistic
        assert apart.p_value < 0.001 < same.p_value
        assert apart.effect >= test.least > same.effect
        assert apart.lower <= apart.statistic <= apart.upper

    def test_what_gives_it_away_is_named(self, name: str) -> None:
        found = lifecycle.multivariate_test(name)(rows(1200, 1), rows(600, 2, mix=1.0)).columns
        assert not found or set(list(found)[:2]) == {"a", "b"}
        assert not found or sum(found.values()) == pytest.approx(1.0)
        assert list(found.values()) == sorted(found.values(), reverse=True)

    def test_the_same_seed_gives_the_same(self, name: str) -> None:
        test = lifecycle.multivariate_test(name)
        assert test(rows(400, 1), rows(300, 2), seed=3) == test(rows(400, 1), rows(300, 2), seed=3)

    def test_arrays_do_as_frames(self, name: str) -> None:
        first, second = rows(400, 1)[["a", "b"]], rows(300, 2)[["a", "b"]]
        test = lifecycle.multivariate_test(name)
        assert test(first, second).statistic == test(first.to_numpy(), second.to_numpy()).statistic

    def test_an_outlier_hides_nothing(self, name: str) -> None:
        reference, current = rows(1200, 1), rows(600, 2, mix=1.0)
        reference.loc[0, "gaps"], current.loc[0, "gaps"] = 1e9, -1e9
        found = lifecycle.multivariate_test(name)(reference, current)
        assert found.statistic >= found.threshold

    def test_a_few_rows_say_nothing_and_what_does_not_fit_is_refused(self, name: str) -> None:
        test = lifecycle.multivariate_test(name)
        assert np.isnan(test(rows(400, 1), rows(20, 2)).p_value)
        with pytest.raises(InvalidValue, match="columns"):
            test(rows(400, 1), rows(300, 2)[["a", "b"]])
        with pytest.raises(InvalidValue, match="two columns"):
            test(rows(400, 1)[["a"]], rows(300, 2)[["a"]])
        with pytest.raises(InvalidValue, match="shape"):
            test([1.0, 2.0], [3.0])


@pytest.mark.parametrize("name", ["mmd", "pca_reconstruction"])
def test_p_values_are_valid_without_drift(name: str) -> None:
    test = lifecycle.multivariate_test(name)
    p_values = [test(rows(300, 1000 + seed), rows(150, seed)).p_value for seed in range(30)]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.17  # 0.05 and three standard errors of 30 draws


def test_rare_levels_do_not_give_a_side_away() -> None:
    test, areas = lifecycle.multivariate_test("domain_classifier"), []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        first, second = (pd.DataFrame({"a": rng.normal(size=n), "many": rng.zipf(1.6, n).astype(str)}) for n in (1200, 800))
        areas.append(test(first, second).statistic)
    assert np.mean(areas) < 0.515  # 0.5 and about three standard errors
