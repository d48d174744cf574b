"""Ready recipes: unfitted scikit-learn pipelines that suit a schema, for people who have a table and no pipeline yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from lifecycle.errors import InvalidValue
from lifecycle.records import Schema
from lifecycle.registry import Registry
from lifecycle.train.lagging import Rolling, lag_columns

__all__ = ["build", "names", "ready_recipes"]

Builder = Callable[[Schema], Any]
READY: Registry[Builder] = Registry("ready recipe")


def names() -> tuple[str, ...]:
    """The names that `build` knows.

    >>> names()
    ('forecast', 'forest', 'gradient_boosting', 'linear')
    """
    return READY.names()


ready_recipes = names  # as the front door calls it


def build(name: str, schema: Schema) -> Pipeline:
    """An unfitted pipeline for a schema: the columns prepared, then the model.

    Raises
    ------
    UnknownName : no recipe of that name. InvalidValue : columns that no ready recipe reads.

    >>> from lifecycle.records import Column
    >>> schema = Schema((Column("age", "numeric"), Column("city", "categorical")), "y", None, "regression", "tabular")
    >>> [step for step, _ in build("linear", schema).steps]
    ['columns', 'model']
    """
    model = READY[name](schema)
    return Pipeline([("columns", _columns(schema, scaled=name in ("linear", "forecast"), rolling=name == "forecast")), ("model", model)])


@READY.register("linear")
def _linear(schema: Schema) -> Any:
    return LogisticRegression(max_iter=1000) if schema.task == "classification" else Ridge()


@READY.register("gradient_boosting")
def _gradient_boosting(schema: Schema) -> Any:
    return HistGradientBoostingClassifier() if schema.task == "classification" else HistGradientBoostingRegressor()


@READY.register("forest")
def _forest(schema: Schema) -> Any:
    return RandomForestClassifier(n_estimators=200) if schema.task == "classification" else RandomForestRegressor(n_estimators=200)


@READY.register("forecast")
def _forecast(schema: Schema) -> Any:
    """Linear on lags (`<series>_lag_<k>`), their rolling means, spreads and changes; how strongly to shrink is found by leaving rows out."""
    return LogisticRegression(max_iter=1000) if schema.task == "classification" else RidgeCV(np.logspace(-2, 4, 25))


def _columns(schema: Schema, scaled: bool, rolling: bool = False) -> ColumnTransformer:
    """Numbers imputed (and scaled), categories encoded, texts as weighted words; with `rolling`, each series of lags with what it rolls into."""
    series = lag_columns(c.name for c in schema.features if c.kind == "numeric") if rolling else {}
    lagged = {name for names in series.values() for name in names}
    kinds = {kind: [c.name for c in schema.features if c.kind == kind] for kind in ("numeric", "categorical", "text")}
    other = [c.name for c in schema.features if c.kind not in kinds]
    if other:
        raise InvalidValue(f"No ready recipe reads the column {other[0]!r}; give a scikit-learn pipeline of your own that does.")
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()) if scaled else "passthrough"
    if scaled:
        categories: Any = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=2, sparse_output=False)
    else:
        categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    plain = [name for name in kinds["numeric"] if name not in lagged]
    parts: list[tuple[str, Any, Any]] = [("numbers", numbers, plain), ("categories", categories, kinds["categorical"])]
    parts += [(f"words_{name}", TfidfVectorizer(max_features=5000, sublinear_tf=True), name) for name in kinds["text"]]
    parts += [(f"lags_{name}", make_pipeline(Rolling(), numbers), columns) for name, columns in series.items()]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0.0)
