"""One command for all of it: dashboard, worker and prediction API as child processes, started, watched and stopped together."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lifecycle.errors import Conflict, NotReady

__all__ = ["Part", "Supervisor", "parts"]

GRACE_SECONDS = 15.0
START_SECONDS = 90.0


@dataclass(slots=True)
class Part:
    """One child process: how it is started, and the address that answers when it is up (None: no address)."""

    name: str
    command: list[str]
    health: str | None
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    not_before: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)


def parts(home: Path, host: str, port: int, api_port: int, allowed: Sequence[str] = ()) -> list[Part]:
    """The three parts of a workspace. `allowed`: names that browsers may call the dashboard by, beside `host` and localhost.

    Raises
    ------
    NotReady : `app.py` does not lie beside the package, so there is no dashboard to start.
    """
    app = Path(__file__).resolve().parents[1] / "app.py"
    if not app.is_file():
        raise NotReady(
            f"The dashboard's app.py is not at {app}; run from a clone of the project, or start `lifecycle serve` and `lifecycle worker` alone."
        )
    python = [sys.executable, "-m"]
    own = ["lifecycle", "--home", str(home.resolve())]
    dashboard = ["streamlit", "run", str(app), "--server.port", str(port), "--server.address", host, "--server.headless", "true"]
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # where this machine itself reaches what listens everywhere
    return [
        Part(
            "dashboard",
            python + dashboard,
            f"http://{near}:{port}/_stcore/health",
            environment=_environment(home, host, f"{near}:{api_port}", allowed),
        ),
        Part("worker", [*python, *own, "worker"], None, environment={"LIFECYCLE_URL": os.environ.get("LIFECYCLE_URL") or f"http://{near}:{port}"}),
        Part("prediction API", [*python, *own, "serve", "--host", host, "--port", str(api_port)], f"http://{near}:{api_port}/health"),
    ]


def _environment(home: Path, host: str, api: str, allowed: Sequence[str]) -> dict[str, str]:
    """A cookie secret of the workspace's own, and the names that browsers may use: another site that gives itself this machine's
    address is not one of them. What listens everywhere without naming its names takes any; its visitors sign in."""
    secret = home / "cookie.secret"
    if not secret.exists():
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    names = [*allowed] if allowed else [] if host in ("0.0.0.0", "::") else [host.strip("[]")]
    hosts = ["localhost", "127.0.0.1", "::1", *names] if names else ["*"]
    return {
        "LIFECYCLE_API": f"http://{api}",
        "STREAMLIT_SERVER_COOKIE_SECRET": secret.read_text().strip(),
        "STREAMLIT_SERVER_ALLOWED_HOSTS": " ".join(hosts),
    }


class Supervisor:
    """Runs the parts until a signal; a part that dies is started again, ever more slowly."""

    def __init__(self, home: Path, children: list[Part], say: Callable[[str], None]) -> None:
        self.home = home
        self.children = children
        self.say = say
        self._stopping = False

    def run(self, ready: str) -> None:
        """Start everything, say `ready` when it answers, and stay until SIGINT or SIGTERM.

        Raises
        ------
        Conflict : this workspace is up already, or a port is taken. NotReady : a part did not come up.
        """
        with self._alone():
            for part in self.children:
                _port_is_free(part.health)
            previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                for part in self.children:
                    self._start(part)
                self._await_health()
                if not self._stopping:
                    self.say(ready)
                while not self._stopping:
                    self._revive()
                    time.sleep(0.3)
            finally:
                self._end()
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def _start(self, part: Part) -> None:
        environment = {**os.environ, "LIFECYCLE_HOME": str(self.home.resolve()), **part.environment}
        with (self.home / f"{part.name.replace(' ', '-')}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                cwd=Path(__file__).resolve().parents[1],  # where .streamlit/config.toml lies
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the parts in order
                preexec_fn=_die_with_parent,
            )

    def _await_health(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        for part in self.children:
            while part.health and not self._stopping and not _answers(part.health):
                if (part.process is not None and part.process.poll() is not None) or time.monotonic() > deadline:
                    raise NotReady(f"The {part.name} did not come up; its log is {self.home / part.name.replace(' ', '-')}.log.")
                time.sleep(0.1)

    def _revive(self) -> None:
        for part in self.children:
            if part.process is not None and part.process.poll() is not None:
                self.say(f"The {part.name} ended (exit {part.process.returncode}); starting it again.")
                part.failures += 1
                part.not_before = time.monotonic() + min(2.0**part.failures, 60.0)
                part.process = None
            elif part.process is None and time.monotonic() >= part.not_before:
                self._start(part)

    def _end(self) -> None:
        living = [part.process for part in self.children if part.process is not None and part.process.poll() is None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in living:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.home / "up.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Conflict(f"The workspace {self.home} is up already in another terminal; stop it there with Ctrl-C first.") from None
            yield


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _port_is_free(url: str | None) -> None:
    if url is None:
        return
    host, port = url.split("/")[2].rsplit(":", 1)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            raise Conflict(f"Port {port} is taken by another program; say `make run PORT=8600`, or another free port.") from None


def _die_with_parent() -> None:
    """On Linux a child whose supervisor is killed gets SIGTERM, so that nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
