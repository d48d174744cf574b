from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.errors import UnknownName
from lifecycle.verbs.monitor import drifting

COLUMNS = ["window", "start", "end", "rows", "column", "kind", "test", "statistic", "p_value", "effect", "threshold", "drifted"]


def rows(n: int, seed: int, shift: float = 0.0, start: str = "2026-01-01", every: str = "1h") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 2, n)
    frame = pd.DataFrame(
        {
            "age": np.round(rng.normal(40 + 10 * shift, 10, n)),
            "income": rng.lognormal(0, 1, n),
            "plan": rng.choice(np.array(["basic", "plus", "pro"], dtype=object), n, p=[0.5, 0.3, 0.2]),
            "prediction": np.where(p > 0.5, "yes", "no"),
            "p_no": 1 - p,
            "p_yes": p,
        }
    )
    return frame.assign(id=[f"{seed}-{i}" for i in range(n)], at=pd.date_range(start, periods=n, freq=every, tz="UTC"))


def project(path: Path, window: str = "500 rows", **options: object) -> lifecycle.Project:
    reference = rows(3000, 99).drop(columns=["id"]).assign(label="yes")
    reference.loc[::2, "label"] = "no"
    return lifecycle.open_workspace(path).create_project("p", reference=reference, timestamp="at", window=window, **options)


@pytest.fixture
def watched(tmp_path: Path) -> lifecycle.Project:
    return project(tmp_path)


def test_the_frames_have_the_columns_that_were_promised(watched: lifecycle.Project) -> None:
    watched.log(rows(1200, 1))
    report = watched.drift()
    assert report.frame.columns.tolist() == COLUMNS
    assert report.alarms.columns.tolist() == ["window", "start", "end", "rows", "p_value", "alarm", "columns"]
    assert report.frame["column"].unique().tolist() == ["age", "income", "plan", "prediction", "confidence"]
    assert report.alarms["rows"].tolist() == [500, 500, 200]
    assert report.alarms["window"].tolist() == ["1", "2", "3"]
    assert not report.alarms["alarm"].any()
    assert str(report.frame["start"].dtype) == "datetime64[us, UTC]"


def test_a_shift_is_found_in_its_first_window_and_told_once(watched: lifecycle.Project) -> None:
    watched.log(rows(500, 1))
    watched.log(rows(500, 2, shift=0.5))
    report = watched.drift()
    assert report.alarms["alarm"].tolist() == [False, True]
    assert report.alarms["columns"].tolist() == [[], ["age"]]
    watched.log(rows(100, 3))
    watched.drift()
    events = watched.history()
    alarms = events[events["verb"] == "alarm"]
    assert alarms["subject"].tolist() == ["window 2"]
    assert alarms["details"].iloc[0]["columns"] == ["age"]
    assert pd.Timestamp(alarms["time"].iloc[0]) == report.alarms["end"].iloc[1]


def test_many_small_logs_give_what_one_large_log_gives(tmp_path: Path) -> None:
    everything = pd.concat([rows(700, 1), rows(700, 2, shift=0.6, start="2026-02-01")], ignore_index=True)
    one, many = project(tmp_path / "one"), project(tmp_path / "many")
    one.log(everything)
    for start in range(0, len(everything), 130):
        many.log(everything.iloc[start : start + 130])
        many.drift()
    pd.testing.assert_frame_equal(one.drift().frame, many.drift().frame)
    pd.testing.assert_frame_equal(one.drift().alarms, many.drift().alarms)
    pd.testing.assert_frame_equal(one.multivariate(), many.multivariate())


def test_late_rows_reopen_their_window(tmp_path: Path) -> None:
    frame = rows(24 * 30, 1)
    late = np.random.default_rng(0).random(len(frame)) < 0.3
    ordered, disordered = project(tmp_path / "a", window="7D"), project(tmp_path / "b", window="7D")
    ordered.log(frame)
    disordered.log(frame[~late])
    disordered.drift()
    disordered.log(frame[late])
    pd.testing.assert_frame_equal(ordered.drift().frame, disordered.drift().frame)
    pd.testing.assert_frame_equal(ordered.quality(), disordered.quality())
    assert ordered.drift().alarms["window"].iloc[0] == "2026-01-01"


