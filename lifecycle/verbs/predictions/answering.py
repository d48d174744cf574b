"""What the serving versions say: champion, canary and shadow behind one function, models kept warm."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.errors import NotReady
from lifecycle.records import ModelVersion, Rollout
from lifecycle.release.rollout import modes
from lifecycle.stores import versions
from lifecycle.verbs.context import Context, Route
from lifecycle.verbs.predictions.scoring import say
from lifecycle.verbs.release import measuring

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
    answers = _divided(context, frame, who, modes[who.trial.mode](keys, who.trial.share, who.trial.key))
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
    assert who.trial is not None
    if not chosen.any():
        return _signed(_timed(context, who.trial, who.champion, frame, "old"), who.champion)
    try:
        new = _signed(_timed(context, who.trial, who.candidate, frame[chosen], "new"), who.candidate)
    except Exception:  # whatever a model raises, whoever asks has an answer
        answers = _signed(say(context, who.champion, frame), who.champion)
        measuring.failed(context, who.trial, int(chosen.sum()))
        return answers
    if chosen.all():
        return new
    old = _signed(_timed(context, who.trial, who.champion, frame[~chosen], "old"), who.champion)
    places = np.argsort(np.r_[np.flatnonzero(chosen), np.flatnonzero(~chosen)], kind="stable")
    return pd.concat([new, old], ignore_index=True).iloc[places].reset_index(drop=True)


def _shadow(context: Context, frame: pd.DataFrame, ids: Sequence[str], who: Route) -> None:
    """Keep what the candidate would have answered; whatever happens here, the request has its answer."""
    assert who.candidate is not None
    assert who.trial is not None
    try:
        said = _timed(context, who.trial, who.candidate, frame, "new")
    except Exception:
        measuring.failed(context, who.trial, len(frame))
        return
    with contextlib.suppress(Exception):
        prediction = said.pop("prediction")
        number = context.schema.task == "regression"
        columns = {"id": pa.array(list(ids), pa.string()), "time": pa.array([context.now()] * len(said), pa.timestamp("us", tz="UTC"))}
        columns["version"] = pa.array(np.full(len(said), who.candidate.version, dtype=np.int32))
        columns["prediction"] = pa.array(prediction if number else [str(value) for value in prediction])
        columns |= {str(name): pa.array(values.to_numpy(dtype=np.float64)) for name, values in said.items()}
        context.log(f"shadow-{who.candidate.version}").append(pa.table(columns))


def _timed(context: Context, trial: Rollout, version: ModelVersion, frame: pd.DataFrame, side: str) -> pd.DataFrame:
    """What a version says, and how long it took, for the trial's guardrails."""
    start = time.perf_counter()
    said = say(context, version, frame)
    measuring.called(context, trial, side, time.perf_counter() - start, len(frame), bool(modes.facts(trial.mode)["aside"]))
    return said
