"""What Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Numbers"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000)


class Numbers:
    """The counters of one serving process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("lifecycle_requests", "Requests by project, path and status", ["project", "path", "status"], registry=self.registry)
        self._seconds = Histogram("lifecycle_request_seconds", "Time to answer", ["project", "path"], buckets=SECONDS, registry=self.registry)
        self._batches = Histogram("lifecycle_batch_rows", "Rows answered and logged together", ["project"], buckets=ROWS, registry=self.registry)
        self._predictions = Counter(
            "lifecycle_predictions", "Predictions by the version that answered", ["project", "version"], registry=self.registry
        )
        self._turned_away = Counter("lifecycle_turned_away", "Requests that were not let in, by status", ["status"], registry=self.registry)
        self._champion = Gauge("lifecycle_champion_version", "The version that answers", ["project"], registry=self.registry)
        self._swaps = Counter("lifecycle_swaps", "Releases made live by this process", ["project"], registry=self.registry)
        self._failed = Counter("lifecycle_failed_swaps", "Releases that did not load", ["project"], registry=self.registry)
        self._swap_seconds = Histogram("lifecycle_swap_seconds", "Time to load and warm a release", buckets=SECONDS, registry=self.registry)

    def answered(self, project: str, path: str, status: int, seconds: float) -> None:
        """One request has its answer."""
        self._requests.labels(project, path, str(status)).inc()
        self._seconds.labels(project, path).observe(seconds)

    def turned_away(self, status: int) -> None:
        """A caller was not let in."""
        self._turned_away.labels(str(status)).inc()

    def batch(self, project: str, versions: dict[int, int]) -> None:
        """Rows that were answered and logged together, by version."""
        self._batches.labels(project).observe(sum(versions.values()))
        for version, rows in versions.items():
            self._predictions.labels(project, str(version)).inc(rows)

    def swapped(self, project: str, version: int, seconds: float) -> None:
        """A release is live here."""
        self._champion.labels(project).set(version)
        self._swaps.labels(project).inc()
        self._swap_seconds.observe(seconds)

    def failed_swap(self, project: str) -> None:
        """A release could not be loaded."""
        self._failed.labels(project).inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
