"""What the serving versions say: champion, canary and shadow behind one function, models kept warm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import NotReady
from lifecycle.records import ModelVersion, Schema
from lifecycle.release.rollout import modes
from lifecycle.stores import versions
from lifecycle.verbs.context import Context, Route
from lifecycle.verbs.predictions import shadowing
from lifecycle.verbs.predictions.scoring import Said, say, tell
from lifecycle.verbs.predictions.shadowing import timed
from lifecycle.verbs.release import measuring

__all__ = ["Answered", "answer", "route", "score"]


def route(context: Context) -> Route:
    """Who answers now, as committed.

    Raises
    ------
    NotReady : there is no champion yet, or the model lives elsewhere.
    """
    champion = versions.champion(context.database, context.name)
    if champion is None:
        raise NotReady(f"Project {context.name!r} has no champion yet: train or register a version and approve it, then it answers.")
    if champion.model is None:
        raise NotReady(f"The model of project {context.name!r} lives elsewhere: log rows that carry `prediction` (and p_<class>) instead.")
    trial = versions.active_trial(context.database, context.name)
    return Route(champion, versions.get(context.database, context.name, trial.version) if trial else None, trial)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said of rows: the version that answered each, and its answer. `aside`: to be done once the answer is in the log."""

    version: NDArray[np.int32]
    said: Said
    aside: Callable[[], None] | None = None


def answer(context: Context, schema: Schema, features: pd.DataFrame, ids: Sequence[str], entity: Sequence[str | None] | None = None) -> Answered:
    """Route each row of a `feature_frame` to the version that serves its entity.

    A candidate on trial never fails a request: what it cannot answer the champion does, and the failure is counted.

    Raises
    ------
    NotReady : nobody answers here yet. BadData : the champion cannot take these rows; the sentence says why.
    """
    who = context.route or route(context)
    if who.candidate is None or who.trial is None:
        return _signed(who.champion, tell(context, who.champion, features, schema))
    keys = list(ids) if entity is None else [id if key is None else key for key, id in zip(entity, ids, strict=True)]
    answers = _divided(context, schema, features.copy(), who, modes[who.trial.mode](keys, who.trial.share, who.trial.key))
    if modes.facts(who.trial.mode)["aside"]:
        return replace(answers, aside=lambda: shadowing.ask(context, schema, features, ids, who))
    return answers


def score(context: Context, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
    """What one version (None: the champion) says: prediction, p_<class>..., in the frame's order; nothing is logged.

    Raises
    ------
    UnknownName, NotReady : no such version, or its model lives elsewhere. BadData : the model cannot take these rows.
    """
    found = route(context).champion if version is None else versions.get(context.database, context.name, version)
    return say(context, found, frame)


def _signed(version: ModelVersion, said: Said) -> Answered:
    return Answered(np.full(len(said.values), version.version, dtype=np.int32), said)


def _divided(context: Context, schema: Schema, features: pd.DataFrame, who: Route, chosen: NDArray[np.bool_]) -> Answered:
    """The rows `chosen` answered by the candidate, the others by the champion."""
    assert who.candidate is not None
    assert who.trial is not None
    if not chosen.any():
        return _signed(who.champion, timed(context, schema, who.trial, who.champion, features, "old"))
    try:
        new = timed(context, schema, who.trial, who.candidate, features[chosen].reset_index(drop=True), "new")
    except Exception:  # whatever a model raises, whoever asks has an answer
        answers = _signed(who.champion, tell(context, who.champion, features, schema))
        measuring.failed(context, who.trial, int(chosen.sum()))
        return answers
    if chosen.all():
        return _signed(who.candidate, new)
    old = timed(context, schema, who.trial, who.champion, features[~chosen].reset_index(drop=True), "old")
    return Answered(np.where(chosen, who.candidate.version, who.champion.version).astype(np.int32), _woven(chosen, new, old))


def _woven(chosen: NDArray[np.bool_], new: Said, old: Said) -> Said:
    """What both said, in the order of the rows; probabilities that one of them does not give are NaN."""
    values = np.empty(len(chosen), dtype=new.values.dtype)
    values[chosen], values[~chosen] = new.values, old.values
    known = new.chances if new.chances is not None else old.chances
    if known is None:
        return Said(values)
    chances = np.full((len(chosen), known.shape[1]), np.nan)
    for side, said in ((chosen, new), (~chosen, old)):
        if said.chances is not None:
            chances[side] = said.chances
    return Said(values, chances)
