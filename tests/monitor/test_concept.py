from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import lifecycle
from lifecycle.errors import UnknownName
from lifecycle.records import Trigger


def rows(rng: np.random.Generator, n: int, shift: float = 0.0, flipped: float = 0.0) -> tuple[pd.DataFrame, np.ndarray]:
    """`shift` moves rows to where outcomes are harder to tell; `flipped` is a share of outcomes that are no longer what they were."""
    x = rng.normal(shift, 1, n)
    p = 1 / (1 + np.exp(-rng.normal(size=n) * 4 / (1 + np.exp(1.5 * x))))
    outcome = rng.random(n) < p
    outcome = np.where(rng.random(n) < flipped, ~outcome, outcome)
    frame = pd.DataFrame({"x": x, "z": rng.normal(size=n), "prediction": np.where(p > 0.5, "yes", "no"), "p_no": 1 - p, "p_yes": p})
    return frame, np.where(outcome, "yes", "no")


def project(path: Path, window: str = "1000 rows", **options: object) -> lifecycle.Project:
    frame, truth = rows(np.random.default_rng(99), 4000)
    return lifecycle.open_workspace(path).create_project("p", reference=frame.assign(label=truth), window=window, **options)


def log(watched: lifecycle.Project, seed: int, n: int = 1000, labels: int = 1000, **options: float) -> None:
    frame, truth = rows(np.random.default_rng(seed), n, **options)
    ids = [f"{seed}-{i}" for i in range(n)]
    watched.log(frame.assign(id=ids))
    if labels:
        watched.record_labels(pd.DataFrame({"id": ids[:labels], "label": truth[:labels]}))


def test_a_shift_of_the_inputs_and_a_changed_concept_are_told_apart(tmp_path: Path) -> None:
    watched = project(tmp_path)
    log(watched, 1)
    log(watched, 2, shift=0.8)
    log(watched, 3, flipped=0.2)
    log(watched, 4, labels=0)
    frame = watched.concept().frame
    assert frame["changed"].tolist() == [False, False, True, False]
    parts = frame[["change", "inputs", "concept"]]
    assert (parts["inputs"] + parts["concept"])[:3].to_numpy() == pytest.approx(parts["change"][:3].to_numpy())
    assert frame["inputs_upper"].iloc[1] < -0.02
    assert abs(frame["inputs"].iloc[2]) < 0.03
    assert frame["concept_upper"].iloc[2] < -0.05
    assert np.isnan(frame["concept"].iloc[3])
    assert frame["line"].tolist() == ["assisted"] * 3 + ["estimated"]
    assert "the concept changed" in frame["sentence"].iloc[2]
    assert "does not show" in frame["sentence"].iloc[3]


def test_the_intervals_hold_where_only_the_inputs_move(tmp_path: Path) -> None:
    watched = project(tmp_path, window="200 rows")
    for seed in range(3):
        log(watched, seed, 4000, 4000, shift=0.3 * seed)
    frame = watched.concept("brier").frame
    inside = (frame["concept_lower"] < 0) & (frame["concept_upper"] > 0)
    assert inside.mean() >= 0.88  # 95 % less what 60 windows of one reference leave to chance
    assert frame["changed"].sum() <= 2
    still = frame[:20]
    assert ((still["inputs_lower"] < 0) & (still["inputs_upper"] > 0)).mean() >= 0.8


def test_metrics_of_ranking_and_unknown_ones(tmp_path: Path) -> None:
    watched = project(tmp_path)
    log(watched, 3, flipped=0.3)
    frame = watched.concept("roc_auc").frame
    assert frame["changed"].tolist() == [True]
    assert frame["concept"].iloc[0] < -0.1
    with pytest.raises(UnknownName, match="accuracy"):
        watched.concept("acc")
    with pytest.raises(UnknownName, match="adwin"):
        watched.concept(detector="ddm")


@pytest.mark.parametrize("detector", lifecycle.concept_detectors())
def test_changes_in_the_stream_of_losses_are_dated(tmp_path: Path, detector: str) -> None:
    watched = project(tmp_path)
    for seed in (1, 2):
        log(watched, seed)
    assert watched.concept(detector=detector).changes.empty
    for seed in (3, 4):
        log(watched, seed, flipped=0.35)
    changes = watched.concept(detector=detector).changes
    assert changes.columns.tolist() == ["detector", "time", "window", "id", "before", "after", "noticed"]
    (found,) = changes.to_dict("records")
    assert found["after"] > found["before"] + 0.1
    assert found["window"] in ("2", "3")
    assert found["time"] <= found["noticed"]


@pytest.mark.parametrize("detector", ["window", *lifecycle.concept_detectors()])
def test_the_trigger_asks_the_detector_that_it_is_told(tmp_path: Path, detector: str) -> None:
    watched = project(tmp_path)
    watched.configure(triggers=(Trigger("concept", detector=detector),))
    for seed in (1, 2):
        log(watched, seed)
    assert not watched.triggers()[0].fires
    log(watched, 3, flipped=0.5)
    assert watched.triggers()[0].fires
    with pytest.raises(UnknownName, match="page_hinkley"):
        watched.configure(triggers=(Trigger("concept", detector="ddm"),))


def test_inputs_that_the_reference_never_held_are_no_changed_concept(tmp_path: Path) -> None:
    watched = project(tmp_path)
    frame, truth = rows(np.random.default_rng(5), 1000, flipped=0.3)
    ids = [f"r{i}" for i in range(1000)]
    watched.log(frame.assign(id=ids, x=frame["x"] * 1000))
    watched.record_labels(pd.DataFrame({"id": ids, "label": truth}))
    found = watched.concept().frame.iloc[0]
    assert found["concept_upper"] < 0
    assert not found["changed"]
    assert "x holds values that the reference never held" in found["sentence"]


def test_target_drift_is_chi_squared_on_the_labels(tmp_path: Path) -> None:
    watched = project(tmp_path)
    log(watched, 1)
    frame, truth = rows(np.random.default_rng(2), 1000)
    keep = np.flatnonzero((truth == "yes") | (np.arange(1000) % 4 == 0))
    ids = [f"r{i}" for i in range(1000)]
    watched.log(frame.assign(id=ids))
    watched.record_labels(pd.DataFrame({"id": [ids[i] for i in keep], "label": truth[keep]}))
    found = watched.target_drift()
    assert found["drifted"].tolist() == [False, True]
    reference = rows(np.random.default_rng(99), 4000)[1]
    counts = [[(side == name).sum() for name in ("no", "yes")] for side in (reference, truth[keep])]
    assert found["statistic"].iloc[1] == pytest.approx(stats.chi2_contingency(counts, correction=False).statistic, rel=1e-6)
    assert found["labels"].tolist() == [1000, len(keep)]
