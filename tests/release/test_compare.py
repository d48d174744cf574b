import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from lifecycle.plain import plain
from lifecycle.records import Column, Schema
from lifecycle.release.compare import compare
from lifecycle.release.verdict import labels_to_decide

SCHEMA = Schema((Column("age", "numeric"), Column("city", "categorical")), "churn", None, "classification", "tabular", ("no", "yes"))
MANY = Schema((Column("x", "numeric"),), "digit", None, "classification", "image", (0, 1, 2, 3))
NUMBERS = Schema((Column("age", "numeric"),), "price", None, "regression", "tabular")


def rows(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    truth = np.where(rng.random(n) < 0.4, "yes", "no")
    return pd.DataFrame({"id": [f"r{i}" for i in range(n)], "label": truth, "age": rng.normal(40, 10, n), "city": rng.choice(["Oslo", "Rome"], n)})


def model(frame: pd.DataFrame, accuracy, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    right = rng.random(len(frame)) < accuracy
    said = np.where(right, frame["label"], np.where(frame["label"] == "yes", "no", "yes"))
    p = np.where(said == "yes", rng.uniform(0.5, 1, len(frame)), rng.uniform(0, 0.5, len(frame)))
    return pd.DataFrame({"prediction": said, "p_no": 1 - p, "p_yes": p})


def run(frame, old, new, schema=SCHEMA, headline=None):
    return compare(frame, old, new, schema, (1, 2), np.random.default_rng(0), headline)


def test_metrics_are_scikit_learns():
    frame = rows(500)
    old, new = model(frame, 0.8, 1), model(frame, 0.9, 2)
    table = run(frame, old, new).metrics.set_index("metric")
    truth = frame["label"]
    for side, said in (("old", old), ("new", new)):
        assert table.loc["accuracy", side] == pytest.approx(sk.accuracy_score(truth, said["prediction"]))
        assert table.loc["balanced_accuracy", side] == pytest.approx(sk.balanced_accuracy_score(truth, said["prediction"]))
        assert table.loc["f1", side] == pytest.approx(sk.f1_score(truth, said["prediction"], average="macro"))
        assert table.loc["log_loss", side] == pytest.approx(sk.log_loss(truth, said[["p_no", "p_yes"]]))
        assert table.loc["roc_auc", side] == pytest.approx(sk.roc_auc_score(truth == "yes", said["p_yes"]))
    assert (table["difference"] - (table["new"] - table["old"])).abs().max() < 1e-12


def test_weighted_metrics_are_scikit_learns_and_undo_the_picking():
    frame = rows(20_000)
    hard = frame["age"] > 50
    old, new = model(frame, np.where(hard, 0.5, 0.95), 1), model(frame, np.where(hard, 0.6, 0.95), 2)
    whole = run(frame, old, new).metrics.set_index("metric")
    chance = np.where(hard, 0.9, 0.05)
    picked = np.random.default_rng(3).random(len(frame)) < chance
    some = frame[picked].assign(probability=chance[picked]).reset_index(drop=True)
    parts = [side[picked].reset_index(drop=True) for side in (old, new)]
    found = run(some, *parts)
    table = found.metrics.set_index("metric")
    weights = 1 / some["probability"]
    for name, of in (("accuracy", sk.accuracy_score), ("balanced_accuracy", sk.balanced_accuracy_score)):
        assert table.loc[name, "old"] == pytest.approx(of(some["label"], parts[0]["prediction"], sample_weight=weights))
    row, naive = table.loc["accuracy"], (parts[0]["prediction"] == some["label"]).mean()
    assert row["lower"] <= whole.loc["accuracy", "difference"] <= row["upper"]
    assert abs(row["old"] - whole.loc["accuracy", "old"]) < 0.02 < abs(naive - whole.loc["accuracy", "old"])
    assert found.figures["effective_rows"] < len(some)


def test_regression_metrics_are_scikit_learns():
    rng = np.random.default_rng(0)
    truth = rng.normal(10, 3, 80)
    frame = pd.DataFrame({"id": [str(i) for i in range(80)], "label": truth, "age": rng.normal(size=80)})
    old, new = (pd.DataFrame({"prediction": truth + rng.normal(shift, spread, 80)}) for shift, spread in ((1.0, 2.0), (0.0, 0.5)))
    found = run(frame, old, new, NUMBERS)
    table = found.metrics.set_index("metric")
    assert table.loc["mae", "new"] == pytest.approx(sk.mean_absolute_error(truth, new["prediction"]))
    assert table.loc["rmse", "old"] == pytest.approx(sk.root_mean_squared_error(truth, old["prediction"]))
    assert table.loc["r2", "old"] == pytest.approx(sk.r2_score(truth, old["prediction"]))
    assert table.loc["bias", "old"] == pytest.approx(abs((old["prediction"] - truth).mean()))
    assert set(table["better"]) == {"new"}
    assert found.verdict.startswith("Version 2 is better: mae")
    assert found.flips["right"].iloc[0] == "new"
    assert (found.flips["truth"] - found.flips["old"]).abs().iloc[0] > (found.flips["truth"] - found.flips["new"]).abs().iloc[0]


def test_equal_models_are_found_different_no_more_often_than_they_should():
    """Any of seven metrics, corrected: at most 5 % of comparisons (120 trials, standard error 2 %)."""
    false = 0
    for seed in range(120):
        frame = rows(150, seed)
        found = run(frame, model(frame, 0.85, 1000 + seed), model(frame, 0.85, 5000 + seed))
        false += (found.metrics["better"] != "unclear").any()
    assert false / 120 <= 0.05 + 3 * 0.02


def test_flips_say_who_was_right():
    frame = pd.DataFrame({"id": list("abcdefghijkl"), "label": [0, 1, 2, 3] * 3, "x": np.zeros(12)})
    old, new = frame["label"].tolist(), frame["label"].tolist()
    old[1], new[2], old[3], new[3] = 0, 0, 0, 1
    found = run(frame, pd.DataFrame({"prediction": old}), pd.DataFrame({"prediction": new}), MANY).flips
    assert found[["id", "truth", "old", "new", "right"]].values.tolist() == [["c", 2, 2, 0, "old"], ["b", 1, 0, 1, "new"], ["d", 3, 0, 1, "neither"]]


def test_slices_find_where_the_gain_lies():
    frame = rows(2000)
    rome = (frame["city"] == "Rome").to_numpy()
    old, new = model(frame, np.where(rome, 0.6, 0.9), 1), model(frame, 0.9, 2)
    found = run(frame, old, new).slices
    top = found.iloc[0]
    assert (top["column"], top["value"], top["metric"]) == ("city", "Rome", "accuracy")
    assert top["rows"] == rome.sum()
    assert top["new"] == pytest.approx((new["prediction"] == frame["label"])[rome].mean())
    assert found["difference"].abs().is_monotonic_decreasing
    assert {"no", "yes"} <= set(found.loc[found["column"] == "churn", "value"])
    assert found.loc[found["column"] == "age", "rows"].sum() == 2000


def test_verdict_names_the_winner_or_says_what_would_decide():
    frame = rows(1500)
    base = model(frame, 0.85, 1)
    better = base.copy()
    wrong = np.flatnonzero(base["prediction"] != frame["label"])[:60]
    better.loc[wrong, "prediction"] = frame["label"].iloc[wrong].to_numpy()
    assert run(frame, base, better).verdict.startswith("Version 2 is better: accuracy")
    assert run(frame, better, base).verdict.startswith("Version 2 is worse: accuracy")
    few = frame.index[:60]
    assert "more labels would decide" in run(frame.loc[few], model(frame.loc[few], 0.8, 3), model(frame.loc[few], 0.84, 12)).verdict
    assert run(frame, base, base).verdict.startswith("Version 2 is as good as version 1 within 1 point: accuracy")
    assert run(frame, base, base).metrics.set_index("metric").loc["accuracy", "standing"] == "equivalent"


def test_standing_agrees_with_two_one_sided_tests_and_with_the_margin_that_is_given():
    frame = rows(1500)
    base, other = model(frame, 0.85, 1), model(frame, 0.85, 2)
    for margin in (0.0005, 0.02, 0.2):
        found = compare(frame, base, other, SCHEMA, (1, 2), np.random.default_rng(0), margin=margin).metrics.set_index("metric").loc["accuracy"]
        assert found["margin"] == margin
        no_worse, no_better = found["lower"] >= -margin, found["upper"] <= margin
        expected = "equivalent" if no_worse and no_better else "not worse" if no_worse else "unclear"
        assert found["standing"] == (expected if found["better"] == "unclear" else {"new": "better", "old": "worse"}[found["better"]])
    assert expected == "equivalent"


def test_two_one_sided_tests_seldom_call_a_difference_of_the_margin_equivalent():
    """A version that is worse by just the margin is called not worse in at most 2.5 % (4,000 trials, standard error 0.25 %)."""
    from lifecycle.release.paired import mcnemar
    from lifecycle.release.verdict import standing

    drawn = np.random.default_rng(0).multinomial(1000, [0.03, 0.05, 0.92], size=4000)
    called = []
    for wins, losses, _ in drawn.tolist():
        found = mcnemar(wins, losses, 1000)
        called.append(standing("unclear", found.lower, found.upper, 0.02, False) in ("equivalent", "not worse"))
    assert np.mean(called) <= 0.025 + 3 * 0.0025


def test_verdict_warns_when_another_metric_says_the_opposite():
    frame = rows(1500)
    base = model(frame, 0.85, 1)
    new = base.copy()
    wrong = np.flatnonzero(base["prediction"] != frame["label"])[:60]
    new.loc[wrong, "prediction"] = frame["label"].iloc[wrong].to_numpy()
    new[["p_no", "p_yes"]] = 0.5
    assert "The old version is better in log loss" in run(frame, base, new).verdict


def test_labels_to_decide_do_decide():
    """With as many labels more, four of five comparisons decide (400 trials, standard error 2 %)."""
    rng, win, loss, n = np.random.default_rng(0), 0.06, 0.03, 300
    spread = 1.96 * np.sqrt((win + loss - (win - loss) ** 2) / n)
    total = n + labels_to_decide(win - loss, win - loss - spread, win - loss + spread, n)
    drawn = rng.multinomial(total, [win, loss, 1 - win - loss], size=400)
    z = (drawn[:, 0] - drawn[:, 1]) / np.sqrt(drawn[:, 0] + drawn[:, 1])
    assert 0.72 <= (z > 1.96).mean() <= 0.88


def test_too_few_rows_give_a_comparison_that_says_so():
    frame = rows(4)
    found = run(frame, model(frame, 1, 1), model(frame, 1, 2))
    assert found.verdict == "Too early to say: only 4 labelled rows that neither version was trained on; label at least 6 more."
    assert found.metrics.empty
    assert list(found.flips.columns) == ["id", "truth", "old", "new", "right"]


@pytest.mark.parametrize("probabilities", [True, False])
def test_figures_are_json_and_count_every_row(probabilities):
    frame = rows(300)
    old, new = model(frame, 0.8, 1), model(frame, 0.9, 2)
    if not probabilities:
        old = old[["prediction"]]
    found = run(frame, old, new).figures
    assert json.loads(json.dumps(plain(found), allow_nan=False))
    assert np.sum(found["confusion"]["old"]) == np.sum(found["confusion"]["new"]) == 300
    assert found["wins"] + found["losses"] + found["ties"] == 300
    assert sum(found["calibration"]["new"]["rows"]) == 300
    assert ("old" in found["calibration"]) == probabilities


def test_one_class_only_and_a_constant_truth_do_not_fail():
    frame = rows(50).assign(label="no")
    assert "roc_auc" not in set(run(frame, model(frame, 0.8, 1), model(frame, 0.9, 2)).metrics["metric"])
    flat = pd.DataFrame({"id": [str(i) for i in range(50)], "label": 1.0, "age": np.nan})
    said = pd.DataFrame({"prediction": np.full(50, 1.5)})
    table = run(flat, said, said, NUMBERS).metrics.set_index("metric")
    assert np.isnan(table.loc["r2", "p_value"])
    assert table.loc["mae", "better"] == "unclear"
