"""Assisted means: unbiased, covering what they promise, narrower than labels alone."""

from __future__ import annotations

import numpy as np
import pytest

import lifecycle
from lifecycle import assisted_mean

RUNS = 500
ERROR = 3.0 * np.sqrt(0.95 * 0.05 / RUNS)  # three Monte-Carlo standard errors of a coverage of 95 %


def simulate(mode: str, rows: int, labels: int, shape: tuple[float, float], seed: int = 0, beyond: bool = False):
    """Coverage, width over the width of labels alone, and the mean error in its own standard errors."""
    rng = np.random.default_rng(seed)
    covered, width, alone, errors = 0, 0.0, 0.0, []
    for _ in range(RUNS):
        guess = rng.beta(*shape, size=rows)
        truth = (rng.uniform(size=rows) < guess).astype(float)
        unsure = np.sqrt(guess * (1 - guess))
        share = labels / rows
        chance = np.full(rows, share) if mode == "random" else np.minimum(1.0, 0.8 * share * unsure / unsure.mean() + 0.2 * share)
        seen = rng.uniform(size=rows) < chance
        estimate = assisted_mean(guess, np.where(seen, truth, np.nan), chance, beyond=beyond)
        target = shape[0] / sum(shape) if beyond else truth.mean()
        covered += estimate.lower <= target <= estimate.upper
        weight, own = 1 / chance[seen], truth[seen]
        mean = np.average(own, weights=weight)
        variance = np.sum(weight**2 * (1 - chance[seen]) * (own - mean) ** 2) / weight.sum() ** 2
        width, alone = width + estimate.upper - estimate.lower, alone + 2 * 1.96 * np.sqrt(variance)
        errors.append(estimate.value - target)
    errors = np.array(errors)
    return covered / RUNS, width / alone, errors.mean() / (errors.std() / np.sqrt(RUNS))


@pytest.mark.parametrize("mode", ["random", "uncertain"])
@pytest.mark.parametrize("beyond", [False, True])
def test_coverage_is_what_it_says_and_a_good_guess_narrows_by_a_fifth(mode, beyond):
    coverage, ratio, bias = simulate(mode, 5000, 200, (0.35, 0.1), beyond=beyond)
    assert 0.93 <= coverage <= 0.97
    assert ratio <= 0.8
    assert abs(bias) < 3.5


@pytest.mark.parametrize("mode", ["random", "uncertain"])
def test_a_weak_guess_costs_little_and_still_covers(mode):
    coverage, ratio, bias = simulate(mode, 2000, 100, (6.0, 1.2))
    assert abs(coverage - 0.95) <= ERROR
    assert ratio <= 1.05
    assert abs(bias) < 3.5


@pytest.mark.parametrize("mode", ["random", "uncertain"])
def test_few_labels_do_not_make_a_certainty(mode):
    coverage, _, _ = simulate(mode, 500, 12, (0.9, 0.3))
    assert coverage >= 0.95 - ERROR


def test_all_labelled_is_the_mean_itself():
    truth = np.random.default_rng(0).uniform(size=100)
    estimate = assisted_mean(np.zeros(100), truth, np.ones(100))
    assert estimate.value == pytest.approx(truth.mean())
    assert estimate.upper - estimate.lower < 1e-9


def test_a_guess_that_is_only_shifted_and_scaled_is_as_good():
    rng = np.random.default_rng(1)
    guess = rng.normal(size=4000)
    truth = guess + 0.3 * rng.normal(size=4000)
    seen = np.where(rng.uniform(size=4000) < 0.1, truth, np.nan)
    one, other = assisted_mean(guess, seen, 0.1), assisted_mean(guess - 7.0, seen, 0.1)
    assert one.value == pytest.approx(other.value)
    assert one.upper == pytest.approx(other.upper)


@pytest.mark.parametrize(
    ("predicted", "observed", "chance", "said"),
    [
        ([0.5, 0.5], [np.nan, np.nan], [0.5, 0.5], "No row is labelled"),
        ([0.5, 0.5], [1.0, np.nan], [0.0, 0.5], "outside"),
        ([0.5], [1.0, np.nan], [0.5, 0.5], "one length"),
        ([np.nan, 0.5], [1.0, np.nan], [0.5, 0.5], "not a finite number"),
        ([0.5, 0.5], [np.inf, np.nan], [0.5, 0.5], "infinite"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(predicted, observed, chance, said):
    with pytest.raises(lifecycle.InvalidValue, match=said):
        assisted_mean(predicted, observed, chance)
