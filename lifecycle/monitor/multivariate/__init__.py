"""Drift of the columns together, one file a method: rows against rows, where no column alone need have moved.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> x = rng.normal(size=400)
>>> multivariate_test("domain_classifier")(np.column_stack([x, x]), rng.normal(size=(400, 2))).p_value < 1e-6
True
"""

from __future__ import annotations

from lifecycle.monitor.multivariate.registration import MultivariateTest, registry
from lifecycle.registry import import_siblings

__all__ = ["multivariate_test", "multivariate_tests"]

import_siblings(__name__, list(__path__))


def multivariate_tests() -> tuple[str, ...]:
    """The names of the multivariate tests.

    >>> multivariate_tests()
    ('domain_classifier', 'mmd', 'pca_reconstruction')
    """
    return registry.names()


def multivariate_test(name: str) -> MultivariateTest:
    """A multivariate test by name: called with a reference and a current sample it gives a MultivariateResult.

    Raises
    ------
    UnknownName : no multivariate test has that name.
    """
    return registry[name]
