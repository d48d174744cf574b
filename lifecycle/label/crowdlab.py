"""CROWDLAB: the model's probabilities as one more annotator, weighed by how well it and each person agree with the others."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pandas as pd

from lifecycle.errors import BadData
from lifecycle.label.answers import Answers
from lifecycle.label.uncertainty import Floats

__all__ = ["crowdlab"]


def crowdlab(answers: Answers, probabilities: pd.DataFrame) -> tuple[Floats, Floats]:
    """The consensus of each item as places in `answers.values`, and its quality in [0, 1] (Goh, Tkachenko and Mueller, 2022).

    Parameters
    ----------
    probabilities : the model's, a row an item (its index) and a column a class; the model must not have been trained on these answers.

    Raises
    ------
    BadData : an item without probabilities, or an answer that is none of the columns.
    """
    classes = list(probabilities.columns)
    places = pd.Index(classes).get_indexer(pd.Index(answers.values, dtype=object))
    rows = pd.Index(probabilities.index).get_indexer(pd.Index(answers.items, dtype=object))
    if (places < 0).any() or (rows < 0).any():
        raise BadData("CROWDLAB needs the model's probabilities of every item and of every class that was answered; use dawid_skene without them.")
    chances = probabilities.to_numpy(dtype=np.float64)[rows]
    table = np.full((len(answers.items), len(answers.annotators)), np.nan)
    table[answers.item, answers.annotator] = places[answers.value]
    if not np.isfinite(chances).all():
        raise BadData("CROWDLAB was given probabilities that are missing or infinite; leave those items out.")
    from cleanlab.multiannotator import get_label_quality_multiannotator  # only this method needs it

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # it warns of classes that nobody answered
        found = get_label_quality_multiannotator(
            pd.DataFrame(table), chances, verbose=False, return_detailed_quality=False, return_annotator_stats=False
        )
    said = found["label_quality"]
    back = pd.Series(np.arange(len(answers.values)), index=places)
    agreed = said["consensus_label"].to_numpy(dtype=np.intp)
    known = back.reindex(agreed).to_numpy(dtype=np.float64)
    majority = answers.counts().argmax(axis=1)  # where the model's own class, which nobody answered, wins
    return np.where(np.isfinite(known), known, majority), said["consensus_quality_score"].to_numpy(dtype=np.float64)
