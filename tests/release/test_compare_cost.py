"""The user's own costs decide a comparison that accuracy calls a draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lifecycle.records import Column, Schema
from lifecycle.release.compare import compare

SCHEMA = Schema((Column("x", "numeric"),), "label", None, "classification", "tabular", ("well", "ill"))
COSTS = {"ill": {"well": 100.0}, "well": {"ill": 1.0}}


def test_the_model_that_misses_fewer_of_the_dear_ones_is_better():
    rng = np.random.default_rng(0)
    truth = np.array(["well", "ill"])[rng.integers(0, 2, 2000)]
    miss, alarm = rng.uniform(size=2000) < 0.1, rng.uniform(size=2000) < 0.1
    old = np.where((truth == "ill") & miss, "well", truth)
    new = np.where((truth == "well") & alarm, "ill", truth)
    rows = pd.DataFrame({"id": [str(i) for i in range(2000)], "label": truth, "x": rng.normal(size=2000)})
    said = [pd.DataFrame({"prediction": answers}) for answers in (old, new)]
    found = compare(rows, *said, SCHEMA, (1, 2), np.random.default_rng(1), "cost", COSTS)
    row = found.metrics.set_index("metric").loc["cost"]
    assert row["old"] == pytest.approx(100.0 * np.mean((truth == "ill") & (old == "well")))
    assert row["new"] == pytest.approx(np.mean((truth == "well") & (new == "ill")))
    assert row["better"] == "new"
    assert row["lower"] < row["difference"] < row["upper"] < 0
    assert "cost" in found.verdict
    assert "cost" not in set(compare(rows, *said, SCHEMA, (1, 2), np.random.default_rng(1)).metrics["metric"])
