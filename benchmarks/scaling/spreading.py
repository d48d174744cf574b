"""Column summaries of a long log here, and on one and two Dask workers: seconds, and whether the results are the same to the bit.

    python benchmarks/scaling/spreading.py [--rows 1000000] [--columns 20]

One workspace; what is derived is dropped and derived again for each engine. The clock is the wall's, so that the machine has to be quiet;
the cores that the workers and this process share are what bounds it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time

import lifecycle
from benchmarks.scaling.curves import frame, watched
from benchmarks.train.kill import dask
from lifecycle.verbs.monitor import drifting


def fingerprint(workspace: lifecycle.Workspace) -> str:
    found = hashlib.sha256()
    for table in ("drift_windows", "drift_summaries", "drift_results", "quality_results"):
        for row in workspace.database.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3"):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, dask() as cluster:
        address = os.environ.pop("LIFECYCLE_ENGINE")
        project = watched(home, given.columns)
        for start in range(0, given.rows, 100_000):
            project.log(frame(min(100_000, given.rows - start), given.columns, start))
        context, workspace = project._context, lifecycle.open_workspace(home)
        taken, prints = {}, set()
        for workers in (0, 2, 1):
            if workers == 1:
                with cluster.workers.pop() as one:
                    one.kill()
            os.environ["LIFECYCLE_ENGINE"] = address if workers else "local"
            for _ in range(2):  # the first one warms the workers
                began = time.perf_counter()
                drifting.rebuild(context)
                taken[f"workers_{workers}_seconds"] = round(time.perf_counter() - began, 2)
            prints.add(fingerprint(workspace))
        os.environ["LIFECYCLE_ENGINE"] = address  # as `dask` leaves it
        print(json.dumps({"rows": given.rows, "columns": given.columns, **taken, "identical": len(prints) == 1, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
