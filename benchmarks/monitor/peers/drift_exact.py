"""What the statistics are by scipy and by their definitions, on all values: FOLDER ROWS WINDOWS (one window is done)."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from measure import Stages
from scipy import stats

stages, values = Stages(), {}
with stages("read"):
    reference, current = (pd.read_parquet(f"{sys.argv[1]}/{name}.parquet") for name in ("reference", "current"))


def on_bins(p: np.ndarray, q: np.ndarray, groups: int) -> tuple[float, float]:
    """PSI and the Jensen-Shannon distance of counts."""
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = np.nansum(np.where(p > 0, p * np.log2(p / middle), 0) + np.where(q > 0, q * np.log2(q / middle), 0)) / 2
        return float(np.nansum((q - p) * np.log(q / p))), float(np.sqrt(divergence))


with stages("compute"):
    for name in reference.columns:
        first, second = reference[name], current[name]
        if name[0] == "n":
            values[f"kolmogorov_smirnov {name}"] = float(stats.ks_2samp(first, second, method="asymp").statistic)
            values[f"wasserstein {name}"] = float(stats.wasserstein_distance(first, second))
            for groups, at in ((10, 0), (30, 1)):
                edges = np.unique(np.quantile(first, np.linspace(0, 1, groups + 1)[1:-1], method="inverted_cdf"))
                counts = [np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (first, second)]
                values[f"{('psi', 'jensen_shannon')[at]} {name}"] = on_bins(*counts, groups)[at]
        else:
            levels = first.cat.categories.union(second.cat.categories)
            p, q = (x.value_counts().reindex(levels, fill_value=0).to_numpy() for x in (first, second))
            used = p + q > 0
            values[f"chi_squared {name}"] = float(stats.chi2_contingency(np.stack([p[used], q[used]]), correction=False).statistic)
            values[f"total_variation {name}"] = float(np.abs(p / p.sum() - q / q.sum()).sum() / 2)
stages.say(values)
