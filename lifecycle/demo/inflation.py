"""US inflation, one row a quarter, from the macroeconomic data that statsmodels ships (Federal Reserve, 1959 to 2009).

Each row foretells a quarter's inflation from what was known at the end of the quarter before. Nothing is injected: the oil
shocks of the 1970s and the crisis of 2008 are in the data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.datasets import macrodata

__all__ = ["DESCRIPTION", "TARGET", "quarters", "recipe"]

TARGET = "inflation"
DESCRIPTION = (
    "What will inflation be next quarter (per cent a year)? US macroeconomic data that statsmodels ships, 1959 to 2009, replayed quarter by "
    "quarter at the dates it happened. Nothing is injected: the 1970s and 2008 are real. The model is retrained by schedule each quarter."
)


def quarters() -> pd.DataFrame:
    """A row a quarter: `quarter` (its first day, UTC), the indicators known before it began, and `inflation` in it.

    >>> quarters().shape
    (199, 11)
    """
    raw = macrodata.load_pandas().data
    start = pd.to_datetime(raw["year"].astype(int).astype(str) + "-" + (raw["quarter"].astype(int) * 3 - 2).astype(str) + "-01", utc=True)
    known = pd.DataFrame(
        {
            "inflation_last_quarter": raw["infl"],
            "inflation_last_year": raw["infl"].rolling(4).mean(),
            "inflation_change": raw["infl"].diff(),
            "unemployment": raw["unemp"],
            "unemployment_change": raw["unemp"].diff(),
            "interest_rate": raw["tbilrate"],
            "growth_gdp": 400 * np.log(raw["realgdp"]).diff(),
            "growth_consumption": 400 * np.log(raw["realcons"]).diff(),
            "growth_money": 400 * np.log(raw["m1"]).diff(),
        }
    ).shift(1)
    table = pd.concat([start.rename("quarter"), known, raw["infl"].rename(TARGET)], axis=1)
    complete: pd.DataFrame = table.dropna().reset_index(drop=True)
    return complete


def recipe() -> Pipeline:
    """Ridge regression on standardised indicators: few rows want a strong prior."""
    return Pipeline([("scale", StandardScaler()), ("model", Ridge(alpha=3.0))])
