"""Notifications while the processes that send them are killed (-9) at random moments: how many arrive, and how many twice.

python benchmarks/train/notices.py [--quick]
"""

from __future__ import annotations

import collections
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd

import lifecycle

SENDER = """
import sys, time, datetime, lifecycle
from lifecycle.verbs.notices import notifying
notifying.LEASE = datetime.timedelta(seconds=1)
notifying.AT_ONCE = 10**9
workspace = lifecycle.open_workspace(sys.argv[1])
print("up", flush=True)
while True:
    workspace.notices.deliver()
    time.sleep(0.01)
"""


def main(kills: int) -> None:
    """Two senders at a time, one of them killed again and again while things happen."""
    got: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append(re.findall(r"window (\d+)", body["message"])[0])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        workspace = lifecycle.open_workspace(Path(folder) / "home")
        workspace.create_project("p", reference=pd.DataFrame({"x": range(40), "label": ["a", "b"] * 20, "prediction": ["a", "b"] * 20}))
        workspace.notices.add("hook", f"json://127.0.0.1:{server.server_port}/")
        context, random_ = workspace._context("p"), random.Random(0)
        happened = 0
        for _ in range(kills):
            senders = [start(workspace.path) for _ in range(2)]
            until = time.monotonic() + random_.uniform(0.05, 1.0)
            while time.monotonic() < until:
                context.happened("lifecycle", "alarm", f"performance window {happened}", {"metric": "accuracy", "value": 0.8})
                happened += 1
                time.sleep(0.01)
            for sender in senders:
                os.kill(sender.pid, signal.SIGKILL)
                sender.wait()
        last = start(workspace.path)
        until = time.monotonic() + 60
        while len(set(got)) < happened and time.monotonic() < until:
            time.sleep(0.2)
        last.kill()
        last.wait()
        count = collections.Counter(got)
        wrong = workspace.verify()
        figures = {"kills": 2 * kills, "events": happened, "arrived": len(count), "lost": happened - len(count)}
        print(json.dumps(figures | {"twice": sum(n > 1 for n in count.values()), "findings": len(wrong)}))
    server.shutdown()


def start(home: Path) -> subprocess.Popen[str]:
    """A process that sends, once it is at it."""
    process = subprocess.Popen([sys.executable, "-c", SENDER, str(home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


if __name__ == "__main__":
    main(3 if "--quick" in sys.argv else 10)
