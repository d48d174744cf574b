"""Drift tests, one file each: exact on two samples, and on the counts of many windows at once.

>>> drift_test("psi")(["a"] * 5 + ["b"] * 5, ["a"] * 5 + ["b"] * 5).statistic
0.0
"""

from __future__ import annotations

from lifecycle.monitor.drift.registration import DriftTest, registry
from lifecycle.registry import import_siblings

__all__ = ["drift_test", "drift_tests"]

import_siblings(__name__, list(__path__))


def drift_tests() -> tuple[str, ...]:
    """The names of the drift tests.

    >>> "kolmogorov_smirnov" in drift_tests()
    True
    """
    return registry.names()


def drift_test(name: str) -> DriftTest:
    """A drift test by name: called with a reference and a current sample it gives a TestResult.

    Raises
    ------
    UnknownName : no drift test has that name.
    """
    return registry[name]
