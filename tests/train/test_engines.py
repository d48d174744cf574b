"""Jobs in child processes: isolated, limited, killed cleanly."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_info

import lifecycle
from lifecycle.engines import local
from lifecycle.engines.durable import execute
from lifecycle.engines.limits import Limits
from lifecycle.engines.locks import exclusive

LIMITS = Limits(memory=2**30, seconds=120.0)


def answer(argument: dict[str, Any]) -> Any:
    """What the child does, by name."""
    what = argument["what"]
    if what == "sleep":
        Path(argument["file"]).write_text(str(os.getpid()))
        os.fork()  # what it starts dies with it
        time.sleep(60)
    if what == "exit":
        os._exit(3)
    if what == "memory":
        return len(bytearray(4 * 2**30))
    if what == "raise":
        raise RuntimeError("not foreseen")
    threads = {pool["num_threads"] for pool in threadpool_info()}
    return {"nice": os.nice(0), "threads": sorted(threads), "pid": os.getpid(), "session": os.getsid(0), "given": argument}


def run(tmp_path: Path, what: str, **more: Any) -> local.Outcome:
    options = {name: more.pop(name) for name in ("stopping", "limits") if name in more}
    return local.run("tests.train.test_engines:answer", {"what": what, **more}, tmp_path / "log", **{"limits": LIMITS, **options})


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_it_answers_from_a_session_of_its_own(tmp_path: Path) -> None:
    found = run(tmp_path, "answer", n=1).answer
    assert found["pid"] == found["session"] != os.getpid()
    assert found["given"] == {"what": "answer", "n": 1}


def test_it_gives_way_to_others_and_keeps_to_its_threads(tmp_path: Path) -> None:
    found = run(tmp_path, "answer", limits=Limits(2**30, 120.0, threads=1)).answer
    assert found["nice"] == min(os.nice(0) + 10, 19)
    assert set(found["threads"]) <= {1}


def test_many_at_once(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: run(tmp_path / str(n), "answer", n=n).answer["given"]["n"], range(24)))
    assert found == list(range(24))


def test_what_a_killed_asker_left_is_swept_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.tempfile, "tempdir", str(tmp_path))
    code = f"import tempfile; tempfile.tempdir = {str(tmp_path)!r}; from lifecycle.engines import local; f = local._folder(); f.__enter__(); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as asker, local._folder() as mine:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        (its,) = {*tmp_path.iterdir()} - {mine}
        (its / "pid").write_text("1")
        time.sleep(0.05)  # between making and locking it
        fresh, strange = tmp_path / f"{local.PREFIX}fresh", tmp_path / "another-thing"
        for folder in (fresh, strange):
            folder.mkdir()
        for folder in (mine, its, strange):
            os.utime(folder, (0, 0))
        local._sweep()
        assert {*tmp_path.iterdir()} == {mine, its, fresh, strange}
        asker.kill()
        asker.wait()
        local._sweep()
        assert {*tmp_path.iterdir()} == {mine, fresh, strange}
    assert {*tmp_path.iterdir()} == {fresh, strange}


def test_the_reasons_are_plain(tmp_path: Path) -> None:
    assert "more memory than the 1,024 MiB" in str(run(tmp_path, "memory").reason)
    assert "ended with status 3" in str(run(tmp_path, "exit").reason)
    assert "ended with status 1" in str(run(tmp_path, "raise").reason)
    assert "RuntimeError: not foreseen" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("how", ["stopped", "time"])
def test_a_stopped_job_is_gone_with_all_it_started(tmp_path: Path, how: str) -> None:
    file = tmp_path / "pid"
    options = {"stopping": file.exists} if how == "stopped" else {"limits": Limits(2**30, 1.0)}
    found = run(tmp_path, "sleep", file=str(file), **options)
    assert found.stopped is (how == "stopped")
    assert how == "stopped" or "longer than 1 seconds" in str(found.reason)
    pid = int(file.read_text())
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.02)
    assert not alive(pid)


def test_limits_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_JOB_MEMORY", "512")
    monkeypatch.setenv("LIFECYCLE_JOB_SECONDS", "60")
    assert Limits.here() == Limits(512 * 2**20, 60.0)
    monkeypatch.setenv("LIFECYCLE_JOB_THREADS", "2")
    assert Limits.here() == Limits(512 * 2**20, 60.0, 2)
    monkeypatch.setenv("LIFECYCLE_JOB_SECONDS", "soon")
    with pytest.raises(lifecycle.InvalidValue, match="LIFECYCLE_JOB_SECONDS is 'soon'"):
        Limits.here()


def test_a_lock_excludes_threads_too(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock") as mine, exclusive(tmp_path / "lock", wait=0.05) as other:
        assert (mine, other) == (True, False)
    with exclusive(tmp_path / "lock") as again:
        assert again


def test_done_steps_do_not_run_again() -> None:
    class Journal(dict[str, Any]):
        def done(self) -> dict[str, Any]:
            return dict(self)

        def begin(self, step: str) -> None:
            begun.append(step)

        def finish(self, step: str, found: Any) -> None:
            self[step] = found

        def together(self, step: str) -> Any:
            from contextlib import nullcontext

            return nullcontext()

    begun: list[str] = []
    journal = Journal()

    def failing(found: Any) -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        execute(journal, {"one": lambda found: {"n": 1}, "two": failing})
    found = execute(journal, {"one": failing, "two": lambda found: {"n": found["one"]["n"] + 1}})
    assert found == {"one": {"n": 1}, "two": {"n": 2}}
    assert begun == ["one", "two", "two"]
