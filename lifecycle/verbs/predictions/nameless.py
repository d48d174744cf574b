"""Estimators that are given their numbers as an array.

For one row, scikit-learn takes several times longer to look at a frame (its column names, each column's type) than to answer. Where an
estimator uses the values alone and its names are the schema's, which is looked at once, a twin of it without names is asked instead.
"""

from __future__ import annotations

import copy
from typing import Any
from weakref import WeakKeyDictionary

from sklearn.pipeline import Pipeline

__all__ = ["LIKELIEST", "is_likeliest", "nameless"]

# scikit-learn's classifiers whose answer is the class of the highest probability, so that one question is enough
LIKELIEST = {
    *("LogisticRegression", "GaussianNB", "MLPClassifier", "DecisionTreeClassifier", "RandomForestClassifier", "ExtraTreesClassifier"),
    *("GradientBoostingClassifier", "HistGradientBoostingClassifier"),
}
VALUES = LIKELIEST | {
    *("LinearRegression", "Ridge", "RidgeCV", "Lasso", "ElasticNet", "MLPRegressor", "DecisionTreeRegressor", "RandomForestRegressor"),
    *("ExtraTreesRegressor", "GradientBoostingRegressor", "HistGradientBoostingRegressor"),
    *("StandardScaler", "MinMaxScaler", "RobustScaler", "PolynomialFeatures", "SimpleImputer", "PCA"),
}

_twins: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def nameless(estimator: Any, names: tuple[str, ...]) -> Any | None:
    """A twin of a fitted estimator that takes an array of the numeric columns `names`; None where it has to be given a frame.

    The twin shares all that was fitted, and is made once as long as the estimator lives.
    """
    try:
        known = _twins.get(estimator)
    except TypeError:  # it cannot be a key: no estimator of scikit-learn's
        return None
    if known is None or known[0] != names:
        _twins[estimator] = known = (names, _twin(estimator, names))
    return known[1]


def is_likeliest(estimator: Any) -> bool:
    """Whether a classifier's answer is always its class of the highest probability."""
    return _is_one_of(estimator, LIKELIEST)


def _twin(estimator: Any, names: tuple[str, ...]) -> Any | None:
    if type(estimator) is Pipeline:
        steps = [step for _, step in estimator.steps]
        if not all(_is_one_of(step, VALUES) and not hasattr(step, "_sklearn_output_config") for step in steps):
            return None
        first = _twin(steps[0], names)
        return None if first is None else Pipeline([(estimator.steps[0][0], first), *estimator.steps[1:]])
    if not _is_one_of(estimator, VALUES) or tuple(getattr(estimator, "feature_names_in_", ())) != names:
        return None
    if getattr(estimator, "_preprocessor", None) is not None:  # a boosting that found categories in its frame
        return None
    twin = copy.copy(estimator)
    del twin.feature_names_in_
    return twin


def _is_one_of(estimator: Any, kinds: set[str]) -> bool:
    kind = type(estimator)
    return kind.__name__ in kinds and kind.__module__.startswith("sklearn.")
