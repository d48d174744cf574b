"""What an expert reads when in doubt: the project's words, and a few labelled examples of each class."""

from __future__ import annotations

from typing import Any

import lifecycle
from pages.parts import sample_json

__all__ = ["as_json"]

EXAMPLES = 4


def as_json(project: lifecycle.Project) -> dict[str, Any]:
    """`{"text": ..., "examples": [{"label": class, "samples": [...]}]}`, the surest labels first; made only when asked for."""
    text = project.settings.guidelines.strip() or project.config.description or "Nobody has written guidelines for this project yet."
    labels = project.label_examples(EXAMPLES)
    examples = []
    for value in project.config.schema.classes[:20]:
        ids = labels.loc[labels["label"].map(lambda label, value=value: label == value), "id"]
        samples = [sample_json.as_json(project.preview(str(name))) for name in ids]
        examples.append({"label": str(value), "samples": samples})
    return {"text": text, "examples": [example for example in examples if example["samples"]]}
