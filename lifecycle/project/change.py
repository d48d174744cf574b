"""A project's verbs: what changed, and why."""

from __future__ import annotations

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import ConceptReport
from lifecycle.verbs.monitor import blaming, changing, multivariate, targets

__all__ = ["ChangeVerbs"]


class ChangeVerbs(Opened):
    """What changed, and why."""

    def multivariate(self, method: str = multivariate.LANDED, last: int | None = None) -> pd.DataFrame:
        """Drift of the columns together: window, start, end, rows, statistic, lower, upper, threshold, alarm, in every window or the `last` ones.

        method : "pca_reconstruction", counted when rows land; or another of `lifecycle.multivariate_tests()`, which looks at about 2,000 rows
            of each window once, and adds p_value, effect and columns (what gives it away).
        """
        return multivariate.multivariate(self._context, method, last)

    def root_cause(self, window: str | None = None, metric: str | None = None) -> pd.DataFrame:
        """Why a metric changed in a window: each column's part, the most harmful first: window, metric, column, kind, contribution, lower,
        upper, share, drifted, sentence.

        window : None is the newest in which performance alarms, else the newest. metric : None is the headline metric; a ranking such as
            ROC AUC is no mean over rows, and accuracy stands for it. The contributions add up to the change: below the columns stand what
            only several of them together explain (kind "together") and, where there are labels, what no column does ("concept").
        """
        return blaming.root_cause(self._context, window, metric)

    def concept(self, metric: str | None = None, detector: str = "adwin") -> ConceptReport:
        """Did the inputs change, or what they mean: each window's change of a metric split into what the inputs explain and what a changed
        concept does (`.frame`), and where the mean loss of the labelled rows changed (`.changes`).

        metric : None is the headline metric. detector : one of `lifecycle.concept_detectors()`; it reads the newest 20,000 labelled rows that
            were not picked for being uncertain.
        """
        return changing.concept(self._context, metric, detector)

    def target_drift(self) -> pd.DataFrame:
        """Do the labels say that other outcomes have become frequent: window, start, end, rows, labels, test, statistic, p_value, effect,
        threshold, drifted, of each window that has labels."""
        return targets.target_drift(self._context)
