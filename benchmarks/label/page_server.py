"""What the scripts about the Label page share: a pool of predictions, the dashboard on it, and a client that speaks Streamlit's protocol."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import lifecycle

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, CLASSES, BATCH = 20, 10, 100_000


def pool(home: Path, rows: int) -> lifecycle.Project:
    """A workspace with one watched project of so many predictions, ranked."""
    rng = np.random.default_rng(0)
    reference = predictions(5_000, rng)
    reference["label"] = reference["prediction"]
    project = lifecycle.open_workspace(home).create_project("pool", classes=list(range(CLASSES)), window="100000 rows", reference=reference)
    for start in range(0, rows, BATCH):
        project.log(predictions(min(BATCH, rows - start), rng))
    project.next_tasks("nobody", 1)
    project.release_tasks("nobody")
    return project


def predictions(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame(rng.normal(size=(rows, COLUMNS)).round(4), columns=[f"x{i}" for i in range(COLUMNS)])
    weights = rng.gamma(0.4, size=(rows, CLASSES))
    chances = (weights / weights.sum(axis=1, keepdims=True)).round(4)
    named = {f"p_{value}": chances[:, value] for value in range(CLASSES)}
    return frame.assign(**named, prediction=chances.argmax(axis=1))


class Dashboard:
    """The dashboard on a workspace, as `lifecycle up` starts it."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.home, self.url = home, f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(self.port), "--server.address", "127.0.0.1"]
        environment = {**os.environ, "LIFECYCLE_HOME": str(self.home), "OMP_NUM_THREADS": "1"}
        with (self.home / "dashboard.log").open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        for _ in range(900):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"The dashboard did not answer; see {self.home / 'dashboard.log'}.")

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Expert:
    """One tab at the Label page without a browser: the surface's messages over the websocket."""

    def __init__(self, port: int, name: str) -> None:
        self.port, self.name = port, name
        self.query = f"project=pool&by={name}"
        self.waiting: list[dict[str, Any]] = []
        self.seen: set[int] = set()
        self.acknowledged: set[str] = set()
        self.notices: list[str] = []
        self.element, self.fragment, self.page = "", "", ""

    async def open(self) -> None:
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self.socket = await websockets.connect(address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, compression=None)
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, "label"
        await self.socket.send(message.SerializeToString())
        while not self.element:
            await self._finished()

    async def answer(self, value: int) -> tuple[int, str, float]:
        """Answer the next sample; its task, the answer's client id, and the seconds until the server acknowledged it."""
        while not self.waiting:
            await self._say([])
        task, client = self.waiting.pop(0), uuid.uuid4().hex
        entry = {"client": client, "task": task["id"], "kind": "answer", "value": value, "seconds": 1.0, "comment": ""}
        start = time.perf_counter()
        await self._say([entry], until=client)
        return int(task["id"]), client, time.perf_counter() - start

    async def _say(self, entries: list[dict[str, Any]], until: str = "") -> None:
        value = {"entries": entries, "have": [task["id"] for task in self.waiting], "wanted": {}}
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash, rerun.fragment_id = self.query, self.page, self.fragment
        own = rerun.widget_states.widgets.add()
        own.id, own.json_value = self.element, "{}"
        state = rerun.widget_states.widgets.add()
        state.id = f"$$STREAMLIT_INTERNAL_KEY_{self.element}__events"
        state.json_trigger_value = json.dumps([{"event": "outbox", "value": value}])
        await self.socket.send(message.SerializeToString())
        await self._finished(until)

    async def _finished(self, until: str = "") -> None:
        """Read until the script has run; with `until`, the clock of the caller stops once that client id is acknowledged."""
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self.socket.recv(decode=False), 60))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "delta":
                self._read(message.delta)
            if kind == "script_finished" and (not until or until in self.acknowledged):
                return

    def _read(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element" or delta.new_element.WhichOneof("type") != "bidi_component":
            return
        component = delta.new_element.bidi_component
        self.element, self.fragment = component.id, delta.fragment_id
        data = json.loads(component.json or component.mixed.json)
        self.acknowledged.update(data["acknowledged"])
        self.notices += [data["notice"]] if data["notice"] else []
        fresh = [task for task in data["tasks"] if task["id"] not in self.seen]
        self.seen.update(task["id"] for task in fresh)
        self.waiting += fresh
