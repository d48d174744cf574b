"""Where a fit begins: from nothing, from what the champion learned (warm start), or going on from it with the new rows alone."""

from __future__ import annotations

import copy
from typing import Any

__all__ = ["STARTS", "begun"]

STARTS = ("fresh", "warm", "partial")


def begun(kind: str, recipe: Any, parent: Any) -> tuple[Any, str]:
    """The estimator to fit and a note on why it begins afresh after all, empty where it does as asked.

    warm: the recipe with the parent's fitted model in its last step and `warm_start` on; an ensemble gets as many new members as the
    recipe has. partial: the parent itself, for `partial_fit`; what comes before its last step stays as it was fitted.

    >>> from sklearn.linear_model import LinearRegression, SGDRegressor
    >>> begun("partial", SGDRegressor(), SGDRegressor().fit([[0.0], [1.0]], [0.0, 1.0]))[1]
    ''
    >>> begun("warm", LinearRegression(), LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]))[1]
    'LinearRegression has no warm start, so it is fitted from nothing.'
    """
    if kind == "fresh" or parent is None:
        return recipe, ""
    last, old = _last(recipe), _last(parent)
    name = type(last).__name__
    if _shape(recipe) != _shape(parent):
        return recipe, f"The champion is no {name} like the recipe, so it is fitted from nothing."
    if kind == "partial":
        if not hasattr(old, "partial_fit"):
            return recipe, f"{name} cannot go on learning (it has no partial_fit), so it is fitted from nothing."
        return copy.deepcopy(parent), ""
    if "warm_start" not in last.get_params():
        return recipe, f"{name} has no warm start, so it is fitted from nothing."
    warm = copy.deepcopy(old).set_params(**{**last.get_params(deep=False), "warm_start": True})
    if hasattr(old, "estimators_"):
        warm.set_params(n_estimators=len(old.estimators_) + last.n_estimators)
    elif hasattr(old, "_predictors"):
        warm.set_params(max_iter=old.n_iter_ + last.max_iter)
    if not hasattr(recipe, "steps"):
        return warm, ""
    return type(recipe)([*recipe.steps[:-1], (recipe.steps[-1][0], warm)]), ""


def _last(estimator: Any) -> Any:
    return estimator.steps[-1][1] if getattr(estimator, "steps", None) else estimator


def _shape(estimator: Any) -> list[str]:
    steps = getattr(estimator, "steps", None) or [("", estimator)]
    return [type(step).__qualname__ for _, step in steps]
