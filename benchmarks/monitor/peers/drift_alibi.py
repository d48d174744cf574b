"""Alibi Detect's tabular drift (Kolmogorov-Smirnov and chi-squared): FOLDER ROWS WINDOWS (one window is done)."""

import sys

import numpy as np
import pandas as pd
from alibi_detect.cd import TabularDrift
from measure import Stages

folder = sys.argv[1]
stages = Stages()
with stages("read"):
    frames = [pd.read_parquet(f"{folder}/{name}.parquet") for name in ("reference", "current")]
names = list(frames[0].columns)
for frame in frames:
    for name in names:
        if name[0] == "c":
            frame[name] = frame[name].astype("category").cat.set_categories([f"level {i}" for i in range(40)]).cat.codes
reference, current = (frame.to_numpy(np.float64) for frame in frames)
with stages("compute"):
    found = TabularDrift(reference, categories_per_feature={i: None for i, n in enumerate(names) if n[0] == "c"}).predict(
        current, drift_type="feature"
    )
distances = found["data"]["distance"]
stages.say({f"{'chi2' if n[0] == 'c' else 'kolmogorov_smirnov'} {n}": float(d) for n, d in zip(names, distances, strict=True)})
