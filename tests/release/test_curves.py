"""ROC, precision against recall, and gains, from counts by score bin, against scikit-learn and against the truth."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from lifecycle.release.curves import binned, curves, read
from lifecycle.release.measures import Answers
from tests.release.conftest import labelled

CLASSES = ("no", "yes")


def drawn(n, seed, gap=1.0):
    """Truth (30 % yes) and a score that tells it by `gap` standard deviations."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.3).astype(np.int64)
    return truth, 1 / (1 + np.exp(-(rng.normal(size=n) + gap * truth)))


def answers(score):
    return Answers((score > 0.5).astype(np.int64), np.column_stack([1 - score, score]))


def one(table, curve, version="old"):
    return table[(table["curve"] == curve) & (table["version"] == version) & (table["target"] == "yes")]


@pytest.mark.parametrize("n", [60, 100, 20_000])
def test_the_curves_are_scikit_learns(n):
    truth, score = drawn(n, 1)
    weights = np.random.default_rng(2).uniform(0.5, 2, n)
    table = curves(truth, (answers(score), answers(score)), weights, CLASSES, np.random.default_rng(0))
    near = 1e-9 if n <= 100 else 2e-3  # up to a hundred rows each has its bin
    false, true, _ = roc_curve(truth, score, sample_weight=weights, drop_intermediate=False)
    roc = one(table, "roc")
    expected = [np.interp(x, false, true) for x in roc["x"]]
    assert np.isclose(roc["y"], expected, atol=near).mean() > 0.9, "but where a step of the curve stands on the point itself"
    right, share, _ = precision_recall_curve(truth, score, sample_weight=weights)
    precision = one(table, "precision_recall")
    step = 1.5 * weights[truth == 1].max() / weights[truth == 1].sum() + 0.002
    around = [right[(share >= x - step) & (share <= x + step)] for x in precision["x"]]
    inside = [found.min() - near <= y <= found.max() + near for y, found in zip(precision["y"], around, strict=True)]
    assert np.mean(inside) > 0.9
    order = np.argsort(-score)
    gains = one(table, "gains")
    looked, found = np.cumsum(weights[order]) / weights.sum(), np.cumsum((weights * truth)[order]) / (weights * truth).sum()
    assert np.allclose(gains["y"], np.interp(gains["x"], np.r_[0, looked], np.r_[0, found]), atol=max(near, 1e-9))


def test_equal_scores_are_never_cut_in_two():
    truth, score = drawn(5000, 3)
    cells = binned(truth == 1, np.round(score, 1), np.ones(5000))
    assert len(cells) == len(np.unique(np.round(score, 1)))
    assert cells[:, :2].sum() == 5000
    useless = next(iter(read(binned(truth == 1, np.full(5000, 0.5), np.ones(5000)), np.random.default_rng(0))))
    assert np.allclose(useless["x"], useless["y"]), "a score that says nothing is chance"


@pytest.mark.parametrize("picked", [False, True])
def test_the_interval_covers(picked):
    """200 samples: at each point where there is an interval it covers the truth in 87 % or more (Monte-Carlo standard error 1.6 %)."""
    truth, score = drawn(400_000, 0)
    rng = np.random.default_rng(1)
    real = {part["curve"].iloc[0]: part["y"].to_numpy() for part in read(binned(truth == 1, score, np.ones(len(truth))), rng)}
    covered = {name: [] for name in real}
    for seed in range(200):
        truth, score = drawn(1200 if picked else 300, seed + 10)
        chance = np.where(np.abs(score - 0.5) < 0.2, 0.5, 0.15) if picked else np.ones(len(truth))
        kept = rng.random(len(truth)) < chance
        for part in read(binned(truth[kept] == 1, score[kept], 1 / chance[kept]), rng):
            name = part["curve"].iloc[0]
            inside = (part["lower"] <= real[name]) & (real[name] <= part["upper"])
            covered[name].append(inside.astype(float).where(part["lower"].notna()).to_numpy())
    for found in covered.values():
        shown = np.isfinite(found).sum(axis=0) >= 150
        shares = np.nanmean(np.array(found)[:, shown], axis=0)
        assert shares.min() >= 0.87
        assert 0.93 <= shares.mean() <= 0.99


def test_of_more_classes_each_is_sought_and_rare_ones_have_no_curve():
    rng = np.random.default_rng(0)
    truth = np.r_[np.repeat([0, 1, 2], 40), np.full(9, 3)]
    p = rng.dirichlet(np.ones(4), len(truth))
    table = curves(truth, (Answers(truth, p), Answers(truth)), np.ones(len(truth)), ("a", "b", "c", "d"), rng)
    assert table["target"].unique().tolist() == ["a", "b", "c"]
    assert table["version"].unique().tolist() == ["old"], "the other gives no probabilities"
    assert curves(truth, (Answers(truth), Answers(truth)), np.ones(len(truth)), ("a", "b", "c", "d"), rng).empty


def test_a_comparison_brings_its_curves(project):
    labelled(project, 400, 5)
    found = project.compare(1, 2).curves
    assert set(found["curve"]) == {"roc", "precision_recall", "gains"}
    assert set(found["version"]) == {"old", "new"}
    assert found["target"].unique().tolist() == ["yes", "no"], "the rarer first"
    area = {side: np.trapezoid(one(found, "roc", side)["y"], one(found, "roc", side)["x"]) for side in ("old", "new")}
    told = project.compare(1, 2).metrics.set_index("metric").loc["roc_auc"]
    assert area["old"] == pytest.approx(told["old"], abs=0.01)
    assert area["new"] == pytest.approx(told["new"], abs=0.01)