def test_dropping_what_is_derived_and_deriving_it_again_changes_nothing(watched: lifecycle.Project) -> None:
    watched.log(rows(1300, 1, shift=0.2))
    before, findings = watched.drift(), watched.quality()
    assert drifting.rebuild(watched._context) == 1300
    pd.testing.assert_frame_equal(before.frame, watched.drift().frame)
    pd.testing.assert_frame_equal(findings, watched.quality())


def test_two_at_once_count_once(watched: lifecycle.Project) -> None:
    watched.log(rows(2000, 1))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: drifting.catch_up(watched._context), range(4)))
    assert sum(taken) == 2000
    assert watched.drift().alarms["rows"].tolist() == [500] * 4


def test_a_window_too_small_to_judge_says_so(watched: lifecycle.Project) -> None:
    watched.log(rows(6, 1, shift=30))
    report = watched.drift()
    assert report.frame["p_value"].isna().all()
    assert report.frame["threshold"].isna().all()
    assert not report.frame["drifted"].any()
    assert np.isnan(report.alarms["p_value"].iloc[0])


def test_settings_judge_again_what_landed_before(watched: lifecycle.Project) -> None:
    watched.log(rows(1000, 1, shift=0.4))
    assert watched.drift().alarms["alarm"].all()
    watched.configure(minimum_effect=0.5)
    assert not watched.drift().alarms["alarm"].any()
    watched.configure(minimum_effect=None, thresholds={"drift:age": 0.9})
    assert not watched.drift().frame.query("column == 'age'")["drifted"].any()
    watched.configure(thresholds={"drift:income": 0.0001})
    frame = watched.drift().frame
    assert frame.query("column == 'income'")["drifted"].all()
    assert (frame.query("column == 'income'")["threshold"] == 0.0001).all()


def test_an_open_window_is_held_to_a_stricter_level_until_it_closes(watched: lifecycle.Project) -> None:
    watched.log(rows(499, 1))
    before = watched.drift().frame.set_index("column")["threshold"]
    watched.log(rows(1, 2))
    assert (watched.drift().frame.set_index("column")["threshold"] < before).any()


def test_without_a_reference_there_is_nothing_to_compare(tmp_path: Path) -> None:
    made = lifecycle.open_workspace(tmp_path).create_project("bare", classes=["no", "yes"])
    assert made.drift().frame.columns.tolist() == COLUMNS
    assert made.drift().alarms.empty
    assert made.quality().empty
    assert made.multivariate().empty


def test_one_empty_column_breaks_nothing(tmp_path: Path) -> None:
    reference = rows(800, 9).drop(columns=["id"]).assign(label="yes", nothing=np.nan)
    made = lifecycle.open_workspace(tmp_path).create_project("p", reference=reference, timestamp="at", window="400 rows")
    made.log(rows(400, 1).assign(nothing=np.nan))
    made.log(rows(400, 2).assign(nothing=np.nan, plan=None))
    report = made.drift()
    assert not report.frame.query("column == 'nothing'")["drifted"].any()
    assert report.frame.query("column == 'plan' and window == '2'")["drifted"].all()
    failed = made.quality().query("failed")
    assert ("plan", "missing") in set(zip(failed["column"], failed["check"], strict=True))


def test_rows_that_break_are_found_by_the_checks(watched: lifecycle.Project) -> None:
    watched.log(rows(500, 1))
    broken = rows(500, 2)
    broken["age"] = 41.0
    broken.loc[:100, "income"] = np.nan
    broken.loc[200:280, "plan"] = "gold"
    broken.loc[300:, "income"] = 5000.0
    watched.log(broken)
    repeated = pd.concat([rows(250, 3), rows(250, 3).assign(id=[f"again-{i}" for i in range(250)])])
    watched.log(repeated)
    quality = watched.quality()
    assert quality.columns.tolist() == ["window", "column", "check", "value", "expected", "failed"]
    assert not quality.query("window == '1'")["failed"].any()
    failed = set(map(tuple, quality.query("failed and window == '2'")[["column", "check"]].to_numpy()))
    assert {("age", "constant"), ("income", "missing"), ("income", "range"), ("plan", "unseen")} <= failed
    found = quality.query("window == '3' and check == 'duplicates'").iloc[0]
    assert found["failed"]
    assert found["value"] == pytest.approx(0.5)


