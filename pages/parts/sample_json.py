"""A sample as the labeling surface draws it: what `Project.preview` returns, as JSON."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

import lifecycle
from pages.parts import words

__all__ = ["as_json", "class_keys", "png", "suggested", "task_json"]

RESERVED = frozenset("sungm")
WEIGHED = "Shaded words speak for the model's answer, dotted ones against it."
NEW = "Dashed words do not occur in the reference."


def as_json(preview: Any, search: str = "") -> dict[str, Any]:
    """`{"kind": "image" | "text" | "series" | "table", ...}` with everything that is needed to draw it; `search` is marked in a text."""
    if preview.kind == "image":
        content = png(preview.content)
        kind = "jpeg" if content[:2] == b"\xff\xd8" else "png"
        return {"kind": "image", "url": f"data:image/{kind};base64,{base64.b64encode(content).decode()}"}
    if preview.kind == "series":
        numbers = np.asarray(preview.content, dtype=float)
        return {"kind": "series", "values": [round(float(v), 6) if np.isfinite(v) else None for v in numbers]}
    if preview.kind == "table":
        return {"kind": "table", "rows": _rows(pd.DataFrame(preview.content))}
    return _text(str(preview.content), preview.marks, search)


def _text(text: str, marks: Sequence[tuple[int, int, float]], search: str) -> dict[str, Any]:
    """A text and its marks, (start, end, kind, strength), counted as JavaScript counts characters; what was searched for goes first."""
    found = [(m.start(), m.end(), "found", 1.0) for m in re.finditer(re.escape(search), text, re.IGNORECASE)] if search else []
    kinds = [(start, end, "for" if weight > 0 else "against" if weight < 0 else "new", abs(weight)) for start, end, weight in marks]
    others = [mark for mark in kinds if not any(mark[0] < end and start < mark[1] for start, end, _, _ in found)]
    said = {kind: words_ for kind, words_ in (("for", WEIGHED), ("against", WEIGHED), ("new", NEW)) if kind in {mark[2] for mark in others}}
    places = [[_units(text, start), _units(text, end), kind, strength] for start, end, kind, strength in sorted(found + others)]
    return {"kind": "text", "text": text, "marks": places, "key": " ".join(dict.fromkeys(said.values()))}


def _units(text: str, at: int) -> int:
    """A place in UTF-16 units, as a browser counts."""
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


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
    usual = frame["usual"] if "usual" in frame else [""] * len(frame)
    said = ["unusual" if mark is True else str(mark) if mark and mark == mark else "" for mark in marks]
    return [{"name": str(n), "value": v, "unusual": u, "usual": str(o)} for n, v, u, o in zip(frame["column"], values, said, usual, strict=True)]


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
    if all(len(name) == 1 and name.isalnum() for name in names) and len(set(names)) == len(names) and not RESERVED & set(names):
        return names
    keys = [*"123456789", *(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in RESERVED)]
    return [keys[at] if at < len(keys) and len(names) <= 20 else "" for at in range(len(names))]


def task_json(project: lifecycle.Project, task: lifecycle.Task, search: str = "") -> dict[str, Any]:
    """One sample of the queue with the model's suggestion, where the project shows it."""
    hidden, sure = project.settings.hide_suggestion, max(task.probabilities.values(), default=float("nan"))
    said = {"sure": "" if hidden or sure != sure else words.percent(sure)} | suggested(task.prediction, hidden)
    return {"id": task.id, "prediction": task.prediction_id, "sample": as_json(project.preview(task.sample), search)} | said


def suggested(prediction: Any, hidden: bool) -> dict[str, Any]:
    """The model's answer as a value and in words; neither where the project hides it."""
    said = words.number(prediction) if isinstance(prediction, float) else str(prediction)
    return {"suggestion": None if hidden else prediction, "suggested": "" if hidden else said}
