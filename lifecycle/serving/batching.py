"""Requests that arrive together are answered and logged together: one frame, one model call, one transaction."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from lifecycle.errors import BadData, LifecycleError, NotReady, StoreError
from lifecycle.serving.bodies import answered
from lifecycle.serving.numbers import Numbers
from lifecycle.serving.watching import Served
from lifecycle.verbs.predictions import recording

__all__ = ["Batcher"]

MOST_ROWS = 4096
MOST_WAITING = 20_000  # rows; beyond that the caller is told to come back


@dataclass(slots=True)
class _Waiting:
    frame: pd.DataFrame
    done: Future[list[dict[str, Any]]]


class Batcher:
    """One project's queue and the thread that empties it. What waits while a batch is under way is the next batch."""

    def __init__(self, served: Served, numbers: Numbers) -> None:
        self._served = served
        self._numbers = numbers
        self._queue: deque[_Waiting] = deque()
        self._rows = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"answers {served.context.name}", daemon=True)
        self._thread.start()

    async def answer(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        """The logged answers to a frame's rows, as JSON knows them: id, prediction, probabilities, model_version.

        Raises
        ------
        BadData : rows that cannot land, none of this frame did. NotReady : nobody answers. StoreError : too many wait already.
        """
        done: Future[list[dict[str, Any]]] = Future()
        with self._changed:
            if self._closed:
                raise StoreError("The API is stopping; ask again in a moment.")
            if self._rows + len(frame) > MOST_WAITING:
                raise StoreError(f"{self._rows} rows wait already; ask again in a moment.")
            self._queue.append(_Waiting(frame, done))
            self._rows += len(frame)
            self._changed.notify()
        return await asyncio.wrap_future(done)

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with threadpool_limits(limits=1):  # for few rows, waking a team of threads costs more than it saves
            while batch := self._next():
                self._answer([waiting for waiting in batch if waiting.done.set_running_or_notify_cancel()])
        self._served.context.database.close()

    def _next(self) -> list[_Waiting]:
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            batch: list[_Waiting] = []
            rows = 0
            while self._queue and (not batch or _fits(batch[0].frame, self._queue[0].frame, rows)):
                batch.append(self._queue.popleft())
                rows += len(batch[-1].frame)
            self._rows -= rows
            return batch

    def _answer(self, batch: list[_Waiting]) -> None:
        """Answer requests together; those with bad rows are refused, and the others tried again."""
        while batch:
            try:
                answers = self._predict(batch)
            except BadData as error:
                batch = self._without_refused(batch, error)
            except Exception as error:
                _settle(batch, error)
                return
            else:
                start = 0
                for waiting in batch:
                    end = start + len(waiting.frame)
                    waiting.done.set_result(answers[start:end])
                    start = end
                return

    def _predict(self, batch: list[_Waiting]) -> list[dict[str, Any]]:
        self._served.route()
        frames = [waiting.frame for waiting in batch]
        whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        answers = recording.predict(self._served.context, whole)
        self._numbers.batch(self._served.context.name, dict(Counter(answers["model_version"].tolist())))
        return answered(answers)

    def _without_refused(self, batch: list[_Waiting], error: BadData) -> list[_Waiting]:
        """Refuse the requests whose rows are refused, each with its own rows; return the others."""
        if len(batch) == 1:
            batch[0].done.set_exception(error)
            return []
        bad = set(error.refused["row"].tolist())
        if not bad:  # the model cannot take some row and does not say which: ask one by one
            for waiting in batch:
                self._answer([waiting])
            return []
        rest, start = [], 0
        for waiting in batch:
            end = start + len(waiting.frame)
            mine = error.refused[error.refused["row"].between(start, end - 1)]
            if len(mine):
                waiting.done.set_exception(_own(waiting, mine.assign(row=mine["row"] - start)))
            else:
                rest.append(waiting)
            start = end
        return rest


def _fits(first: pd.DataFrame, frame: pd.DataFrame, rows: int) -> bool:
    return rows + len(frame) <= MOST_ROWS and list(first.columns) == list(frame.columns)


def _own(waiting: _Waiting, refused: pd.DataFrame) -> BadData:
    first, bad = refused.iloc[0], refused["row"].nunique()
    sentence = f"{bad} of {len(waiting.frame)} records cannot be answered; record {first['row']}: {first['column']!r} {first['reason']}."
    return BadData(sentence, refused.reset_index(drop=True))


def _settle(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        waiting.done.set_exception(error if isinstance(error, LifecycleError) else NotReady(f"The answer failed ({type(error).__name__}: {error})."))
