"""What was acknowledged is there, exactly once: after kill -9, and with several processes writing."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lifecycle.stores.database import Database
from lifecycle.stores.predictions import PredictionLog

APPENDER = Path(__file__).with_name("appender.py")


def start(root: Path, writer: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(APPENDER), str(root), writer, str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def empty(root: Path) -> PredictionLog:
    database = Database(root / "log.db")
    database.connection.execute("INSERT INTO projects VALUES ('p', '{}', '{}', '', '')")
    return PredictionLog(database, root, "p")


@pytest.mark.parametrize("after", [1, 17, 40])
def test_all_that_was_acknowledged_survives_a_kill(tmp_path: Path, after: int) -> None:
    log = empty(tmp_path)
    child = start(tmp_path, "w", 100_000)
    assert child.stdout is not None
    acknowledged = [child.stdout.readline().split() for _ in range(after)]
    child.kill()
    rest = child.stdout.read()  # not communicate(), which does not see what readline has read ahead
    child.communicate()
    acknowledged += [line.split() for line in rest.splitlines() if len(line.split()) == 2]
    found = Counter(log.read(["id"])["id"].to_pylist())
    assert set(found.values()) == {1}
    wanted = {f"w-{number}-{place}" for number, count in acknowledged for place in range(int(count))}
    assert wanted <= set(found)
    batches = {id.split("-")[1] for id in set(found) - wanted}
    assert len(batches) <= 1, "only the batch under way may be there unacknowledged"
    assert log.findings() == []
    again = log.read(["id", "time", "x"]).drop_columns(["seq"])
    log.append(again)
    assert log.rows == 2 * again.num_rows


def test_four_processes_write_at_once_and_none_is_refused(tmp_path: Path) -> None:
    log = empty(tmp_path)
    children = [start(tmp_path, f"w{number}", 60) for number in range(4)]
    outcomes = [child.communicate(timeout=120) for child in children]
    assert [(child.returncode, error) for child, (_, error) in zip(children, outcomes, strict=True)] == [(0, "")] * 4
    table = log.read(["id", "seq"])
    per_writer = sum(1 + (number * 37) % 90 for number in range(60))
    assert log.rows == table.num_rows == 4 * per_writer
    assert table["seq"].to_pylist() == list(range(1, log.rows + 1))
    assert len(set(table["id"].to_pylist())) == log.rows
    assert log.findings() == []
