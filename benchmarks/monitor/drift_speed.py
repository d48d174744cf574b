"""How long drift takes: in memory on Parquet files as peers are measured, and in a project whose log grows.

Run: `python benchmarks/monitor/drift_speed.py [--rows 1000000] [--log 0]`. 35 numeric and 15 categorical columns, seed 0.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import lifecycle
from lifecycle.monitor.alarms import describe_cells
from lifecycle.monitor.binning import Lookup
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.summaries import Bins, Summary, cells_of, freeze_levels, freeze_numbers, merge, summarise

STATISTICS = {
    "numeric": ("kolmogorov_smirnov", "wasserstein", "psi", "jensen_shannon"),
    "categorical": ("chi_squared", "psi", "jensen_shannon", "total_variation"),
}
NUMERIC, CATEGORICAL, BATCH = 35, 15, 131_072


def table(rows: int, seed: int) -> pa.Table:
    """The columns that both sides are made of."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {}
    for i in range(NUMERIC):
        values = rng.standard_normal(rows) if i % 3 else rng.lognormal(0, 1, rows)
        columns[f"n{i}"] = np.round(values, 1) if i % 5 == 4 else values
    levels = pa.array([f"level {i}" for i in range(40)])
    for i in range(CATEGORICAL):
        codes = np.minimum(rng.geometric(0.15 + 0.02 * i, rows) - 1, 39).astype(np.int32)
        columns[f"c{i}"] = pa.DictionaryArray.from_arrays(pa.array(codes), levels)
    return pa.table(columns)


def count(path: Path, bins: dict[str, Bins], lookups: dict[str, Lookup], windows: int, rows: int) -> dict[str, Summary]:
    """Every column's summary in equal windows, read in batches."""
    made: dict[str, Summary] = {}
    at = 0
    size = rows // windows
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        keys = np.minimum(np.arange(at, at + batch.num_rows) // size, windows - 1)
        first = int(keys[0])
        for name in batch.schema.names:
            array = batch.column(name)
            values = array.to_numpy(zero_copy_only=False) if bins[name].kind == "numeric" else array
            part = summarise(values, bins[name], keys, windows, cells_of(values, bins[name], lookups.get(name)))
            made[name] = merge(made[name], part) if name in made else part
        at += batch.num_rows
        assert first >= 0
    return made


def in_memory(rows: int, folder: Path) -> None:
    """Summaries and six statistics of two Parquet files."""
    files = [folder / "reference.parquet", folder / "current.parquet"]
    for seed, file in enumerate(files):
        pq.write_table(table(rows, seed), file, row_group_size=BATCH)
    for windows in (1, 50):
        started = time.perf_counter()
        bins: dict[str, Bins] = {}
        file = pq.ParquetFile(files[0])
        for name in file.schema_arrow.names:
            column = file.read([name]).column(name).combine_chunks()
            bins[name] = freeze_levels(column) if name.startswith("c") else freeze_numbers(column.to_numpy())
        lookups = {name: Lookup(b.edges) for name, b in bins.items() if b.kind == "numeric"}
        frozen = time.perf_counter()
        reference = count(files[0], bins, lookups, 1, rows)
        current = count(files[1], bins, lookups, windows, rows)
        counted = time.perf_counter()
        for name, b in bins.items():
            cells = describe_cells(b, reference[name].counts[0])
            for test in STATISTICS[b.kind]:
                drift_test(test).counted(reference[name].counts[0], current[name].counts, cells, 1e-4, 0.1)
        judged = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{rows:,} x {rows:,} x 50, {windows} windows: freeze {frozen - started:.2f}, count {counted - frozen:.2f}, "
            f"statistics {judged - counted:.2f}, all {judged - started:.2f} s; peak {peak:.0f} MiB"
        )


def in_a_project(rows: int, folder: Path, log: int) -> None:
    """Taking in what was logged, then a window of 10,000 rows more, on an empty log and behind a long one."""
    reference = table(20_000, 9).to_pandas().assign(label="yes", prediction="yes", p_no=0.3, p_yes=0.7)
    reference.loc[::2, "prediction"] = "no"
    for before in dict.fromkeys((0, rows, log)):
        project = lifecycle.open_workspace(folder / f"ws{before}").create_project(
            "p", reference=reference, classes=["no", "yes"], window="20000 rows"
        )
        for start in range(0, before, 500_000):
            _log(project, min(500_000, before - start), start)
        started = time.perf_counter()
        project.drift()
        took = time.perf_counter() - started
        _log(project, 10_000, before)
        started = time.perf_counter()
        project.drift()
        more = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"log of {before:,}: taken in in {took:.2f} s; 10,000 rows more {more * 1000:.0f} ms; peak {peak:.0f} MiB", flush=True)


def _log(project: lifecycle.Project, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.random(rows)
    frame = table(rows, seed + 1).to_pandas()
    project.log(frame.assign(prediction=pd.Categorical(np.where(p > 0.5, "yes", "no")), p_no=1 - p, p_yes=p))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--log", type=int, default=0, help="rows of a long log, for what a window more costs behind it")
    parser.add_argument("--only", choices=("memory", "project"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "project":
            in_memory(arguments.rows, Path(folder))
        if arguments.only != "memory":
            in_a_project(arguments.rows, Path(folder), arguments.log)


if __name__ == "__main__":
    main()
