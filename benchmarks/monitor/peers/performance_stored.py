"""Lifecycle as it is used: from the log and its labels on the disk to the stored report: FOLDER WINDOWS."""

from __future__ import annotations

import sys

import pandas as pd
from measure import Stages

import lifecycle
from lifecycle.verbs.monitor import performing


def main(folder: str, windows: int) -> None:
    """Measure the taking in, the report, and the report read again."""
    stages, names = Stages(), {"h": "prediction", "y": "label"}
    frames = [pd.read_parquet(f"{folder}/{name}.parquet").rename(columns=names) for name in ("reference", "current")]
    frames = [frame.assign(p_0=1 - frame["p"], p_1=frame["p"], x=0.0).drop(columns="p") for frame in frames]
    workspace = lifecycle.open_workspace(f"{folder}/workspace")
    project = workspace.create_project("speed", reference=frames[0], window=f"{len(frames[1]) // windows} rows")
    project.log(frames[1])
    with stages("taken_in"):
        performing.catch_up(project._context)
    with stages("report"):
        project.performance()
    stages.say({})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
