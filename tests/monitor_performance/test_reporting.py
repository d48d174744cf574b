"""Reports, alarms, health and views of whole projects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.monitor.health import assess
from lifecycle.records import Settings
from lifecycle.stores.database import dumps
from lifecycle.verbs.monitor import performance_views, performing

CLASSES = ("no", "yes")
ALARMS = pd.DataFrame({"window": [], "start": [], "end": [], "rows": [], "p_value": [], "alarm": [], "columns": []})


def healthy(stage):
    return assess(performing.performance(stage.context).frame, "accuracy" if stage.context.schema.task == "classification" else "mae", ALARMS)


def spoiled(rng, truth, share):
    wrong = rng.uniform(size=len(truth)) < share
    return np.where(wrong, 1 - truth, truth)


@pytest.fixture
def stage(make, scores, as_columns):
    rng = np.random.default_rng(0)
    stage = make(window="500 rows")
    p, predicted, truth = scores(rng, 3000, CLASSES)
    stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
    p, predicted, truth = scores(rng, 3000, CLASSES)
    truth[2000:] = spoiled(rng, truth[2000:], 0.35)
    stage.ids = stage.land(as_columns(p, predicted, CLASSES))
    stage.predicted, stage.truth = predicted, truth
    return stage


def test_a_changed_concept_is_seen_with_labels_alone_and_told_once(stage):
    silent = performing.performance(stage.context).frame
    assert not silent["alarm"].any()
    stage.label(stage.ids, [CLASSES[t] for t in stage.truth])
    frame = performing.performance(stage.context, ["accuracy"]).frame
    assert frame["alarm"].tolist() == [False] * 4 + [True] * 2
    performing.catch_up(stage.context)
    stage.label(stage.ids[:1], [CLASSES[1 - stage.truth[0]]])
    performing.catch_up(stage.context)
    told = stage.context.database.rows("SELECT subject, details FROM events WHERE verb = 'alarm' ORDER BY id")
    assert [row["subject"] for row in told] == ["performance window 5", "performance window 6"]
    assert '"metric":"accuracy"' in told[0]["details"]
    health = healthy(stage)
    assert health.status == "critical"
    assert health.reasons[0].startswith("Accuracy fell to 0.")
    assert "on the reference" in health.reasons[0]


def test_a_few_random_labels_find_it_too(stage):
    some = np.random.default_rng(2).choice(3000, 900, replace=False)
    stage.label([stage.ids[i] for i in some], [CLASSES[stage.truth[i]] for i in some], source="expert", probability=0.3, purpose="audit")
    frame = performing.performance(stage.context, ["accuracy"]).frame
    assert frame["alarm"].tolist()[-2:] == [True, True]
    assert not frame["alarm"][:4].any()
    width = {line: (frame[f"{line}_upper"] - frame[f"{line}_lower"]).mean() for line in ("realized", "assisted")}
    assert width["assisted"] < width["realized"] * 1.02


def test_labels_picked_by_uncertainty_without_a_chance_are_left_out(stage):
    stage.label(stage.ids[:200], [CLASSES[1 - h] for h in stage.predicted[:200]], source="expert", purpose="query")
    first = performing.performance(stage.context, ["accuracy"]).frame.iloc[0]
    assert first["labels"] == 0
    assert np.isnan(first["realized"])
    assert np.isfinite(first["estimated"])


def test_uncertain_picks_with_their_chances_are_unbiased(make, scores, as_columns):
    rng = np.random.default_rng(3)
    stage = make(window="20000 rows")
    p, predicted, truth = scores(rng, 4000, CLASSES)
    stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
    p, predicted, truth = scores(rng, 20_000, CLASSES)
    ids = stage.land(as_columns(p, predicted, CLASSES))
    unsure = 1 - p.max(axis=1)
    chance = np.clip(0.1 * unsure / unsure.mean() + 0.02, 0, 1)
    some = np.flatnonzero(rng.uniform(size=20_000) < chance)
    stage.label([ids[i] for i in some], [CLASSES[truth[i]] for i in some], source="expert", purpose="query", probability=chance[some])
    row = performing.performance(stage.context, ["accuracy"]).frame.iloc[0]
    real, naive = np.mean(predicted == truth), np.mean((predicted == truth)[some])
    assert naive < real - 0.05
    for line in ("realized", "assisted"):
        assert row[f"{line}_lower"] <= real <= row[f"{line}_upper"]
        assert abs(row[line] - real) < 0.03
    assert row["assisted_upper"] - row["assisted_lower"] < 0.9 * (row["realized_upper"] - row["realized_lower"])


def test_an_unknown_metric_is_a_sentence(stage):
    with pytest.raises(lifecycle.UnknownName, match=r"No classification metric named 'acuracy'; known: accuracy, "):
        performing.performance(stage.context, ["acuracy"])
    with pytest.raises(lifecycle.UnknownName, match="'mae'"):
        performing.performance(stage.context, ["mae"])


def test_a_threshold_by_hand_rules(make, scores, as_columns):
    rng = np.random.default_rng(0)
    p, predicted, truth = scores(rng, 2000, CLASSES)
    for limit, expected in ((0.99, True), (0.5, False)):
        stage = make(window="1000 rows", thresholds={"accuracy": limit})
        stage.version(None)
        ids = stage.land(as_columns(p, predicted, CLASSES))
        stage.label(ids, [CLASSES[t] for t in truth])
        frame = performing.performance(stage.context, ["accuracy"]).frame
        assert (frame["threshold_lower"] == limit).all()
        assert (frame["alarm"] == expected).all()


def test_without_reference_or_probabilities_labels_alone_speak(make):
    stage = make(window="100 rows")
    stage.version(None)
    ids = stage.land({"prediction": ["yes"] * 150})
    assert healthy(stage).status == "unknown"
    stage.label(ids[:60], ["yes"] * 50 + ["no"] * 10)
    row = performing.performance(stage.context, ["accuracy"]).frame.iloc[0]
    assert row["realized"] == pytest.approx(50 / 60)
    assert np.isnan(row["estimated"])
    assert np.isnan(row["threshold_lower"])
    assert "roc_auc" not in set(performing.performance(stage.context).frame["metric"])


def test_an_empty_project_has_an_empty_report(make):
    stage = make()
    stage.version(None)
    frame = performing.performance(stage.context).frame
    assert len(frame) == 0
    assert "assisted_lower" in frame
    assert healthy(stage).status == "unknown"


@pytest.mark.parametrize("classes", [(0, 1), (False, True), ("a", "b", "c"), (1, 2, 3, 4), tuple(f"k{i}" for i in range(15))])
def test_classes_of_any_type_come_back_as_they_are(make, scores, as_columns, classes):
    rng = np.random.default_rng(1)
    stage = make(classes=classes, window="300 rows")
    p, predicted, truth = scores(rng, 900, classes)
    stage.version(as_columns(p, predicted, classes) | {"label": [str(classes[t]) for t in truth]})
    p, predicted, truth = scores(rng, 300, classes)
    ids = stage.land(as_columns(p, predicted, classes))
    stage.label(ids, [classes[t] for t in truth])
    row = performing.performance(stage.context, ["accuracy"]).frame.iloc[0]
    assert row["realized"] == pytest.approx(np.mean(predicted == truth))
    table = performance_views.confusion(stage.context)
    assert set(table["truth"]) == set(classes)
    for i, value in enumerate(classes[:2]):
        found = table[(table["truth"] == value) & (table["prediction"] == value)]["count"].iloc[0]
        assert found == pytest.approx(np.sum((truth == i) & (predicted == i)))


def test_a_row_a_quarter_stays_sensible(make):
    rng = np.random.default_rng(0)
    stage = make("regression", window="QS", features=1)
    x = rng.normal(size=40)
    stage.version({"x0": x, "prediction": 2 * x, "label": 2 * x + rng.normal(size=40)})
    x = rng.normal(size=60)
    times = [datetime(2000 + i // 4, 1 + 3 * (i % 4), 1, tzinfo=UTC) for i in range(60)]
    ids = stage.land({"x0": x, "prediction": 2 * x}, times=times)
    stage.label(ids, 2 * x + rng.normal(size=60))
    frame = performing.performance(stage.context).frame
    mae = frame[frame["metric"] == "mae"]
    assert len(mae) == 60
    assert mae["realized"].notna().all()
    assert (mae["realized_upper"] - mae["realized_lower"]).min() > 0.5
    assert not frame["alarm"].any()
    assert mae["window"].iloc[0] == "2000-01-01"
    assert healthy(stage).status == "ok"


def test_late_rows_and_labels_open_their_window_again(make, scores, as_columns):
    rng = np.random.default_rng(0)
    stage = make(window="1D")
    p, predicted, truth = scores(rng, 300, CLASSES)
    stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
    day = datetime(2026, 3, 1, tzinfo=UTC)
    first = stage.land(as_columns(p[:100], predicted[:100], CLASSES), times=[day + timedelta(minutes=i) for i in range(100)])
    stage.land(as_columns(p[100:200], predicted[100:200], CLASSES), times=[day + timedelta(days=1, minutes=i) for i in range(100)])
    performing.catch_up(stage.context)
    late = stage.land(as_columns(p[200:], predicted[200:], CLASSES), times=[day + timedelta(minutes=200 + i) for i in range(100)])
    stage.label(first + late, [CLASSES[t] for t in np.concatenate([truth[:100], truth[200:]])])
    frame = performing.performance(stage.context, ["accuracy"]).frame
    assert frame["rows"].tolist() == [200, 100]
    assert frame["labels"].tolist() == [200, 0]
    right = np.concatenate([truth[:100] == predicted[:100], truth[200:] == predicted[200:]])
    assert frame["realized"].iloc[0] == pytest.approx(right.mean())
    stage.label(late[:5], [CLASSES[1 - t] for t in truth[200:205]])
    right[100:105] = ~right[100:105]
    assert performing.performance(stage.context, ["accuracy"]).frame["realized"].iloc[0] == pytest.approx(right.mean())


def test_two_versions_are_judged_by_their_own_reference(make, scores, as_columns):
    rng = np.random.default_rng(0)
    stage = make(window="1000 rows")
    for sharp in (2.0, 0.8):
        p, predicted, truth = scores(rng, 2000, CLASSES, sharp)
        stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
    for version, sharp in ((1, 2.0), (2, 0.8)):
        p, predicted, truth = scores(rng, 1000, CLASSES, sharp)
        stage.label(stage.land(as_columns(p, predicted, CLASSES), version=version), [CLASSES[t] for t in truth])
    frame = performing.performance(stage.context, ["accuracy"]).frame
    assert frame["version"].tolist() == [1, 2]
    assert frame["level"].iloc[0] > frame["level"].iloc[1] + 0.1
    assert not frame["alarm"].any()
    assert np.allclose(frame["estimated"], frame["realized"], atol=0.05)


def test_slices_put_the_broken_corner_first(make):
    rng = np.random.default_rng(0)
    stage = make(window="1000 rows", features=3)

    def draw(n, broken):
        x = rng.normal(size=(n, 3))
        p = 1 / (1 + np.exp(-2 * x[:, 0]))
        truth = (rng.uniform(size=n) < p).astype(int)
        if broken:
            truth = np.where((x[:, 1] > 1.0) & (rng.uniform(size=n) < 0.6), 1 - (p > 0.5), truth)
        columns = {f"x{i}": x[:, i] for i in range(3)} | {"prediction": np.where(p > 0.5, "yes", "no").tolist(), "p_no": 1 - p, "p_yes": p}
        return columns, truth

    columns, truth = draw(3000, False)
    stage.version(columns | {"label": np.array(CLASSES)[truth].tolist()})
    columns, truth = draw(4000, True)
    stage.label(stage.land(columns), [CLASSES[t] for t in truth])
    frame = performance_views.slices(stage.context)
    assert frame["column"].iloc[0] == "x1"
    assert frame["value"].iloc[0].endswith("and above")
    assert frame["p_value"].iloc[0] < 1e-6
    assert (frame["lower"] <= frame["score"]).all()
    assert frame[frame["column"] == "x2"]["p_value"].min() > 0.01
    with pytest.raises(lifecycle.UnknownName):
        performance_views.slices(stage.context, "mae")
    curve = performance_views.calibration(stage.context)
    assert set(curve["side"]) == {"current", "reference"}
    reference = curve[curve["side"] == "reference"]
    assert ((reference["lower"] <= reference["predicted"] + 0.03) & (reference["predicted"] - 0.03 <= reference["upper"])).all()
    assert curve[curve["side"] == "current"]["rows"].sum() == pytest.approx(4000)
    assert len(performance_views.confusion(stage.context, start=datetime(2030, 1, 1, tzinfo=UTC))) == 0


def test_residuals_are_the_labelled_rows(make):
    rng = np.random.default_rng(0)
    stage = make("regression", window="100 rows", features=1)
    stage.version(None)
    ids = stage.land({"x0": rng.normal(size=250), "prediction": np.arange(250.0)})
    stage.label(ids[:120], np.arange(120.0) + 1.0)
    frame = performance_views.residuals(stage.context)
    assert len(frame) == 120
    assert (frame["residual"] == -1.0).all()
    assert frame["id"].tolist() == ids[:120]


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "share"), [(1000, 1.0), (1000, 0.2), (200, 0.2), (1, 1.0)])
def test_windows_that_hold_their_level_hardly_alarm(make, scores, as_columns, rows, share):
    alarms = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        stage = make(window=f"{rows} rows")
        p, predicted, truth = scores(rng, 2000, CLASSES, 1.2)
        stage.version(as_columns(p, predicted, CLASSES) | {"label": np.array(CLASSES)[truth].tolist()})
        p, predicted, truth = scores(rng, rows * 50, CLASSES, 1.2)
        ids = stage.land(as_columns(p, predicted, CLASSES))
        some = np.flatnonzero(rng.uniform(size=len(ids)) < share)
        stage.label([ids[i] for i in some], [CLASSES[truth[i]] for i in some])
        frame = performing.performance(stage.context).frame
        alarms.append(frame.groupby("window")["alarm"].any().mean())
    assert np.mean(alarms) <= 0.01


def test_the_headline_alone_reads_as_among_the_others_and_follows_what_lands(stage):
    for until in (1000, 3000):
        stage.label(stage.ids[until - 1000 : until], [CLASSES[t] for t in stage.truth[until - 1000 : until]])
        report = performing.performance(stage.context).frame
        alone = performing.performance(stage.context, ["accuracy"]).frame
        pd.testing.assert_frame_equal(alone, report[report["metric"] == "accuracy"].reset_index(drop=True))
        assert alone["labels"].sum() == until - (1000 if until == 3000 else 0)
    assert alone["alarm"].any()
    alone.loc[:, "alarm"] = False
    assert performing.performance(stage.context, ["accuracy"]).frame["alarm"].any()
    stage.context.database.connection.execute("UPDATE projects SET settings = ?", (dumps(Settings(thresholds={"accuracy": 0.01})),))
    assert not performing.performance(stage.context, ["accuracy"]).frame["alarm"].any()


def test_the_bias_as_headline_is_judged_by_the_size_of_the_error(make):
    stage, rng = make("regression", (), "500 rows", 1, metric="bias"), np.random.default_rng(2)
    guess, noise = rng.normal(size=4000), rng.normal(size=4000)
    stage.version({"x0": guess[:2000], "prediction": guess[:2000], "label": (guess + noise)[:2000]})
    ids = stage.land({"x0": guess[2000:], "prediction": guess[2000:]})
    stage.label(ids, (guess + noise)[2000:] - 1.0)
    report = performing.performance(stage.context).frame
    alone = performing.performance(stage.context, ["bias"]).frame
    pd.testing.assert_frame_equal(alone, report[report["metric"] == "bias"].reset_index(drop=True))
    assert alone["alarm"].all()


def test_a_report_follows_labels_that_leave_its_sums_as_they_are(make):
    stage = make(window="100 rows")
    stage.version(None)
    ids = stage.land({"prediction": ["yes"] * 200})
    stage.label(ids, ["yes"] * 50 + ["no"] * 50 + ["yes"] * 60 + ["no"] * 40)
    assert performing.performance(stage.context, ["accuracy"]).frame["realized"].tolist() == [0.5, 0.6]
    stage.label([*ids[50:60], *ids[100:110]], ["yes"] * 10 + ["no"] * 10)
    assert performing.performance(stage.context, ["accuracy"]).frame["realized"].tolist() == [0.6, 0.5]
