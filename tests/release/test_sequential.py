"""The promise of these tests is about every peek, so it is simulated at every peek. Each assertion leaves three Monte-Carlo standard errors."""

import math

import numpy as np
import pytest
from scipy import stats

import lifecycle
from lifecycle.release.sequential import RATIO_MIXTURE, log_evidence, log_wealth, paired_test, sample_ratio_test, unpaired_test

ALPHA = 0.05


def margin(rate: float, trials: int) -> float:
    return rate + 3 * math.sqrt(rate * (1 - rate) / trials)


def paired_counts(trials: int, requests: int, win: float, loss: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u = np.random.default_rng(seed).random((trials, requests))
    wins, losses = (u < win).cumsum(axis=1), (u > 1 - loss).cumsum(axis=1)
    return wins, losses, np.arange(1, requests + 1) - wins - losses


@pytest.mark.parametrize("discordance", [0.02, 0.05, 0.1, 0.5])
def test_paired_test_decides_falsely_in_at_most_alpha_of_aa_trials(discordance):
    wins, losses, _ = paired_counts(2000, 2000, discordance / 2, discordance / 2, seed=1)
    false = (log_evidence(wins, losses) >= -math.log(ALPHA)).any(axis=1).mean()
    assert false <= margin(ALPHA, 2000)
    assert false > 0, "a test that never decides is no test"


@pytest.mark.parametrize(("discordance", "most"), [(0.05, 1500), (0.10, 2800)])
def test_paired_test_finds_two_points_in_time(discordance, most):
    win, loss = (discordance + 0.02) / 2, (discordance - 0.02) / 2
    wins, losses, _ = paired_counts(600, 12_000, win, loss, seed=2)
    decided = log_evidence(wins, losses) >= -math.log(ALPHA)
    assert decided.any(axis=1).all()
    first = decided.argmax(axis=1) + 1
    assert first.mean() <= most
    at = first - 1
    rows = np.arange(len(at))
    assert (wins[rows, at] > losses[rows, at]).mean() >= 1 - ALPHA


@pytest.mark.parametrize(("win", "loss"), [(0.025, 0.025), (0.06, 0.04), (0.30, 0.05), (0.001, 0.0005)])
def test_paired_interval_holds_the_truth_at_every_peek(win, loss):
    wins, losses, ties = paired_counts(1000, 1500, win, loss, seed=3)
    peeks = np.r_[0:100:5, 100:1500:25]
    missed = (log_wealth(wins[:, peeks], losses[:, peeks], ties[:, peeks], win - loss) >= -math.log(ALPHA)).any(axis=1)
    assert missed.mean() <= margin(ALPHA, 1000)


def test_paired_interval_is_the_set_that_no_bettor_refutes():
    found = paired_test(31, 12, 700)
    grid = np.linspace(-0.2, 0.2, 401)
    kept = grid[[float(log_wealth(31, 12, 700, m)) < -math.log(ALPHA) for m in grid]]
    assert kept.min() == pytest.approx(found.lower, abs=1e-3)
    assert kept.max() == pytest.approx(found.upper, abs=1e-3)
    assert (np.diff(kept) < 1.5e-3).all(), "an interval has no holes"


def test_paired_e_value_is_the_mixture_likelihood_ratio():
    p = (np.arange(200_000) + 0.5) / 200_000
    ratio = np.mean(stats.beta.pdf(p, 5, 5) * (2 * p) ** 9 * (2 * (1 - p)) ** 3)
    assert paired_test(9, 3, 5).e_value == pytest.approx(ratio, rel=1e-6)


def test_paired_interval_narrows_and_keeps_the_difference_inside():
    few, many = paired_test(10, 5, 285), paired_test(1000, 500, 28_500)
    assert few.difference == pytest.approx(many.difference)
    assert few.lower < many.lower < many.difference < many.upper < few.upper


def test_nothing_seen_says_nothing():
    found = paired_test(0, 0, 0)
    assert (found.e_value, found.lower, found.upper, found.decided) == (1.0, -1.0, 1.0, False)
    assert not unpaired_test([], []).decided
    assert not sample_ratio_test([0, 0], [0.5, 0.5]).decided


@pytest.mark.parametrize("share", [0.5, 0.05])
@pytest.mark.parametrize("per_entity", [1, 10])
def test_unpaired_test_decides_falsely_in_at_most_alpha_of_aa_trials(share, per_entity):
    """Entities differ in how hard they are, come in random order, and one peeks after every request."""
    trials, entities = 400, 1200
    false = peeked_at_every_request(trials, entities, per_entity, share, seed=4)
    assert false <= margin(ALPHA, trials)


def peeked_at_every_request(trials: int, entities: int, per_entity: int, share: float, seed: int) -> float:
    rng, rows = np.random.default_rng(seed), np.arange(trials)
    arm = (rng.random((trials, entities)) < share).astype(int)
    right = rng.beta(9.5, 0.5, (trials, entities))
    seen, total = np.zeros((trials, entities)), np.zeros((trials, entities))
    n, s, q, bad = (np.zeros((2, trials)) for _ in range(4))
    decided = np.zeros(trials, dtype=bool)
    for e in rng.permutation(np.repeat(np.arange(entities), per_entity)):
        side, before = arm[:, e], np.divide(total[:, e], seen[:, e], out=np.ones(trials), where=seen[:, e] > 0)
        fresh = seen[:, e] == 0
        seen[:, e] += 1
        total[:, e] += rng.random(trials) < right[:, e]
        after = total[:, e] / seen[:, e]
        n[side, rows] += fresh
        s[side, rows] += after - np.where(fresh, 0.0, before)
        q[side, rows] += after**2 - np.where(fresh, 0.0, before**2)
        bad[side, rows] += (after < 1).astype(int) - (before < 1)
        decided |= _decided(n, s, q, bad)
    return float(decided.mean())


def _decided(n, s, q, bad):
    """`unpaired_test` from running sums; `test_running_sums_agree_with_the_test` holds the two together."""
    with np.errstate(all="ignore"):
        pooled = (q.sum(0) - s.sum(0) ** 2 / n.sum(0)) / (n.sum(0) - 1)
        variance = (np.maximum((q - s**2 / n) / (n - 1), pooled) / n).sum(0)
        target = -2 * math.log(ALPHA)
        r2 = (target + math.log(target) + 1) / 2000
        total = n.sum(0)
        grown = total * r2 + 1
        log_e = total * r2 * (s[1] / n[1] - s[0] / n[0]) ** 2 / variance / (2 * grown) - np.log(grown) / 2
    return (n >= 50).all(0) & (bad >= 5).all(0) & (log_e >= -math.log(ALPHA))


def test_running_sums_agree_with_the_test():
    rng = np.random.default_rng(5)
    for size in (40, 60, 300, 2000):
        for gain in (0.0, 0.05, 0.2):
            old, new = (rng.random(size) < 0.75).astype(float), (rng.random(size) < 0.75 + gain).astype(float)
            sums = [np.array([[f(old)], [f(new)]], dtype=float) for f in (len, np.sum, lambda y: (y**2).sum(), lambda y: (y < 1).sum())]
            assert bool(_decided(*sums)[0]) == unpaired_test(old, new).decided


def test_unpaired_interval_excludes_zero_exactly_when_decided():
    rng = np.random.default_rng(6)
    for gain in np.linspace(0, 0.15, 30):
        found = unpaired_test(rng.random(1500) < 0.8, rng.random(700) < 0.8 + gain)
        assert found.decided == (found.lower > 0 or found.upper < 0)


def test_unpaired_interval_holds_the_truth_of_very_unlike_groups():
    rng, trials, n = np.random.default_rng(7), 300, 1500
    missed = 0
    for _ in range(trials):
        old, new = (rng.random(n) < 0.95).astype(float), (rng.random(n) < 0.60).astype(float)
        looks = [unpaired_test(old[:k], new[:k]) for k in (60, 120, 300, 700, n)]
        missed += any(not look.lower <= -0.35 <= look.upper for look in looks)
    assert missed / trials <= margin(ALPHA, trials)


def test_unpaired_test_waits_for_enough_entities_and_errors():
    found = unpaired_test(np.ones(49), np.zeros(4000))
    assert (found.decided, found.lower) == (False, -math.inf)
    assert not unpaired_test(np.r_[np.ones(996), np.zeros(4)], np.r_[np.ones(500), np.zeros(500)]).decided
    assert unpaired_test(np.r_[np.ones(995), np.zeros(5)], np.r_[np.ones(500), np.zeros(500)]).decided


def test_unpaired_test_takes_any_score_and_skips_what_is_not_known():
    rng = np.random.default_rng(8)
    old, new = -rng.exponential(2.0, 800), -rng.exponential(1.0, 800)
    assert unpaired_test(np.r_[old, np.nan], new) == unpaired_test(old, new)
    assert unpaired_test(old, new).decided
    assert unpaired_test(old, new).difference > 0


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_sample_ratio_alarms_falsely_in_at_most_one_percent(share):
    trials, requests = 2000, 3000
    first = (np.random.default_rng(9).random((trials, requests)) < share).cumsum(axis=1)
    peeks = np.arange(0, requests, 10)
    from scipy.special import gammaln

    counts = np.stack([first[:, peeks], np.broadcast_to(peeks + 1, (trials, len(peeks))) - first[:, peeks]])
    planned = np.array([share, 1 - share])[:, None, None]
    a = RATIO_MIXTURE * planned
    log_e = gammaln(RATIO_MIXTURE) - gammaln(RATIO_MIXTURE + counts.sum(0)) + (gammaln(a + counts) - gammaln(a) - counts * np.log(planned)).sum(0)
    assert (log_e >= math.log(100)).any(axis=1).mean() <= margin(0.01, trials)
    one = sample_ratio_test([int(counts[0, 0, -1]), int(counts[1, 0, -1])], [share, 1 - share])
    assert math.log(one.e_value) == pytest.approx(log_e[0, -1])


def test_sample_ratio_notices_a_candidate_that_fails_a_fifth_of_its_requests():
    assert sample_ratio_test([400, 9500], [0.05, 0.95]).decided
    assert sample_ratio_test([3, 1], [1, 1]).decided is False


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: paired_test(-1, 0, 0), "wins is a count"),
        (lambda: paired_test(1, 0, 0, alpha=1.5), "alpha lies between"),
        (lambda: unpaired_test(["a"], [1]), "Outcomes are numbers"),
        (lambda: sample_ratio_test([1, 2], [0.5, 0.0]), "planned share above 0"),
        (lambda: sample_ratio_test([1], [1.0]), "two or more"),
    ],
)
def test_what_is_refused_says_what_is_allowed(call, words):
    with pytest.raises(lifecycle.InvalidValue, match=words):
        call()


def test_the_tests_are_at_the_front_door():
    assert lifecycle.paired_test is paired_test
    assert lifecycle.unpaired_test is unpaired_test
    assert lifecycle.sample_ratio_test is sample_ratio_test
