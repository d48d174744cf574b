"""Where parallel work runs: in this process, or on a Dask cluster by one setting.

`LIFECYCLE_ENGINE=dask://host:port` sends what scikit-learn runs through joblib (the trees of a forest, the candidates of a search,
the folds of a cross-validation) to the cluster, and counts a long log there; a run itself, its steps and its files stay where they are.
Needs the package `distributed` here and this package's environment on the workers.
"""

from __future__ import annotations

import importlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import joblib

from lifecycle.errors import InvalidValue, StoreError

__all__ = ["address", "mapped", "same", "spread"]

ATTEMPTS = 4
LOST = ("CancelledError", "CommClosedError", "FutureCancelledError", "KilledWorker")  # what a worker that dies with what it held comes up as

T = TypeVar("T")


def address() -> str | None:
    """The scheduler's address for Dask, None where everything runs here.

    Raises
    ------
    InvalidValue : LIFECYCLE_ENGINE names no engine.
    """
    wanted = os.environ.get("LIFECYCLE_ENGINE", "").strip()
    if wanted in ("", "local"):
        return None
    scheme, _, rest = wanted.partition("://")
    if scheme != "dask" or ":" not in rest:
        raise InvalidValue(f"LIFECYCLE_ENGINE is {wanted!r}; give dask://host:port, or leave it unset to run here.")
    return f"tcp://{rest}"


def spread(work: Callable[[], T]) -> T:
    """What `work` returns, its joblib loops run on the cluster that is set, if one is; from the start again when a worker dies under it.

    Raises
    ------
    StoreError : the cluster does not answer, `distributed` is not installed, or workers died each time.
    """
    cluster = address()
    if cluster is None:
        return work()
    loops = _module("lifecycle.engines.loops")
    for _ in range(ATTEMPTS):
        try:
            with _client(cluster) as client, joblib.parallel_config(backend=loops.Backend(client=client)):
                return work()
        except Exception as error:
            if type(error).__name__ not in LOST:
                raise
            lost = error
    raise StoreError(f"Workers of the Dask cluster {cluster} died {ATTEMPTS} times under this; see their logs and memory.") from lost


def mapped(call: Callable[..., T], tasks: Iterable[tuple[Any, ...]], shared: Any) -> Iterator[T]:
    """`call(shared, *task)` for each task, in their order, computed on the cluster that is set; a few more tasks than it has cores are
    under way, so that memory is bounded. A task whose worker dies is computed by another one.

    Raises
    ------
    StoreError : as `spread`.
    """
    cluster = address()
    if cluster is None:
        yield from (call(shared, *task) for task in tasks)
        return
    with _client(cluster) as client:
        ahead, queue, held = max(2, sum(client.ncores().values())) + 1, deque[Any](), client.submit(same, shared, pure=False)
        try:
            for task in tasks:
                queue.append(client.submit(call, held, *task, pure=False))
                if len(queue) >= ahead:
                    yield queue.popleft().result()
            while queue:
                yield queue.popleft().result()
        except Exception as error:
            if type(error).__name__ not in LOST:
                raise
            raise StoreError(f"Workers of the Dask cluster {cluster} died again and again; see their logs and memory.") from error


def same(shared: T) -> T:
    """What is computed on a cluster, and not scattered to it, is made again when a worker dies with it."""
    return shared


@contextmanager
def _client(cluster: str) -> Iterator[Any]:
    _module("dask").config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})  # no warning of the recipe's
    try:
        client = _module("distributed").Client(cluster, timeout=20, set_as_default=True)
    except OSError as error:
        raise StoreError(f"The Dask scheduler {cluster} does not answer; start it, or unset LIFECYCLE_ENGINE.") from error
    with client:
        yield client


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise StoreError("LIFECYCLE_ENGINE asks for Dask, which is not installed; pip install 'lifecycle[dask]'.") from error
