"""Any two stretches of windows compared, samples of a bin, and the map of thousands of windows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import lifecycle
from lifecycle.monitor.condensing import condense_drift, ranked_columns, worst_of_each

ROWS, WINDOWS = 200, 70
SETTINGS = lifecycle.Settings(drift_tests={"numeric": "kolmogorov_smirnov"})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> lifecycle.Project:
    """70 windows of 200 rows: x moves by half a deviation from window 41 on, level 'new' comes in the last ten, `empty` is never there."""
    rng = np.random.default_rng(5)

    def frame(n: int) -> pd.DataFrame:
        kinds = rng.choice(["a", "b"], n)
        values = {"x": rng.normal(size=n), "steady": rng.normal(size=n), "kind": kinds, "empty": np.nan}
        return pd.DataFrame(values).assign(prediction=rng.choice(["no", "yes"], n), p_no=0.4, p_yes=0.6)

    workspace = lifecycle.open_workspace(tmp_path_factory.mktemp("ranges"))
    made = workspace.create_project(
        "ranges", classes=["no", "yes"], window=f"{ROWS} rows", reference=frame(4000).assign(label="no"), settings=SETTINGS
    )
    served = frame(ROWS * WINDOWS)
    served.loc[40 * ROWS :, "x"] += 0.5
    served.loc[60 * ROWS :: 3, "kind"] = "new"
    made.log(served.assign(id=[f"r{i}" for i in range(len(served))]))
    made.served = served  # type: ignore[attr-defined]
    return made


def test_two_ranges_are_compared_as_their_rows_would_be(project):
    served = project.served
    found = project.compare_ranges(("1", "40"), ("41", "70")).set_index("column")
    exact = stats.ks_2samp(served["x"][: 40 * ROWS], served["x"][40 * ROWS :])
    assert found.index[0] in ("x", "kind")
    assert found.loc["x", "statistic"] == pytest.approx(exact.statistic, abs=0.002)  # 1,000 bins against every value
    assert (found.loc["x", "rows_a"], found.loc["x", "rows_b"]) == (40 * ROWS, 30 * ROWS)
    assert found["drifted"].to_dict() | {"x": True, "kind": True, "steady": False} == found["drifted"].to_dict()
    assert found.loc["x", "median_b"] == pytest.approx(served["x"][40 * ROWS :].median(), abs=0.01)
    assert found.loc["empty", ["missing_a", "missing_b"]].tolist() == [1.0, 1.0]  # a column without any value breaks nothing


def test_one_window_against_the_reference_is_what_the_report_says(project):
    report = project.drift().frame
    report = report[report["window"] == "50"].set_index("column")
    found = project.compare_ranges(None, "50").set_index("column")
    for name in ("x", "steady", "kind"):
        assert found.loc[name, "statistic"] == pytest.approx(report.loc[name, "statistic"])
        assert found.loc[name, "threshold"] == pytest.approx(report.loc[name, "threshold"])
        assert found.loc[name, "drifted"] == report.loc[name, "drifted"]


def test_long_ranges_are_added_up_from_blocks_without_a_difference(project):
    long = project.drift_column("kind", ("1", "70")).frame.set_index("bin")["current"]
    assert long.sum() == pytest.approx(1)
    assert long["new (new)"] == pytest.approx((project.served["kind"] == "new").mean())
    assert project.drift_column("kind", ("1", "70")).frame.equals(project.drift_column("kind", ("1", "70")).frame)


def test_samples_of_a_bin_lie_in_it(project):
    frame = project.drift_column("x", ("41", "70")).frame
    row = frame.iloc[8]
    found = project.drift_samples(("41", "70"), "x", 20, row["bin"])
    assert len(found)
    assert found["value"].between(row["lower"], row["upper"]).all()
    assert set(project.drift_samples(("61", "70"), "kind", 30, "new (new)")["value"]) == {"new"}
    with pytest.raises(lifecycle.UnknownName, match="No bin named 'nowhere'"):
        project.drift_samples("3", "x", 5, "nowhere")


def test_what_is_no_range_is_refused(project):
    with pytest.raises(lifecycle.UnknownName, match="No window named '99'"):
        project.compare_ranges(None, ("1", "99"))
    with pytest.raises(lifecycle.InvalidValue, match="before 9"):
        project.compare_ranges(("9", "3"))
    with pytest.raises(lifecycle.UnknownName, match="monitored column"):
        project.drift_column("nothing")


def test_the_map_keeps_the_worst_window_of_each_run(project):
    frame = project.drift().frame
    found = project.drift_map(most=7)
    assert found["windows"].unique().tolist() == [10]
    assert sorted(found["x"].unique()) == list(range(7))
    for (column, first, last), row in found.set_index(["column", "first", "last"]).iterrows():
        here = frame[(frame["column"] == column) & frame["window"].astype(int).between(int(first), int(last))]
        assert row["drifted"] == here["drifted"].any()
        assert row["beyond"] == here["drifted"].sum()
        if not row["drifted"] and here["threshold"].notna().any():
            assert row["reached"] == pytest.approx(min((here["statistic"] / here["threshold"]).max(), 3))
    assert found.sort_values("y")["column"].iloc[0] == ranked_columns(frame)[0]


def test_a_map_of_few_windows_is_the_report(project):
    few = project.drift_map("1", "5")
    frame = project.drift().frame
    frame = frame[frame["window"].isin(list("12345"))]
    assert len(few) == len(frame)
    assert few["statistic"].sum() == pytest.approx(frame["statistic"].sum())
    assert condense_drift(frame.iloc[:0], [], [], 5).empty


def test_the_worst_of_each_run_is_found_whatever_the_order_of_rows():
    rng = np.random.default_rng(0)
    series, place, badness = np.repeat([0, 1], 50), np.tile(np.arange(50), 2), rng.random(100)
    kept = worst_of_each(series, place, 50, 5, badness)
    table = pd.DataFrame({"series": series, "run": place // 10, "badness": badness})
    assert sorted(badness[kept]) == pytest.approx(sorted(table.groupby(["series", "run"])["badness"].max()))
    shuffled = rng.permutation(100)
    again = worst_of_each(series[shuffled], place[shuffled], 50, 5, badness[shuffled])
    assert sorted(badness[shuffled][again]) == pytest.approx(sorted(badness[kept]))
