"""The prediction API under load: requests a second beside a bare FastAPI and BentoML with the same model, swaps, kill -9, and a training.

python -m benchmarks.release.serving [--quick] [throughput] [swaps] [kills] [beside]

The servers run in processes of their own on this machine; the clients share its processors. BentoML runs where `.bench/bentoml` has it:
python -m venv .bench/bentoml && .bench/bentoml/bin/pip install bentoml scikit-learn==1.9.1 skops pandas
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import psutil
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import lifecycle

BENTOML = Path(__file__).resolve().parents[2] / ".bench" / "bentoml" / "bin" / "bentoml"
GENERATOR = Path(__file__).with_name("load.py")
SERVERS = ("bare FastAPI, no log", "Lifecycle, logged", "BentoML, no log")
NAMES = [f"x{i}" for i in range(10)]
RECIPES = {"logistic regression": LogisticRegression(), "histogram boosting": HistGradientBoostingClassifier(max_iter=100)}
BARE = """
import sys, uvicorn, pandas as pd, skops.io
from fastapi import FastAPI
from pydantic import BaseModel
from threadpoolctl import threadpool_limits
threadpool_limits(1)
model = skops.io.load(sys.argv[1], trusted=skops.io.get_untrusted_types(file=sys.argv[1]))
class Body(BaseModel):
    records: list[dict[str, float]]
app = FastAPI()
@app.get("/health")
async def health(): return {}
@app.post("/projects/demo/predict")
async def predict(body: Body):
    frame = pd.DataFrame(body.records)
    return {"predictions": model.predict(frame).tolist(), "probabilities": model.predict_proba(frame).tolist()}
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


def rows(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, len(NAMES))), columns=NAMES)
    return frame.assign(label=np.where(frame["x0"] + frame["x1"] * frame["x2"] > 0, "yes", "no"))


