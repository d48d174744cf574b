"""Rules by hand in place of what was learned: checked at the door, previewed, effective at once, on every window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.monitor.quality.rules import outside
from lifecycle.monitor.summaries import freeze_numbers, summarise


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> lifecycle.Project:
    """Ten windows of 100 rows; in the last one age has 5 % missing and one value of 200, count has fractions, `code` a word."""
    rng = np.random.default_rng(1)

    def frame(n: int) -> pd.DataFrame:
        values = {"age": rng.integers(18, 90, n).astype(float), "count": rng.integers(0, 50, n).astype(float), "code": rng.choice(["10", "20"], n)}
        return pd.DataFrame(values).assign(prediction=rng.choice(["no", "yes"], n))

    reference = frame(2000).assign(label="no")
    reference.loc[::4, "age"] = np.nan
    project = lifecycle.open_workspace(tmp_path_factory.mktemp("rules")).create_project(
        "rules", classes=["no", "yes"], window="100 rows", reference=reference
    )
    served = frame(1000)
    served.loc[900:904, "age"], served.loc[905, "age"] = np.nan, 200.0
    served.loc[900:999, "count"] += 0.5
    served.loc[900:910, "code"] = "ten"
    project.log(served)
    return project


def failing(frame: pd.DataFrame, name: str = "failed") -> set[tuple[str, str, str]]:
    rows = frame[frame[name]]
    return set(zip(rows["window"], rows["column"], rows["check"], strict=True))


def test_fractions_among_whole_numbers_and_words_among_numbers_are_another_type(watched):
    assert {("10", "count", "type"), ("10", "code", "type")} <= failing(watched.quality())
    assert not {found for found in failing(watched.quality()) if found[2] == "type" and found[0] != "10"}


def test_a_rule_is_previewed_without_a_change_and_kept_by_configure(watched):
    rules = {"age:missing": 0.02, "age:range": [18, 120], "code:unseen": "off", "count:type": "off"}
    before = failing(watched.quality())
    assert ("10", "age", "missing") not in before  # a quarter was missing in the reference
    would = watched.preview_quality(rules)
    assert failing(would) == before == failing(watched.quality())
    expected = (before - {("10", "code", "unseen"), ("10", "count", "type")}) | {("10", "age", "missing"), ("10", "age", "range")}
    assert failing(would, "would_fail") == expected
    watched.configure(by="dora", quality=rules)
    assert failing(watched.quality()) == expected
    event = watched.history(1).iloc[0]
    assert (event["verb"], event["by"], event["subject"]) == ("configure", "dora", "quality")
    row = watched.quality().query("window == '10' and column == 'age' and check == 'range'").iloc[0]
    assert row["value"] == pytest.approx(1 / 95)
    assert row["expected"] == "18 to 120, by hand"
    assert "age" in " ".join(watched.health().reasons)  # health goes by the rules too
    watched.configure(quality={})
    assert failing(watched.quality()) == before


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"nobody:missing": 0.1}, "No column named 'nobody'"),
        ({"age:volume": [1, 2]}, "quality check of a column"),
        ({"missing": 0.1}, "quality check of a window"),
        ({"age:missing": 2}, "a share from 0 to 1 or 'off'"),
        ({"age:range": [9, 3]}, "lowest, highest"),
        ({"age:range": [None, None]}, "lowest, highest"),
        ({"age:constant": 0.5}, "must be 'off'"),
        ("age", "rules by name"),
    ],
)
def test_a_rule_that_no_check_understands_is_refused_at_the_door(watched, rules, said):
    with pytest.raises(lifecycle.LifecycleError, match=said):
        watched.configure(quality=rules)
    if isinstance(rules, dict):
        with pytest.raises(lifecycle.LifecycleError, match=said):
            watched.preview_quality(rules)
    assert watched.settings.quality == {}


def test_what_lies_outside_a_range_is_counted_by_bins_and_told_by_the_extremes():
    rng = np.random.default_rng(2)
    reference, current = rng.normal(size=5000), rng.normal(size=5000)
    bins = freeze_numbers(reference)
    one = summarise(current, bins, np.zeros(5000, dtype=np.int64), 1)
    share = outside(bins, one.counts, one.low, one.high, -1.5, 1.0)
    assert share[0] == pytest.approx(np.mean((current < -1.5) | (current > 1.0)), abs=0.002)  # a bin holds a thousandth
    top = float(current.max())
    assert outside(bins, one.counts, one.low, one.high, None, top)[0] == 0
    assert outside(bins, one.counts, one.low, one.high, None, np.nextafter(top, -np.inf))[0] > 0
    nothing = summarise(np.full(5, np.nan), bins, np.zeros(5, dtype=np.int64), 1)
    assert np.isnan(outside(bins, nothing.counts, nothing.low, nothing.high, 0, 1)[0])
