"""What resembles a sample: others that nobody has labelled, to be answered with it, and labelled ones, to learn from."""

from __future__ import annotations

from typing import Any

import lifecycle
from pages.parts import sample_json, words

__all__ = ["as_json"]

UNLABELLED, LABELLED = 8, 4


def as_json(project: lifecycle.Project, task: lifecycle.Task) -> dict[str, Any]:
    """`{"task": id, "items": [{"prediction", "sample", "suggestion", "suggested"}], "near": [{"label", "sample"}]}`."""
    hidden = project.settings.hide_suggestion
    known = {str(value): value for value in project.config.schema.classes}
    items = []
    for row in project.similar(task.prediction_id, UNLABELLED).itertuples():
        said: Any = known.get(str(row.prediction), row.prediction)
        told = {"suggestion": None if hidden else said, "suggested": "" if hidden else _said(said)}
        items.append({"prediction": str(row.id), "sample": sample_json.as_json(project.preview(str(row.id)))} | told)
    near = [
        {"label": _said(row.label), "sample": sample_json.as_json(project.preview(str(row.id)))}
        for row in project.neighbours(task.prediction_id, LABELLED).itertuples()
    ]
    return {"task": task.id, "items": items, "near": near}


def _said(value: Any) -> str:
    return words.number(value) if isinstance(value, float) else str(value)
