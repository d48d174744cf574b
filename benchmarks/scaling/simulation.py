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
from collections import deque
from dataclasses import dataclass, field

import numpy as np

# Seconds, measured on 2 cores on 23 November 2026: label/page_load.py, release/serving.py, scaling/curves.py
COSTS = {
    "answer": 0.010,  # the dashboard's, one answer
    "batch": 0.0021,  # the API's, a batch
    "request": 0.0003,  # the API's, a request in it
    "commit": 0.0015,  # the writer's, a durable transaction
    "model": 0.02,  # the worker's, looking at a model where nothing or little is new
    "prediction": 5e-6,  # the worker's, summarising a prediction of 20 columns
    "think": 1.5,  # an expert's, between two answers
}
TODAY = {"requests": 3.5, "experts": 3, "models": 3}  # a second at the busiest hour; sitting at once; served by one workspace
MOST = 256  # requests in a batch


@dataclass
class Simulation:
    """The parts of one workspace, each busy until a time, with what they were busy for."""

    rng: np.random.Generator
    costs: dict[str, float]
    load: dict[str, float]
    dashboards: int
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=lambda: {"answer": [], "request": [], "summary": []})
    number: int = 0

    def run(self, seconds: float) -> dict[str, float]:
        """Simulate so many seconds; each part's share of time, and the 95th percentile of each wait."""
        self.free = {"writer": 0.0, "api": 0.0, "worker": 0.0} | {f"dashboard {i}": 0.0 for i in range(self.dashboards)}
        self.queue: deque[float] = deque()
        self.landed: deque[float] = deque()
        for expert in range(int(self.load["experts"])):
            self.later(self.rng.exponential(self.costs["think"]), "answer", expert)
        self.later(self.rng.exponential(1 / self.load["requests"]), "request")
        self.later(0.0, "worker")
        while self.events and self.events[0][0] < seconds:
            now, _, kind, who = heapq.heappop(self.events)
            getattr(self, kind)(now, who)
        shares = {f"{name}_share": self.busy.get(name, 0.0) / seconds for name in ("dashboard", "api", "writer", "worker")}
        shares["dashboard_share"] /= self.dashboards
        return shares | {f"{name}_wait_seconds": float(np.quantile(each, 0.95)) if each else 0.0 for name, each in self.waits.items()}

    def later(self, when: float, kind: str, who: int = 0) -> None:
        self.number += 1
        heapq.heappush(self.events, (when, self.number, kind, who))

    def work(self, part: str, ready: float, seconds: float) -> float:
        """Queue for a part; when it is done."""
        done = max(self.free[part], ready) + seconds
        self.free[part] = done
        name = part.split()[0]
        self.busy[name] = self.busy.get(name, 0.0) + seconds
        return done

    def answer(self, now: float, expert: int) -> None:
        done = self.work(f"dashboard {expert % self.dashboards}", now, self.costs["answer"])
        done = self.work("writer", done, self.costs["commit"])
        self.waits["answer"].append(done - now)
        self.later(done + self.rng.exponential(self.costs["think"]), "answer", expert)

    def request(self, now: float, _: int) -> None:
        self.queue.append(now)
        if len(self.queue) == 1:
            self.later(max(now, self.free["api"]), "batch")
        self.later(now + self.rng.exponential(1 / self.load["requests"]), "request")

    def batch(self, now: float, _: int) -> None:
        """Answer what waits, once the API is free: that is known only now."""
        if self.free["api"] > now:
            self.later(self.free["api"], "batch")
            return
        came = [self.queue.popleft() for _ in range(min(len(self.queue), MOST))]
        done = self.work("api", now, self.costs["batch"] + self.costs["request"] * len(came))
        done = self.work("writer", done, self.costs["commit"])
        self.free["api"] = done  # the answer waits for its transaction
        self.waits["request"] += [done - at for at in came]
        self.landed.extend([done] * len(came))
        if self.queue:
            self.later(done, "batch")

    def worker(self, now: float, _: int) -> None:
        """One round through all models."""
        rows = [self.landed.popleft() for _ in range(len(self.landed))]
        done = self.work("worker", now, self.costs["model"] * self.load["models"] + self.costs["prediction"] * len(rows))
        done = self.work("writer", done, self.costs["commit"] * min(self.load["models"], max(len(rows), 1)))
        self.waits["summary"] += [done - at for at in rows]
        self.later(max(done, now + 1.0), "worker")


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
        shares = ", ".join(f"{found[f'{name}_share']:.3f}" for name in ("dashboard", "api", "writer", "worker"))
        waits = ", ".join(f"{found[f'{name}_wait_seconds']:.3f} s" for name in ("answer", "request", "summary"))
        print(f"{times:>6}{load['requests']:>12,.1f}{load['experts']:>9,}{load['models']:>8,}   {shares:<35}   {waits}", flush=True)
    print(json.dumps({f"x{times}_{name}": round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
