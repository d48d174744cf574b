"""The buffer is folded beside those who append: nothing is lost, doubled or moved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from lifecycle.stores import predictions
from lifecycle.stores.database import Database
from lifecycle.stores.predictions import PredictionLog


def row(number: int) -> pa.Table:
    moment = pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    return pa.table({"id": pa.array([f"r{number}"]), "time": moment, "x": pa.array([float(number)])})


def opened(folder: Path, later: Callable[[Callable[[], None]], None]) -> PredictionLog:
    database = Database(folder / "w.db")
    database.connection.execute("INSERT INTO projects (name, config, settings, created, created_by) VALUES ('p', '{}', '{}', '', '')")
    return PredictionLog(database, folder, "p", "served", later)


def entries(log: PredictionLog) -> int:
    return int(log.database.value("SELECT count(*) FROM buffer"))


def test_whoever_appends_does_not_fold(tmp_path: Path) -> None:
    put_aside: list[Callable[[], None]] = []
    predictions._APPENDS.clear()
    log = opened(tmp_path, put_aside.append)
    for number in range(predictions.SMALL + 10):
        log.append(row(number))
    assert (len(put_aside), entries(log)) == (2, predictions.SMALL + 10)
    put_aside[1]()
    assert entries(log) == 1
    assert log.read()["x"].to_pylist() == [float(number) for number in range(predictions.SMALL + 10)]


def test_processes_that_die_early_leave_no_entry_a_request_behind(tmp_path: Path) -> None:
    log = opened(tmp_path, lambda work: None)
    for _ in range(3):
        predictions._APPENDS.clear()  # a new process
        for number in range(20):
            log.append(row(number))
    predictions._APPENDS.clear()
    put_aside: list[Callable[[], None]] = []
    PredictionLog(log.database, tmp_path, "p", "served", put_aside.append).append(row(20))
    put_aside[0]()
    assert (entries(log), log.rows) == (1, 61)


def test_appends_and_folds_of_two_threads(tmp_path: Path) -> None:
    log = opened(tmp_path, lambda work: None)
    stop = threading.Event()

    def fold() -> None:
        while not stop.is_set():
            log.tidy()
        log.database.close()

    threads = [threading.Thread(target=fold) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(150):
        log.append(row(number))
    stop.set()
    for thread in threads:
        thread.join()
    assert log.rows == 150
    assert log.read()["x"].to_pylist() == [float(number) for number in range(150)]
    assert log.find(["r7", "r149"]) == {"r7": 8, "r149": 150}
