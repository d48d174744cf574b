"""Lifecycle's six drift statistics of two Parquet files: FOLDER ROWS WINDOWS. A column at a time: frozen, counted, judged, forgotten."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow.parquet as pq
from measure import Stages

from lifecycle.monitor.alarms import describe_cells
from lifecycle.monitor.binning import Lookup
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.summaries import Summary, freeze_levels, freeze_numbers, merge, runs_of, summarise

STATISTICS = {
    "numeric": ("kolmogorov_smirnov", "wasserstein", "psi", "jensen_shannon"),
    "categorical": ("chi_squared", "psi", "jensen_shannon", "total_variation"),
}
BATCH = 131_072


def main(folder: str, rows: int, windows: int) -> None:
    """Read and judge each column; say what it took and the first window's values."""
    stages, values = Stages(), {}
    files = [pq.ParquetFile(f"{folder}/{name}.parquet") for name in ("reference", "current")]
    with stages("compute"):
        keys = np.minimum(np.arange(rows) // (rows // windows), windows - 1)
        places = [[(part, runs_of(part)) for part in np.split(of, range(BATCH, rows, BATCH))] for of in (np.zeros(rows, dtype=np.int64), keys)]
    for name in files[0].schema_arrow.names:
        with stages("read"):
            columns = [file.read([name], use_threads=False).column(name) for file in files]
        with stages("compute"):
            numeric = name.startswith("n")
            bins = freeze_numbers(columns[0].to_numpy()) if numeric else freeze_levels(columns[0])
            lookup = Lookup(bins.edges) if numeric else None
            summaries = []
            for column, parts, count in zip(columns, places, (1, windows), strict=True):
                found: Summary | None = None
                for at, (place, runs) in enumerate(parts):
                    piece = column.slice(at * BATCH, BATCH)
                    batch = piece.to_numpy() if lookup else piece.combine_chunks()
                    part = summarise(batch, bins, place, count, runs=runs, lookup=lookup)
                    found = merge(found, part) if found else part
                summaries.append(found)
            reference, current = summaries
            cells = describe_cells(bins, reference.counts[0])
            for test in STATISTICS[bins.kind]:
                verdicts = drift_test(test).counted(reference.counts[0], current.counts, cells, 1e-4, 0.1)
                scale = cells.scale if test == "wasserstein" else 1.0
                values[f"{test} {name}"] = float(verdicts.statistic[0]) * scale
    stages.say(values)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
