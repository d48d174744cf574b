"""What one entry of a browser's outbox asks for, done through the project's verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lifecycle

__all__ = ["perform"]


def perform(project: lifecycle.Project, annotator: str, client: str, entry: Mapping[str, Any]) -> None:
    """Answer (one sample, or with it others that are alike), unsure, skip or undo.

    The verbs count a `client` once, and check the value, the task and the person whatever the browser has checked.
    """
    task, kind = int(entry["task"]), str(entry["kind"])
    if kind == "undo":
        if entry.get("batch"):
            project.undo_together(annotator, str(entry["batch"])[:80], f"{client}+")
        project.undo(annotator, client_id=client, task=task or None)
        return
    if kind == "skip":
        project.skip(task, annotator)
        return
    if kind not in ("answer", "unsure", "alike"):
        raise lifecycle.InvalidValue(f"'{kind}' is not an answer; known: answer, unsure, alike, skip, undo.")
    seconds, said = entry.get("seconds"), entry.get("value")
    spent = min(max(float(seconds), 0.0), 3600.0) if isinstance(seconds, int | float) else None
    value: Any = lifecycle.UNSURE if kind == "unsure" else said
    project.annotate(task, value, annotator, seconds=spent, client_id=client, comment=str(entry.get("comment") or "")[:500])
    if kind == "alike":
        project.annotate_together([str(name) for name in entry["ids"]], value, annotator, client, spent)
