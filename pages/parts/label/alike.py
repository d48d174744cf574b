"""What resembles a sample: others that nobody has labelled, to be answered with it, and labelled ones, to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lifecycle
from pages.parts import sample_json, words
from pages.parts.label import guidelines

__all__ = ["as_json", "told"]

UNLABELLED, LABELLED = 8, 4


def told(project: lifecycle.Project, wanted: Mapping[str, Any], held: Mapping[int, lifecycle.Task]) -> dict[str, Any]:
    """What a browser asked for besides its samples: `guidelines`, and what is `alike` to one that it holds."""
    found: dict[str, Any] = {"guidelines": guidelines.as_json(project)} if wanted.get("guidelines") else {}
    task = held.get(wanted["alike"]) if isinstance(wanted.get("alike"), int) else None
    return found | ({"alike": as_json(project, task)} if task else {})


def as_json(project: lifecycle.Project, task: lifecycle.Task) -> dict[str, Any]:
    """`{"task": id, "items": [{"prediction", "sample", "suggestion", "suggested"}], "near": [{"label", "sample"}]}`."""
    hidden = project.settings.hide_suggestion
    known = {str(value): value for value in project.config.schema.classes}
    items = []
    for row in project.similar(task.prediction_id, UNLABELLED).itertuples():
        said: Any = known.get(str(row.prediction), row.prediction)
        drawn = sample_json.as_json(project.preview(str(row.id)))
        items.append({"prediction": str(row.id), "sample": drawn} | sample_json.suggested(said, hidden))
    near = [
        {"label": _said(row.label), "sample": sample_json.as_json(project.preview(str(row.id)))}
        for row in project.neighbours(task.prediction_id, LABELLED).itertuples()
    ]
    return {"task": task.id, "items": items, "near": near}


def _said(value: Any) -> str:
    return words.number(value) if isinstance(value, float) else str(value)
