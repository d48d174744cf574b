"""Against scipy, statsmodels, scikit-learn and the definitions."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar
from statsmodels.stats.multitest import multipletests

from lifecycle.release.paired import areas, bootstrapped, holm, mcnemar, resampled_sums


@pytest.mark.parametrize(("wins", "losses"), [(9, 3), (40, 12), (1, 0), (7, 8), (150, 100)])
def test_mcnemar_mid_p_is_the_exact_p_less_half_the_point(wins, losses):
    exact = exact_mcnemar([[500, losses], [wins, 20]], exact=True).pvalue
    point = stats.binom.pmf(min(wins, losses), wins + losses, 0.5)
    assert mcnemar(wins, losses, 1000).p_value == pytest.approx(exact - point)


def test_mcnemar_without_a_difference():
    assert mcnemar(5, 5, 100).p_value == 1.0
    assert mcnemar(0, 0, 100).p_value == 1.0
    assert mcnemar(0, 0, 100).lower < 0 < mcnemar(0, 0, 100).upper


def test_mcnemar_interval_covers():
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(300, [0.08, 0.05, 0.87], size=3000)
    found = [mcnemar(int(w), int(z), 300) for w, z, _ in drawn]
    covered = np.mean([one.lower <= 0.03 <= one.upper for one in found])
    assert 0.94 <= covered <= 0.975  # Monte-Carlo standard error 0.004


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(1)
    truth = (rng.random(400) < 0.35).astype(np.int64)
    old, new = (1 / (1 + np.exp(-(strength * truth + rng.normal(size=400)))) for strength in (1.0, 1.4))
    return truth, np.c_[1 - old, old], np.c_[1 - new, new]


def test_areas_are_scikit_learns(scored):
    truth, old, new = scored
    before, after, difference = areas(truth, old, new)
    assert before == pytest.approx(roc_auc_score(truth, old[:, 1]))
    assert after == pytest.approx(roc_auc_score(truth, new[:, 1]))
    assert difference.value == pytest.approx(after - before)


def test_areas_count_ties_half_and_weigh_rows():
    rng = np.random.default_rng(2)
    truth, score, weights = rng.integers(0, 2, 200), rng.integers(0, 6, 200) / 6, rng.random(200) + 0.1
    both = np.c_[1 - score, score]
    assert areas(truth, both, both)[0] == pytest.approx(roc_auc_score(truth, score))
    assert areas(truth, both, both, weights)[0] == pytest.approx(roc_auc_score(truth, score, sample_weight=weights))


def test_delong_is_its_definition_and_agrees_with_the_bootstrap(scored):
    truth, old, new = scored
    found = areas(truth, old, new)[2]
    half = (found.upper - found.lower) / 2 / stats.norm.ppf(0.975)
    x, y = [s[truth == 1, 1] for s in (old, new)], [s[truth == 0, 1] for s in (old, new)]
    kernel = [(a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :]) for a, b in zip(x, y, strict=True)]
    apart = [np.cov(kernel[0].mean(axis=side), kernel[1].mean(axis=side)) for side in (1, 0)]
    variance = sum((c[0, 0] + c[1, 1] - 2 * c[0, 1]) / n for c, n in zip(apart, (len(x[0]), len(y[0])), strict=True))
    assert half == pytest.approx(np.sqrt(variance))
    rng = np.random.default_rng(3)
    picks = rng.integers(0, len(truth), (600, len(truth)))
    draws = [roc_auc_score(truth[p], new[p, 1]) - roc_auc_score(truth[p], old[p, 1]) for p in picks]
    assert half == pytest.approx(np.std(draws), rel=0.12)


def test_areas_of_many_classes_are_the_mean_against_the_rest():
    rng = np.random.default_rng(4)
    truth, p = rng.integers(0, 4, 500), rng.dirichlet(np.ones(4), 500)
    assert areas(truth, p, p)[0] == pytest.approx(roc_auc_score(truth, p, multi_class="ovr", average="macro"))
    assert areas(truth, p, p)[2].p_value == 1.0


def test_resampled_sums_have_the_mean_and_spread_of_the_bootstrap():
    values = np.random.default_rng(5).normal(size=(300, 2))
    sums = resampled_sums(values, np.random.default_rng(6), 4000)
    assert sums.mean(axis=0) == pytest.approx(values.sum(axis=0), abs=1.2)
    assert sums.std(axis=0) == pytest.approx(values.std(axis=0) * np.sqrt(300), rel=0.05)
    scipys = stats.bootstrap((values[:, 0],), np.mean, n_resamples=4000, method="percentile", rng=7).confidence_interval
    assert np.quantile(sums[:, 0] / 300, [0.025, 0.975]) == pytest.approx([scipys.low, scipys.high], abs=0.012)


def test_many_rows_are_grouped_without_changing_mean_or_spread():
    values = np.random.default_rng(5).exponential(size=(30_000, 1))
    sums = resampled_sums(values, np.random.default_rng(6), 3000)
    assert sums.mean() == pytest.approx(values.sum(), abs=4 * values.std() * np.sqrt(30_000 / 3000))
    assert sums.std() == pytest.approx(values.std() * np.sqrt(30_000), rel=0.06)


def test_bootstrapped_interval_of_few_rows_covers():
    rng, missed = np.random.default_rng(8), 0
    for _ in range(500):
        apart = rng.normal(0.4, 1.0, (12, 1))
        found = bootstrapped(float(apart.mean()), resampled_sums(apart, rng, 400)[:, 0] / 12, 12)
        missed += not found.lower <= 0.4 <= found.upper
    assert missed / 500 <= 0.05 + 3 * 0.0098


def test_holm_is_statsmodels():
    p = np.random.default_rng(9).random(12) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
