"""A search space around a recipe: successive halving, which gives many candidates few rows and the best of them all rows.

Jamieson and Talwalkar (2016): each round keeps the best third and gives them three times the rows. The folds are in order of time
where the project has a timestamp, else shuffled with a fixed seed and, for classes, stratified; so that a search repeats to the bit. What is
best is by the recipe's own score: accuracy for classes, R squared for numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from sklearn.experimental import enable_halving_search_cv  # noqa: F401  scikit-learn asks for it by name
from sklearn.model_selection import HalvingGridSearchCV, HalvingRandomSearchCV, KFold, StratifiedKFold, TimeSeriesSplit

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Schema

__all__ = ["searched", "splitter"]

MOST = 81  # candidates of a grid; of larger spaces so many are drawn
FOLDS = 4


def searched(recipe: Any, space: Mapping[str, Sequence[Any]], schema: Schema, seed: int = 0) -> Any:
    """The recipe wrapped so that fitting it searches `space` ({parameter: values to try}) first and keeps the best.

    >>> from sklearn.linear_model import Ridge
    >>> schema = Schema((), "y", None, "regression", "tabular")
    >>> type(searched(Ridge(), {"alpha": [0.1, 1.0, 10.0]}, schema)).__name__
    'HalvingGridSearchCV'

    Raises
    ------
    UnknownName : the recipe has no such parameter. InvalidValue : nothing to choose from.
    """
    known = recipe.get_params(deep=True) if hasattr(recipe, "get_params") else {}
    for name, values in space.items():
        if name not in known:
            raise UnknownName.among("parameter", name, known)
        if isinstance(values, str | bytes) or not isinstance(values, Sequence) or not len(values):
            raise InvalidValue(f"The search space of {name} is {values!r}; give a list of the values to try.")
    if not space:
        raise InvalidValue("The search space is empty; give {parameter: [values to try]}.")
    told = {"cv": splitter(schema, seed), "factor": 3, "random_state": seed}
    grid = {name: list(values) for name, values in space.items()}
    if prod(map(len, grid.values())) > MOST:
        return HalvingRandomSearchCV(recipe, grid, n_candidates=MOST, **told)
    return HalvingGridSearchCV(recipe, grid, **told)


def splitter(schema: Schema, seed: int) -> Any:
    """How rows are cut into folds: in order of time where the project has a timestamp, else at random.

    >>> type(splitter(Schema((), "y", "when", "regression", "tabular"), 0)).__name__
    'TimeSeriesSplit'
    """
    if schema.timestamp is not None:
        return TimeSeriesSplit(FOLDS)
    kind = StratifiedKFold if schema.task == "classification" else KFold
    return kind(FOLDS, shuffle=True, random_state=seed)
