from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lifecycle.monitor.quality import ColumnFacts, Findings, WindowFacts, check_column, check_windows, quality_checks
from lifecycle.monitor.quality.registration import no_more_than, registry
from lifecycle.monitor.quality.timestamps import longest_gap
from lifecycle.monitor.sketch import SLOTS
from lifecycle.monitor.summaries import freeze_levels, freeze_numbers, summarise

LEVEL = 0.01 / 50
ONE = np.zeros(2000, dtype=np.int64)


def numbers(current: np.ndarray, reference: np.ndarray | None = None) -> dict[str, Findings]:
    reference = np.random.default_rng(9).normal(size=2000) if reference is None else reference
    bins = freeze_numbers(reference)
    windows = np.zeros(len(current), dtype=np.int64)
    return check_column(ColumnFacts(bins, summarise(reference, bins, ONE, 1), summarise(current, bins, windows, 1), LEVEL))


def levels(current: list[str | None], reference: list[str | None]) -> dict[str, Findings]:
    bins = freeze_levels(pa.array(reference))
    first = summarise(pa.array(reference), bins, np.zeros(len(reference), dtype=np.int64), 1)
    return check_column(ColumnFacts(bins, first, summarise(pa.array(current), bins, np.zeros(len(current), dtype=np.int64), 1), LEVEL))


def failed(found: dict[str, Findings]) -> set[str]:
    return {name for name, findings in found.items() if findings.failed.any()}


def windows(rows: list[int], slots: np.ndarray | None = None, repeated: float = 0.0) -> WindowFacts:
    count = len(rows)
    even = np.full((count, SLOTS), 10) if slots is None else slots
    return WindowFacts(
        np.array(rows), np.ones(count, dtype=bool), np.empty(0, dtype=np.int64), np.full(count, repeated), 0.05, 2000, even, level=LEVEL
    )


def test_the_checks_are_there() -> None:
    assert set(quality_checks()) >= {"missing", "range", "unseen", "constant", "duplicates", "volume", "timestamps"}


@pytest.mark.parametrize("name", quality_checks())
def test_each_check_says_value_and_expectation_for_every_window(name: str) -> None:
    if registry[name].scope == "window":
        found = check_windows(windows([480] * 6))
    else:
        found = {**numbers(np.random.default_rng(0).normal(size=500)), **levels(["1", "2"] * 50, ["1", "2"] * 500)}
    findings = found[name]
    assert len(findings.value) == len(findings.failed)
    assert isinstance(findings.expected, str) or len(findings.expected) == len(findings.value)
    assert not findings.failed.any()


def test_the_usual_fails_nothing() -> None:
    rng = np.random.default_rng(1)
    fails = [failed(numbers(rng.normal(size=1000))) for _ in range(200)]
    assert sum(map(bool, fails)) <= 2


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("missing", np.where(np.arange(1000) % 20 == 0, np.nan, 0.1 * (np.arange(1000) % 7))),
        ("missing", np.full(100, np.nan)),
        ("range", np.where(np.arange(1000) % 30 == 0, 9.0, np.linspace(-1, 1, 1000))),
        ("constant", np.full(200, 0.25)),
    ],
)
def test_what_is_wrong_with_numbers_is_found(name: str, current: np.ndarray) -> None:
    assert name in failed(numbers(current))


def test_what_is_wrong_with_categories_is_found() -> None:
    reference: list[str | None] = ["a", "b"] * 500
    assert failed(levels(["a", "b", "new"] * 50, reference)) == {"unseen"}
    assert failed(levels(["a"] * 100, reference)) == {"constant"}
    assert "missing" in failed(levels(["a", "b", None] * 50, reference))


def test_columns_that_were_so_in_the_reference_are_so() -> None:
    half = np.where(np.arange(2000) % 2 == 0, np.nan, 1.0)
    assert failed(numbers(half[:1000], half)) == set()
    assert failed(numbers(np.full(500, np.nan), np.full(2000, np.nan))) == set()
    rare = ["a"] * 900 + [f"once {i}" for i in range(100)]
    assert failed(levels(["a"] * 450 + [f"never {i}" for i in range(45)], rare)) == set()


def test_volume_needs_windows_before_it() -> None:
    found = check_windows(windows([500, 480, 510, 505, 90, 3000]))
    assert found["volume"].failed.tolist() == [False] * 4 + [True, True]
    assert found["volume"].expected[0] == "too few windows before it"


def test_a_hole_in_time_is_found_and_its_length_is_told() -> None:
    slots = np.full((2, SLOTS), 10)
    slots[1, 5:40] = 0
    found = check_windows(windows([480, 130], slots))["timestamps"]
    assert found.failed.tolist() == [False, True]
    assert found.value.tolist() == pytest.approx([0, 35 / SLOTS])
    assert longest_gap(np.array([[0, 0, 1, 0]])).tolist() == [2]


def test_repeated_rows_are_found() -> None:
    assert not check_windows(windows([500], repeated=0.06))["duplicates"].failed.any()
    assert check_windows(windows([500], repeated=0.5))["duplicates"].failed.all()


def test_more_than_chance_explains_is_rare_without_a_cause() -> None:
    rng = np.random.default_rng(3)
    before, now = rng.binomial(3000, 0.02, 5000), rng.binomial(500, 0.02, 5000)
    over = [now[i] / 500 > no_more_than(before[i], 3000, np.array([500]), 0.01, margin=0.0)[0] for i in range(5000)]
    assert np.mean(over) <= 0.012
