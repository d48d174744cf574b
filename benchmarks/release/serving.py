"""The prediction API under load: requests a second beside a bare FastAPI and BentoML with the same model, swaps, and kill -9.

python -m benchmarks.release.serving [--quick]

The servers run in processes of their own on this machine; the clients share its processors. BentoML runs where `.bench/bentoml` has it:
python -m venv .bench/bentoml && .bench/bentoml/bin/pip install bentoml scikit-learn==1.9.1 skops pandas
"""

from __future__ import annotations

import argparse
import asyncio
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


def spent(processes: list[psutil.Process]) -> float:
    return sum(used.user + used.system for used in (process.cpu_times() for process in processes))


def lifecycle_server(folder: Path, at: int) -> subprocess.Popen[bytes]:
    return start(["-m", "lifecycle", "--home", str(folder), "serve", "--port", str(at)], at)


async def load(at: int, clients: int, seconds: float) -> tuple[float, list[float], list[str], list[dict]]:
    """Requests a second, seconds each took, failures, and the answers."""
    records = rows(200, 5)[NAMES].to_dict("records")
    end, took, failures, answers = time.perf_counter() + seconds, [], [], []

    async def one(number: int) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{at}", timeout=30) as client:
            k = number
            while time.perf_counter() < end:
                began = time.perf_counter()
                try:
                    answer = await client.post("/projects/demo/predict", json={"records": [records[k % 200]]})
                except httpx.TransportError as error:
                    failures.append(type(error).__name__)
                    await asyncio.sleep(0.02)
                    continue
                took.append(time.perf_counter() - began)
                (answers.append(answer.json()) if answer.status_code == 200 else failures.append(answer.text))
                k += 1

    began = time.perf_counter()
    await asyncio.gather(*(one(i) for i in range(clients)))
    return len(took) / (time.perf_counter() - began), took, failures, answers


def throughput(seconds: float) -> None:
    print("| model | clients | server | requests/s | median ms | p99 ms | server CPU ms a request |\n|---|---|---|---|---|---|---|")
    for name, recipe in RECIPES.items():
        with tempfile.TemporaryDirectory() as folder:
            project = workspace(Path(folder) / "home", recipe)
            stored = Path(folder) / "home" / "models" / f"{project.champion.model}.skops"
            for clients in (1, 16):
                for server in ("bare FastAPI, no log", "Lifecycle, logged", *(("BentoML, no log",) if BENTOML.exists() else ())):
                    at = port()
                    if server.startswith("bare"):
                        process = start(["-c", BARE, str(stored), str(at)], at)
                    else:
                        process = bentoml_server(stored, at) if server.startswith("Bento") else lifecycle_server(Path(folder) / "home", at)
                    asyncio.run(load(at, clients, 1.0))
                    parts = family(process.pid) if server.startswith("Bento") else [psutil.Process(process.pid)]
                    before = spent(parts)
                    rate, took, failures, _ = asyncio.run(load(at, clients, seconds))
                    used = 1e3 * (spent(parts) - before) / max(len(took), 1)
                    process.terminate()
                    process.wait()
                    assert not failures, failures[:3]
                    quantiles = f"{1e3 * statistics.median(took):.1f} | {1e3 * np.quantile(took, 0.99):.1f} | {used:.1f}"
                    print(f"| {name} | {clients} | {server} | {rate:,.0f} | {quantiles} |", flush=True)


def swaps(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = workspace(Path(folder) / "home", LogisticRegression())
        at = port()
        process = lifecycle_server(Path(folder) / "home", at)
        lags: list[float] = []

        async def swap() -> None:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{at}", timeout=30) as client:
                for turn in range(count):
                    release = (lambda: project.roll_out(2, by="bench")) if turn % 2 == 0 else (lambda: project.roll_back(by="bench", reason="bench"))
                    await asyncio.to_thread(release)
                    committed = time.perf_counter()
                    while (await client.get("/ready")).json()["champions"]["demo"] != (2 if turn % 2 == 0 else 1):
                        await asyncio.sleep(0.002)
                    lags.append(time.perf_counter() - committed)

        async def both() -> tuple[float, list[float], list[str], list[dict]]:
            task = asyncio.create_task(swap())
            found = await load(at, 8, 0.25 * count)
            await task
            return found

        _, took, failures, answers = asyncio.run(both())
        process.terminate()
        process.wait()
        logged = project.predictions().set_index("id")
        given = [answer["predictions"][0] for answer in answers]
        frame = logged.loc[[row["id"] for row in given]]
        wrong = int((frame["model_version"].to_numpy() != [row["model_version"] for row in given]).sum())
        for version in (1, 2):
            mine = frame["model_version"] == version
            said = project.answer(frame.loc[mine, NAMES].reset_index(drop=True), version=version)["p_yes"].to_numpy()
            wrong += int((np.abs(said - [row["probabilities"]["yes"] for row, m in zip(given, mine, strict=True) if m]) > 1e-9).sum())
        lag = f"{1e3 * statistics.median(lags):.0f} ms median, {1e3 * np.quantile(lags, 0.95):.0f} ms p95"
        print(
            f"\n{count} swaps and rollbacks, {len(took)} requests: {len(failures)} failed, {wrong} of another version than said; commit to live {lag}"
        )


def kills(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        project = workspace(home, LogisticRegression())
        given: list[str] = []
        rng = np.random.default_rng(0)
        for _ in range(count):
            at = port()
            process = lifecycle_server(home, at)

            async def run(at: int = at, process: subprocess.Popen[bytes] = process) -> list[dict]:
                task = asyncio.create_task(load(at, 8, 1.5))
                await asyncio.sleep(0.5 + float(rng.random()) * 0.8)
                os.kill(process.pid, signal.SIGKILL)
                return (await task)[3]

            given += [answer["predictions"][0]["id"] for answer in asyncio.run(run())]
            process.wait()
        logged = project.predictions()["id"]
        lost, doubled = len(set(given) - set(logged)), len(logged) - logged.nunique()
        print(f"\n{count} kills, {len(given)} acknowledged answers: {lost} lost, {doubled} twice in the log")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes")
    quick = parser.parse_args().quick
    throughput(2.0 if quick else 10.0)
    swaps(10 if quick else 80)
    kills(3 if quick else 50)


if __name__ == "__main__":
    main()
