"""What a side says of itself: seconds, CPU seconds and the most memory. Runs in every peer's environment, on Python alone."""

from __future__ import annotations

import json
import time
from pathlib import Path


class Stages:
    """Seconds and CPU seconds of named stages, and the most memory of the process.

    `with stages("read"): ...` measures, and adds to what was measured under that name; `say` prints all with the values as one line.
    """

    def __init__(self) -> None:
        self.found: dict[str, float] = {}

    def __call__(self, name: str) -> Stages:
        self.name = name
        return self

    def __enter__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        for key, spent in (("seconds", time.perf_counter() - self.wall), ("cpu", time.process_time() - self.cpu)):
            self.found[f"{self.name}_{key}"] = self.found.get(f"{self.name}_{key}", 0.0) + spent

    def say(self, values: dict[str, object]) -> None:
        """Print the line that the benchmark reads."""
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        peak = int(status["VmHWM"].split()[0]) / 1024  # the resource module's maximum is inherited from the process that started this one
        print("RESULT" + json.dumps({**self.found, "peak_mib": peak, "values": values}))
