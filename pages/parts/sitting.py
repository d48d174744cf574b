"""One expert's sitting at the queue: the samples that are held, the answers as they come in, and what to reply."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import lifecycle
from pages.parts import alike, guidelines, sample_json, words

__all__ = ["AHEAD", "Sitting"]

AHEAD = 12  # samples that the browser has at hand
RENEW = 60.0  # seconds after which what is held is leased anew


@dataclass
class Sitting:
    """What a browser tab holds. Nothing in it is a record: the project's verbs validate and keep every answer."""

    project: lifecycle.Project
    annotator: str
    where: lifecycle.QueueFilter | None = None
    held: dict[int, lifecycle.Task] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    drawn: dict[int, dict[str, Any]] = field(default_factory=dict)
    have: set[int] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    notice: str = ""
    wanted: Mapping[str, Any] = field(default_factory=dict)
    today: int = 0
    standing: dict[str, Any] = field(default_factory=dict)
    replies: int = 0
    leased: float = 0.0
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:8])  # a restarted server counts its replies anew

    def start(self) -> None:
        """Count what this expert labelled before: today, in all, how fast."""
        self.today = self.project.labelled_today(self.annotator)
        told = self.project.label_progress(self.annotator)
        self.standing = {"total": told["mine_total"], "today": told["mine_today"], "seconds": told["median_seconds"]}

    def turn_to(self, where: lifecycle.QueueFilter | None) -> None:
        """Serve what matches this filter from now on; what is held of another one goes back."""
        if where != self.where:
            self.where = where
            self.project.release_tasks(self.annotator)
            self.held, self.drawn, self.have, self.leased = {}, {}, set(), 0.0

    def refill(self) -> None:
        """Lease samples until a dozen wait, and renew what has been held for a while."""
        if len(self.held) >= AHEAD - 4 and time.monotonic() - self.leased < RENEW:
            return
        served = self.project.next_tasks(self.annotator, AHEAD, self.where)
        self.leased = time.monotonic()
        lost = set(self.held) - {task.id for task in served} if len(served) < AHEAD else set()
        for number in lost:
            self.held.pop(number)  # its lease ran out and somebody else has it
            self.gone = [*self.gone, number]
        for task in served:
            self.held.setdefault(task.id, task)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Take what the browser sent: its whole outbox, in order, which samples it has, and what else it wants."""
        self.have = {int(number) for number in message.get("have", ()) if isinstance(number, int)}
        self.acknowledged, self.gone, self.notice = [], [], ""
        wanted = message.get("wanted")
        self.wanted = wanted if isinstance(wanted, Mapping) else {}
        for entry in message.get("entries", ()):
            client = str(entry.get("client", ""))[:80]
            if client not in self.taken and not self._take(client, entry):
                break
            self.acknowledged.append(client)

    def _take(self, client: str, entry: Mapping[str, Any]) -> bool:
        """Record one answer; False where it has to be sent again, and all that follow it with it."""
        try:
            self._act(client, entry)
        except lifecycle.StoreError as error:
            self.notice = f"Not saved yet, trying again: {error}"
            return False
        except (lifecycle.LifecycleError, KeyError, TypeError, ValueError) as error:
            self.notice = str(error)
            self.gone.append(int(entry.get("task") or 0))
        self.taken.add(client)
        return True

    def _act(self, client: str, entry: Mapping[str, Any]) -> None:
        """Do one thing that an expert does: answer (one or several alike), unsure, skip or undo."""
        task, kind, seconds = int(entry["task"]), str(entry["kind"]), entry.get("seconds")
        value: Any = entry.get("value")
        spent = min(max(float(seconds), 0.0), 3600.0) if isinstance(seconds, int | float) else None
        if kind == "undo":
            batch = entry.get("batch")
            alike_too = self.project.undo_together(self.annotator, str(batch)[:80], f"{client}+") if batch else 0
            back = self.project.undo(self.annotator, client_id=client, task=task)
            self.today -= (back is not None) + alike_too
            return
        self.held.pop(task, None)
        self.drawn.pop(task, None)
        if kind == "skip":
            self.project.skip(task, self.annotator)
            return
        if kind not in ("answer", "unsure", "alike"):
            raise lifecycle.InvalidValue(f"'{kind}' is not an answer; known: answer, unsure, alike, skip, undo.")
        answer = lifecycle.UNSURE if kind == "unsure" else value
        comment = str(entry.get("comment") or "")[:500]
        self.project.annotate(task, answer, self.annotator, seconds=spent, client_id=client, comment=comment)
        self.today += kind != "unsure"
        if kind == "alike":
            self.today += self.project.annotate_together([str(id) for id in entry["ids"]], value, self.annotator, client, spent)
            self.held = {number: held for number, held in self.held.items() if held.prediction_id not in set(entry["ids"])}

    def reply(self) -> dict[str, Any]:
        """What the browser is sent: acknowledgements and the samples that it does not have."""
        self.refill()
        self.replies += 1
        return self._told() | {
            "reply": f"{self.name}-{self.replies}",
            "lane": repr(self.where),
            "acknowledged": self.acknowledged,
            "gone": self.gone,
            "tasks": [self.shown(task) for number, task in self.held.items() if number not in self.have],
            "notice": self.notice,
            "today": self.today,
            "standing": self.standing,
            "finished": not self.held,
        }

    def _told(self) -> dict[str, Any]:
        """What was asked for besides: guidelines, samples alike."""
        wanted, self.wanted = self.wanted, {}
        told: dict[str, Any] = {"guidelines": guidelines.as_json(self.project)} if wanted.get("guidelines") else {}
        task = self.held.get(wanted["alike"]) if isinstance(wanted.get("alike"), int) else None
        return told | ({"alike": alike.as_json(self.project, task)} if task else {})

    def shown(self, task: lifecycle.Task) -> dict[str, Any]:
        """One sample with the model's suggestion, where the project shows it."""
        if task.id not in self.drawn:
            sure = max(task.probabilities.values(), default=float("nan")) if task.probabilities else float("nan")
            hidden = self.project.settings.hide_suggestion
            self.drawn[task.id] = {
                "id": task.id,
                "prediction": task.prediction_id,
                "sample": sample_json.as_json(self.project.preview(task.sample), self.where.text if self.where else ""),
                "sure": words.percent(sure) if sure == sure and not hidden else "",
            } | suggested(task.prediction, hidden)
        return self.drawn[task.id]


def suggested(prediction: Any, hidden: bool) -> dict[str, Any]:
    """The model's answer as a value and in words; neither where the project hides it."""
    said = words.number(prediction) if isinstance(prediction, float) else str(prediction)
    return {"suggestion": None if hidden else prediction, "suggested": "" if hidden else said}
