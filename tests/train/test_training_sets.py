"""What a retraining learns from, its preview, its limits, leaks, forecasts and the card."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import lifecycle
from lifecycle.project import Project
from lifecycle.records import Column, Schema
from lifecycle.train import entities, gates, lagging, leakage, recipes, rolling
from lifecycle.workspace import Workspace
from tests.train.conftest import label, rows


def test_the_preview_is_what_the_run_then_trains_on(project: Project) -> None:
    ids = label(project, rows(40, seed=5))
    project.record_labels(pd.DataFrame({"id": ids[:10], "label": "yes"}), source="expert")
    wanted = {"training_rows": "last 100 rows", "training_exclude": (ids[0], ids[30]), "training_weights": {"expert": 4.0}}
    found = project.preview_training(**wanted)
    assert project.settings.training_rows == "all"  # a preview changes nothing
    project.configure(**wanted)
    assert project.preview_training() == found
    run = project.retrain()
    version = project.version(run.candidate)
    trained = project._context.snapshots.load(version.training).to_pandas()
    assert (found.rows, found.held_out) == (len(trained), version.manifest["held_out_rows"])
    assert found.classes == {str(name): int(n) for name, n in trained["label"].value_counts().items()}
    assert found.excluded == 2
    assert not set(trained["id"]) & set(wanted["training_exclude"])
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.sentence.startswith(f"Would train on {len(trained):,} rows (")


def test_a_preview_says_why_nothing_could_be_trained(project: Project) -> None:
    found = project.preview_training(training_exclude=("ground_truth",))
    assert found.rows == 0
    assert "leaves 0 labelled rows" in found.problem == found.sentence
    with pytest.raises(lifecycle.InvalidValue):
        project.preview_training(training_rows="some")
    assert project.preview_training().rows > 0  # the refused setting is forgotten


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_copies_of_the_target_are_named(kind: str) -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(["no", "yes"], 400)
    copied = np.where(truth == "yes", 1.0, 0.0) if kind == "numeric" else np.where(truth == "yes", "paid", "due")
    noisy = copied.copy()
    flip = rng.random(400) < 0.05
    noisy[flip] = copied[0]
    schema = Schema((Column("copy", kind), Column("good", kind)), "y", None, "classification", "tabular", ("no", "yes"))
    assert leakage.copies(pa.table({"copy": copied, "good": noisy, "y": truth}), schema) == ["copy"]
    assert leakage.copies(pa.table({"copy": copied[:20], "good": noisy[:20], "y": truth[:20]}), schema) == []


def test_a_leak_fails_the_data_gate_and_its_approval_is_an_override(workspace: Workspace) -> None:
    def leaky(seed: int) -> pd.DataFrame:
        frame = rows(80, seed)
        return frame.assign(paid=np.where(frame["label"] == "yes", 1.0, 0.0))

    project = workspace.create_project("l", recipe=LogisticRegression(), training=leaky(0))
    label(project, leaky(1))
    assert project.preview_training().suspects == ("paid",)
    run = project.retrain()
    gate = next(gate for gate in project.gates(run.candidate) if gate.name == "data")
    assert not gate.passed
    assert "paid gives label away" in gate.reason
    with pytest.raises(lifecycle.InvalidValue, match="reason"):
        project.approve(run.candidate, by="ben", reason=" ")
    project.approve(run.candidate, by="ben", reason="paid is known at that time")
    decision = project.decisions(run.candidate).iloc[0]
    assert decision["figures"]["override"] is True
    assert decision["figures"]["failed_gates"] == ["data"]
    event = project.history().query("verb == 'approve'").iloc[0]
    assert event["details"]["override"] is True
    assert "approved **despite failed gates** by ben" in project.model_card(run.candidate)


def test_limits_are_settings_checked_at_the_door(project: Project) -> None:
    for bad in ({"margins": 0.1}, {"margin": -0.1}, {"margin": 2}, {"megabytes": "small"}, {"margin": True}, [1]):
        with pytest.raises(lifecycle.LifecycleError):
            project.configure(gates=bad)
    project.configure(gates={"megabytes": 0.0})
    assert project.training_gates().set_index("limit")["value"]["megabytes"] == 0.0
    assert set(project.training_gates()["limit"]) == set(gates.LIMITS)
    run = project.retrain()
    assert [gate.name for gate in project.gates(run.candidate) if not gate.passed] == ["size"]


def test_lags_know_nothing_of_the_row_itself() -> None:
    frame = pd.DataFrame({"y": np.arange(6.0), "shop": ["a", "b"] * 3})
    lagged = lifecycle.with_lags(frame, "y", lags=2, horizon=1, by="shop")
    assert lagged["y_lag_1"].tolist()[2:] == [0.0, 1.0, 2.0, 3.0]
    assert lagged["y_lag_2"].tolist()[4:] == [0.0, 1.0]
    assert lifecycle.with_lags(frame, "y", lags=1, horizon=3)["y_lag_1"].tolist()[3:] == [0.0, 1.0, 2.0]
    for bad in ({"column": "z"}, {"column": "y", "lags": 0}, {"column": "y", "by": "town"}):
        with pytest.raises(lifecycle.InvalidValue):
            lifecycle.with_lags(frame, **bad)


def test_rolling_features_are_those_of_pandas() -> None:
    series = pd.Series(np.random.default_rng(0).normal(size=50))
    lagged = lagging.with_lags(pd.DataFrame({"y": series}), "y", lags=4).dropna()
    made = lagging.Rolling(windows=(4,)).fit_transform(lagged[[f"y_lag_{k}" for k in range(1, 5)]].to_numpy())
    before = series.shift(1).rolling(4)
    assert made[:, 4] == pytest.approx(before.mean().dropna().to_numpy())
    assert made[:, 5] == pytest.approx(before.std(ddof=0).dropna().to_numpy())
    assert made[:, 6] == pytest.approx((series.shift(1) - series.shift(4)).dropna().to_numpy())


def test_the_forecast_recipe_answers_one_row_as_it_answers_many() -> None:
    frame = lagging.with_lags(pd.DataFrame({"y": np.sin(np.arange(80) / 3), "price": 1.0}), "y", lags=5).dropna()
    names = [name for name in frame.columns if name != "y"]
    schema = Schema(tuple(Column(name, "numeric") for name in names), "y", None, "regression", "tabular")
    model = recipes.build("forecast", schema).fit(frame[names], frame["y"])
    assert model.predict(frame[names])[7] == pytest.approx(model.predict(frame[names].iloc[7:8])[0])
    assert np.abs(model.predict(frame[names]) - frame["y"]).mean() < 0.02


def test_conformal_widths_hold_what_they_promise() -> None:
    rng = np.random.default_rng(0)
    missed = np.abs(rng.normal(size=4000))
    half = rolling.widths(np.repeat(np.arange(4), 1000), missed, 0.9)
    assert np.isnan(half[:1000]).all()
    assert np.mean(missed[1000:] <= half[1000:]) == pytest.approx(0.9, abs=0.03)  # Monte-Carlo error 0.011


def test_a_backtest_is_what_refitting_by_hand_gives(workspace: Workspace) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"timestamp": pd.date_range("2020-01-01", periods=60, freq="D", tz="UTC"), "x": rng.normal(size=60)})
    frame["label"] = 2 * frame["x"] + rng.normal(scale=0.1, size=60)
    project = workspace.create_project("f", task="regression", recipe=LinearRegression(), training=frame, window="7D")
    kept = project._context.snapshots.load(project.version(1).training).to_pandas()
    found = project.backtest(origins=3)
    begin = len(kept) // 2
    assert found.origins["trained_on"].iloc[0] == begin
    end = int(found.origins["trained_on"].iloc[1])
    model = LinearRegression().fit(kept[["x"]][:begin], kept["label"][:begin])
    assert found.frame["forecast"][: end - begin].to_numpy() == pytest.approx(model.predict(kept[["x"]][begin:end]))
    assert found.frame["actual"].to_numpy() == pytest.approx(kept["label"][begin:].to_numpy())
    assert found.error < found.naive_error
    assert found.frame["upper"].isna().sum() == end - begin
    with pytest.raises(lifecycle.InvalidValue, match="2 to 100 origins"):
        project.backtest(origins=1)


def test_a_classifier_has_no_backtest(project: Project) -> None:
    with pytest.raises(lifecycle.NotReady, match="predicts classes"):
        project.backtest()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not {"src", "href", "onclick"} & {name for name, _ in attrs}


def test_the_html_card_says_the_same_and_needs_nothing_else(project: Project) -> None:
    label(project, rows(400, seed=8))
    run = project.retrain("<script>alert(1)</script>", by="ana")
    tags = Tags()
    card = project.model_card(run.candidate, "html")
    tags.feed(card)
    assert {"table", "style", "h2"} <= set(tags.found)
    assert not {"script", "link", "img"} & set(tags.found)
    assert "&lt;script&gt;" in card
    for heading in ("What it learned from", "How good it is", "Where it is worse", "What it had to meet", "How to repeat it"):
        assert heading in card
        assert heading in project.model_card(run.candidate)
    with pytest.raises(lifecycle.InvalidValue, match="markdown or html"):
        project.model_card(1, "pdf")


def of_customers(n: int, each: int, seed: int = 0) -> pd.DataFrame:
    """Customers that come again and again; their class cannot be learned from the features but by knowing them."""
    rng = np.random.default_rng(seed)
    customers = rng.integers(0, n // each, n)
    return pd.DataFrame({"left": customers / n, "right": rng.normal(size=n), "label": np.where(customers * 7919 % 2, "yes", "no")}).assign(
        entity=[f"customer {number}" for number in customers]
    )


def entities_of(project: Project, run: lifecycle.Run) -> tuple[set[str], set[str]]:
    context = project._context
    seqs = dict(zip(*(context.log().read(["id", "entity"])[name].to_pylist() for name in ("id", "entity")), strict=True))
    version = project.version(run.candidate)
    sides = (context.snapshots.load(sha)["id"].to_pylist() for sha in (version.training, version.reference))
    learned, held = ({seqs[id] for id in side if id in seqs} for side in sides)
    return learned, held


def test_no_entity_lies_on_both_sides(workspace: Workspace) -> None:
    project = workspace.create_project("p", recipe=LogisticRegression(), training=rows(60))
    label(project, of_customers(400, 4))
    learned, held = entities_of(project, run := project.retrain())
    assert run.status == "done", run.error
    assert not learned & held
    assert len(held) > 40
    note = project.version(run.candidate).manifest["entities"]
    assert re.fullmatch(r"\d+ rows of \d+ entities that are held out were not learned from\.", note)
    assert note in project.model_card(run.candidate)
    assert project.preview_training().sentence.endswith(note)
    assert project.reproduce(run.candidate).identical
    project.configure(training_entities="mixed")
    learned, held = entities_of(project, run := project.retrain())
    assert learned & held
    assert "entities" not in project.version(run.candidate).manifest
    with pytest.raises(lifecycle.InvalidValue, match="'apart' or 'mixed'"):
        project.configure(training_entities="together")


def test_the_first_version_holds_out_entities_of_their_own(workspace: Workspace) -> None:
    project = workspace.create_project("p", recipe=LogisticRegression(), training=of_customers(300, 3))
    version, snapshots = project.version(1), project._context.snapshots
    learned, held = (set(snapshots.load(sha)["entity"].to_pylist()) for sha in (version.training, version.reference))
    assert held
    assert not learned & held
    assert "were not" in version.manifest["entities"]


def test_few_entities_stay_on_both_sides_and_it_is_said() -> None:
    learned = np.arange(100) < 80
    sides = entities.apart(learned, ~learned, np.array(["a", "b"] * 50, dtype=object))
    assert (sides.learned == learned).all()
    assert sides.note.startswith("2 entities lie on both sides")
    often = np.array(["a"] * 70 + [f"new {i}" for i in range(10)] + ["a"] * 8 + [f"other {i}" for i in range(30)], dtype=object)
    learned = np.arange(len(often)) < 80
    sides = entities.apart(learned, ~learned, often)
    assert sides.note == "8 rows of 1 entities that are learned from were not held out."
    assert sides.held.sum() == 30
