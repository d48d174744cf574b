"""Precision, recall and F1 of each class: a view of chosen windows, worked out when asked for."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from lifecycle.monitor.performance.layout import layout_of
from lifecycle.monitor.performance.results import class_results
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.performance_rows import models_of
from lifecycle.verbs.monitor.performance_views import windows_between

__all__ = ["performance_classes"]

LINES = tuple(f"{line}{end}" for line in ("realized", "estimated", "assisted") for end in ("", "_lower", "_upper"))


def performance_classes(context: Context, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """class, metric (precision, recall, f1), rows, labels and the three lines, over the windows that have rows in [start, end) together.

    Judged by the version that answered most of their rows. Empty for regression, with more than 12 classes, and without rows.
    """
    stack, found = windows_between(context, start, end)
    layout = layout_of(context.schema, context.settings.costs)
    if not len(found) or not layout.per_class:
        names = ("class", "metric", "rows", "labels", *LINES)
        return pd.DataFrame({name: pd.Series(dtype=object if name in ("class", "metric") else "float64") for name in names})
    versions = found["version"].to_numpy(dtype=np.int64)
    number = int(np.bincount(versions, found["rows"].to_numpy(dtype=np.float64)).argmax())
    whole = {name: values.sum(axis=0, keepdims=True) for name, values in stack.items()}
    frame = class_results(layout, models_of(context, [number])[number], whole)
    classes = np.array([*context.schema.classes, None], dtype=object)[:-1]
    frame["class"] = classes[frame["class"].to_numpy()]
    return frame