def workspace(folder: Path, recipe: object) -> lifecycle.Project:
    project = lifecycle.open_workspace(folder).create_project("demo", recipe=recipe, training=rows(2000, 0), reference=rows(500, 1))
    other = LogisticRegression().fit(rows(500, 2)[NAMES], rows(500, 2)["label"])
    project.register_model(other, by="bench")
    return project


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(command: list[str], at: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command if command[0] == str(BENTOML) else [sys.executable, *command],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{at}/health", timeout=30)
            return process
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


def bentoml_server(stored: Path, at: int) -> subprocess.Popen[bytes]:
    os.environ["BENCH_MODEL"] = str(stored)
    command = [str(BENTOML), "serve", "bentoml_service:Demo", "--port", str(at), "--working-dir", str(Path(__file__).parent)]
    return start(command, at)


def family(pid: int) -> list[psutil.Process]:
    """A server's process and those that it started: BentoML works in a child."""
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def settled(pid: int) -> list[psutil.Process]:
    """The same, once what they do at their start is done."""
    parts, before = family(pid), -1.0
    while (now := spent(parts)) - before > 0.05:
        time.sleep(1.0)
        parts, before = family(pid), now
    return parts


def spent(processes: list[psutil.Process]) -> float:
    return sum(used.user + used.system for used in (process.cpu_times() for process in processes))


def lifecycle_server(folder: Path, at: int) -> subprocess.Popen[bytes]:
    return start(["-m", "lifecycle", "--home", str(folder), "serve", "--port", str(at)], at)


class Load:
    """What clients in a process of their own found: seconds each request took, failures, the answers' bodies."""

    def __init__(self, folder: Path, at: int, clients: int, seconds: float) -> None:
        bodies, self._answers = folder / "bodies.jsonl", folder / f"answers-{at}"
        if not bodies.exists():
            records = rows(200, 5)[NAMES].to_dict("records")
            bodies.write_text("\n".join(json.dumps({"records": [record]}) for record in records))
        command = [sys.executable, str(GENERATOR), str(bodies), str(at), str(clients), str(seconds), str(self._answers)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)

    def end(self) -> Load:
        """Wait for it."""
        found = json.loads(self._process.communicate()[0])
        self.took, self.failures, self.rate = found["took"], found["failures"], len(found["took"]) / found["seconds"]
        self.answers = [json.loads(line) for line in self._answers.read_bytes().splitlines()]
        self._answers.unlink()
        return self


def throughput(seconds: float) -> None:
    print("| model | clients | server | requests/s | median ms | p99 ms | server CPU ms a request |\n|---|---|---|---|---|---|---|")
    for name, recipe in RECIPES.items():
        with tempfile.TemporaryDirectory() as folder:
            project = workspace(Path(folder) / "home", recipe)
            stored = Path(folder) / "home" / "models" / f"{project.champion.model}.skops"
            for clients in (1, 16, 64):
                for server in SERVERS if BENTOML.exists() else SERVERS[:2]:
                    at = port()
                    process = bring_up(server, Path(folder), stored, at)
                    Load(Path(folder), at, clients, 1.0).end()
                    parts = settled(process.pid)
                    before = spent(parts)
                    load = Load(Path(folder), at, clients, seconds).end()
                    used = 1e3 * (spent(parts) - before) / max(len(load.took), 1)
                    process.terminate()
                    process.wait()
                    assert not load.failures, load.failures[:3]
                    quantiles = f"{1e3 * statistics.median(load.took):.1f} | {1e3 * np.quantile(load.took, 0.99):.1f} | {used:.2f}"
                    print(f"| {name} | {clients} | {server} | {load.rate:,.0f} | {quantiles} |", flush=True)


def bring_up(server: str, folder: Path, stored: Path, at: int) -> subprocess.Popen[bytes]:
    if server == SERVERS[0]:
        return start(["-c", BARE, str(stored), str(at)], at)
    return lifecycle_server(folder / "home", at) if server == SERVERS[1] else bentoml_server(stored, at)


def swaps(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = workspace(Path(folder) / "home", LogisticRegression())
        at = port()
        process = lifecycle_server(Path(folder) / "home", at)
        load, lags = Load(Path(folder), at, 8, 0.25 * count), []
        with httpx.Client(base_url=f"http://127.0.0.1:{at}", timeout=30) as client:
            for turn in range(count):
                project.roll_out(2, by="bench") if turn % 2 == 0 else project.roll_back(by="bench", reason="bench")
                committed = time.perf_counter()
                while client.get("/ready").json()["champions"]["demo"] != (2 if turn % 2 == 0 else 1):
                    time.sleep(0.002)
                lags.append(time.perf_counter() - committed)
        load.end()
        process.terminate()
        process.wait()
        logged = project.predictions().set_index("id")
        given = [answer["predictions"][0] for answer in load.answers]
        frame = logged.loc[[row["id"] for row in given]]
        wrong = int((frame["model_version"].to_numpy() != [row["model_version"] for row in given]).sum())
        for version in (1, 2):
            mine = frame["model_version"] == version
            said = project.answer(frame.loc[mine, NAMES].reset_index(drop=True), version=version)["p_yes"].to_numpy()
            wrong += int((np.abs(said - [row["probabilities"]["yes"] for row, m in zip(given, mine, strict=True) if m]) > 1e-9).sum())
        lag = f"{1e3 * statistics.median(lags):.0f} ms median, {1e3 * np.quantile(lags, 0.95):.0f} ms p95"
        told = f"{len(load.took)} requests: {len(load.failures)} failed, {wrong} of another version than said; commit to live {lag}"
        print(f"\n{count} swaps and rollbacks, {told}")


def kills(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        project = workspace(home, LogisticRegression())
        project.roll_out(2, mode="shadow", by="bench")
        given: list[str] = []
        rng = np.random.default_rng(0)
        for _ in range(count):
            at = port()
            process = lifecycle_server(home, at)
            load = Load(Path(folder), at, 8, 1.5)
            time.sleep(0.5 + float(rng.random()) * 0.8)
            os.kill(process.pid, signal.SIGKILL)
            given += [answer["predictions"][0]["id"] for answer in load.end().answers]
            process.wait()
        rows_logged = len(project.predictions())
        process = lifecycle_server(home, port())  # the next one that serves makes up what its shadow lacks
        for _ in range(600):
            if project.trial().requests >= rows_logged:
                break
            time.sleep(0.1)
        process.terminate()
        process.wait()
        logged, shadowed = project.predictions()["id"], project.trial().requests
        lost, doubled = len(set(given) - set(logged)), len(logged) - logged.nunique()
        told = f"{lost} lost, {doubled} twice in the log, {len(logged) - shadowed} of {len(logged)} rows that the shadow lacks or has twice"
        print(f"\n{count} kills with a shadow on trial, {len(given)} acknowledged answers: {told}")


def beside(rounds: int) -> None:
    """The API's answers while the worker trains on all processors, and while that training is held still, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        project = workspace(home, LogisticRegression())
        project.set_recipe(HistGradientBoostingClassifier(max_iter=200_000), by="bench")
        known = rows(5000, 7)
        answers = project.predict(known[NAMES])
        project.record_labels(pd.DataFrame({"id": answers["id"], "label": known["label"]}))
        at = port()
        server = lifecycle_server(home, at)
        worker = subprocess.Popen([sys.executable, "-m", "lifecycle", "--home", str(home), "worker"], stdout=subprocess.DEVNULL)
        project.request_retrain(by="bench")
        training = busiest(worker.pid)
        found: dict[str, list[float]] = {"held still": [], "under way": []}
        for clients in (1, 16):
            for _ in range(rounds):
                for state, sent in (("held still", signal.SIGSTOP), ("under way", signal.SIGCONT)):
                    training.send_signal(sent)
                    load = Load(Path(folder), at, clients, 5.0).end()
                    assert not load.failures, load.failures[:3]
                    found[state] += load.took
            share = [1e3 * np.quantile(found[state], [0.5, 0.99]) for state in found]
            told = [f"{state} {middle:.1f} ms median, {late:.1f} ms p99" for state, (middle, late) in zip(found, share, strict=True)]
            print(f"\nA training on all processors, {clients} clients: {'; '.join(told)}; p99 x {share[1][1] / share[0][1]:.2f}", flush=True)
            found = {state: [] for state in found}
        for process in (worker, server):
            process.terminate()
            process.wait()


def busiest(pid: int) -> psutil.Process:
    """The descendant of a process that computes, once one does."""
    for _ in range(600):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if process.nice() > psutil.Process(pid).nice() and process.cpu_percent(1.0) > 80:
                    return process
        time.sleep(0.2)
    raise TimeoutError("the training did not begin")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes")
    parser.add_argument("parts", nargs="*", help="throughput, swaps, kills, beside (a training); all of them where none is named")
    given = parser.parse_args()
    runs = {"throughput": (throughput, 2.0, 10.0), "swaps": (swaps, 10, 80), "kills": (kills, 3, 50), "beside": (beside, 1, 5)}
    for name in given.parts or runs:
        measure, few, many = runs[name]
        measure(few if given.quick else many)


if __name__ == "__main__":
    main()
