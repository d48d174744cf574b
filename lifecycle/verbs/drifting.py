"""Drift and data quality: what landed is summarised once, and reports are read from the summaries."""
from __future__ import annotations
import pandas as pd
from lifecycle.records import DriftReport
from lifecycle.verbs.context import Context

def catch_up(context: Context) -> int:
    """Summarise what has landed since the last time; returns the rows taken in. Safe to call from several processes."""
    raise NotImplementedError
def drift(context: Context) -> DriftReport:
    raise NotImplementedError
def quality(context: Context) -> pd.DataFrame:
    raise NotImplementedError
