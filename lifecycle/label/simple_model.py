"""A model that learns in milliseconds, for questions about labels rather than about the model: logistic regression, or ridge."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from lifecycle.label.uncertainty import Floats

__all__ = ["errors_after"]


def errors_after(rows: Floats, truth: NDArray[Any], train: list[NDArray[np.intp]], test: NDArray[np.intp], numeric: bool) -> Floats:
    """The mean error on the `test` rows (share wrong, or mean absolute error where `numeric`) after learning from each of `train`.

    >>> rows = np.linspace(-1, 1, 40)[:, None]
    >>> errors_after(rows, rows[:, 0] > 0, [np.arange(0, 40, 2)], np.array([1, 39]), False).tolist()
    [0.0]
    """
    found = []
    for places in train:
        known = truth[places]
        if numeric:
            said = Ridge(1.0).fit(rows[places], known).predict(rows[test])
            found.append(float(np.abs(said - truth[test]).mean()))
            continue
        if len(set(known.tolist())) < 2:
            said = np.full(len(test), known[0])
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                said = LogisticRegression(max_iter=60).fit(rows[places], known).predict(rows[test])
        found.append(float((said != truth[test]).mean()))
    return np.array(found)
