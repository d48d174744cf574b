"""Requests that arrive together are answered and logged together: one table, one model call, one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import Any

import orjson
import pandas as pd
from threadpoolctl import threadpool_limits

from lifecycle import schema as door
from lifecycle.errors import BadData, LifecycleError, NotReady, StoreError
from lifecycle.records import Schema
from lifecycle.schema import Rows
from lifecycle.serving.bodies import answered, frame_of
from lifecycle.serving.numbers import Numbers
from lifecycle.serving.watching import Served
from lifecycle.verbs.predictions import landing, recording

__all__ = ["Batcher"]

MOST_ROWS = 4096
MOST_WAITING = 20_000  # rows; beyond that the caller is told to come back


@dataclass(slots=True)
class _Waiting:
    """One request. `frame`: its rows, where they have to be judged. `found`: its answer, or why there is none."""

    records: list[dict[str, Any]]
    entity: str | None
    done: asyncio.Future[bytes]
    frame: pd.DataFrame | None = None
    found: bytes | Exception | None = None


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

    async def answer(self, records: list[dict[str, Any]], entity: str | None) -> bytes:
        """The logged answers to records, as JSON: {"predictions": [{id, prediction, probabilities, model_version}, ...]}.

        Raises
        ------
        BadData : rows that cannot land, none of this request did. NotReady : nobody answers. StoreError : too many wait already.
        """
        waiting = _Waiting(records, entity, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._closed:
                raise StoreError("The API is stopping; ask again in a moment.")
            if self._rows + len(records) > MOST_WAITING:
                raise StoreError(f"{self._rows} rows wait already; ask again in a moment.")
            self._queue.append(waiting)
            self._rows += len(records)
            self._changed.notify()
        return await waiting.done

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with threadpool_limits(limits=1):  # for few rows, waking a team of threads costs more than it saves
            while batch := self._next():
                self._answer(batch)
                with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                    batch[0].done.get_loop().call_soon_threadsafe(_tell, batch)
        self._served.context.database.close()

    def _next(self) -> list[_Waiting]:
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            batch: list[_Waiting] = []
            rows = 0
            while self._queue and (not batch or rows + len(self._queue[0].records) <= MOST_ROWS):
                batch.append(self._queue.popleft())
                rows += len(batch[-1].records)
            self._rows -= rows
            return batch

    def _answer(self, batch: list[_Waiting]) -> None:
        """Find what each request is told: those with nothing to judge together, and the others by their columns."""
        try:
            self._served.route()
            schema = self._served.context.schema
            if (rows := self._quick(batch, schema)) is not None:
                self._land(batch, rows, schema)
                return
            parts: dict[tuple[str, ...], list[_Waiting]] = defaultdict(list)
            for waiting in batch:
                parts[self._judged(waiting, schema)].append(waiting)
            for part in parts.values():
                self._together([waiting for waiting in part if waiting.found is None], schema)
        except Exception as error:
            _settle(batch, error)

    def _quick(self, batch: list[_Waiting], schema: Schema) -> Rows | None:
        records = [record for waiting in batch for record in waiting.records]
        entities = [waiting.entity for waiting in batch for _ in waiting.records]
        return door.quick(records, entities, schema, self._served.context.now())

    def _judged(self, waiting: _Waiting, schema: Schema) -> tuple[str, ...]:
        """The columns of a request's frame, none where nothing is to be judged; or it is refused."""
        if self._quick([waiting], schema) is not None:
            return ()
        try:
            waiting.frame = frame_of(waiting.records, schema, waiting.entity)
        except BadData as error:
            waiting.found = error
            return ()
        return tuple(waiting.frame.columns)

    def _together(self, batch: list[_Waiting], schema: Schema) -> None:
        """Answer requests of one kind."""
        if not batch:
            return
        frames = [waiting.frame for waiting in batch if waiting.frame is not None]
        rows = None if frames else self._quick(batch, schema)
        self._land(batch, landing.read(self._served.context, pd.concat(frames, ignore_index=True)) if rows is None else rows, schema)

    def _land(self, batch: list[_Waiting], rows: Rows, schema: Schema) -> None:
        """Answer and log rows; the requests with bad ones are refused, and the others tried again."""
        context = self._served.context
        try:
            found = recording.answer_rows(context, rows)
        except BadData as error:
            for part in _without_refused(batch, error):
                self._together(part, schema)
            return
        except Exception as error:
            _settle(batch, error)
            return
        self._numbers.batch(context.name, dict(Counter(found["version"].to_pylist())))
        answers, start = answered(found, schema), 0
        for waiting in batch:
            end = start + len(waiting.records)
            waiting.found = orjson.dumps({"predictions": answers[start:end]})
            start = end


def _without_refused(batch: list[_Waiting], error: BadData) -> list[list[_Waiting]]:
    """Refuse the requests whose rows are refused, each with its own rows; the others, as they are to be tried again."""
    if len(batch) == 1:
        batch[0].found = error
        return []
    bad = error.refused[error.refused["row"] >= 0]
    if bad.empty:  # the model cannot take some row and does not say which: ask one by one
        return [[waiting] for waiting in batch]
    start = 0
    for waiting in batch:
        end = start + len(waiting.records)
        mine = bad[bad["row"].between(start, end - 1)]
        if len(mine):
            waiting.found = _own(waiting, mine.assign(row=mine["row"] - start))
        start = end
    return [[waiting for waiting in batch if waiting.found is None]]


def _own(waiting: _Waiting, refused: pd.DataFrame) -> BadData:
    first, bad = refused.iloc[0], refused["row"].nunique()
    sentence = f"{bad} of {len(waiting.records)} records cannot be answered; record {first['row']}: {first['column']!r} {first['reason']}."
    return BadData(sentence, refused.reset_index(drop=True))


def _settle(batch: list[_Waiting], error: Exception) -> None:
    """Tell those who have no answer yet why."""
    for waiting in batch:
        if waiting.found is None:
            waiting.found = error if isinstance(error, LifecycleError) else NotReady(f"The answer failed ({type(error).__name__}: {error}).")


def _tell(batch: list[_Waiting]) -> None:
    """In the loop: hand out what was found, all at one waking."""
    for waiting in batch:
        if waiting.done.done():  # whoever asked has gone
            continue
        if isinstance(waiting.found, bytes):
            waiting.done.set_result(waiting.found)
        else:
            waiting.done.set_exception(waiting.found or NotReady("The answer was lost; ask again."))
