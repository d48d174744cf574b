"""Several experts: intervals against statsmodels and simulation, gold, CROWDLAB, expertise, throughput."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

import lifecycle
from lifecycle.errors import BadData, InvalidValue
from lifecycle.label.agreement import class_alphas, kappa_pairs, krippendorff_alpha
from lifecycle.label.answers import answers_from
from lifecycle.label.expertise import class_quality
from lifecycle.label.kappa import kappa_estimate
from lifecycle.label.throughput import throughput
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import golden, labeling
from lifecycle.verbs.label.comparing_experts import agreement, consensus
from lifecycle.verbs.label.reviewing import answers, disagreements

Make = Callable[..., Context]


def crowd(items: int, skills: list[list[float]], seed: int, share: float = 1.0) -> tuple[pd.DataFrame, np.ndarray]:
    """Answers of people who recognise class k with chance skills[who][k]."""
    rng = np.random.default_rng(seed)
    kinds = len(skills[0])
    truth = rng.integers(0, kinds, items)
    rows = []
    for who, skill in enumerate(skills):
        right = rng.random(items) < np.array(skill)[truth]
        said = np.where(right, truth, (truth + rng.integers(1, kinds, items)) % kinds)
        there = rng.random(items) < share
        rows.append(pd.DataFrame({"item": np.arange(items), "annotator": f"a{who}", "value": said})[there])
    return pd.concat(rows, ignore_index=True), truth


@pytest.mark.parametrize("kinds", [2, 3, 6])
def test_kappas_interval_is_statsmodels(kinds: int) -> None:
    rng = np.random.default_rng(kinds)
    table = rng.integers(0, 30, (kinds, kinds)).astype(float) + np.diag(rng.integers(5, 60, kinds))
    expected, found = cohens_kappa(table), kappa_estimate(table)
    assert (found.value, found.lower, found.upper) == pytest.approx((expected.kappa, expected.kappa_low, expected.kappa_upp))


def test_kappa_pairs_bear_intervals_and_classes_their_alpha() -> None:
    frame, _ = crowd(200, [[0.95, 0.95, 0.5], [0.95, 0.95, 0.5]], 0)
    pair = kappa_pairs(frame).iloc[0]
    assert pair["lower"] < pair["kappa"] < pair["upper"]
    found = class_alphas(frame).set_index("class")
    assert found.loc[2, "alpha"] < found.loc[0, "alpha"]
    assert found.loc[0, "alpha"] == pytest.approx(krippendorff_alpha(frame.assign(value=frame["value"] == 0)))
    assert (found["lower"] <= found["alpha"]).all()
    assert (found["alpha"] <= found["upper"]).all()


def test_crowdlab_beats_the_majority_where_the_model_knows_something() -> None:
    right: dict[str, list[float]] = {name: [] for name in ("majority", "dawid_skene", "crowdlab")}
    for seed in range(4):
        frame, truth = crowd(400, [[0.9] * 3, [0.6] * 3, [0.55] * 3], seed, share=0.7)
        rng = np.random.default_rng(seed)
        logits = rng.normal(size=(400, 3))
        logits[np.arange(400), truth] += 2
        chances = pd.DataFrame(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
        for name in right:
            found = lifecycle.consensus(frame, name, chances)
            right[name].append((found["value"].to_numpy() == truth[found["item"].to_numpy()]).mean())
            assert found["confidence"].between(0, 1).all()
    assert np.mean(right["crowdlab"]) > np.mean(right["majority"]) + 0.03
    assert np.mean(right["crowdlab"]) > np.mean(right["dawid_skene"])
    with pytest.raises(InvalidValue, match="needs the model's probabilities"):
        lifecycle.consensus(frame, "crowdlab")
    with pytest.raises(BadData, match="of every item"):
        lifecycle.consensus(frame, "crowdlab", chances.head(10))


def test_who_knows_which_class() -> None:
    frame, _ = crowd(600, [[0.95, 0.6, 0.8], [0.6, 0.95, 0.8], [0.8, 0.8, 0.8]], 1)
    found = class_quality(answers_from(frame))
    assert found[0, 0] > found[1, 0] + 0.2
    assert found[1, 1] > found[0, 1] + 0.2


def test_people_are_given_what_they_know(make: Make) -> None:
    context = make(rows=600, overlap=2, assignment="expertise", audit_share=0.2, rare_labels=0)
    for _ in range(5):
        for who, good in (("ana", 0), ("ben", 1), ("cat", 0)):
            for task in labeling.next_tasks(context, who, 20):
                truth = int(task.sample["a"] + 0.3 * task.sample["b"] > 0)
                right = truth == good or crc32(f"{task.sample['a']:.6f} {who}".encode()) % 5 < 2
                labeling.annotate(context, task, truth if right else 1 - truth, who)
    mine = [task.prediction for task in labeling.next_tasks(context, "ben", 20) if task.purpose == "query"]
    others = [task.prediction for task in labeling.next_tasks(context, "ana", 20) if task.purpose == "query"]
    assert np.mean(np.array(mine) == 1) > np.mean(np.array(others) == 1) + 0.2


def test_gold_is_hidden_and_makes_no_label(make: Make) -> None:
    context = make(rows=300, gold_share=0.3, rare_labels=0)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(1, 31)], "label": [i % 2 for i in range(1, 31)]})
    assert golden.add_gold(context, frame, "dee") == 30
    assert golden.add_gold(context, frame, "dee") == 0
    gold, places, met = set(frame["id"]), [], {"ana": [], "ben": []}
    for who, skill in (("ana", 1.0), ("ben", 0.5)):
        rng = np.random.default_rng(len(who + "x"))
        for _ in range(5):
            for place, task in enumerate(labeling.next_tasks(context, who, 12)):
                assert task.strategy in ("margin_diverse", "random")
                assert task.purpose in ("query", "audit")
                truth = int(task.prediction_id[1:]) % 2
                labeling.annotate(context, task, truth if rng.random() < skill else 1 - truth, who)
                if task.prediction_id in gold:
                    met[who].append(task.prediction_id)
                    places.append(place)
    assert 8 <= len(met["ana"]) <= 28
    assert len(set(met["ana"])) == len(met["ana"])
    assert len(set(places)) > 4  # not always first
    labels = labeling.labels(context)
    assert not gold & set(labels["id"])
    assert not gold & set(disagreements(context)["prediction_id"])
    people = agreement(context).annotators.set_index("annotator")
    assert people.loc["ana", "gold"] == len(met["ana"])
    assert people.loc["ana", "gold_quality"] == 1.0
    assert people.loc["ben", "gold_quality"] < 0.9
    assert people.loc["ben", "gold_lower"] < people.loc["ben", "gold_quality"] < people.loc["ben", "gold_upper"]
    labeling.undo(context, "ana")
    with pytest.raises(BadData, match="No prediction"):
        golden.add_gold(context, pd.DataFrame({"id": ["zz"], "label": [1]}), "dee")


def test_gold_may_have_a_label_already_which_stays(make: Make) -> None:
    context = make(rows=100, gold_share=0.5)
    task = labeling.next_tasks(context, "ana")[0]
    labeling.annotate(context, task, 1, "ana")
    golden.add_gold(context, pd.DataFrame({"id": [task.prediction_id], "label": [1]}), "dee")
    for other in labeling.next_tasks(context, "ben", 20):
        labeling.annotate(context, other, 0, "ben")
    found = labeling.labels(context).set_index("id")
    assert found.loc[task.prediction_id, "label"] == 1
    assert found.loc[task.prediction_id, "annotators"] == ("ana",)


def test_throughput(make: Make) -> None:
    context = make(rows=100)
    for _ in range(10):
        context.clock.fixed = context.now() + timedelta(minutes=1)
        task = labeling.next_tasks(context, "ana")[0]
        labeling.annotate(context, task, 1, "ana", 20.0)
    context.clock.fixed = context.now() + timedelta(hours=5)
    labeling.skip(context, labeling.next_tasks(context, "ana")[0], "ana")
    row = throughput(answers(context)).iloc[0]
    assert (row["answered"], row["skipped"], row["median_seconds"]) == (10, 1, 20.0)
    assert row["hours"] == pytest.approx((9 * 60 + 20) / 3600)
    assert row["per_hour"] == pytest.approx(10 / row["hours"])


def test_consensus_of_a_project(make: Make) -> None:
    context = make(rows=100, overlap=2)
    for who in ("ana", "ben"):
        for task in labeling.next_tasks(context, who, 20):
            labeling.annotate(context, task, int(task.sample["a"] > (0 if who == "ana" else 0.3)), who)
    for method in ("majority", "dawid_skene", "crowdlab"):
        found = consensus(context, method)
        assert set(found["answers"]) <= {1, 2}
        assert found["label"].isin([0, 1]).sum() == (found["answers"] == 2).sum()
