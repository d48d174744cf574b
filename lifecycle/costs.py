"""What right and wrong answers are worth to the user: a cost for each truth and prediction, in the user's own unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue

__all__ = ["Costs", "cost_matrix", "require_costs", "row_costs"]

Costs = Mapping[str, Mapping[str, float]]
LARGEST = 1e12


def cost_matrix(costs: Costs, classes: Sequence[Any]) -> NDArray[np.float64]:
    """(truth, prediction) in class order; what is not given costs 0, a benefit is negative.

    >>> cost_matrix({"ill": {"well": 100.0, "ill": -5}}, ["ill", "well"]).tolist()
    [[-5.0, 100.0], [0.0, 0.0]]
    """
    return np.array([[float(costs.get(str(truth), {}).get(str(said), 0.0)) for said in classes] for truth in classes], dtype=np.float64)


def row_costs(matrix: NDArray[np.float64], truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cost of each row, (n,), from classes' places; a prediction that is no known class (-1) costs as the worst one does.

    >>> row_costs(np.array([[0.0, 1.0], [7.0, 0.0]]), np.array([0, 1, 1]), np.array([1, 1, -1])).tolist()
    [1.0, 0.0, 7.0]
    """
    wide = np.column_stack([matrix, matrix.max(axis=1)])
    return np.asarray(wide[truth, predicted], dtype=np.float64)


def require_costs(costs: Any, classes: Sequence[Any]) -> dict[str, dict[str, float]]:
    """The costs, checked: numbers by truth and prediction, of classes that there are, not all the same. Empty: there are none.

    Raises
    ------
    InvalidValue : what is wrong, and what is allowed.

    >>> require_costs({True: {False: 3}}, [False, True])
    {'True': {'False': 3.0}}
    """
    shape = "give {truth: {prediction: number}}, such as {'ill': {'well': 100}}"
    if not isinstance(costs, Mapping) or not all(isinstance(row, Mapping) for row in costs.values()):
        raise InvalidValue(f"The costs are {costs!r}; {shape}.")
    known, out = [str(value) for value in classes], {str(truth): {str(said): cost for said, cost in row.items()} for truth, row in costs.items()}
    if costs and not known:
        raise InvalidValue("Costs by truth and prediction are for classification; this project predicts a number.")
    for truth, row in out.items():
        for name in (truth, *row):
            if name not in known:
                raise InvalidValue(f"The costs name {name!r}, which is no class of this project; its classes are {', '.join(known)}.")
        for said, cost in row.items():
            if isinstance(cost, bool) or not isinstance(cost, int | float) or not math.isfinite(cost) or abs(cost) > LARGEST:
                raise InvalidValue(f"The cost of answering {said!r} where {truth!r} is true is {cost!r}; it must be a number up to {LARGEST:g}.")
            row[said] = float(cost)
    if out and not np.ptp(cost_matrix(out, known)):
        raise InvalidValue("All costs are the same, so that no answer is better than another; give wrong answers a higher cost than right ones.")
    return out
