"""A disk that is full or gone, and a database from elsewhere: one sentence, and all is as it was."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import lifecycle
from lifecycle import Project, StoreError, Workspace
from lifecycle.stores import durable, predictions
from lifecycle.stores.database import Database
from tests.recording.conftest import rows


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return lifecycle.open_workspace(tmp_path / "home")


@pytest.fixture
def project(workspace: Workspace) -> Project:
    return workspace.create_project(
        "people", target="answer", timestamp="asked", reference=rows(60, seed=99).assign(answer=lambda frame: frame["prediction"])
    )


def test_a_full_disk_under_a_segment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "LARGE", 10)
    monkeypatch.setattr("lifecycle.verbs.predictions.landing.LARGE", 10)
    files = sorted(project._context.root.rglob("*.*"))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(durable.os, "fsync", full)
        with pytest.raises(StoreError, match=r"could not be stored \(No space left on device\); nothing was changed"):
            project.log(rows(50))
    assert len(project.predictions()) == 0
    assert sorted(project._context.root.rglob("*.*")) == files
    project.log(rows(50))
    assert len(project.predictions()) == 50


def test_a_full_disk_under_the_database(project: Project) -> None:
    database = project._context.database
    project.log(rows(5))
    pages = database.value("PRAGMA page_count")
    database.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"could not be written \(database or disk is full\); nothing was changed"):
        project.log(rows(3000, seed=1))
    database.connection.execute("PRAGMA max_page_count = 1000000")
    assert len(project.predictions()) == 5
    project.log(rows(3000, seed=1))
    assert len(project.predictions()) == 3005


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Any, mode: int) -> bool:
        return not mode & os.W_OK

    monkeypatch.setattr(os, "access", refuses)  # a test may run as root, whom permissions do not stop
    with pytest.raises(StoreError, match="cannot be written; change its permissions"):
        lifecycle.open_workspace(tmp_path)


def test_a_database_of_a_newer_release(tmp_path: Path) -> None:
    database = Database(tmp_path / "log.db")
    database.connection.execute("PRAGMA user_version = 9999")
    database.close()
    with pytest.raises(StoreError, match="was written by a newer release"):
        Database(tmp_path / "log.db")


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    first = Database(tmp_path / "log.db")
    version = first.value("PRAGMA user_version")
    first.close()
    assert Database(tmp_path / "log.db").value("PRAGMA user_version") == version > 0
    assert first.findings() == []


def test_a_table_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    database = Database(tmp_path / "log.db")
    with pytest.raises(StoreError, match="could not be read"):
        database.rows("SELECT * FROM nothing")


def test_a_disk_that_went_away_is_a_sentence_in_a_thread_that_comes_new(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    database = Database(tmp_path / "home" / "log.db")
    (tmp_path / "home").rename(tmp_path / "elsewhere")
    with ThreadPoolExecutor(1) as pool, pytest.raises(StoreError, match="could not be read"):
        pool.submit(database.rows, "SELECT 1").result()
