"""What the serving versions say: champion, canary and shadow behind one function, models kept warm."""
from __future__ import annotations
from collections.abc import Sequence
import pandas as pd
from lifecycle.verbs.context import Context

def answer(context: Context, frame: pd.DataFrame, ids: Sequence[str], entity: Sequence[str] | None = None) -> pd.DataFrame:
    """Route each row to the version that serves its entity: prediction, p_<class>..., model_version, in the frame's order."""
    raise NotImplementedError

def score(context: Context, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
    """What one version says: prediction, p_<class>...; nothing is logged."""
    raise NotImplementedError
