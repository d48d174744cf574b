"""Which words of a text an expert's eye should fall on: those that the model weighs most, where the model can say so."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import LifecycleError
from lifecycle.modalities.highlights import Mark, unusual_words, weighed_words
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.remembering import Remembered

__all__ = ["word_marks"]

_names: Remembered[NDArray[np.str_] | None] = Remembered(8)
_vocabularies: Remembered[Collection[str]] = Remembered(8)


def word_marks(context: Context, sample: Mapping[str, Any], column: str, text: str) -> tuple[Mark, ...]:
    """The words that a champion that is linear on word weights (TF-IDF, counts) weighs most for or against its answer, else those
    that the reference does not know. Where the project hides suggestions the model says nothing here either."""
    if not text:
        return ()
    weights = {} if context.settings.hide_suggestion else _weights(context, sample)
    return tuple(weighed_words(text, weights) if weights else unusual_words(text, _known(context, column, text)))


def _weights(context: Context, sample: Mapping[str, Any]) -> dict[str, float]:
    """What each term of the sample adds to the answer over the next best one; empty where the model is not linear on words."""
    number = context.database.value("SELECT version FROM versions WHERE project = ? AND status = 'champion'", (context.name,))
    champion = versions.get(context.database, context.name, int(number)) if number else None
    if champion is None or champion.model is None:
        return {}
    try:
        estimator = scoring.model(context, champion)
        names = _names.get((str(context.root), champion.model), lambda: _term_names(estimator))
        if names is None:
            return {}
        frame = scoring.feature_frame(context.schema, pd.DataFrame([{name: sample.get(name) for name in context.schema.names}]))
        row = estimator[:-1].transform(frame)
    except (LifecycleError, ValueError, TypeError, AttributeError):
        return {}  # a preview is drawn whatever the model is
    values = np.asarray(row.todense() if hasattr(row, "todense") else row, dtype=np.float64).ravel()
    parts = values * _direction(estimator[-1], values)
    return {str(names[i]): float(parts[i]) for i in np.flatnonzero(parts) if names[i]}


def _term_names(estimator: Any) -> NDArray[np.str_] | None:
    """The term of each input of the last step ('' for what is no word), None where the model is not linear or no step makes words."""
    steps = getattr(estimator, "steps", [])
    if len(steps) < 2 or not hasattr(steps[-1][1], "coef_"):
        return None
    before = estimator[:-1]
    makers = [step for _, step in before.steps] + [part[1] for _, step in before.steps for part in getattr(step, "transformers_", ())]
    terms = {term for maker in makers for term in getattr(maker, "vocabulary_", ())}
    found = [str(name) for name in before.get_feature_names_out()]
    found = [next((name for name in (whole, whole.split("__", 1)[-1]) if name in terms), "") for whole in found]
    return np.array(found) if any(found) else None


def _direction(model: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coefficients of the answer less those of the next best one (inputs,)."""
    weights = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64))
    if weights.shape[0] == 1:
        score = weights[0] @ values + float(np.ravel(model.intercept_)[0])
        return np.asarray(weights[0] if score >= 0 or not hasattr(model, "classes_") else -weights[0])
    first, second = np.argsort(-(weights @ values + model.intercept_))[:2]
    return np.asarray(weights[first] - weights[second])


def _known(context: Context, column: str, text: str) -> Collection[str]:
    """The reference's words; where none were frozen, the text's own, so that nothing is marked."""
    base = context.database.one("SELECT version, fitted FROM drift_states WHERE project = ?", (context.name,))
    if base is None:
        return text.lower().split()
    key = (str(context.database.path), context.name, context.config.created, base["version"], column)
    return _vocabularies.get(key, lambda: _vocabulary(json.loads(base["fitted"]), column)) or text.lower().split()


def _vocabulary(fitted: Mapping[str, Any], column: str) -> frozenset[str]:
    groups = [group for group in fitted.get("groups", ()) if group["modality"] == "text" and column in group["columns"]]
    return frozenset(word for group in groups for word in group["state"].get("vocabulary", ()))
