"""A project's verbs: what changed, and why."""

from __future__ import annotations

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.verbs import multivariate

__all__ = ["ChangeVerbs"]


class ChangeVerbs(Opened):
    """What changed, and why."""

    def multivariate(self, method: str = multivariate.LANDED, last: int | None = None) -> pd.DataFrame:
        """Drift of the columns together: window, start, end, rows, statistic, lower, upper, threshold, alarm, in every window or the `last` ones.

        method : "pca_reconstruction", counted when rows land; or another of `lifecycle.multivariate_tests()`, which looks at about 2,000 rows
            of each window once, and adds p_value, effect and columns (what gives it away).
        """
        return multivariate.multivariate(self._context, method, last)
