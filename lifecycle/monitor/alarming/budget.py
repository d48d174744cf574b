"""How many false alarms may be expected over time, in plain words: '1 in 500 windows', '2 a year'.

What is expected of many windows is the sum of what is expected of each, however they depend on one another. So a rate a window is
a promise over time: at 0.01 a window, one false alarm in a hundred windows.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from lifecycle.errors import InvalidValue
from lifecycle.monitor import windows

__all__ = ["expected", "rate_of", "windows_a_year"]

_YEAR = 365.2425
_DAYS = {"day": 1.0, "week": 7.0, "month": _YEAR / 12, "quarter": _YEAR / 4, "year": _YEAR}
_HIGHEST = 0.2


def rate_of(budget: Any, window: str) -> float:
    """The false alarms a window that a budget allows.

    Raises
    ------
    InvalidValue : it is no budget; or it counts days where windows count rows; or it allows nearly every window to alarm.

    >>> rate_of("1 in 500 windows", "1000 rows"), round(rate_of("2 a year", "1D"), 5)
    (0.002, 0.00548)
    """
    text = str(budget).strip()
    by_windows = re.fullmatch(r"(\d+(?:\.\d+)?) in ([\d_,]*\d) windows?", text)
    by_time = re.fullmatch(r"(\d+(?:\.\d+)?) (?:an?|per) (day|week|month|quarter|year)", text)
    if by_windows:
        count, among = float(by_windows[1]), float(re.sub("[_,]", "", by_windows[2]))
    elif by_time:
        a_year = windows_a_year(window)
        if a_year is None:
            raise InvalidValue(
                f"The setting false_alarm_budget is {budget!r}, and {window!r} windows have no fixed number a {by_time[2]}; say '1 in 500 windows'."
            )
        count, among = float(by_time[1]), a_year * _DAYS[by_time[2]] / _YEAR
    else:
        raise InvalidValue(f"The setting false_alarm_budget is {budget!r}; it must be such as '1 in 500 windows' or '2 a year', or None.")
    if not 0 < count <= _HIGHEST * among:
        raise InvalidValue(
            f"The setting false_alarm_budget is {budget!r}, {count / max(among, 1e-9):.2g} a window; allowed: more than 0, at most {_HIGHEST}."
        )
    return count / among


def windows_a_year(window: str) -> float | None:
    """How many windows a year has; None for windows by rows.

    >>> windows_a_year("100 rows"), round(windows_a_year("7D")), round(windows_a_year("MS"))
    (None, 52, 12)
    """
    rule = windows.parse(window)
    if rule.by_rows:
        return None
    if rule.period:
        return _YEAR * 86_400e6 / rule.period
    first = at = datetime(2000, 1, 1, tzinfo=UTC)
    for count in range(1, 41):
        end = windows.bounds(int(windows.window_keys([at], [1], window)[0]), window)[1]
        assert isinstance(end, datetime)
        if count == 1:
            first = end
        at = end
    return 39 * _YEAR / ((at - first) / timedelta(days=1))


def expected(rate: float, window: str) -> str:
    """What the rate means, in words.

    >>> expected(0.01, "1D")
    'Without drift expect at most one false alarm in 100 windows, about 3.7 a year.'
    """
    sentence = f"Without drift expect at most one false alarm in {round(1 / rate):,} windows"
    a_year = windows_a_year(window)
    return f"{sentence}, about {a_year * rate:.2g} a year." if a_year is not None else f"{sentence}."
