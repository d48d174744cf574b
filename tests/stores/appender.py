"""Appends batches and prints each batch's first id once it is acknowledged, until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from lifecycle.stores import predictions
from lifecycle.stores.database import Database
from lifecycle.stores.predictions import PredictionLog


def main(root: Path, writer: str, batches: int) -> None:
    predictions.LARGE = 400  # so that compaction happens often
    log = PredictionLog(Database(root / "log.db"), root, "p")
    for number in range(batches):
        count = 1 + (number * 37) % 90
        ids = [f"{writer}-{number}-{place}" for place in range(count)]
        times = pa.array(np.arange(count), pa.timestamp("us", "UTC"))
        log.append(pa.table({"id": ids, "time": times, "x": np.arange(count) + 0.5}))
        print(number, count, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
