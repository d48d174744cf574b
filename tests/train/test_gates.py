"""Gates: what a candidate has to meet, against what a bootstrap of rows and scikit-learn say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lifecycle.records import Gate
from lifecycle.train.gates import Case, judge, paired_difference


def case(new_wrong: float, old_wrong: float, n: int = 1000, **more: object) -> Case:
    """Two classifiers that are wrong on these shares of the rows, the better one's mistakes among the worse one's."""
    truth = np.array(["a", "b"] * (n // 2))
    flip = {"a": "b", "b": "a"}
    order = np.random.default_rng(0).permutation(n)
    answers = []
    for wrong in (new_wrong, old_wrong):
        said = truth.copy()
        places = order[: round(wrong * n)]
        said[places] = [flip[value] for value in truth[places]]
        answers.append(said)
    return Case("classification", truth, answers[0], answers[1], **more)


def gate(found: list[Gate], name: str) -> Gate:
    return next(gate for gate in found if gate.name == name)


@pytest.mark.parametrize(("new", "old", "passed"), [(0.05, 0.10, True), (0.10, 0.10, True), (0.105, 0.10, True), (0.16, 0.10, False)])
def test_not_worse_by_the_margin(new: float, old: float, passed: bool) -> None:
    found = gate(judge(case(new, old)), "not_worse")
    assert found.passed is passed
    assert "1,000 rows" in found.reason


def test_few_rows_pass_when_they_look_as_good_and_fail_when_worse() -> None:
    assert gate(judge(case(0.10, 0.20, n=20)), "not_worse").passed
    assert not gate(judge(case(0.20, 0.10, n=20)), "not_worse").passed
    margin = gate(judge(case(0.20, 0.10, n=20), {"margin": 0.5}), "not_worse")
    assert margin.passed


def test_the_paired_bound_is_that_of_the_differences() -> None:
    rng = np.random.default_rng(3)
    new, old = rng.random(400), rng.random(400)
    mean, lower, upper = paired_difference(new, old)
    half = stats.t.ppf(0.95, 399) * stats.sem(new - old)
    assert mean == pytest.approx((new - old).mean())
    assert (lower, upper) == pytest.approx((mean - half, mean + half), abs=0.1 * half)
    few = paired_difference(np.round(new), np.round(old))
    difference = np.round(new) - np.round(old)
    half = stats.t.ppf(0.95, 399) * stats.sem(difference)
    assert few[1:] == pytest.approx((difference.mean() - half, difference.mean() + half), abs=0.1 * half)


def test_a_slice_that_loses_is_named() -> None:
    base = case(0.0, 0.0)
    new = base.truth.copy()
    town = np.where(np.arange(1000) < 100, "north", "south")
    new[:40] = ["b" if value == "a" else "a" for value in new[:40]]
    found = gate(judge(Case("classification", base.truth, new, base.truth, slices={"town": town})), "slices")
    assert not found.passed
    assert found.reason.startswith("town = north (100 rows)")
    assert gate(judge(Case("classification", base.truth, new, base.truth, slices={"town": town}), {"slice_rows": 101}), "slices").passed


def test_negative_flips_calibration_schema_speed_size_and_data() -> None:
    flips = case(0.0, 0.0)
    new = flips.truth.copy()
    new[:200] = ["b" if value == "a" else "a" for value in new[:200]]
    assert not gate(judge(Case("classification", flips.truth, new, flips.truth)), "negative_flips").passed

    sure, right = np.tile([0.99, 0.01], (500, 1)), np.tile([0.7, 0.3], (500, 1))
    truth = np.array(["a"] * 350 + ["b"] * 150)
    said = np.array(["a"] * 500)
    assert not gate(judge(Case("classification", truth, said, said, sure, right)), "calibration").passed
    assert gate(judge(Case("classification", truth, said, said, right, sure)), "calibration").passed

    assert not gate(judge(case(0, 0, features=("a",), old_features=("a", "b"))), "schema").passed
    assert "order differs" in gate(judge(case(0, 0, features=("a", "b"), old_features=("b", "a"))), "schema").reason
    assert not gate(judge(case(0, 0, milliseconds=300.0)), "latency").passed
    assert gate(judge(case(0, 0, milliseconds=300.0, old_milliseconds=200.0)), "latency").passed
    assert not gate(judge(case(0, 0, megabytes=501.0)), "size").passed
    assert not gate(judge(case(0, 0, failed_checks=("age is empty in every row",))), "data").passed


def test_regression_margins_are_in_units_of_the_champion_s_error() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=500) * 1000
    old = truth + rng.normal(size=500) * 10
    assert gate(judge(Case("regression", truth, old + 0.01, old)), "not_worse").passed
    assert not gate(judge(Case("regression", truth, old + rng.normal(size=500) * 5, old)), "not_worse").passed


def test_without_a_champion_all_that_compares_passes() -> None:
    assert all(found.passed for found in judge(Case("classification", np.array(["a"]), np.array(["b"]))))
