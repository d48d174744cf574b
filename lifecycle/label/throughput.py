"""How fast people answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["throughput"]

PAUSE = 600.0  # seconds between answers that make a new sitting


def throughput(frame: pd.DataFrame) -> pd.DataFrame:
    """Per person from the columns annotator, kind (answer, unsure, skip), time (aware), seconds: annotator, answered, unsure, skipped,
    median_seconds, hours (spent in sittings, which a pause of ten minutes ends; at least a sitting's own seconds), per_hour.

    >>> times = pd.to_datetime(["2026-01-01 10:00", "2026-01-01 10:01", "2026-01-01 12:00"], utc=True)
    >>> rows = pd.DataFrame({"annotator": "ana", "kind": "answer", "time": times, "seconds": [30.0, 50.0, 40.0]})
    >>> throughput(rows).round(3).iloc[0].to_dict()["median_seconds"]
    40.0
    """
    rows = []
    for name, mine in frame.groupby("annotator"):
        counts = mine["kind"].value_counts()
        said = mine[mine["kind"] != "skip"].sort_values("time")
        gaps = said["time"].diff().dt.total_seconds().to_numpy()[1:] if len(said) else np.zeros(0)
        seconds = said["seconds"].to_numpy(dtype=np.float64)
        starts = np.append(True, gaps > PAUSE)[: len(said)]
        usual = float(np.nanmedian(seconds)) if np.isfinite(seconds).any() else float("nan")
        own = np.nan_to_num(seconds[starts], nan=usual if usual == usual else 0.0)
        hours = (gaps[gaps <= PAUSE].sum() + own.sum()) / 3600
        answered = int(counts.get("answer", 0))
        speed = (answered + int(counts.get("unsure", 0))) / hours if hours > 0 else float("nan")
        rows.append((name, answered, int(counts.get("unsure", 0)), int(counts.get("skip", 0)), usual, hours, speed))
    return pd.DataFrame(rows, columns=["annotator", "answered", "unsure", "skipped", "median_seconds", "hours", "per_hour"])
