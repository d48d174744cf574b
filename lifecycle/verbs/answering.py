"""What the serving versions say: champion, canary and shadow behind one function, models kept warm."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.errors import LifecycleError, NotReady
from lifecycle.records import ModelVersion
from lifecycle.release.rollout import modes
from lifecycle.stores import trials, versions
from lifecycle.verbs.context import Context, Route
from lifecycle.verbs.scoring import say

__all__ = ["answer", "route", "score"]


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


def answer(context: Context, frame: pd.DataFrame, ids: Sequence[str], entity: Sequence[str | None] | None = None) -> pd.DataFrame:
    """Route each row to the version that serves its entity: prediction, p_<class>..., model_version, in the frame's order.

    A candidate on trial never fails a request: what it cannot answer the champion does, and the failure is counted.

    Raises
    ------
    NotReady : nobody answers here yet. BadData : the champion cannot take these rows; the sentence says why.
    """
    who = context.route or route(context)
    if who.candidate is None or who.trial is None:
        return _signed(say(context, who.champion, frame), who.champion)
    keys = list(ids) if entity is None else [id if key is None else key for key, id in zip(entity, ids, strict=True)]
    answers = _divided(context, frame, who, modes[who.trial.mode](keys, who.trial.share, who.trial.id))
    if modes.facts(who.trial.mode)["aside"]:
        aside = context.aside or (lambda work: work())
        aside(lambda: _shadow(context, frame, ids, who))
    return answers


def score(context: Context, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
    """What one version (None: the champion) says: prediction, p_<class>..., in the frame's order; nothing is logged.

    Raises
    ------
    UnknownName, NotReady : no such version, or its model lives elsewhere. BadData : the model cannot take these rows.
    """
    found = route(context).champion if version is None else versions.get(context.database, context.name, version)
    return say(context, found, frame)


def _signed(said: pd.DataFrame, version: ModelVersion) -> pd.DataFrame:
    said["model_version"] = version.version
    return said


def _divided(context: Context, frame: pd.DataFrame, who: Route, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """The rows `chosen` answered by the candidate, the others by the champion."""
    assert who.candidate is not None
    if not chosen.any():
        return _signed(say(context, who.champion, frame), who.champion)
    try:
        new = _signed(say(context, who.candidate, frame[chosen]), who.candidate)
    except LifecycleError:
        _failed(context, who, int(chosen.sum()))
        return _signed(say(context, who.champion, frame), who.champion)
    if chosen.all():
        return new
    old = _signed(say(context, who.champion, frame[~chosen]), who.champion)
    places = np.argsort(np.r_[np.flatnonzero(chosen), np.flatnonzero(~chosen)], kind="stable")
    return pd.concat([new, old], ignore_index=True).iloc[places].reset_index(drop=True)


def _shadow(context: Context, frame: pd.DataFrame, ids: Sequence[str], who: Route) -> None:
    """Keep what the candidate would have answered; whatever happens here, the request has its answer."""
    assert who.candidate is not None
    try:
        said = say(context, who.candidate, frame)
        prediction = said.pop("prediction")
        number = context.schema.task == "regression"
        columns = {"id": pa.array(list(ids), pa.string()), "time": pa.array([context.now()] * len(said), pa.timestamp("us", tz="UTC"))}
        columns["version"] = pa.array(np.full(len(said), who.candidate.version, dtype=np.int32))
        columns["prediction"] = pa.array(prediction if number else [str(value) for value in prediction])
        columns |= {str(name): pa.array(values.to_numpy(dtype=np.float64)) for name, values in said.items()}
        context.log(f"shadow-{who.candidate.version}").append(pa.table(columns))
    except Exception:
        _failed(context, who, len(frame))


def _failed(context: Context, who: Route, rows: int) -> None:
    """Count rows that the candidate could not answer; a count that cannot be written is given up."""
    assert who.trial is not None
    with contextlib.suppress(Exception):
        trials.count(context.database, who.trial.id, {"failed": rows})
