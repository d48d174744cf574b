"""The registry of query strategies and the door that each call goes through.

A strategy is `(probabilities, features=None, n=10, rng=0) -> (indices, utilities)`, a pure function on arrays. For a
classifier `probabilities` is (pool, classes); in regression it is (pool, members): what each member of a committee
predicts, or one column with the error that is expected. `features` is (pool, columns), numeric.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from lifecycle.errors import InvalidValue
from lifecycle.label.uncertainty import Floats, Integers
from lifecycle.registry import Registry

__all__ = ["Picked", "Strategy", "query_strategy_caution", "picks", "query_strategies", "query_strategy", "strategies", "suited"]

Picked: TypeAlias = tuple[Integers, Floats]
Rule: TypeAlias = Callable[..., Picked]
Strategy: TypeAlias = Callable[..., Picked]

strategies: Registry[Strategy] = Registry("query strategy")

DEFAULTS = {"classification": "margin_diverse", "regression": "residual_model"}


def picks(
    name: str, task: str = "classification", features: bool = False, prefilter: bool = False, nested: bool = False, costs: bool = False
) -> Callable[[Rule], Strategy]:
    """File a rule as the strategy `name`. `task`: classification, regression or any. `features`: it wants them.
    `prefilter`: it looks only at small margins anyway. `nested`: its first picks do not depend on how many are asked for.
    `costs`: it weighs what each sample costs, and takes `costs` (pool,) after its other arguments."""
    priced = costs

    def keep(rule: Rule) -> Strategy:
        @wraps(rule)
        def strategy(
            probabilities: ArrayLike, features: ArrayLike | None = None, n: int = 10, rng: Any = 0, costs: ArrayLike | None = None
        ) -> Picked:
            chances, columns = _checked(name, probabilities, features)
            if isinstance(n, bool) or int(n) != n or n < 0:
                raise InvalidValue(f"n = {n!r} samples cannot be picked; give a whole number from 0 on.")
            if not chances.shape[-2]:
                return np.empty(0, dtype=np.intp), np.empty(0)
            extra = (_checked_costs(name, costs, chances.shape[-2]),) if priced else ()
            indices, utilities = rule(chances, columns, min(int(n), chances.shape[-2]), np.random.default_rng(rng), *extra)
            return np.asarray(indices, dtype=np.intp), np.asarray(utilities, dtype=np.float64)

        return strategies.register(name, task=task, features=features, prefilter=prefilter, nested=nested, costs=priced)(strategy)

    return keep


def query_strategies(task: str | None = None) -> tuple[str, ...]:
    """The names of all query strategies, or of those for `task`, "classification" or "regression".

    >>> "margin_diverse" in query_strategies(), "margin_diverse" in query_strategies("regression")
    (True, False)
    """
    return strategies.names() if task is None else tuple(sorted({*strategies.names(task=task), *strategies.names(task="any")}))


def query_strategy_caution(name: str, classes: int) -> str:
    """What to know before this strategy is taken for so many classes, as a sentence; empty where there is nothing.

    >>> query_strategy_caution("entropy", 2), query_strategy_caution("entropy", 10)[:37]
    ('', 'With 10 classes, the strategy entropy')
    """
    if name != "entropy" or classes <= 2:
        return ""
    return (
        f"With {classes} classes, the strategy entropy can do worse than random: it likes samples that are spread over classes that nobody "
        "confuses. margin_diverse does not."
    )


def query_strategy(name: str) -> Strategy:
    """A strategy by name: `(probabilities, features=None, n=10, rng=0) -> (indices (n,), utilities (pool,))`.

    Indices are distinct, in the order in which to ask; a pool smaller than `n` is taken whole. The same `rng` seed
    gives the same picks.

    Raises
    ------
    UnknownName : no strategy of that name. InvalidValue, on the call : arrays of the wrong shape, NaN or inf.

    >>> indices, utilities = query_strategy("margin")([[0.9, 0.1], [0.55, 0.45], [0.2, 0.8]], n=2)
    >>> indices.tolist(), utilities.round(2).tolist()
    ([1, 2], [0.2, 0.9, 0.4])
    """
    return strategies[name]


def suited(name: str, task: str) -> str:
    """The strategy that a project of this task uses when its setting says `name`.

    The setting's default stands for the default of either task.

    Raises
    ------
    UnknownName : no such strategy. InvalidValue : it is for the other task; the sentence names those that fit.

    >>> suited("margin_diverse", "regression")
    'residual_model'
    """
    fits = strategies.facts(name)["task"]
    if fits in (task, "any"):
        return name
    if name == DEFAULTS["classification"]:
        return DEFAULTS[task]
    known = ", ".join(query_strategies(task))
    raise InvalidValue(f"The query strategy {name!r} is for {fits}; this project is a {task}. Take one of: {known}.")


def _checked_costs(name: str, costs: ArrayLike | None, pool: int) -> Floats | None:
    if costs is None:
        return None
    found = np.asarray(costs, dtype=np.float64)
    if found.shape != (pool,) or not np.isfinite(found).all() or (found < 0).any():
        raise InvalidValue(f"{name!r} was given costs of shape {found.shape} for {pool} samples; give a finite number from 0 on for each.")
    return found


def _checked(name: str, probabilities: ArrayLike, features: ArrayLike | None) -> tuple[Floats, Floats | None]:
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim == 1:
        chances = chances[:, None]
    if chances.ndim not in (2, 3) or chances.shape[-1] == 0:
        raise InvalidValue(f"{name!r} was given probabilities of shape {chances.shape}; give a row a sample and a column a class.")
    if not np.isfinite(chances).all():
        raise InvalidValue(f"{name!r} was given probabilities with NaN or infinity; leave those rows out of the pool.")
    columns = None if features is None else np.asarray(features, dtype=np.float64)
    if columns is not None and (columns.ndim != 2 or len(columns) != chances.shape[-2]):
        raise InvalidValue(f"{name!r} was given features of shape {columns.shape} for {chances.shape[-2]} samples; give a row a sample.")
    return chances, columns
