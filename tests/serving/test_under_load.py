"""What must hold while requests come in: swaps lose nothing, and what was acknowledged is in the log, whatever happens to the process."""

import os
import signal
import threading
import time

import httpx
import numpy as np

import lifecycle
from tests.release.conftest import features
from tests.serving.conftest import await_ready, free_port

CLIENTS = 4


class Load:
    """Clients that ask until told to stop, and keep every answer."""

    def __init__(self, url: str, name: str = "r") -> None:
        self.url = url
        self.name = name
        self.answers: list[tuple[str, float, int, float]] = []  # id, x0, version, p_yes
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i,)) for i in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, client_number: int) -> None:
        rows = features(200, client_number).to_dict("records")
        with httpx.Client(base_url=self.url, timeout=30) as client:
            for k in range(100_000):
                if self._stop.is_set():
                    return
                record = {"id": f"{self.name}-{client_number}-{k}", **rows[k % len(rows)]}
                try:
                    answer = client.post("/projects/demo/predict", json={"records": [record]})
                except httpx.TransportError as error:
                    self.failures.append(type(error).__name__)
                    if self._stop.wait(0.01):
                        return
                    continue
                if answer.status_code != 200:
                    self.failures.append(answer.text)
                    continue
                said = answer.json()["predictions"][0]
                self.answers.append((said["id"], record["x0"], said["model_version"], said["probabilities"]["yes"]))


def test_swaps_and_rollbacks_under_load_lose_no_request(api, home):
    project = lifecycle.open_workspace(home).project("demo")
    lags = []
    with Load(str(api.base_url)) as load:
        for turn in range(6):
            if turn % 2 == 0:
                project.roll_out(2, by="bob")
            else:
                project.roll_back(by="bob", reason="to and fro")
            committed, wanted = time.monotonic(), 2 if turn % 2 == 0 else 1
            while api.get("/ready").json()["champions"]["demo"] != wanted:
                assert time.monotonic() - committed < 10
            lags.append(time.monotonic() - committed)
            time.sleep(0.2)
    assert load.failures == []
    assert len({version for _, _, version, _ in load.answers}) == 2
    assert np.median(lags) < 1.0, "a quarter of a second on a machine of its own"
    logged = project.predictions().set_index("id")
    assert len(logged) == len(load.answers)
    frame = logged.loc[[id for id, *_ in load.answers]]
    assert (frame["model_version"].to_numpy() == [version for _, _, version, _ in load.answers]).all()
    for version in (1, 2):
        mine = frame[frame["model_version"] == version]
        said = project.answer(mine[["x0", "x1", "x2"]].reset_index(drop=True), version=version)["p_yes"].to_numpy()
        answered = {id: p for id, _, _, p in load.answers}
        assert np.allclose([answered[id] for id in mine.index], said, rtol=0, atol=1e-12), "an answer and its version disagree"


def test_what_was_acknowledged_is_in_the_log_exactly_once_after_kill_9(launch, home):
    acknowledged: list[str] = []
    port = free_port()
    for turn in range(3):
        process = launch(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            await_ready(client)
        with Load(f"http://127.0.0.1:{port}", f"t{turn}") as load:
            deadline = time.monotonic() + 30
            while len(load.answers) < 20 + 15 * turn:
                assert time.monotonic() < deadline, load.failures[:3]
                time.sleep(0.005)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        acknowledged += [id for id, *_ in load.answers]
    assert len(acknowledged) == len(set(acknowledged)) >= 60
    workspace = lifecycle.open_workspace(home)
    logged = workspace.project("demo").predictions()["id"]
    assert logged.is_unique
    assert set(acknowledged) <= set(logged)
    assert workspace.verify() == []


def test_a_stop_answers_what_waits_first(launch, home):
    port = free_port()
    process = launch(port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        await_ready(client)
    with Load(f"http://127.0.0.1:{port}") as load:
        while len(load.answers) < 20:
            time.sleep(0.005)
        process.terminate()
        process.wait(timeout=30)
    assert set(load.failures) <= {"ConnectError", "RemoteProtocolError", "ReadError"}, "nobody is answered with a failure"
    logged = lifecycle.open_workspace(home).project("demo").predictions()["id"]
    assert logged.is_unique
    assert set(logged) == {id for id, *_ in load.answers}, "all that was logged was answered"
