"""A business table, generated: will this customer cancel within 30 days?

Every row is made by a seeded generator; no real person is in it. On purpose, and told on the page:
data_used_gb arrives in megabytes for three weeks (a feature that breaks), monthly_price creeps up week by week (a slow
shift), and in the last six weeks a competitor's offer starts to win customers with yearly contracts (a change of concept
that no input shows). The truth about a customer is known 30 days after the prediction.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

__all__ = ["CLASSES", "DESCRIPTION", "TARGET", "customers", "recipe"]

TARGET = "outcome"
CLASSES = ("cancels", "stays")
DESCRIPTION = (
    "Will this customer cancel within 30 days? Generated data: 20 columns, no real person. Injected on purpose: data_used_gb arrives in "
    "megabytes for three weeks, monthly_price creeps up every week, and in the last six weeks a competitor's offer starts to win "
    "customers with yearly contracts. The truth is known 30 days after each prediction."
)

LEVELS: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {
    "contract": (("monthly", "yearly", "two years"), (0.50, 0.32, 0.18)),
    "payment_method": (("card", "direct debit", "invoice", "wallet"), (0.42, 0.33, 0.15, 0.10)),
    "region": (("north", "south", "east", "west", "islands"), (0.28, 0.25, 0.22, 0.21, 0.04)),
    "plan": (("basic", "standard", "premium", "family"), (0.34, 0.36, 0.14, 0.16)),
    "signup_channel": (("web", "shop", "phone", "partner"), (0.52, 0.24, 0.14, 0.10)),
    "competitor_offer_nearby": (("no", "yes"), (0.72, 0.28)),
    "has_app": (("yes", "no"), (0.68, 0.32)),
}


def customers(n: int, rng: np.random.Generator, price_growth: float = 0.0, megabytes: bool = False, competitor_wins: bool = False) -> pd.DataFrame:
    """`n` customers with their outcome.

    Parameters
    ----------
    price_growth : how much dearer everything is than at the start (0.1 is ten per cent).
    megabytes : data_used_gb comes in the wrong unit.
    competitor_wins : the changed concept.

    >>> frame = customers(5, np.random.default_rng(0))
    >>> frame.shape, sorted(frame["outcome"].unique())[0] in CLASSES
    ((5, 21), True)
    """
    frame = _numbers(n, rng, price_growth)
    for name, (values, shares) in LEVELS.items():
        frame[name] = rng.choice(np.array(values, dtype=object), n, p=shares)
    frame["contract"] = np.where((frame["tenure_months"] < 3) & (rng.random(n) < 0.5), "monthly", frame["contract"])
    risk = _risk(frame, competitor_wins)
    frame[TARGET] = np.where(rng.random(n) < 1 / (1 + np.exp(-risk)), CLASSES[0], CLASSES[1]).astype(object)
    frame.loc[rng.random(n) < 0.04, "satisfaction"] = np.nan
    if megabytes:
        frame["data_used_gb"] = frame["data_used_gb"] * 1000
    return frame


def recipe() -> Pipeline:
    """Gradient boosting on the numbers as they are and the categories as codes; missing values are its own affair."""
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    table = ColumnTransformer([("categories", encode, list(LEVELS))], remainder="passthrough", verbose_feature_names_out=False)
    return Pipeline([("table", table), ("model", HistGradientBoostingClassifier(max_iter=60, learning_rate=0.12, max_leaf_nodes=15))])


def _numbers(n: int, rng: np.random.Generator, price_growth: float) -> pd.DataFrame:
    tenure = np.minimum(rng.gamma(1.6, 16, n), 180).round()
    return pd.DataFrame(
        {
            "age": np.clip(rng.normal(44, 15, n), 18, 92).round(),
            "tenure_months": tenure,
            "monthly_price": (rng.gamma(9, 4.2, n) * (1 + price_growth)).round(2),
            "discount_percent": rng.choice([0.0, 5.0, 10.0, 20.0], n, p=[0.6, 0.18, 0.14, 0.08]),
            "household_size": 1.0 + rng.binomial(5, 0.28, n),
            "devices": 1.0 + rng.poisson(1.4, n),
            "support_calls_90d": rng.poisson(0.7, n).astype(float),
            "days_since_login": np.minimum(rng.exponential(9, n), 120).round(),
            "data_used_gb": rng.lognormal(2.6, 0.8, n).round(2),
            "late_payments_12m": rng.poisson(0.35, n).astype(float),
            "satisfaction": np.clip(rng.normal(7, 1.9, n), 1, 10).round(),
            "invoices_disputed": rng.poisson(0.12, n).astype(float),
            "loyalty_points": (tenure * rng.gamma(4, 3, n)).round(),
        }
    )


def _risk(frame: pd.DataFrame, competitor_wins: bool) -> np.ndarray:
    """The log odds of cancelling."""
    rival = frame["competitor_offer_nearby"].eq("yes").to_numpy()
    yearly = frame["contract"].isin(["yearly", "two years"]).to_numpy()
    risk = (
        -2.0
        + 1.25 * ~yearly
        + 0.55 * frame["support_calls_90d"].to_numpy()
        + 0.045 * (frame["days_since_login"].to_numpy() - 9)
        - 0.42 * (frame["satisfaction"].to_numpy() - 7)
        + 0.035 * (frame["monthly_price"].to_numpy() - 38)
        - 0.016 * frame["tenure_months"].to_numpy()
        + 0.6 * frame["late_payments_12m"].to_numpy()
        - 0.5 * np.log(np.maximum(frame["data_used_gb"].to_numpy(), 0.1) / 13)
        + 0.9 * (rival & ~yearly)
    )
    return np.asarray(risk + (3.2 * (rival & yearly) if competitor_wins else 0.0))
