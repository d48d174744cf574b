"""How long the server takes to acknowledge an answer, with one expert and with forty at once on one process; nothing twice, nothing lost.

    python benchmarks/label/page_load.py [--quick] [--home FOLDER]

Each expert is a websocket that does what the labeling surface does: it answers, waits for the acknowledgement, thinks for about 1.5 seconds
(an expert takes that long; --think changes it), and goes on. Prints one line of JSON with the load average beside, and fails when a task went
to two people or an acknowledged answer is not in the database exactly once. --home: a workspace that `page_server.pool` made.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import lifecycle
from benchmarks.label.page_server import CLASSES, Dashboard, Expert, pool


async def sit(expert: Expert, answers: int, think: float, said: list[tuple[str, int, int, str, float]]) -> None:
    await asyncio.sleep(random.random() * think)
    for number in range(answers):
        value = number % CLASSES
        task, client, seconds = await expert.answer(value)
        said.append((expert.name, task, value, client, seconds))
        if think:
            await asyncio.sleep(random.expovariate(1 / think))


async def together(port: int, people: int, answers: int, think: float) -> list[tuple[str, int, int, str, float]]:
    experts = [Expert(port, f"expert-{people}-{number}") for number in range(people)]
    for start in range(0, people, 10):
        await asyncio.gather(*(expert.open() for expert in experts[start : start + 10]))
    said: list[tuple[str, int, int, str, float]] = []
    await asyncio.gather(*(sit(expert, answers, think, said) for expert in experts))
    for expert in experts:
        await expert.socket.close()
    return said


def checked(project: lifecycle.Project, said: list[tuple[str, int, int, str, float]]) -> dict[str, int]:
    """How many answers went wrong: a task answered by two people, one that is missing, doubled or has another value."""
    rows = project.annotations(limit=None)
    kept = Counter(zip(rows["annotator"], rows["task"], rows["value"], strict=True))
    twice = sum(n > 1 for n in Counter(task for _, task, _, _, _ in said).values())
    return {"served_twice": twice, "lost": sum(kept[(name, task, value)] != 1 for name, task, value, _, _ in said)}


def spent(dashboard: Dashboard) -> float:
    """Processor seconds of the dashboard so far."""
    used = psutil.Process(dashboard.process.pid).cpu_times()
    return float(used.user + used.system)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--think", type=float, default=1.5)
    parser.add_argument("--people", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        project = lifecycle.open_workspace(home).project("pool") if options.home else pool(home, 20_000)
        dashboard = Dashboard(home)
        wrong = 0
        try:
            asyncio.run(together(dashboard.port, 1, 20, 0.0))  # warm
            for people, answers in ((1, 40 if options.quick else 100), (options.people, 5 if options.quick else 25)):
                before = spent(dashboard)
                said = asyncio.run(together(dashboard.port, people, answers, options.think if people > 1 else 0.05))
                took = sorted(seconds for *_, seconds in said)
                told = {
                    "experts": people,
                    "answers": len(said),
                    "median_ms": round(1e3 * statistics.median(took), 1),
                    "p95_ms": round(1e3 * took[int(0.95 * len(took))], 1),
                    "server_cpu_ms": round(1e3 * (spent(dashboard) - before) / len(said), 1),
                    "load": round(os.getloadavg()[0], 1),
                } | checked(project, said)
                wrong += told["served_twice"] + told["lost"]
                print(json.dumps(told), flush=True)
        finally:
            dashboard.stop()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
