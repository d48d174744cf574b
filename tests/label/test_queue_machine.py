"""The queue under any order of acts by three experts: what must hold after each of them."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lifecycle.errors import Conflict
from lifecycle.records import UNSURE, Column, ProjectConfig, Schema, Settings
from lifecycle.stores.database import Database, dumps
from lifecycle.stores.models import ModelStore
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.verbs.context import Clock, Context
from lifecycle.verbs.label import labeling

START = datetime(2026, 3, 1, tzinfo=UTC)
EXPERTS = st.sampled_from(["ana", "ben", "cat"])


class Queue(RuleBasedStateMachine):
    """Six rows, two answers each; the model of it is what each expert said that stands."""

    @initialize(overlap=st.integers(1, 2))
    def begin(self, overlap: int) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.context = Context("p", self.root, Database(self.root / "w.db"), ModelStore(self.root), SnapshotStore(self.root), Clock(START))
        self.context.database.connection.execute("PRAGMA synchronous = OFF")
        schema = Schema((Column("a", "numeric"),), "label", None, "classification", "tabular", ("no", "yes"))
        row = ("p", dumps(ProjectConfig("p", schema, "9 rows", True, START, "t")), dumps(Settings(overlap=overlap)), START.isoformat(), "t")
        self.context.database.connection.execute("INSERT INTO projects (name, config, settings, created, created_by) VALUES (?, ?, ?, ?, ?)", row)
        self.overlap, self.rows = overlap, 0
        self.said: dict[tuple[int, str], object] = {}
        self.land()

    @rule()
    def land(self) -> None:
        if self.rows < 12:
            ids = [f"r{self.rows + i}" for i in range(6)]
            times = pa.array([START] * 6, pa.timestamp("us", "UTC"))
            chances = [0.1 * i for i in range(6)]
            columns = {"id": ids, "time": times, "version": pa.array([1] * 6, pa.int32()), "prediction": ["no"] * 6}
            rest = {"p_no": [1 - c for c in chances], "p_yes": chances, "a": chances}
            self.context.log().append(pa.table(columns | rest))
            self.rows += 6

    @rule(who=EXPERTS, n=st.integers(1, 5))
    def take(self, who: str, n: int) -> None:
        found = labeling.next_tasks(self.context, who, n)
        assert len({task.id for task in found}) == len(found) <= n
        assert all(self.said.get((task.id, who)) in (None, "skip") for task in found)

    @rule(who=EXPERTS, task=st.integers(1, 14), value=st.sampled_from(["no", "yes", UNSURE, "skip"]), twice=st.booleans())
    def say(self, who: str, task: int, value: object, twice: bool) -> None:
        held = self.context.database.value("SELECT task FROM leases WHERE annotator = ? LIMIT 1", (who,))
        number = held or task
        if self.context.database.value("SELECT 1 FROM tasks WHERE id = ?", (number,)) is None:
            return
        try:
            for _ in range(1 + twice):
                if value == "skip":
                    labeling.skip(self.context, number, who)
                else:
                    labeling.annotate(self.context, number, value, who, None, None, "")
        except Conflict:
            return
        if self.said.get((number, who)) in (None, "skip"):
            self.said[number, who] = value

    @rule(who=EXPERTS)
    def undo(self, who: str) -> None:
        number = labeling.undo(self.context, who)
        if number is not None:
            assert (number, who) in self.said
            del self.said[number, who]
            assert self.context.database.value("SELECT 1 FROM leases WHERE task = ? AND annotator = ?", (number, who)) == 1

    @rule(who=EXPERTS)
    def give_back(self, who: str) -> None:
        labeling.release_tasks(self.context, who)

    @rule(minutes=st.integers(1, 15))
    def wait(self, minutes: int) -> None:
        self.context.clock.fixed = self.context.now() + timedelta(minutes=minutes)

    @rule(row=st.integers(0, 5))
    def ask_for(self, row: int) -> None:
        labeling.request_labels(self.context, [f"r{row}"], "dee", "")

    @rule()
    def rank(self) -> None:
        labeling.catch_up(self.context)

    @invariant()
    def seats_add_up(self) -> None:
        rows = self.context.database.rows(
            "SELECT *, (SELECT count(*) FROM leases l WHERE l.task = t.id) AS leased, "
            "(SELECT count(*) FROM standing s WHERE s.task = t.id AND s.kind != 'skip') AS stood FROM tasks t"
        )
        for row in rows:
            assert row["open"] == row["wanted"] - row["answers"] - row["leased"]
            assert row["answers"] == row["stood"] <= row["wanted"]
            assert row["leased"] + row["answers"] <= row["wanted"]

    @invariant()
    def what_was_said_stands(self) -> None:
        stands = {(row["task"], row["annotator"]) for row in self.context.database.rows("SELECT task, annotator FROM standing")}
        assert stands == set(self.said)
        both = "SELECT count(*) FROM leases l JOIN standing s ON s.task = l.task AND s.annotator = l.annotator AND s.kind != 'skip'"
        assert self.context.database.value(both) == 0

    @invariant()
    def labels_are_the_complete_tasks(self) -> None:
        answers: dict[int, list[object]] = {}
        for (task, _), value in self.said.items():
            answers.setdefault(task, []).extend([] if value == "skip" else [value])
        known = {task for task, values in answers.items() if len(values) >= self.overlap and any(value is not UNSURE for value in values)}
        ids = {row["prediction_id"] for row in self.context.database.rows("SELECT id, prediction_id FROM tasks") if row["id"] in known}
        assert set(labeling.labels(self.context)["id"]) == ids

    def teardown(self) -> None:
        self.context.database.close()
        shutil.rmtree(self.root)


Queue.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
test_the_queue = Queue.TestCase
