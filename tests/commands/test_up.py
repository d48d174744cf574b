"""`lifecycle up`: three parts come up together, end together, and a second one is told that the house is taken."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from click.testing import CliRunner

from lifecycle.__main__ import main


def free_ports() -> int:
    """The first of two neighbouring free ports."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def start(home: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lifecycle", "--home", str(home), "up", "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_up_and_down(tmp_path: Path) -> None:
    port = free_ports()
    house = start(tmp_path, port)
    try:
        assert house.stdout is not None
        deadline = time.monotonic() + 120
        while not (tmp_path / "up.lock").exists():
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)
        second = start(tmp_path, free_ports())  # beside the first, which is coming up
        while not (answers(f"http://127.0.0.1:{port}/health") and answers(f"http://127.0.0.1:{port + 1}/health")):
            assert house.poll() is None, house.stdout.read()
            assert time.monotonic() < deadline, "it did not come up"
            time.sleep(0.2)
        parts = psutil.Process(house.pid).children(recursive=True)
        assert len(parts) >= 3
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert "up already" in said

        house.send_signal(signal.SIGINT)
        said, _ = house.communicate(timeout=60)
        assert house.returncode == 0, said
        assert f"http://localhost:{port}" in said
        _, alive = psutil.wait_procs(parts, timeout=10)
        assert not alive
    finally:
        if house.poll() is None:
            house.kill()
            house.wait()


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        said = CliRunner().invoke(main, ["--home", str(tmp_path), "up", "--port", str(port)])
    assert said.exit_code == 1
    assert f"Port {port} is taken" in said.output
