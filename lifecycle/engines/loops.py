"""joblib's loops on Dask, so that they survive a worker's death.

joblib scatters what several tasks are given to some workers. One that dies takes it along, and the loop fails, or waits forever when it
dies in the midst (seen with joblib 1.6). Here it is computed on the cluster, as it stands, so that the scheduler has it made again.
"""

from __future__ import annotations

import asyncio
from typing import Any

from dask.sizeof import sizeof
from distributed import Client
from joblib._dask import DaskDistributedBackend
from joblib._parallel_backends import SequentialBackend

from lifecycle.engines.spread import same

__all__ = ["Backend"]

LARGE = 1_000  # bytes: what is smaller goes along with each task


class Backend(DaskDistributedBackend):  # type: ignore[misc]
    """joblib's backend with arguments that are computed; loops within loops run in sequence, where the outer one's task is."""

    def start_call(self) -> None:
        """A loop begins."""
        super().start_call()
        self.call_data_futures = _Computed(self.client)

    def get_nested_backend(self) -> tuple[SequentialBackend, None]:
        """What a loop within a task runs on."""
        return SequentialBackend(nesting_level=1), None


class _Computed:
    """Where joblib looks up what it has sent to the cluster already, while a loop runs."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sent: dict[int, tuple[Any, Any]] = {}

    def __getitem__(self, argument: Any) -> Any:
        if sizeof(argument) <= LARGE:
            raise KeyError
        if id(argument) not in self._sent:
            self._sent[id(argument)] = argument, self._client.submit(same, argument, pure=False)
        return asyncio.sleep(0, self._sent[id(argument)][1])

    def clear(self) -> None:
        """Let go of it all, as the loop has ended."""
        self._sent.clear()
