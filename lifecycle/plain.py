"""Records as what JSON knows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.records import Column, QueueFilter, Schema, Settings, Trigger

__all__ = ["filter_from", "plain", "schema_from", "settings_from"]


def plain(value: Any) -> Any:
    """A record, array or scalar as what JSON knows.

    >>> from lifecycle.records import UNSURE
    >>> plain({"n": np.int64(3), "when": datetime(2026, 1, 2), "who": UNSURE, "gone": float("nan")})
    {'n': 3, 'when': '2026-01-02T00:00:00', 'who': 'unsure', 'gone': None}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings from what `plain` wrote; fields that this release does not know are dropped."""
    known = {name: values[name] for name in Settings.__dataclass_fields__ if name in values}
    known["triggers"] = tuple(t if isinstance(t, Trigger) else Trigger(**t) for t in known.get("triggers", ()))
    known["priorities"] = tuple(rule if isinstance(rule, QueueFilter) else filter_from(rule) for rule in known.get("priorities", ()))
    known["recipes"] = tuple((str(name), str(sha)) for name, sha in known.get("recipes", ()))
    if known.get("usual_range") is not None:
        known["usual_range"] = tuple(known["usual_range"])
    return Settings(**known)


def filter_from(values: Mapping[str, Any]) -> QueueFilter:
    """A QueueFilter from what `plain` wrote."""
    return QueueFilter(**{**values, "values": tuple(values.get("values", ())), "predicted": tuple(values.get("predicted", ()))})


def schema_from(values: Mapping[str, Any]) -> Schema:
    """A Schema from what `plain` wrote."""
    columns = tuple(Column(c["name"], c["kind"], tuple(c["levels"])) for c in values["features"])
    return Schema(**{**values, "features": columns, "classes": tuple(values["classes"])})
