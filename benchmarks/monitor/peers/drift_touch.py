"""The floor: read two Parquet files and add up every column once: FOLDER ROWS WINDOWS."""

from __future__ import annotations

import sys

import pyarrow.parquet as pq
from measure import Stages

stages, total = Stages(), 0.0
files = [pq.ParquetFile(f"{sys.argv[1]}/{name}.parquet") for name in ("reference", "current")]
for name in files[0].schema_arrow.names:
    for file in files:
        with stages("read"):
            column = file.read([name], use_threads=False).column(name)
        with stages("compute"):
            total += sum(float((part.to_numpy() if name[0] == "n" else part.indices.to_numpy()).sum()) for part in column.chunks)
stages.say({"total": total})
