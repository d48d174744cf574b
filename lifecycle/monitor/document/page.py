"""The report as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import pandas as pd

from lifecycle.monitor.document.drift_section import alarm_table, drift_map, worst_columns
from lifecycle.monitor.document.facts import ReportFacts, day, said
from lifecycle.monitor.document.performance_section import performance_lines
from lifecycle.monitor.document.style import STYLE

__all__ = ["document"]

MOST_FAILURES = 80
MOST_EVENTS = 60
ROUTINE = ("log_file", "log", "record_labels", "request_labels")  # what goes on all the time


def document(facts: ReportFacts) -> str:
    """The whole report, under 5 MB whatever the number of windows and columns."""
    name = html.escape(facts.name)
    sections = (
        ("Which columns moved, and when?", drift_map(facts)),
        ("How do the worst columns look beside their reference?", worst_columns(facts)),
        ("Is the model still as good as it was?", performance_lines(facts)),
        ("Is the data as it was promised?", _quality(facts)),
        ("Which windows raised an alarm?", alarm_table(facts)),
        ("What happened?", _events(facts.history)),
    )
    body = "".join(f"<section><h2>{title}</h2>{content}</section>" for title, content in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'unsafe-inline'\"><title>{name}: monitoring report</title><style>{STYLE}</style></head><body>{_head(facts)}{body}"
        "</body></html>"
    )


def _head(facts: ReportFacts) -> str:
    words = {"ok": "✓ OK", "warning": "▲ Warning", "critical": "✕ Critical", "unknown": "? Unknown"}
    status = facts.health.status
    windows = facts.windows
    span = f"{len(windows):,} windows, {int(windows['rows'].sum()):,} predictions, {day(windows['start'].min())} to {day(windows['end'].max())}."
    description = f"<p class='soft'>{html.escape(facts.description)}</p>" if facts.description else ""
    reasons = html.escape(" ".join(facts.health.reasons)) or "Nothing is amiss."
    made = f"{day(facts.made)}, {facts.made:%H:%M} UTC"
    return (
        f"<header><h1>{html.escape(facts.name)}</h1>{description}<p><span class='status {status}'>{words[status]}.</span> {reasons}</p>"
        f"<p class='soft'>{span if len(windows) else 'No window yet.'} Made on {made} by Lifecycle.</p></header>"
    )


def _quality(facts: ReportFacts) -> str:
    frame = facts.quality
    if frame.empty:
        return "<p>No window has been checked yet.</p>"
    failed = frame[frame["failed"].astype(bool)]
    if failed.empty:
        return f"<p>Every check passed in all {frame['window'].nunique():,} windows.</p>"
    words = said(facts.windows)
    grouped = failed.groupby(["column", "check"], sort=False).agg(times=("window", "size"), last=("window", "last"), found=("value", "last"))
    rows: Iterable[Any] = (
        grouped.join(failed.groupby(["column", "check"])["expected"].last())
        .reset_index()
        .sort_values("times", ascending=False, kind="stable")
        .head(MOST_FAILURES)
        .itertuples()
    )
    body = "".join(
        _row(
            *(str(row.column) or "all rows", str(row.check).replace("_", " "), f"{row.times:,}"),
            *(words.get(str(row.last), str(row.last)), f"{row.found:.4g}", str(row.expected)),
        )
        for row in rows
    )
    said_so = f"<p>{len(failed):,} checks failed in {failed['window'].nunique():,} of {frame['window'].nunique():,} windows.</p>"
    head = "<tr><th>Column</th><th>Check</th><th>Windows</th><th>Last in</th><th>Found then</th><th>Expected</th></tr>"
    return said_so + _table(head, body)


def _events(history: pd.DataFrame) -> str:
    told = history[~history["verb"].isin(ROUTINE)]
    if told.empty:
        return "<p>Nothing has happened yet.</p>"
    rows: Iterable[Any] = told.head(MOST_EVENTS).itertuples()
    body = "".join(
        _row(f"{day(row.time)}, {row.time:%H:%M}", str(row.by), str(row.verb).replace("_", " "), str(row.subject)[:120], _short(row.details))
        for row in rows
    )
    more = f"<p class='soft'>The newest {MOST_EVENTS} of {len(told):,} events, files and labels that came in left out.</p>"
    head = "<tr><th>When</th><th>Who</th><th>What</th><th>About</th><th>Details</th></tr>"
    return f"{more if len(told) > MOST_EVENTS else ''}{_table(head, body)}"


def _table(head: str, body: str) -> str:
    return f"<div class='wide'><table>{head}{body}</table></div>"


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"


def _short(details: Any, most: int = 110) -> str:
    """The few plain values of an event's details."""
    plain = details.items() if isinstance(details, dict) else ()
    figures = {name: f"{value:.3g}" if isinstance(value, float) else str(value) for name, value in plain if isinstance(value, str | int | float)}
    text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items() if value)
    return text if len(text) <= most else text[: most - 1] + "…"
