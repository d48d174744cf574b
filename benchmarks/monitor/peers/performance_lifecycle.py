"""Lifecycle's estimated and realized performance of two Parquet files, the peer's metrics with intervals: FOLDER WINDOWS."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from measure import Stages

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows

METRICS = ("accuracy", "f1", "roc_auc")


def rows_of(frame: pd.DataFrame) -> Rows:
    """What the model said."""
    probabilities = np.empty((2, len(frame)))
    probabilities[1] = frame["p"]
    np.subtract(1.0, probabilities[1], out=probabilities[0])
    return Rows(frame["h"].to_numpy(), probabilities.T)


def main(folder: str, windows: int) -> None:
    """Measure from the rows in memory to the figures of every window."""
    stages, layout = Stages(), Layout("classification", ("0", "1"))
    with stages("read"):
        reference, current = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("reference", "current"))
    n = len(current)
    with stages("estimated"):
        known = rows_of(reference)
        model = fit_row_model(layout, project_edges(layout, known.probabilities), known, reference["y"].to_numpy())
        window, rows = np.repeat(np.arange(windows), n // windows), model.binned(rows_of(current))
        stack = summarise_rows(model, rows, window, windows)
    with stages("realized"):
        labelled = summarise_labels(model, rows, current["y"].to_numpy(), np.broadcast_to(1.0, n), np.broadcast_to(np.int64(0), n), window, windows)
        add(stack, np.arange(windows), labelled)
        frame = results(layout, {1: model}, np.arange(windows), np.ones(windows, dtype=np.int64), stack, True, names=METRICS)
    stages.say({f"{line} {name}": frame[frame["metric"] == name][line].tolist() for line in ("estimated", "realized") for name in METRICS})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
