"""Drift within slices: a group that changed is found though the whole hides it, and a group that merely grew is not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import lifecycle
from lifecycle.monitor.performance.slices import Cut, cut_numeric
from lifecycle.monitor.slice_drift import cell_numbers, slice_drift
from lifecycle.verbs.monitor.slice_drifting import drift_slices

CLASSES = ("no", "yes")


def landed(make, scores, as_columns, change):
    stage, rng = make(features=3, window="2000 rows"), np.random.default_rng(0)
    for part in ("reference", "now"):
        p, predicted, truth = scores(rng, 4000, CLASSES)
        x = rng.normal(size=(4000, 3))
        if part == "now":
            change(x)
        columns = as_columns(p, predicted, CLASSES) | {f"x{i}": x[:, i] for i in range(3)}
        if part == "reference":
            stage.version(columns | {"label": np.array(CLASSES)[truth].tolist()})
    stage.land(columns)
    return stage


def test_the_group_that_changed_comes_first(make, scores, as_columns):
    def change(x):
        corner = x[:, 0] > 0.85
        x[corner, 1] += 1.5

    frame = drift_slices(landed(make, scores, as_columns, change).context, "x0")
    first = frame.iloc[0]
    assert (first["column"], first["differs"], first["drifted"]) == ("x0", "x1", True)
    assert "and above" in first["value"]
    assert frame["drifted"].sum() == 1
    assert frame["rows"].sum() == 4000


def test_without_change_nothing_drifts_and_a_group_that_grew_is_steady_within(make, scores, as_columns):
    assert not drift_slices(landed(make, scores, as_columns, lambda x: None).context)["drifted"].any()

    def grown(x):
        x[:1200, 0] = np.random.default_rng(5).normal(2.0, 0.2, 1200)

    frame = drift_slices(landed(make, scores, as_columns, grown).context, "x0")
    top = frame[frame["value"].str.contains("above")].iloc[0]
    assert top["share"] > top["reference_share"] + 0.15
    assert not frame["drifted"].any()


def test_an_unknown_column_is_a_sentence_and_an_empty_project_an_empty_frame(make):
    stage = make(features=1)
    with pytest.raises(lifecycle.UnknownName, match="x0"):
        drift_slices(stage.context, "y")
    assert drift_slices(stage.context).empty


def test_figures_are_scipys_on_values_that_are_cells():
    rng = np.random.default_rng(1)
    before, now = rng.integers(0, 12, 900).astype(float), rng.integers(1, 13, 700).astype(float)
    one = (Cut(np.zeros(900, dtype=int), ("all",)), Cut(np.zeros(700, dtype=int), ("all",)))
    ordered = slice_drift({"a": one}, {"x": cell_numbers(before, now)}).iloc[0]
    assert ordered["statistic"] == pytest.approx(stats.ks_2samp(before, now).statistic)
    codes = before.astype(int), now.astype(int)
    named = slice_drift({"a": one}, {"x": (*codes, 13, False)}).iloc[0]
    table = np.stack([np.bincount(side, minlength=13) for side in codes])
    assert named["p_value"] == pytest.approx(stats.chi2_contingency(table).pvalue, rel=1e-6)
    assert named["statistic"] == pytest.approx(np.abs(table[0] / 900 - table[1] / 700).sum() / 2)


def test_false_alarms_are_few_over_many_seeds():
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        before, now = rng.normal(size=(600, 6)), rng.normal(size=(500, 6))
        names = [f"x{i}" for i in range(6)]
        cuts = {name: cut_numeric(before[:, i], now[:, i]) for i, name in enumerate(names)}
        cells = {name: cell_numbers(before[:, i], now[:, i]) for i, name in enumerate(names)}
        alarms += slice_drift(cuts, cells)["drifted"].any()
    assert alarms <= 60 * 0.05 + 3 * np.sqrt(60 * 0.05 * 0.95)
    assert isinstance(slice_drift({}, {}), pd.DataFrame)
