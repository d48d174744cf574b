"""A project's verbs: what experts and users say of the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import Agreement, Preview, QueueFilter, Scalar, Task, Unsure
from lifecycle.verbs.label import labeling, reviewing, sittings, together
from lifecycle.verbs.predictions import correcting, previewing, recording

__all__ = ["LabelVerbs"]


class LabelVerbs(Opened):
    """What experts and users say of the samples."""

    def next_tasks(self, annotator: str, n: int = 1, where: QueueFilter | None = None) -> list[Task]:
        """Lease the next `n` samples to this expert; nobody else is given them while the lease lasts. `where`: only such as match."""
        return labeling.next_tasks(self._context, annotator, n, where)

    def annotate(
        self, task: Task | int, value: Scalar | Unsure, annotator: str, seconds: float | None = None, client_id: str | None = None, comment: str = ""
    ) -> None:
        """Record one answer. The same `client_id` counts once, however often it is sent."""
        labeling.annotate(self._context, task, value, annotator, seconds, client_id, comment)

    def skip(self, task: Task | int, annotator: str) -> None:
        """Pass a sample on to others; it is not completed."""
        labeling.skip(self._context, task, annotator)

    def undo(self, annotator: str, client_id: str | None = None, task: Task | int | None = None) -> int | None:
        """Take back this expert's last answer, or theirs to `task`; returns its task's id, which is theirs again. A `client_id` counts once."""
        return labeling.undo(self._context, annotator, client_id, task)

    def annotate_together(self, ids: Sequence[str], value: Scalar, annotator: str, client_id: str, seconds: float | None = None) -> int:
        """Give up to 50 predictions that are alike one answer; returns how many took it. The same `client_id` counts once."""
        return together.annotate_together(self._context, ids, value, annotator, client_id, seconds)

    def undo_together(self, annotator: str, batch: str, client_id: str) -> int:
        """Take back all that the `annotate_together` with client id `batch` answered; returns how many."""
        return together.undo_together(self._context, annotator, batch, client_id)

    def release_tasks(self, annotator: str) -> int:
        """Give back what this expert holds; returns how many."""
        return labeling.release_tasks(self._context, annotator)

    def request_labels(self, ids: Sequence[str], by: str | None = None, reason: str = "") -> int:
        """Send chosen predictions to the front of the queue; returns how many were new to it."""
        return labeling.request_labels(self._context, ids, by, reason)

    def labels(self) -> pd.DataFrame:
        """The labels that count: id, label, source, confidence, annotators, purpose, probability, time."""
        return labeling.labels(self._context)

    def labellers(self) -> dict[str, int]:
        """In how many of the labels that count each person had a part."""
        return labeling.labellers(self._context)

    def agreement(self) -> Agreement:
        """How far the experts agree, pairwise and together."""
        return labeling.agreement(self._context)

    def suspects(self) -> pd.DataFrame:
        """Labels that are likely wrong, the worst first: id, label, suggested, quality, source."""
        return labeling.suspects(self._context)

    def adjudicate(self, id: str, value: Scalar, by: str) -> None:
        """Settle a disagreement: this value counts from now on."""
        labeling.adjudicate(self._context, id, value, by)

    def label_progress(self, annotator: str | None = None) -> dict[str, Any]:
        """How labeling stands: waiting, done_today, done_total, mine_today, mine_total, median_seconds, streak."""
        return sittings.label_progress(self._context, annotator)

    def label_examples(self, n: int = 3) -> pd.DataFrame:
        """The samples a class of whose label experts are surest: id, label, confidence and the features."""
        return sittings.label_examples(self._context, n)

    def waiting_tasks(self) -> int:
        """How many samples wait in the queue for somebody."""
        return reviewing.waiting_tasks(self._context)

    def labelled_today(self, annotator: str) -> int:
        """How many answers of this person stand since midnight (UTC)."""
        return reviewing.labelled_today(self._context, annotator)

    def annotations(self, annotator: str | None = None, limit: int | None = 200) -> pd.DataFrame:
        """What experts answered and stands, the newest first: id, task, prediction_id, annotator, kind, value, time, seconds, comment."""
        return reviewing.answers(self._context, annotator, limit)

    def disagreements(self) -> pd.DataFrame:
        """The answers to samples that people answered differently and nobody has settled, those of one sample together."""
        return reviewing.disagreements(self._context)

    def served(self, id: str) -> dict[str, Any]:
        """One prediction as it was served: id, time, version, prediction, probabilities, sample."""
        return correcting.served(self._context, id)

    def correct(self, id: str, value: Scalar, by: str | None = None) -> None:
        """Say what a served prediction should have been; it is no label before a review, see `review_feedback`."""
        correcting.correct(self._context, id, value, by)

    def feedback(self) -> pd.DataFrame:
        """Users' corrections that wait for a review, the oldest first: no, id, label, by, time, prediction (what the model said)."""
        return recording.feedback(self._context)

    def review_feedback(self, no: int, accept: bool, by: str | None = None) -> None:
        """Accept a user's correction as a label, or turn it down."""
        recording.review_feedback(self._context, no, accept, by)

    def preview(self, sample: Mapping[str, Any] | str) -> Preview:
        """A sample, given as its values by column or as the id of a logged prediction, as it is to be drawn."""
        return previewing.preview(self._context, sample)