def test_a_column_beside_its_reference(watched: lifecycle.Project) -> None:
    watched.log(rows(1000, 1, shift=1.0).assign(plan=["gold"] * 100 + ["basic"] * 900))
    numeric, levels = watched.drift_column("income", "1"), watched.drift_column("plan")
    assert (numeric.kind, levels.kind, levels.window) == ("numeric", "categorical", "2")
    for found in (numeric, levels):
        assert len(found.frame) <= 30
        assert found.frame[["reference", "current"]].sum().tolist() == pytest.approx([1, 1])
    assert numeric.frame["upper"].dropna().is_monotonic_increasing
    whole = watched.drift_column("age", "1")
    assert whole.frame["current"].sum() == pytest.approx(1)
    first = watched.drift_column("plan", "1").frame.set_index("bin")["current"]
    assert first["gold (new)"] == pytest.approx(0.2)
    with pytest.raises(UnknownName, match="age"):
        watched.drift_column("agee")
    with pytest.raises(UnknownName, match="window"):
        watched.drift_column("age", "77")


def test_samples_of_a_window_the_unusual_first(watched: lifecycle.Project) -> None:
    frame = rows(500, 1)
    frame.loc[7, "age"] = 300.0
    frame.loc[9, "plan"] = "gold"
    watched.log(frame)
    watched.log(rows(500, 2))
    watched.record_labels(pd.DataFrame({"id": ["1-7"], "label": ["no"]}))
    plans = watched.drift_samples("1", "plan", n=5)
    assert plans["id"].iloc[0] == "1-9"
    assert plans["value"].iloc[0] == "gold"
    ages = watched.drift_samples("1", "age", n=500)
    assert len(ages) == 500
    assert ages.set_index("id").loc["1-7", ["value", "label"]].tolist() == [300.0, "no"]
    assert set(watched.drift_samples("1", n=20)["id"].str.split("-").str[0]) == {"1"}
    assert ages["unusual"].is_monotonic_decreasing


def test_columns_that_do_not_belong_together_alarm_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)

    def pairs(n: int, seed: int, tied: bool) -> pd.DataFrame:
        frame = rows(n, seed)
        frame["twice"] = frame["age"] * 2 + rng.normal(size=n)
        return frame if tied else frame.assign(twice=rng.permutation(frame["twice"].to_numpy()))

    reference = pairs(2000, 9, True).drop(columns=["id"]).assign(label="yes")
    made = lifecycle.open_workspace(tmp_path).create_project("p", reference=reference, timestamp="at", window="500 rows")
    made.log(pairs(500, 1, True))
    made.log(pairs(500, 2, False))
    found = made.multivariate()
    assert found["alarm"].tolist() == [False, True]
    assert (found["lower"] < found["statistic"]).all()
    assert not made.drift().alarms["alarm"].any()  # one by one, each column is as ever


def test_previews_say_what_is_unusual(watched: lifecycle.Project) -> None:
    watched.log(rows(500, 1).assign(plan=["gold"] + ["basic"] * 499))
    watched.drift()
    shown = {row["column"]: row for row in watched.preview("1-0").content}
    assert "not in the reference" in shown["plan"]["unusual"]
    odd = watched.preview({"age": 400.0, "income": 1.0, "plan": "basic"})
    assert odd.kind == "table"
    assert [row["unusual"] != "" for row in odd.content] == [True, False, False]
    with pytest.raises(UnknownName, match="nobody"):
        watched.preview("nobody")


def test_alarms_and_the_newest_quality_are_those_of_the_whole_report(watched: lifecycle.Project) -> None:
    assert drifting.newest_quality(watched._context).empty
    watched.log(rows(500, 1))
    watched.log(rows(700, 2, shift=0.5).assign(plan="unheard of"))
    quality, newest = watched.quality(), drifting.newest_quality(watched._context)
    pd.testing.assert_frame_equal(drifting.alarms(watched._context), watched.drift().alarms)
    assert newest["window"].unique().tolist() == ["3"]
    pd.testing.assert_frame_equal(newest, quality[quality["window"] == "3"].reset_index(drop=True))
    assert watched.health().reasons[1] == "Data quality: plan failed a check in the newest window."
