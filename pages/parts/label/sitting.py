"""One expert's sitting at the queue: the samples that are held, the answers as they come in, and what to reply."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lifecycle
from pages.parts import sample_json
from pages.parts.label import alike, entries

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
        self.today, told = self.project.labelled_today(self.annotator), self.project.label_progress(self.annotator)
        self.standing = {"total": told["mine_total"], "today": told["mine_today"], "seconds": told["median_seconds"]}

    def turn_to(self, where: lifecycle.QueueFilter | None) -> None:
        """Serve what matches this filter from now on; what is held of another one goes back."""
        if where != self.where:
            self.project.release_tasks(self.annotator)
            self.where, self.held, self.drawn, self.have, self.leased = where, {}, {}, set(), 0.0

    def refill(self) -> None:
        """Lease samples until a dozen wait, and renew what has been held for a while. What hinders it is said, and the surface stays."""
        if len(self.held) >= AHEAD - 4 and time.monotonic() - self.leased < RENEW:
            return
        try:
            served = {task.id: task for task in self.project.next_tasks(self.annotator, AHEAD, self.where)}
        except lifecycle.LifecycleError as error:
            self.notice = str(error)
            return
        self.leased = time.monotonic()
        lost = [number for number in self.held if number not in served] if len(served) < AHEAD else []
        self.gone = [*self.gone, *lost]  # a lease ran out, and somebody else has the sample
        self.held = {number: task for number, task in self.held.items() if number not in lost} | served

    def receive(self, message: Mapping[str, Any]) -> None:
        """Take what the browser sent: its whole outbox, in order, which samples it has, and what else it wants."""
        self.have = {int(number) for number in message.get("have", ()) if isinstance(number, int)}
        self.acknowledged, self.gone, self.notice = [], [], ""
        self.wanted = dict(message.get("wanted") or {})
        for entry in message.get("entries", ()):
            client = str(entry.get("client", ""))[:80]
            if client not in self.taken and not self._take(client, entry):
                break
            self.acknowledged.append(client)
        if self.acknowledged:
            self.today = self.project.labelled_today(self.annotator)

    def _take(self, client: str, entry: Mapping[str, Any]) -> bool:
        """Record one answer; False where it has to be sent again, and all that follow it with it."""
        try:
            task = int(entry["task"])
            if entry["kind"] != "undo":
                self._let_go(task, entry.get("ids") or ())
            entries.perform(self.project, self.annotator, client, entry)
        except (lifecycle.StoreError, lifecycle.SignedOut) as error:
            self.notice = f"Not saved yet, trying again: {error}"
            return False
        except (lifecycle.LifecycleError, KeyError, TypeError, ValueError) as error:
            self.notice = str(error)
            self.gone.append(int(entry.get("task") or 0))
        self.taken.add(client)
        return True

    def _let_go(self, task: int, ids: Sequence[str]) -> None:
        """What is answered is held no more, nor is what is answered with it."""
        self.held = {number: held for number, held in self.held.items() if number != task and held.prediction_id not in ids}
        self.drawn = {number: drawn for number, drawn in self.drawn.items() if number in self.held}

    def reply(self) -> dict[str, Any]:
        """What the browser is sent: acknowledgements and the samples that it does not have."""
        self.refill()
        self.replies, told, self.wanted = self.replies + 1, alike.told(self.project, self.wanted, self.held), {}
        return told | {
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

    def shown(self, task: lifecycle.Task) -> dict[str, Any]:
        """One sample with the model's suggestion, drawn once."""
        search = self.where.text if self.where else ""
        return self.drawn.get(task.id) or self.drawn.setdefault(task.id, sample_json.task_json(self.project, task, search))
