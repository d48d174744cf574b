"""One expert's sitting at the queue: the samples that are held, the answers as they come in, and what to reply."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import lifecycle
from pages.parts import guidelines, sample_json, words

__all__ = ["AHEAD", "Sitting"]

AHEAD = 12  # samples that the browser has at hand


@dataclass
class Sitting:
    """What a browser tab holds. Nothing in it is a record: the project's verbs validate and keep every answer."""

    project: lifecycle.Project
    annotator: str
    held: dict[int, lifecycle.Task] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    drawn: dict[int, dict[str, Any]] = field(default_factory=dict)
    have: set[int] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    notice: str = ""
    wants_guidelines: bool = False
    today: int = 0
    replies: int = 0
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:8])  # a restarted server counts its replies anew

    def start(self) -> None:
        """Count what this expert labelled today already."""
        self.today = self.project.labelled_today(self.annotator)

    def refill(self) -> None:
        """Lease samples until a dozen wait."""
        if len(self.held) < AHEAD - 4:
            for task in self.project.next_tasks(self.annotator, AHEAD):
                self.held.setdefault(task.id, task)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Take what the browser sent: its whole outbox, in order, and which samples it has."""
        self.have = {int(number) for number in message.get("have", ()) if isinstance(number, int)}
        self.acknowledged, self.gone, self.notice = [], [], ""
        self.wants_guidelines = bool(message.get("guidelines"))
        for entry in message.get("entries", ()):
            client = str(entry.get("client", ""))[:80]
            if client not in self.taken and not self._take(client, entry):
                break
            self.acknowledged.append(client)

    def _take(self, client: str, entry: Mapping[str, Any]) -> bool:
        """Record one answer; False where it has to be sent again, and all that follow it with it."""
        try:
            task = int(entry["task"])
            self.act(task, str(entry["kind"]), entry.get("value"), client, entry.get("seconds"), str(entry.get("comment") or "")[:500])
        except lifecycle.StoreError as error:
            self.notice = f"Not saved yet, trying again: {error}"
            return False
        except (lifecycle.LifecycleError, KeyError, TypeError, ValueError) as error:
            self.notice = str(error)
            self.gone.append(int(entry.get("task") or 0))
        self.taken.add(client)
        return True

    def act(self, task: int, kind: str, value: Any, client: str, seconds: Any = None, comment: str = "") -> None:
        """Do one thing that an expert does: answer, unsure, skip or undo."""
        spent = min(max(float(seconds), 0.0), 3600.0) if isinstance(seconds, int | float) else None
        if kind == "undo":
            back = self.project.undo(self.annotator, client_id=client)
            self.today -= back is not None
            return
        self.held.pop(task, None)
        self.drawn.pop(task, None)
        if kind == "skip":
            self.project.skip(task, self.annotator)
            return
        if kind not in ("answer", "unsure"):
            raise lifecycle.InvalidValue(f"'{kind}' is not an answer; known: answer, unsure, skip, undo.")
        answer = lifecycle.UNSURE if kind == "unsure" else value
        self.project.annotate(task, answer, self.annotator, seconds=spent, client_id=client, comment=comment)
        self.today += kind == "answer"

    def reply(self) -> dict[str, Any]:
        """What the browser is sent: acknowledgements and the samples that it does not have."""
        self.refill()
        self.replies += 1
        told = {"guidelines": guidelines.as_json(self.project)} if self.wants_guidelines else {}
        self.wants_guidelines = False
        return told | {
            "reply": f"{self.name}-{self.replies}",
            "acknowledged": self.acknowledged,
            "gone": self.gone,
            "tasks": [self.shown(task) for number, task in self.held.items() if number not in self.have],
            "notice": self.notice,
            "today": self.today,
            "finished": not self.held,
        }

    def shown(self, task: lifecycle.Task) -> dict[str, Any]:
        """One sample with the model's suggestion, where the project shows it."""
        if task.id not in self.drawn:
            hidden = self.project.settings.hide_suggestion
            sure = max(task.probabilities.values(), default=float("nan")) if task.probabilities else float("nan")
            self.drawn[task.id] = {
                "id": task.id,
                "sample": sample_json.as_json(self.project.preview(task.sample)),
                "suggestion": None if hidden else task.prediction,
                "suggested": "" if hidden else words.number(task.prediction) if isinstance(task.prediction, float) else str(task.prediction),
                "sure": words.percent(sure) if sure == sure and not hidden else "",
            }
        return self.drawn[task.id]
