"""Several processes at one queue, and a process killed in mid-session."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling

EXPERT = """
import sys
import time
from pathlib import Path
from lifecycle.errors import Conflict
from lifecycle.stores.database import Database
from lifecycle.stores.models import ModelStore
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.verbs.label import labeling
from lifecycle.verbs.context import Clock, Context

root, me, batch = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
context = Context("p", root, Database(root / "lifecycle.db"), ModelStore(root), SnapshotStore(root), Clock(None))
print("ready", flush=True)
sys.stdin.readline()
while found := labeling.next_tasks(context, me, batch):
    for task in found:
        client = f"{me}-{task.id}"
        for _ in range(2):
            labeling.annotate(context, task, 1, me, 0.1, client, "")
        print(client, task.prediction_id, flush=True)
        time.sleep(0.005)  # the lock is not fair: who never pauses may keep it to the end
"""


def start(context: Context, me: str, batch: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", EXPERT, str(context.root), me, str(batch)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, **pipes)


def go(*experts: subprocess.Popen[str]) -> None:
    """Let them begin together, once all of them are ready."""
    for expert in experts:
        assert expert.stdout is not None
        assert expert.stdout.readline() == "ready\n"
    for expert in experts:
        assert expert.stdin is not None
        expert.stdin.write("go\n")
        expert.stdin.flush()


def test_two_processes_never_hold_the_same_item(make: Callable[..., Context]) -> None:
    context = make(rows=300)
    experts = [start(context, who, 5) for who in ("ana", "ben")]
    go(*experts)
    said = [expert.communicate(timeout=120)[0].split("\n")[:-1] for expert in experts]
    assert [expert.returncode for expert in experts] == [0, 0]
    answered = Counter(line.split()[1] for lines in said for line in lines)
    assert len(answered) == 300
    assert set(answered.values()) == {1}
    assert context.database.value("SELECT count(*) FROM annotations") == 300
    assert len(labeling.labels(context)) == 300
    assert all(lines for lines in said)


def test_every_acknowledged_answer_survives_a_kill_exactly_once(make: Callable[..., Context]) -> None:
    context = make(rows=400)
    acknowledged: list[str] = []
    for again in range(3):
        expert = start(context, "ana", 12)
        go(expert)
        assert expert.stdout is not None
        lines = [expert.stdout.readline() for _ in range(5 + 7 * again)]
        os.kill(expert.pid, signal.SIGKILL)
        lines += expert.stdout.read().split("\n")[:-1]
        expert.wait()
        acknowledged += [line.split()[0] for line in lines if " " in line]
        time.sleep(0.01)
    stored = [row["client_id"] for row in context.database.rows("SELECT client_id FROM annotations")]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)
    assert len(labeling.labels(context)) == len(stored)
    assert context.database.value("SELECT count(*) FROM tasks WHERE answers > wanted OR open < 0") == 0
