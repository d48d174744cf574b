"""A project's verbs: what is asked about, and of whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import LabelingGain, QueueFilter
from lifecycle.verbs.label import comparing_experts, gaining, golden, importing_labels, label_books, queueing, requesting, resembling, wishing

__all__ = ["QueueVerbs"]


class QueueVerbs(Opened):
    """What is asked about, and of whom."""

    def queue_summary(self) -> pd.DataFrame:
        """How many samples wait: by ("class", "window", "purpose"), value, waiting; the purpose in total only, experts are not told."""
        return queueing.summary(self._context)

    def prioritise(self, where: QueueFilter | None, by: str | None = None) -> tuple[QueueFilter, ...]:
        """Let the query strategy take matching samples first; None ends all such rules. Returns the rules. The audit takes no notice."""
        return wishing.prioritise(self._context, where, by)

    def request_overlap(self, share: float, answers: int = 2, by: str | None = None) -> int:
        """Ask for further answers, up to `answers` each, to a random share of what is answered already; returns how many are open again."""
        return requesting.request_overlap(self._context, share, answers, by)

    def neighbours(self, id: str, n: int = 5) -> pd.DataFrame:
        """The labelled samples most like this one, the nearest first: id, label, prediction, distance and the features."""
        return resembling.neighbours(self._context, id, n)

    def similar(self, id: str, n: int = 10) -> pd.DataFrame:
        """The unlabelled samples most like this one, the nearest first: id, prediction, distance, waits (in the queue)."""
        return resembling.similar(self._context, id, n)

    def request_similar(self, id: str, n: int = 10, by: str | None = None) -> int:
        """Send the `n` unlabelled samples most like this one to the front of the queue; returns how many there were."""
        return resembling.request_similar(self._context, id, n, by)

    def add_gold(self, frame: pd.DataFrame, by: str | None = None) -> int:
        """Mix predictions (id, label) whose answer is known into the queue, unmarked, as `Settings.gold_share` says; returns how many are new."""
        return golden.add_gold(self._context, frame, by)

    def consensus(self, method: str = "dawid_skene") -> pd.DataFrame:
        """What the answers agree on by "majority", "dawid_skene" or "crowdlab": id, value, confidence, answers, label (that counts)."""
        return comparing_experts.consensus(self._context, method)

    def labeling_gain(self, more: int = 50, fresh: bool = True) -> LabelingGain:
        """What `more` labels are expected to bring, with intervals, and whether it is time to stop; without `fresh` as last measured, at once."""
        return gaining.labeling_gain(self._context, more, fresh)

    def import_labels(self, source: Any, format: str = "label_studio", by: str | None = None, skip_refused: bool = False) -> dict[str, int]:
        """Take in answers from "label_studio" or "argilla" exports or a "csv": imported, known, labels, refused. What was taken is known again."""
        return importing_labels.import_labels(self._context, source, format, by, skip_refused)

    def label_records(self) -> pd.DataFrame:
        """All that was ever said of samples, with every column that an auditor asks for: who, when, how long, why it was asked, undone or not."""
        return label_books.label_records(self._context)
