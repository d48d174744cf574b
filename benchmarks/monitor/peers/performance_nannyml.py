"""NannyML's CBPE and realized performance of accuracy, F1 and AUC: FOLDER WINDOWS."""

import sys

import nannyml as nml
import pandas as pd
from measure import Stages

METRICS = ("accuracy", "f1", "roc_auc")
stages, values = Stages(), {}
with stages("read"):
    reference, current = (pd.read_parquet(f"{sys.argv[1]}/{name}.parquet") for name in ("reference", "current"))
common = {"y_pred_proba": "p", "y_pred": "h", "y_true": "y", "problem_type": "classification_binary", "metrics": list(METRICS)}
for name, kind, act in (("estimated", nml.CBPE, "estimate"), ("realized", nml.PerformanceCalculator, "calculate")):
    with stages(name):
        fitted = kind(**common, chunk_size=len(current) // int(sys.argv[2])).fit(reference)
        found = getattr(fitted, act)(current).filter(period="analysis").to_df()
    for metric in METRICS:
        values[f"{name} {metric}"] = found[(metric, "value")].tolist()
stages.say(values)
