"""Agreement and consensus against the krippendorff package, scikit-learn, and simulated experts whose truth is known."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

import lifecycle
from lifecycle.errors import BadData, InvalidValue, UnknownName
from lifecycle.label.agreement import alpha_interval, annotator_quality, kappa_pairs, krippendorff_alpha
from lifecycle.label.issues import doubtful_classes

EMPTY = pd.DataFrame({"item": [], "annotator": [], "value": []})


def frame_of(table: np.ndarray) -> pd.DataFrame:
    """A row an answer, from (annotators, items) with NaN where nobody answered."""
    who, item = np.nonzero(~np.isnan(table))
    return pd.DataFrame({"item": item, "annotator": [f"a{i}" for i in who], "value": table[who, item]})


def simulated(items: int, skills: list[float], classes: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, items)
    rows = []
    for who, skill in enumerate(skills):
        wrong = (truth + rng.integers(1, classes, items)) % classes
        said = np.where(rng.random(items) < skill, truth, wrong)
        rows.append(pd.DataFrame({"item": np.arange(items), "annotator": f"a{who}", "value": said}))
    return pd.concat(rows, ignore_index=True), truth


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=6, max_size=6), min_size=2, max_size=5))
def test_alpha_is_the_packages(rows: list[list[float]]) -> None:
    table = np.array(rows)
    shared = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    if len(np.unique(shared[~np.isnan(shared)])) < 2:
        assert np.isnan(krippendorff_alpha(frame_of(table)))
        return
    for level in ("nominal", "interval"):
        expected = krippendorff.alpha(table, level_of_measurement=level)
        assert krippendorff_alpha(frame_of(table), level) == pytest.approx(expected, abs=1e-9)


def test_alpha_of_the_textbook() -> None:
    """Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: nominal 0.743, interval 0.849."""
    star = np.nan
    table = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, star, star, star],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, star, 3],
            [star, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, star],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, star],
        ]
    )
    assert lifecycle.krippendorff_alpha(frame_of(table)) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(frame_of(table), "interval") == pytest.approx(0.849, abs=5e-4)


def test_the_interval_holds_alpha_and_narrows_with_items() -> None:
    few, many = (alpha_interval(simulated(items, [0.8, 0.8, 0.7], 3, 0)[0]) for items in (40, 1000))
    for found in (few, many):
        assert found.lower < found.value < found.upper
    assert many.upper - many.lower < (few.upper - few.lower) / 3
    assert np.isnan(alpha_interval(EMPTY).value)


def test_kappa_is_scikit_learns() -> None:
    frame, _ = simulated(300, [0.9, 0.7, 0.6], 4, 1)
    frame = frame.drop(frame.index[::7])
    table = frame.pivot(index="item", columns="annotator", values="value")
    for row in kappa_pairs(frame).itertuples():
        both = table[[row.first, row.second]].dropna()
        assert row.items == len(both)
        assert row.kappa == pytest.approx(cohen_kappa_score(both[row.first], both[row.second]))


def test_quality_orders_annotators_by_skill() -> None:
    skills = [0.95, 0.85, 0.7, 0.5]
    frame, _ = simulated(600, skills, 3, 2)
    found = annotator_quality(frame).set_index("annotator")
    assert found["quality"].to_numpy() == pytest.approx(skills, abs=0.05)
    assert found["agreement"].is_monotonic_decreasing
    assert (found["answers"] == 600).all()


def test_numbers_agree_by_concordance() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=300)
    table = np.stack([truth + rng.normal(0, noise, 300) for noise in (0.1, 0.1, 2.0)])
    found = annotator_quality(frame_of(table), "interval").set_index("annotator")["agreement"]
    assert found["a0"] > found["a2"] + 0.1
    pairs = kappa_pairs(frame_of(table), "interval").set_index(["first", "second"])["kappa"]
    assert pairs["a0", "a1"] > 0.95
    assert pairs["a0", "a2"] < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_beats_the_majority_when_skills_differ(seed: int) -> None:
    frame, truth = simulated(1000, [0.95, 0.6, 0.6, 0.55, 0.5], 3, seed)
    right = {}
    for method in ("majority", "dawid_skene"):
        found = lifecycle.consensus(frame, method=method)
        right[method] = (found["value"].to_numpy() == truth[found["item"].to_numpy()]).mean()
        assert found["confidence"].between(0, 1).all()
    assert right["dawid_skene"] > right["majority"] + 0.05
    assert right["dawid_skene"] > 0.92


def test_types_and_ties_and_silence() -> None:
    frame = pd.DataFrame({"item": ["x", "x", "y", "z"], "annotator": ["a", "b", "a", "a"], "value": ["no", "yes", "yes", None]})
    found = lifecycle.consensus(frame, method="majority")
    assert found["item"].tolist() == ["x", "y"]
    assert found["value"].tolist() == ["no", "yes"]
    assert found["confidence"].tolist() == [0.5, 1.0]
    assert lifecycle.consensus(EMPTY).empty
    assert np.isnan(krippendorff_alpha(EMPTY))
    assert annotator_quality(EMPTY).empty
    assert kappa_pairs(EMPTY).columns.tolist() == ["first", "second", "items", "kappa", "lower", "upper"]


def test_refusals() -> None:
    with pytest.raises(UnknownName, match="known: crowdlab, dawid_skene, majority"):
        lifecycle.consensus(EMPTY, method="vote")
    with pytest.raises(BadData, match="'value' is missing"):
        lifecycle.consensus(EMPTY[["item", "annotator"]])
    with pytest.raises(BadData, match="more than once"):
        krippendorff_alpha(pd.DataFrame({"item": [1, 1], "annotator": ["a", "a"], "value": [0, 1]}))
    with pytest.raises(InvalidValue, match="nominal"):
        krippendorff_alpha(EMPTY, "ratio")


def test_confident_learning_is_cleanlabs_and_finds_flipped_labels() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 1000)
    logits = rng.normal(size=(1000, 3))
    logits[np.arange(1000), truth] += 4.0
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = truth.copy()
    flipped = rng.choice(1000, 60, replace=False)
    labels[flipped] = (labels[flipped] + 1) % 3
    suggested, quality = doubtful_classes(chances, labels)
    expected = find_label_issues(labels, chances, filter_by="confident_learning", n_jobs=1)
    assert np.array_equal(suggested >= 0, expected)
    assert quality == pytest.approx(get_label_quality_scores(labels, chances, method="normalized_margin"))
    found = np.flatnonzero(suggested >= 0)
    assert np.isin(flipped, found).mean() > 0.7
    assert np.isin(found, flipped).mean() > 0.9
    assert np.isin(np.argsort(quality)[:40], flipped).all()
