"""What the Drift page and a window more cost behind a log of ten million rows, beside a short one with as many windows.

Run: `python benchmarks/monitor/drift_page.py [--rows 10000000] [--windows 200] [--few 10000] [--folder DIR]`. 35 numeric and 15 categorical
columns. The page runs without a browser, the best of three after a first time; 10,000 rows more are logged and taken in five times behind
the long log and on an empty one, in windows of the same length. `--folder` keeps the projects, to be measured again.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from drift_speed import table  # noqa: E402

import lifecycle  # noqa: E402  the checkout has to be on the path first
from benchmarks.pages.open_pages import opened  # noqa: E402

BLOCK, MORE, TIMES = 500_000, 10_000, 5


def rows(count: int, seed: int) -> pd.DataFrame:
    """Rows as they are logged, categories as pandas categories."""
    p = np.random.default_rng(seed).random(count)
    return table(count, seed + 1).to_pandas().assign(prediction=pd.Categorical(np.where(p > 0.5, "yes", "no")), p_no=1 - p, p_yes=p)


def made(home: Path, count: int, window: int) -> dict[str, float]:
    """A project whose log has `count` rows, all taken in; the processor seconds of both."""
    reference = table(20_000, 9).to_pandas().assign(label="yes", prediction="yes", p_no=0.3, p_yes=0.7)
    reference.loc[::2, "prediction"] = "no"
    project = lifecycle.open_workspace(home).create_project("big", reference=reference, classes=["no", "yes"], window=f"{window} rows")
    block = rows(min(count, BLOCK), 1) if count else None
    start = time.process_time()
    for at in range(0, count, BLOCK):
        assert block is not None
        project.log(block.head(count - at))
    logged = time.process_time()
    project.tick()
    return {"log_cpu": logged - start, "taken_in_cpu": time.process_time() - logged}


def one_more(home: Path) -> float:
    """Processor seconds to take in 10,000 rows more, the median of five."""
    from lifecycle.verbs.monitor import drifting

    project: Any = lifecycle.open_workspace(home).project("big")
    spent = []
    for seed in range(TIMES):
        project.log(rows(MORE, 100 + seed))
        start = time.process_time()
        drifting.catch_up(project._context)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def measured(folder: Path, count: int, few: int, windows: int) -> dict[str, float]:
    """All figures, printed as they come."""
    figures: dict[str, float] = {}
    for name, size, length in (("few", few, few // windows), ("many", count, count // windows), ("empty", 0, count // windows)):
        if not (folder / name).exists():
            figures |= {f"{name}_{key}": value for key, value in made(folder / name, size, length).items()}
            print(f"{name}: {size:,} rows in windows of {length:,}", {key: round(v, 1) for key, v in figures.items()}, flush=True)
    pages = {name: opened(folder / name, "drift") for name in ("few", "many")}
    spent = {name: one_more(folder / name) for name in ("empty", "many")}
    print(f"Drift page: {1e3 * pages['few']:.0f} ms at {few:,}, {1e3 * pages['many']:.0f} ms at {count:,}, {windows} windows both")
    print(f"10,000 rows more: {1e3 * spent['empty']:.0f} ms on an empty log, {1e3 * spent['many']:.0f} ms behind {count:,} rows")
    return figures | {"page_ratio": pages["many"] / pages["few"], "more_ratio": spent["many"] / spent["empty"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--windows", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the projects are kept; a temporary one if not given")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(measured(folder, given.rows, given.few, given.windows)))


if __name__ == "__main__":
    main()
