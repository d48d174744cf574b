from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from lifecycle.errors import InvalidValue
from lifecycle.monitor.windows import bounds, is_closed, name, parse, window_keys

TIMES = pd.date_range("2023-12-25 01:30", "2025-03-10", freq="37h17min", tz="UTC")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEQS = np.arange(1, len(TIMES) + 1)


@pytest.mark.parametrize(
    "window",
    [
        "1h",
        "90min",
        "1D",
        "7D",
        "W",
        "W-WED",
        "MS",
        "ME",
        "QS",
        "QS-FEB",
        "QE",
        "YS",
        "B",
        "2QS",
        "3MS",
        "5MS",
        "2W",
        "3W-WED",
        "2QE",
        "2YS",
        "4QS-FEB",
    ],
)
def test_each_row_lies_in_its_window_and_windows_tile_time(window: str) -> None:
    keys = window_keys(TIMES, SEQS, window)
    assert (np.diff(keys) >= 0).all()
    for time, key in zip(TIMES, keys, strict=True):
        start, end = bounds(int(key), window)
        assert start <= time < end
        assert isinstance(end, datetime)
        assert window_keys([end], [1], window)[0] == (end - EPOCH) // timedelta(microseconds=1), "the next begins where this ends"


@pytest.mark.parametrize(("window", "period"), [("MS", "M"), ("QS", "Q"), ("YS", "Y"), ("W", "W")])
def test_calendar_windows_are_the_periods_of_pandas(window: str, period: str) -> None:
    starts = pd.to_datetime(window_keys(TIMES, SEQS, window), unit="us")
    assert (starts == TIMES.tz_localize(None).to_period(period).start_time).all()


@pytest.mark.parametrize(("window", "months"), [("2QS", (1, 7)), ("3MS", (1, 4, 7, 10)), ("4MS", (1, 5, 9)), ("2YS", (1,)), ("6ME", (1, 7))])
def test_windows_of_several_periods_start_where_one_expects(window: str, months: tuple[int, ...]) -> None:
    starts = pd.to_datetime(window_keys(TIMES, SEQS, window), unit="us").unique()
    assert set(starts.month) <= set(months)
    assert (starts.day == 1).all()
    assert not (set(starts.year % 2) - {0}) or window != "2YS"
    later = pd.to_datetime(window_keys(TIMES[50:], SEQS[50:], window), unit="us").unique()
    assert set(later) <= set(starts), "where the log begins does not move them"


def test_a_time_that_windows_of_several_periods_do_not_reach_is_refused() -> None:
    with pytest.raises(InvalidValue, match="1940"):
        window_keys(["1890-01-01"], [1], "2QS")


def test_rows() -> None:
    assert window_keys(None, np.arange(1, 8), "3 rows").tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert [name(k, "3 rows") for k in range(2)] == ["1", "2"]
    assert bounds(1, "3 rows") == (4, 7)
    assert is_closed(0, "3 rows", 3, datetime(2026, 1, 1, tzinfo=UTC))


def test_naive_and_aware_and_integer_times_agree() -> None:
    expected = window_keys(TIMES, SEQS, "1D").tolist()
    assert window_keys(TIMES.tz_localize(None), SEQS, "1D").tolist() == expected
    assert window_keys(TIMES.tz_convert("Asia/Tokyo"), SEQS, "1D").tolist() == expected
    assert window_keys(TIMES.as_unit("us").asi8, SEQS, "1D").tolist() == expected
    assert window_keys(TIMES.to_numpy(), SEQS, "1D").tolist() == expected


@pytest.mark.parametrize("window", ["", "rows", "0 rows", "-1D", "soon", "-2QS", "1.5 rows"])
def test_what_is_not_a_window_is_refused(window: str) -> None:
    with pytest.raises(InvalidValue, match=r"[Ww]indow"):
        parse(window)
