"""Window arithmetic: which window a row belongs to, where it begins and what it is called.

A window is "N rows" (by the row's number in the log) or a pandas offset ("1D", "7D", "6h", "MS", "QS", "W"), half-open in
time. Several calendar periods are one window ("2QS", "3MS", "2W"): counted from the period that holds 1 January 1970, so that
2QS are the half-years from January and July, whenever the first row came. A window's key is an int64 that grows with time: the
count of windows before it for rows, the start in microseconds since 1970 (UTC) for time, so that keys sort, compare and store
as integers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lifecycle.errors import InvalidValue

__all__ = ["WindowRule", "bounds", "is_closed", "name", "parse", "window_keys"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000  # microseconds
_YEARS = (1940, 2100)  # that windows of several calendar periods are for
_ALLOWED = 'allowed: "1000 rows", or a pandas offset such as "1h", "1D", "7D", "W", "MS", "QS", "YS"'


@dataclass(frozen=True, slots=True)
class WindowRule:
    """A window as understood: `rows` a window, or a fixed `period` in microseconds, or else `periods` of a calendar `offset`."""

    text: str
    rows: int = 0
    period: int = 0
    offset: pd.offsets.BaseOffset | None = None
    periods: int = 1

    @property
    def by_rows(self) -> bool:
        """Are windows counted in rows rather than in time."""
        return self.rows > 0


@lru_cache(maxsize=256)
def parse(window: str) -> WindowRule:
    """Read a window.

    Raises
    ------
    InvalidValue : it is neither a number of rows nor an offset that divides time.

    >>> parse("500 rows").rows, parse("7D").period // 86_400_000_000, parse("QS").by_rows
    (500, 7, False)
    >>> parse("two rows")
    Traceback (most recent call last):
    ...
    lifecycle.errors.InvalidValue: Not a window: 'two rows'; allowed: "1000 rows", or a pandas offset such as "1h", "1D", "7D", "W", "MS", "QS", "YS".
    """
    refusal = InvalidValue(f"Not a window: {window!r}; {_ALLOWED}.")
    counted = re.fullmatch(r"\s*([\d_ ]*\d)\s*rows?\s*", window)
    if counted:
        rows = int(re.sub(r"[_ ]", "", counted[1]))
        if rows < 1:
            raise refusal
        return WindowRule(window, rows=rows)
    try:
        offset = pd.tseries.frequencies.to_offset(window)
    except ValueError as error:
        raise refusal from error
    if offset is None or offset.n < 1:
        raise refusal
    if isinstance(offset, pd.offsets.Day):
        return WindowRule(window, period=offset.n * _DAY)
    if isinstance(offset, pd.offsets.Tick):
        return WindowRule(window, period=max(1, int(offset.nanos) // 1000))
    return WindowRule(window, offset=offset.base, periods=offset.n)


def window_keys(times: Any, seqs: ArrayLike, window: str) -> NDArray[np.int64]:
    """The key of each row's window.

    Parameters
    ----------
    times : (n,) datetime64, a DatetimeIndex or Series (aware or naive UTC), or int64 microseconds since 1970; None will do for windows by rows.
    seqs : (n,) the rows' numbers in the log, from 1.

    >>> window_keys(None, [1, 2, 3, 4, 5], "2 rows").tolist()
    [0, 0, 1, 1, 2]
    >>> days = pd.to_datetime(["2026-02-14", "2026-03-31", "2026-04-01"])
    >>> [name(key, "QS") for key in window_keys(days, [1, 2, 3], "QS")]
    ['2026-01-01', '2026-01-01', '2026-04-01']
    """
    rule = parse(window)
    if rule.by_rows:
        return (np.asarray(seqs, dtype=np.int64) - 1) // rule.rows
    stamps = _microseconds(times)
    if rule.period:
        return stamps // rule.period * rule.period
    days, inverse = np.unique(stamps // _DAY, return_inverse=True)
    starts = _together(rule, days * _DAY) if rule.periods > 1 else np.fromiter((_calendar_start(rule, int(day)) for day in days), np.int64, len(days))
    return starts[inverse.reshape(-1)]


def bounds(key: int, window: str) -> tuple[datetime, datetime] | tuple[int, int]:
    """Where a window begins and ends (exclusive): aware UTC times, or the rows' numbers for a window by rows.

    >>> bounds(1, "500 rows")
    (501, 1001)
    >>> [str(at.date()) for at in bounds(int(window_keys(["2026-02-14"], [1], "MS")[0]), "MS")]
    ['2026-02-01', '2026-03-01']
    """
    rule = parse(window)
    if rule.by_rows:
        return int(key) * rule.rows + 1, (int(key) + 1) * rule.rows + 1
    start = _EPOCH + timedelta(microseconds=int(key))
    if rule.period:
        return start, start + timedelta(microseconds=rule.period)
    if rule.periods > 1:
        starts, first = _starts(rule)
        place = int(np.searchsorted(starts, int(key), "right")) - 1
        return start, _EPOCH + timedelta(microseconds=int(starts[place - (place - first) % rule.periods + rule.periods]))
    return start, _next(rule, start)


def name(key: int, window: str) -> str:
    """What people call a window: its number from 1, or the ISO date (with the time where it is not midnight) of its start.

    >>> name(0, "10 rows"), name(86_400_000_000, "1D"), name(3_600_000_000, "1h")
    ('1', '1970-01-02', '1970-01-01T01:00')
    """
    rule = parse(window)
    if rule.by_rows:
        return str(int(key) + 1)
    start = _EPOCH + timedelta(microseconds=int(key))
    if int(key) % _DAY == 0:
        return start.date().isoformat()
    return start.replace(tzinfo=None).isoformat(timespec="minutes" if int(key) % 60_000_000 == 0 else "microseconds")


def is_closed(key: int, window: str, rows: int, now: datetime) -> bool:
    """Is no further row expected: the window is full, or its end has passed.

    >>> is_closed(0, "10 rows", 9, datetime(2026, 1, 1, tzinfo=UTC)), is_closed(0, "1D", 9, datetime(2026, 1, 1, tzinfo=UTC))
    (False, True)
    """
    rule = parse(window)
    if rule.by_rows:
        return rows >= rule.rows
    end = bounds(key, window)[1]
    return isinstance(end, datetime) and now >= end


def _microseconds(times: Any) -> NDArray[np.int64]:
    array = np.asarray(times)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    index = pd.DatetimeIndex(pd.to_datetime(pd.Series(times), utc=True))
    return np.asarray(index.as_unit("us").asi8, dtype=np.int64)


def _ends(rule: WindowRule) -> pd.offsets.BaseOffset:
    assert rule.offset is not None
    return rule.offset


def _by_end(rule: WindowRule) -> bool:
    """Is the offset the last day of its period (ME, QE, W, ...) rather than the first (MS, QS, ...)."""
    code = str(_ends(rule).freqstr).split("-")[0]
    return code.endswith("E") or code in ("W", "FY", "REQ", "RE")


def _next(rule: WindowRule, start: datetime) -> datetime:
    """The end of the one period that starts here."""
    naive = pd.Timestamp(start.replace(tzinfo=None))
    end = _ends(rule).rollforward(naive) + pd.Timedelta(days=1) if _by_end(rule) else naive + _ends(rule)
    found: datetime = end.to_pydatetime().replace(tzinfo=UTC)
    return found


def _together(rule: WindowRule, stamps: NDArray[np.int64]) -> NDArray[np.int64]:
    """The starts of the windows of several periods that hold these times (n,)."""
    starts, first = _starts(rule)
    place = np.searchsorted(starts, stamps, "right") - 1
    if len(place) and (place.min() < rule.periods or place.max() + rule.periods >= len(starts)):
        raise InvalidValue(f"Windows of {rule.text!r} are for times from {_YEARS[0]} to {_YEARS[1]}, and a row lies beyond; correct its timestamp.")
    return np.asarray(starts[place - (place - first) % rule.periods])


@lru_cache(maxsize=16)
def _starts(rule: WindowRule) -> tuple[NDArray[np.int64], int]:
    """The starts of all single periods in order, and the place of the one that holds 1 January 1970."""
    found, last = [_calendar_start(rule, (_YEARS[0] - 1970) * 365)], int((_YEARS[1] - 1970) * 365.25) * _DAY
    while found[-1] <= last:
        found.append((_next(rule, _EPOCH + timedelta(microseconds=found[-1])) - _EPOCH) // timedelta(microseconds=1))
    starts = np.array(found, dtype=np.int64)
    return starts, int(np.searchsorted(starts, 0, "right")) - 1


def _calendar_start(rule: WindowRule, day: int) -> int:
    stamp = pd.Timestamp(day * _DAY, unit="us")
    if _by_end(rule):
        one = pd.Timedelta(days=1)
        start = _ends(rule).rollback(stamp - one) + one
    else:
        start = _ends(rule).rollback(stamp)
    return int(start.value) // 1000  # always nanoseconds, whatever the unit
