"""Numbers, dates and lists as people say them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

__all__ = ["ago", "count", "day", "interval", "listing", "metric", "moment", "number", "percent", "plural"]


def number(value: float | None) -> str:
    """Three significant digits, thousands separated; a dash where there is no number.

    >>> number(0.87312), number(12345.6), number(0.0000123), number(None)
    ('0.873', '12,346', '1.23e-05', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4:
        return f"{value:.2e}"
    return f"{value:,.{max(0, 2 - size)}f}"


def interval(value: float, lower: float, upper: float) -> str:
    """A number with its interval, all to the decimals of the number.

    >>> interval(0.87312, 0.8611, 0.8842), interval(0.9, math.nan, math.nan)
    ('0.873 (0.861–0.884)', '0.900')
    """
    if not (math.isfinite(lower) and math.isfinite(upper)) or not math.isfinite(value):
        return number(value)
    size = math.floor(math.log10(max(abs(value), abs(lower), abs(upper), 1e-4)))
    digits = max(0, 2 - size)
    return f"{value:,.{digits}f} ({lower:,.{digits}f}–{upper:,.{digits}f})"


def count(value: float) -> str:
    """A count, thousands separated: `count(1234567)` is '1,234,567'."""
    return f"{int(value):,}"


def plural(value: float, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> plural(1, "column"), plural(3, "column"), plural(0, "query", "queries")
    ('1 column', '3 columns', 'no queries')
    """
    shown = "no" if value == 0 else count(value)
    return f"{shown} {one if value == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share of one as a percentage.

    >>> percent(0.6234), percent(0.0042), percent(1)
    ('62 %', '0.42 %', '100 %')
    """
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.0f} %" if share == 0 or abs(share) >= 0.0995 else f"{100 * share:.2g} %"


def listing(names: Sequence[Any], most: int = 3) -> str:
    """Names in a sentence, the first few of them.

    >>> listing(["income", "region"]), listing(list("abcde"))
    ('income and region', 'a, b, c and 2 more')
    """
    shown = [str(name) for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


_METRICS = {"mae": "mean absolute error", "rmse": "root mean squared error", "mape": "mean absolute percentage error", "r2": "R²", "f1": "F1"}
_METRICS |= {"roc_auc": "ROC AUC", "auc": "ROC AUC", "mcc": "Matthews correlation", "brier": "Brier score", "log_loss": "log loss"}


def metric(name: str) -> str:
    """A metric's name in words.

    >>> metric("mae"), metric("balanced_accuracy")
    ('mean absolute error', 'balanced accuracy')
    """
    return _METRICS.get(name, name.replace("_", " "))


def day(when: datetime, now: datetime | None = None) -> str:
    """A date, with its year where it is not this one.

    >>> day(datetime(2026, 11, 3), datetime(2026, 12, 1)), day(datetime(1974, 1, 1), datetime(2026, 12, 1))
    ('3 Nov', '1 Jan 1974')
    """
    year = (now or datetime.now(UTC)).year
    return f"{when.day} {when:%b}" + ("" if when.year == year else f" {when.year}")


def moment(when: datetime | None) -> str:
    """A date with its time, exact to the minute: '3 Nov 2026, 14:05 UTC'."""
    return "–" if when is None else f"{when.day} {when:%b %Y, %H:%M} UTC"


def ago(when: datetime, now: datetime | None = None) -> str:
    """How long ago, as people say it.

    >>> ago(datetime(2026, 1, 1), datetime(2026, 1, 3)), ago(datetime(2026, 1, 1), datetime(2026, 1, 1))
    ('2 days ago', 'just now')
    """
    seconds = ((now or datetime.now(UTC)) - when).total_seconds()
    for size, name in ((365 * 86400, "year"), (30 * 86400, "month"), (7 * 86400, "week"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size * (2 if name in ("month", "week") else 1):
            return f"{plural(int(seconds // size), name)} ago"
    return "just now"
