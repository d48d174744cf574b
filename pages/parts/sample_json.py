"""A sample as the labeling surface draws it: what `Project.preview` returns, as JSON."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from pages.parts import words

__all__ = ["as_json", "class_keys", "png"]

RESERVED = frozenset("sung")


def as_json(preview: Any) -> dict[str, Any]:
    """`{"kind": "image" | "text" | "series" | "table", ...}` with everything that is needed to draw it."""
    if preview.kind == "image":
        return {"kind": "image", "url": "data:image/png;base64," + base64.b64encode(png(preview.content)).decode()}
    if preview.kind == "series":
        numbers = np.asarray(preview.content, dtype=float)
        return {"kind": "series", "values": [round(float(v), 6) if np.isfinite(v) else None for v in numbers]}
    if preview.kind == "table":
        return {"kind": "table", "rows": _rows(pd.DataFrame(preview.content))}
    return {"kind": "text", "text": str(preview.content)}


def png(content: Any) -> bytes:
    """PNG bytes of an image given as bytes (PNG or JPEG, passed on) or as an array of grey or colour values.

    >>> png(np.eye(8))[:4]
    b'\\x89PNG'
    """
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    array = np.asarray(content, dtype=float)
    low, high = float(np.nanmin(array)), float(np.nanmax(array))
    grey = np.nan_to_num((array - low) / ((high - low) or 1.0)) * 255
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(out, format="PNG")
    return out.getvalue()


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    values = [words.number(value) if isinstance(value, float) and value % 1 else _plain(value) for value in frame["value"]]
    marks = frame["unusual"] if "unusual" in frame else [""] * len(frame)
    said = ["unusual" if mark is True else str(mark) if mark and mark == mark else "" for mark in marks]
    return [{"name": str(n), "value": v, "unusual": u} for n, v, u in zip(frame["column"], values, said, strict=True)]


def _plain(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)


def class_keys(classes: Sequence[Any]) -> list[str]:
    """A key for each class: its own name when all are single characters, else 1-9 and then letters that mean nothing else.

    >>> class_keys([0, 1, 2]), class_keys(["stays", "cancels"]), class_keys(range(8, 13))
    (['0', '1', '2'], ['1', '2'], ['1', '2', '3', '4', '5'])
    """
    names = [str(value).lower() for value in classes]
    if all(len(name) == 1 for name in names) and len(set(names)) == len(names) and not RESERVED & set(names):
        return names
    keys = [*"123456789", *(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in RESERVED)]
    return [keys[at] if at < len(keys) and len(names) <= 20 else "" for at in range(len(names))]
