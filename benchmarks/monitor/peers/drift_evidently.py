"""Evidently's data drift: FOLDER ROWS WINDOWS (one window is done). Its defaults, and five more methods when asked for all (`six`)."""

import sys

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
from measure import Stages

folder, rows, windows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
stages = Stages()
with stages("read"):
    reference, current = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("reference", "current"))
    current = current.iloc[: rows // windows]
names = list(reference.columns)
definition = DataDefinition(numerical_columns=[n for n in names if n[0] == "n"], categorical_columns=[n for n in names if n[0] == "c"])
with stages("compute"):
    first, second = (Dataset.from_pandas(frame, data_definition=definition) for frame in (current, reference))
    found = Report([DataDriftPreset()]).run(first, second).dict()
values = {}
for metric in found["metrics"]:
    name = metric.get("metric_name", "") or metric.get("metric_id", "")
    if "ValueDrift" in name and "column=" in name:
        values[name.split("column=")[1].split(",")[0].rstrip(")")] = float(metric["value"])
stages.say(values)
