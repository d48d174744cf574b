"""What the serving versions say: champion, canary and shadow behind one function, models kept warm."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lifecycle.errors import NotReady
from lifecycle.records import ModelVersion
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.scoring import say

__all__ = ["answer", "score"]


def answer(context: Context, frame: pd.DataFrame, ids: Sequence[str], entity: Sequence[str] | None = None) -> pd.DataFrame:
    """Route each row to the version that serves its entity: prediction, p_<class>..., model_version, in the frame's order.

    Raises
    ------
    NotReady : nobody answers here yet. BadData : the champion cannot take these rows; the sentence says why.
    """
    who = _champion(context)
    answers = say(context, who, frame)
    answers["model_version"] = who.version
    return answers


def score(context: Context, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
    """What one version (None: the champion) says: prediction, p_<class>..., in the frame's order; nothing is logged.

    Raises
    ------
    UnknownName, NotReady : no such version, or its model lives elsewhere. BadData : the model cannot take these rows.
    """
    found = _champion(context) if version is None else versions.get(context.database, context.name, version)
    return say(context, found, frame)


def _champion(context: Context) -> ModelVersion:
    found = versions.champion(context.database, context.name)
    if found is None:
        raise NotReady(f"Project {context.name!r} has no champion yet: train or register a version and approve it, then it answers.")
    if found.model is None:
        raise NotReady(f"The model of project {context.name!r} lives elsewhere: log rows that carry `prediction` (and p_<class>) instead.")
    return found
