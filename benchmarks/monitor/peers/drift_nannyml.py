"""NannyML's univariate drift: FOLDER ROWS WINDOWS. In windows its default three methods, else all of the six that it has."""

import sys

import nannyml as nml
import pandas as pd
from measure import Stages

folder, rows, windows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
stages = Stages()
with stages("read"):
    reference, current = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("reference", "current"))
names = list(reference.columns)
numeric = ["kolmogorov_smirnov", "wasserstein", "jensen_shannon", "hellinger"]
categorical = ["chi2", "jensen_shannon", "l_infinity", "hellinger"]
if windows > 1:
    numeric, categorical = ["kolmogorov_smirnov", "wasserstein", "jensen_shannon"], ["chi2", "jensen_shannon", "l_infinity"]
with stages("compute"):
    made = nml.UnivariateDriftCalculator(
        column_names=names,
        treat_as_categorical=[n for n in names if n[0] == "c"],
        continuous_methods=numeric,
        categorical_methods=categorical,
        chunk_size=rows // windows,
    ).fit(reference)
    found = made.calculate(current).filter(period="analysis").to_df()
last = found.iloc[0]
values = {
    f"{method} {name}": float(last[(name, method, "value")])
    for name in names
    for method in (categorical if name[0] == "c" else numeric)
    if (name, method, "value") in last.index
}
stages.say(values)
