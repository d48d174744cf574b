from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.verbs.monitor import drifting


def rows(n: int, seed: int, shift: float = 0.0, gold: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(40 + 10 * shift, 10, n),
            "income": rng.lognormal(0, 1, n),
            "plan": np.where(rng.random(n) < gold, "gold", rng.choice(np.array(["basic", "plus", "pro"], dtype=object), n, p=[0.5, 0.3, 0.2])),
            "prediction": rng.choice(np.array(["yes", "no"], dtype=object), n),
        }
    )


def project(path: Path, window: str = "500 rows", **settings: Any) -> lifecycle.Project:
    reference = rows(3000, 99).assign(label=np.where(np.arange(3000) % 2, "yes", "no"))
    return lifecycle.open_workspace(path).create_project("p", reference=reference, window=window, settings=lifecycle.Settings(**settings))


@pytest.fixture
def watched(tmp_path: Path) -> lifecycle.Project:
    made = project(tmp_path)
    for seed, shift in enumerate([0, 0, 0.25, 0.5, 0, 0.4, 0.4, 0, 0.3, 0]):
        made.log(rows(500, seed, shift, gold=0.2 if seed == 6 else 0.0))
    made.log(rows(60, 77))
    return made


CHANGES: list[Mapping[str, Any]] = [
    {},
    {"false_alarm_rate": 0.2},
    {"false_alarm_rate": 1e-6},
    {"minimum_effect": 0.3},
    {"minimum_effect": 0.0},
    {"thresholds": {"drift:age": 0.05}},
    {"thresholds": {"drift:numeric": 0.12}},
    {"drift_alarm": "2 of 3"},
    {"drift_alarm": "1 of 4"},
    {"drift_tests": {"numeric": "wasserstein", "plan": "psi"}},
    {"drift_tests": {"age": "anderson_darling"}, "drift_alarm": "2 of 2", "minimum_effect": 0.05},
    {"false_alarm_budget": "1 in 10000 windows"},
    {"autocorrelation": 4},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_a_preview_is_what_the_change_then_does(watched: lifecycle.Project, changes: Mapping[str, Any]) -> None:
    before = watched.drift().alarms
    preview = watched.preview_alarms(**changes)
    assert preview.columns.tolist() == ["window", "start", "end", "alarm", "would_alarm", "columns", "would_columns"]
    assert preview["alarm"].tolist() == before["alarm"].tolist() == watched.drift().alarms["alarm"].tolist()
    assert preview["columns"].tolist() == before["columns"].tolist()
    watched.configure(**changes)
    after = watched.drift().alarms
    assert preview["would_alarm"].tolist() == after["alarm"].tolist()
    assert preview["would_columns"].tolist() == after["columns"].tolist()
    if changes and "budget" not in str(changes):
        watched.configure(**{name: getattr(lifecycle.Settings(), name) for name in changes})
        pd.testing.assert_frame_equal(watched.drift().alarms, before)


def test_k_of_m_is_the_same_whether_windows_come_one_by_one_or_at_once(tmp_path: Path) -> None:
    shifts = [0, 0.5, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5]
    frame = pd.concat([rows(500, seed, shift) for seed, shift in enumerate(shifts)], ignore_index=True)
    one, many = project(tmp_path / "one", drift_alarm="2 of 3"), project(tmp_path / "many", drift_alarm="2 of 3")
    one.log(frame)
    for start in range(0, len(frame), 330):
        many.log(frame.iloc[start : start + 330])
        many.drift()
    alarms = one.drift().alarms
    said = ["window", "rows", "p_value", "alarm", "columns"]
    pd.testing.assert_frame_equal(alarms[said], many.drift().alarms[said])
    assert alarms["alarm"].tolist() == [False, False, False, True, True, True, False, False, False, True]
    drifted = one.drift().frame.query("column == 'age'")["drifted"]
    assert drifted.tolist() == [shift > 0 for shift in shifts]
    drifting.rebuild(one._context)
    pd.testing.assert_frame_equal(alarms, one.drift().alarms)


def test_late_rows_change_the_alarms_of_the_windows_after(tmp_path: Path) -> None:
    days = [
        rows(500, seed, shift).assign(timestamp=pd.Timestamp("2026-03-01", tz="UTC") + pd.Timedelta(days=seed))
        for seed, shift in enumerate([0, 0.6, 0.6, 0])
    ]
    orderly, late = project(tmp_path / "a", window="1D", drift_alarm="2 of 2"), project(tmp_path / "b", window="1D", drift_alarm="2 of 2")
    for made, order in ((orderly, [0, 1, 2, 3]), (late, [0, 2, 3, 1])):
        for day in order:
            made.log(days[day].assign(id=[f"{day}-{i}" for i in range(500)]))
            made.drift()
    pd.testing.assert_frame_equal(orderly.drift().alarms, late.drift().alarms)
    assert late.drift().alarms["alarm"].tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"drift_alarm": "3 of 2"}, "k of m"),
        ({"drift_alarm": "often"}, "k of m"),
        ({"drift_tests": {"agee": "psi"}}, "agee"),
        ({"drift_tests": {"age": "kss"}}, "kolmogorov_smirnov"),
        ({"drift_tests": {"plan": "wasserstein"}}, "categorical"),
        ({"drift_tests": {"categorical": "kolmogorov_smirnov"}}, "chi_squared"),
        ({"drift_tests": "psi"}, "drift_tests"),
        ({"false_alarm_budget": "2 a year"}, "500 windows"),
        ({"false_alarm_budget": "many"}, "500 windows"),
        ({"false_alarm_budget": "9 in 10 windows"}, "a window"),
        ({"autocorrelation": "maybe"}, "measured"),
        ({"autocorrelation": 0.5}, "measured"),
    ],
    ids=str,
)
def test_what_cannot_be_met_is_refused_at_the_door(watched: lifecycle.Project, changes: Mapping[str, Any], says: str) -> None:
    for verb in (watched.configure, watched.preview_alarms):
        with pytest.raises((InvalidValue, UnknownName), match=says):
            verb(**changes)


