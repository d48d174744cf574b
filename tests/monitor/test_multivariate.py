from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

import lifecycle
from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.multivariate.domain_classifier import delong
from lifecycle.monitor.multivariate.mmd import discrepancy, frequencies, waves
from lifecycle.verbs.monitor import multivariate as verb


@pytest.mark.parametrize("seed", range(20))
def test_mmd_is_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(40, 3)), rng.normal(0.3, 1, size=(30, 3))
    one, two = (waves(side, frequencies(np.random.default_rng(seed), 3, 2.0, 64)) for side in (x, y))
    own, other, across = one @ one.T, two @ two.T, one @ two.T
    pairs = (own.sum() - np.trace(own)) / (40 * 39) + (other.sum() - np.trace(other)) / (30 * 29) - 2 * across.mean()
    assert discrepancy(one.sum(axis=0), two.sum(axis=0), 40, 30) == pytest.approx(pairs)


def test_random_waves_are_the_gaussian_kernel() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    embedded = waves(x, frequencies(rng, 4, 1.5, 20_000))
    assert np.abs(embedded @ embedded.T - np.exp(-cdist(x, x, "sqeuclidean") / (2 * 1.5**2))).max() < 0.04


@pytest.mark.parametrize("seed", range(20))
def test_the_area_is_that_of_sklearn_and_its_variance_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    up, down = np.round(rng.normal(0.5, 1, 30), 1), np.round(rng.normal(0, 1, 50), 1)
    area, variance = delong(up, down)
    wins = (up[:, None] > down) + 0.5 * (up[:, None] == down)
    assert area == pytest.approx(roc_auc_score(np.repeat([1, 0], [30, 50]), np.concatenate([up, down])))
    assert variance == pytest.approx(wins.mean(axis=1).var(ddof=1) / 30 + wins.mean(axis=0).var(ddof=1) / 50)


def rows(n: int, seed: int, apart: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = rng.normal(size=n) if apart else a + 0.1 * rng.normal(size=n)
    p = rng.beta(2, 2, n)
    frame = pd.DataFrame({"a": a, "b": b, "c": rng.normal(size=n), "prediction": np.where(p > 0.5, "yes", "no"), "p_no": 1 - p, "p_yes": p})
    return frame.assign(id=[f"{seed}-{i}" for i in range(n)], at=pd.date_range("2026-01-01", periods=n, freq="1h", tz="UTC"))


def watched(path: Path, window: str = "400 rows") -> lifecycle.Project:
    reference = rows(1500, 99).drop(columns=["id"]).assign(label=np.where(np.arange(1500) % 2, "yes", "no"))
    return lifecycle.open_workspace(path).create_project("p", reference=reference, timestamp="at", window=window)


@pytest.mark.parametrize("method", ["domain_classifier", "mmd", "pca_reconstruction"])
def test_windows_in_which_columns_fall_apart_alarm(tmp_path: Path, method: str) -> None:
    project = watched(tmp_path)
    project.log(rows(400, 1))
    project.log(rows(400, 2, apart=True))
    found = project.multivariate(method)
    assert found.columns[:9].tolist() == ["window", "start", "end", "rows", "statistic", "lower", "upper", "threshold", "alarm"]
    assert found["alarm"].tolist() == [False, True]
    assert not project.drift().alarms["alarm"].any()  # no column alone moved
    assert len(project.multivariate(method, last=1)) == 1


def test_a_window_is_looked_at_once_until_rows_land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = watched(tmp_path)
    project.log(rows(500, 1))
    before, looks = project.multivariate("mmd"), []
    look = verb._looked_at
    monkeypatch.setattr(verb, "_looked_at", lambda *given: looks.append(given[2]["window"]) or look(*given))
    pd.testing.assert_frame_equal(project.multivariate("mmd"), before)
    assert not looks
    project.log(rows(300, 3))
    assert project.multivariate("mmd")["rows"].tolist() == [400, 400]
    assert looks == [1]


def test_windows_of_time_are_looked_at_too(tmp_path: Path) -> None:
    project = watched(tmp_path, window="10D")
    project.log(rows(480, 2, apart=True))
    found = project.multivariate("domain_classifier")
    assert found["alarm"].all()
    assert set(found["columns"].iloc[0][:2]) == {"a", "b"}


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    project = watched(tmp_path)
    with pytest.raises(UnknownName, match="domain_classifier"):
        project.multivariate("isolation")
    with pytest.raises(InvalidValue, match="from 1 on"):
        project.multivariate("mmd", last=0)


def text(rng: np.random.Generator, moved: bool) -> str:
    usual, new = ["red", "green", "blue", "yellow", "orange", "apple", "pear", "plum", "cherry"], ["kernel", "thread", "process", "memory"]
    return " ".join(rng.choice(new if moved and rng.random() < 0.5 else usual) for _ in range(rng.integers(5, 12)))


def image(rng: np.random.Generator, moved: bool) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.clip(rng.normal(170 if moved else 120, 30, (16, 16)), 0, 255).astype(np.uint8)).save(out, format="PNG")
    return out.getvalue()


def series(rng: np.random.Generator, moved: bool) -> list[float]:
    return np.cumsum(rng.normal(0.4 if moved else 0.0, 1, 30)).tolist()


def embedding(rng: np.random.Generator, moved: bool) -> list[float]:
    return (rng.normal(size=64) * np.r_[3.0, 2.0, np.ones(62)] + np.r_[4.0 * moved, np.zeros(63)]).tolist()


KINDS = {"text": (text, "unknown words"), "image": (image, "brightness"), "series": (series, "last"), "embedding": (embedding, "component 1")}


@pytest.mark.parametrize("kind", KINDS)
def test_other_modalities_are_watched_by_what_is_measured_on_them(kind: str, tmp_path: Path) -> None:
    make, worst = KINDS[kind]
    rng = np.random.default_rng(0)
    column = "embedding" if kind == "embedding" else "sample"

    def block(n: int, moved: bool, at: str) -> pd.DataFrame:
        p = rng.beta(3, 2, n)
        cells = pd.Series([make(rng, moved) for _ in range(n)], dtype=object)
        frame = pd.DataFrame({column: cells, "prediction": np.where(p > 0.5, "yes", "no"), "p_no": 1 - p, "p_yes": p})
        return frame.assign(at=pd.date_range(at, periods=n, freq="1h", tz="UTC"))

    reference = block(400, False, "2026-01-01").assign(label=np.where(rng.random(400) < 0.6, "yes", "no"))
    modality = "tabular" if kind == "embedding" else kind
    project = lifecycle.open_workspace(tmp_path).create_project(
        "p", reference=reference, target="label", timestamp="at", window="150 rows", modality=modality
    )
    project.log(block(150, False, "2026-03-01"))
    project.log(block(150, True, "2026-04-01"))
    alarms = project.drift().alarms
    assert alarms["alarm"].tolist() == [False, True]
    assert worst in alarms["columns"].iloc[1][:3]
    for method in ("domain_classifier", "mmd"):
        assert project.multivariate(method)["alarm"].tolist() == [False, True], method
