"""Frouros' batch tests, a column at a time: FOLDER ROWS WINDOWS (one window is done)."""

import sys

import numpy as np
import pandas as pd
from frouros.detectors.data_drift import EMD, JS, PSI, ChiSquareTest, HellingerDistance, KSTest
from measure import Stages

folder = sys.argv[1]
stages = Stages()
with stages("read"):
    reference, current = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("reference", "current"))
values = {}
with stages("compute"):
    for name in reference.columns:
        kinds = (
            {"chi2": ChiSquareTest}
            if name[0] == "c"
            else {"kolmogorov_smirnov": KSTest, "wasserstein": EMD, "psi": PSI, "jensen_shannon": JS, "hellinger": HellingerDistance}
        )
        first, second = (np.asarray(frame[name].astype(str) if name[0] == "c" else frame[name]) for frame in (reference, current))
        for method, kind in kinds.items():
            detector = kind()
            detector.fit(X=first)
            result = detector.compare(X=second)[0]
            values[f"{method} {name}"] = float(getattr(result, "statistic", getattr(result, "distance", float("nan"))))
stages.say(values)