def test_settings_are_refused_when_a_project_is_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="kss"):
        project(tmp_path, drift_tests={"numeric": "kss"})


def followed(n: int, seed: int) -> pd.DataFrame:
    """Rows of which each stays near the one before."""
    rng = np.random.default_rng(seed)
    return rows(n, seed).assign(age=40 + np.repeat(rng.normal(size=n // 20 + 1), 20)[:n])


def test_a_stream_whose_rows_follow_one_another_is_told_and_measured(tmp_path: Path) -> None:
    reference = followed(4000, 50).assign(label="yes", timestamp=pd.date_range("2026-01-01", periods=4000, freq="1min", tz="UTC"))
    reference.loc[::2, "label"] = "no"
    shuffled = reference.sample(frac=1.0, random_state=0, ignore_index=True)
    made = lifecycle.open_workspace(tmp_path).create_project("p", reference=shuffled, window="500 rows")
    for seed in range(20):
        made.log(followed(500, seed))
    report = made.drift()
    assert report.alarms["alarm"].sum() > 5
    assert any("age" in note and "autocorrelation" in note for note in report.notes)
    assert not any("income" in note for note in report.notes)
    preview = made.preview_alarms(autocorrelation="measured")
    made.configure(autocorrelation="measured")
    report = made.drift()
    assert preview["would_alarm"].tolist() == report.alarms["alarm"].tolist()
    assert report.alarms["alarm"].sum() == 0
    assert any("judged as if up to" in note for note in report.notes)


def test_windows_too_small_to_judge_are_told(tmp_path: Path) -> None:
    made = project(tmp_path, window="5 rows")
    made.log(rows(15, 1))
    report = made.drift()
    assert report.unjudged["window"].tolist() == ["1", "2", "3"]
    needed = int(report.unjudged["needed"].iloc[0])
    assert report.notes[0] == "Without drift expect at most one false alarm in 100 windows."
    assert report.notes[1] == f"3 of 3 windows have too few rows to be judged, the newest of them 3: 5 rows, and {needed} are needed."
    for size, judged in ((needed, True), (needed - 1, False)):
        other = project(tmp_path / str(size), window=f"{size} rows")
        other.log(rows(size, 1))
        assert other.drift().unjudged.empty == judged
        assert len(other.drift().notes) == 2 - judged
