"""What waits for what when the load grows: a simulation of the processes of one workspace on one machine, from measured costs.

    python benchmarks/scaling/simulation.py [--minutes 10] [--costs JSON] [--processes 1]

Requests come at random (Poisson) and are answered in batches of whatever waits, each batch with one durable transaction; experts answer, wait
for the acknowledgement, think, and go on; the worker goes through the models again and again and summarises what has landed since. All writes
queue for the one writer of the SQLite file. `--processes`: so many dashboards share the experts. A part whose share of time nears 1 is where
the machine stops; waits grow without end there, and the table shows what they grew to in the simulated minutes. It has no processors to share:
parts that are busy at once need as many cores.
"""

from __future__ import annotations

import argparse
import heapq
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

# Seconds, measured on 2 cores on 23 November 2026: label/page_load.py, release/serving.py, scaling/curves.py
COSTS = {
    "answer": 0.013,  # the dashboard's, one answer
    "batch": 0.0021,  # the API's, a batch
    "request": 0.0003,  # the API's, a request in it
    "commit": 0.0015,  # the writer's, a durable transaction
    "model": 0.03,  # the worker's, looking at a model where nothing or little is new
    "prediction": 5e-6,  # the worker's, summarising a prediction of 20 columns
    "think": 1.5,  # an expert's, between two answers
}
TODAY = {"requests": 3.5, "experts": 3, "models": 3}  # a second at the busiest hour; sitting at once; served by one workspace
MOST = 256  # requests in a batch
PARTS = ("dashboard", "api", "writer", "worker")


@dataclass
class Simulation:
    """The parts of one workspace, each busy until a time, with what they were busy for."""

    rng: np.random.Generator
    costs: dict[str, float]
    load: dict[str, float]
    dashboards: int
    events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    free: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    busy: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    waits: dict[str, list[float]] = field(default_factory=lambda: {"answer": [], "request": [], "summary": []})
    queue: deque[float] = field(default_factory=deque)
    landed: deque[float] = field(default_factory=deque)
    asking: bool = False
    number: int = 0

    def run(self, seconds: float) -> dict[str, float]:
        """Simulate so many seconds; each part's share of time, and the 95th percentile of each wait."""
        for expert in range(int(self.load["experts"])):
            self.later(self.thought(0.0), partial(self.answer, expert=expert))
        self.later(0.0, self.request)
        self.later(0.0, self.round)
        while self.events[0][0] < seconds:
            now, _, act = heapq.heappop(self.events)
            act(now)
        shares = {f"{name}_share": sum(t for part, t in self.busy.items() if part.startswith(name)) / seconds for name in PARTS}
        shares["dashboard_share"] /= self.dashboards
        shares = {name: min(share, 1.0) for name, share in shares.items()}  # work that was queued ends later
        return shares | {f"{name}_wait_seconds": float(np.quantile(each, 0.95)) if each else seconds for name, each in self.waits.items()}

    def later(self, when: float, act: Callable[[float], None]) -> None:
        self.number += 1
        heapq.heappush(self.events, (when, self.number, act))

    def work(self, part: str, now: float, seconds: float, then: Callable[[float], None]) -> None:
        """Queue for a part from now on, in the order of coming; what comes then, once it is done."""
        done = max(self.free[part], now) + seconds
        self.free[part] = done
        self.busy[part] += seconds
        self.later(done, then)

    def commit(self, now: float, then: Callable[[float], None]) -> None:
        self.work("writer", now, self.costs["commit"], then)

    def thought(self, now: float) -> float:
        return now + self.rng.exponential(self.costs["think"])

    def answer(self, now: float, expert: int) -> None:
        """The dashboard takes it, the writer keeps it, the expert thinks about the next one."""

        def kept(done: float) -> None:
            self.waits["answer"].append(done - now)
            self.later(self.thought(done), partial(self.answer, expert=expert))

        self.work(f"dashboard {expert % self.dashboards}", now, self.costs["answer"], lambda done: self.commit(done, kept))

    def request(self, now: float) -> None:
        self.queue.append(now)
        if not self.asking:
            self.batch(now)
        self.later(now + self.rng.exponential(1 / self.load["requests"]), self.request)

    def batch(self, now: float) -> None:
        """Answer what waits, durably; then what came meanwhile."""
        self.asking = bool(self.queue)
        came = [self.queue.popleft() for _ in range(min(len(self.queue), MOST))]
        if not came:
            return

        def kept(done: float) -> None:
            self.waits["request"] += [done - at for at in came]
            self.landed.extend([done] * len(came))
            self.batch(done)

        self.work("api", now, self.costs["batch"] + self.costs["request"] * len(came), lambda done: self.commit(done, kept))

    def round(self, now: float) -> None:
        """The worker goes through the models, one after the other, each with a transaction of its own."""
        rows, models = [self.landed.popleft() for _ in range(len(self.landed))], int(self.load["models"])
        each = self.costs["model"] + self.costs["prediction"] * len(rows) / models

        def model(at: float, left: int) -> None:
            if left:
                self.work("worker", at, each, lambda done: self.commit(done, partial(model, left=left - 1)))
            else:
                self.waits["summary"] += [at - came for came in rows]
                self.later(max(at, now + 1.0), self.round)

        model(now, models)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--costs", type=json.loads, default={})
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    print(f"{'load':>6}{'requests/s':>12}{'experts':>9}{'models':>8}   {'busy: dashboard, API, writer, worker':<35}   95 %: answer, request, summary")
    for times in (1, 10, 30, 100, 300, 1_000):
        load = {name: value * times for name, value in TODAY.items()}
        found = Simulation(np.random.default_rng(0), {**COSTS, **given.costs}, load, given.processes).run(60 * given.minutes)
        shares = ", ".join(f"{found[f'{name}_share']:.3f}" for name in PARTS)
        waits = ", ".join(f"{found[f'{name}_wait_seconds']:.3f} s" for name in ("answer", "request", "summary"))
        print(f"{times:>6}{load['requests']:>12,.1f}{load['experts']:>9,}{load['models']:>8,}   {shares:<35}   {waits}", flush=True)
    print(json.dumps({f"x{times}_{name}": round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
