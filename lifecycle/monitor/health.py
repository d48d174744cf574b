"""Is the model OK: one status and whole sentences, from what performance and drift have found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lifecycle.records import Health

__all__ = ["RECENT", "assess", "because", "day", "interval", "said"]

TELLING = 0.1  # a part below this share of the change is not worth a sentence
RECENT = 3  # of the newest windows: an alarm there is news, one further back is history

NAMES = {
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "mse": "Mean squared error",
    "r2": "R²",
    "mape": "Mean absolute percentage error",
    "mcc": "Matthews correlation",
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "brier": "Brier score",
}


def assess(performance: pd.DataFrame, headline: str, alarms: pd.DataFrame, quality: pd.DataFrame | None = None) -> Health:
    """critical: a performance alarm in the newest windows. warning: a drift alarm or a failed quality check there. unknown: nothing to judge by.

    performance : a PerformanceReport's frame with level and line. alarms : a DriftReport's alarms. quality : its frame.
    """
    critical = _performance_reasons(performance, headline)
    warning = _drift_reasons(alarms) + _quality_reasons(quality)
    if critical:
        return Health("critical", tuple(critical + warning))
    if warning:
        return Health("warning", tuple(warning + _fine(performance, headline)), *_drifted(alarms))
    fine = _fine(performance, headline)
    if fine:
        return Health("ok", tuple(fine))
    if len(alarms):
        return Health("ok", ("No column drifted; performance cannot be judged without labels or probabilities.",))
    return Health("unknown", ("Nothing to judge by yet: no predictions have been logged.",))


def because(causes: pd.DataFrame) -> tuple[str, str]:
    """What most of a change goes back to, as a sentence and a column's name ('' for a changed concept); ('', '') where nothing stands out.

    causes : as `root_cause` gives them: column, kind, contribution, lower, upper, share; the most harmful column first.

    >>> one = {"column": "income", "kind": "column", "contribution": -0.05, "lower": -0.06, "upper": -0.04, "share": 0.62}
    >>> because(pd.DataFrame([one]))
    ('Mostly through income (62 % of the change).', 'income')
    """
    sure = causes[(causes["lower"] > 0) | (causes["upper"] < 0)] if len(causes) else causes
    sure = sure[sure["share"] > TELLING] if len(sure) else sure
    if not len(sure):
        return "", ""
    columns = sure[sure["kind"] == "column"].sort_values("share", ascending=False, kind="stable")
    name = str(columns["column"].iloc[0]) if len(columns) else ""
    first = sure.sort_values("share", ascending=False, kind="stable").iloc[0]
    how = "Mostly" if first["share"] >= 0.5 else "More than anything"
    share = f"({min(100 * first['share'], 100):.0f} % of the change)"
    if first["kind"] == "concept":
        return f"{how} because the same inputs have other outcomes now {share}" + (f"; then through {name}." if name else "."), name
    return f"{how} through {name} {share}.", name


def said(value: float) -> str:
    """A number to three significant digits.

    >>> said(0.8734), said(1234.5), said(0.000123)
    ('0.873', '1,234', '0.000123')
    """
    if not np.isfinite(value):
        return "unknown"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):.{max(0, 2 - int(np.floor(np.log10(abs(value)))))}f}" if value else "0"


def interval(row: pd.Series, line: str) -> str:
    """A value with its interval: 0.873 (0.861-0.884)."""
    return f"{said(row[line])} ({said(row[f'{line}_lower'])}-{said(row[f'{line}_upper'])})"


def day(time: pd.Timestamp) -> str:
    """A date as people say it.

    >>> day(pd.Timestamp("2026-11-03"))
    '3 Nov 2026'
    """
    return f"{time.day} {time.strftime('%b %Y')}"


def _performance_reasons(frame: pd.DataFrame, headline: str) -> list[str]:
    known = frame[frame["line"] != ""]
    newest = _newest(known)
    metrics = dict.fromkeys(known[known["alarm"] & known["window"].isin(newest)]["metric"])
    ranked = sorted(metrics, key=lambda name: name != headline)
    out = [_fall(known[known["metric"] == name]) for name in ranked[:1]]
    if len(ranked) > 1:
        also = ", ".join(_spoken(name) for name in ranked[1:])
        out.append(f"Also out of bounds: {also}.")
    return out


def _newest(known: pd.DataFrame) -> list[str]:
    """The newest windows, and the newest ones with labels that the version of today answered: an estimate cannot acquit
    a model that the last labels found guilty."""
    newest = list(dict.fromkeys(known["window"]))[-RECENT:]
    if "version" in known and len(known):
        labelled = known[(known["line"] != "estimated") & (known["version"] == known["version"].iloc[-1])]
        newest += list(dict.fromkeys(labelled["window"]))[-RECENT:]
    return newest


def _spoken(name: str) -> str:
    return NAMES.get(name, name.replace("_", " ").capitalize())


def _fall(rows: pd.DataFrame) -> str:
    """How one metric stands in the newest alarm, and since when it has been out of bounds."""
    flags, places = rows["alarm"].to_numpy(), np.flatnonzero(rows["alarm"].to_numpy())
    last = rows.iloc[places[-1]]
    first = places[-1]
    while first > 0 and flags[max(0, first - RECENT) : first].any():
        first = int(np.flatnonzero(flags[:first])[-1])
    line = str(last["line"])
    moved = "fell" if last[line] < last["level"] else "rose"
    reference = f"; it was {interval(last, 'level')} on the reference" if np.isfinite(last["level"]) else ""
    by = "" if line == "assisted" else " by the labels alone" if line == "realized" else " as estimated without labels"
    return f"{_spoken(str(last['metric']))} {moved} to {interval(last, line)}{by} since {day(rows.iloc[first]['start'])}{reference}."


def _drift_reasons(alarms: pd.DataFrame) -> list[str]:
    flags = alarms["alarm"].astype(bool).to_numpy()
    newest = np.flatnonzero(flags[-RECENT:]) + max(0, len(flags) - RECENT)
    if not len(newest):
        return []
    columns = list(dict.fromkeys(column for names in alarms["columns"].iloc[newest[::-1]] for column in names))
    place = int(newest[0])
    while place > 0 and flags[place - 1]:
        place -= 1
    first = alarms.iloc[place]["start"]
    if not columns:
        return [f"The columns together drifted since {day(pd.Timestamp(first))}, though none stands out."]
    named = columns[0] if len(columns) == 1 else f"{', '.join(columns[:3])} and {len(columns) - 3} more" if len(columns) > 3 else _listed(columns)
    return [f"{named} drifted since {day(pd.Timestamp(first))}."]


def _drifted(alarms: pd.DataFrame) -> tuple[str, str]:
    """The worst column of the newest alarm, and its window; ('', '') where none stands out."""
    recent = alarms.iloc[-RECENT:]
    told = recent[recent["alarm"].astype(bool) & (recent["columns"].str.len() > 0)] if len(recent) else recent
    return (str(told["columns"].iloc[-1][0]), str(told["window"].iloc[-1])) if len(told) else ("", "")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _quality_reasons(quality: pd.DataFrame | None) -> list[str]:
    if quality is None or not len(quality):
        return []
    newest = list(dict.fromkeys(quality["window"]))[-1:]
    failed = quality[quality["failed"].astype(bool) & quality["window"].isin(newest)]
    if not len(failed):
        return []
    columns = list(dict.fromkeys(str(name) for name in failed["column"]))
    return [f"Data quality: {_listed(columns[:3]) if len(columns) > 1 else columns[0]} failed a check in the newest window."]


def _fine(frame: pd.DataFrame, headline: str) -> list[str]:
    rows = frame[(frame["metric"] == headline) & (frame["line"] != "")]
    if not len(rows):
        return []
    last = rows.iloc[-1]
    line = str(last["line"])
    by = "" if line == "assisted" else " by the labels alone" if line == "realized" else ", as estimated without labels"
    reference = f"; on the reference it was {interval(last, 'level')}" if np.isfinite(last["level"]) else ""
    return [f"{_spoken(headline)} is {interval(last, line)}{by} in the newest window{reference}."]
