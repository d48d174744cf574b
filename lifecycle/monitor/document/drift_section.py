"""Drift in the report: the map, the worst columns beside their reference, the alarms."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.monitor.document import svg
from lifecycle.monitor.document.facts import ReportFacts, day, said
from lifecycle.records import DriftColumn

__all__ = ["alarm_table", "drift_map", "reading", "worst_columns"]

MOST_COLUMNS = 40
MOST_ALARMS = 30


def drift_map(facts: ReportFacts) -> str:
    """Which columns moved, and when."""
    shown = facts.drift[facts.drift["y"] < MOST_COLUMNS]
    if shown.empty:
        return "<p>No window has been compared with the reference yet.</p>"
    rows, runs = int(shown["y"].max()) + 1, int(shown["x"].max()) + 1
    shades, marks = np.full((rows, runs), np.nan), np.zeros((rows, runs), dtype=bool)
    titles = np.full((rows, runs), "", dtype=object)
    x, y = shown["x"].to_numpy(), shown["y"].to_numpy()
    shades[y, x], marks[y, x] = shown["reached"] / 3.0, shown["drifted"]
    words = said(facts.windows)
    every: Iterable[Any] = shown[shown["drifted"]].itertuples()
    for row in every:
        more = f"; {row.beyond} of {row.windows} windows" if row.windows > 1 else ""
        titles[row.y, row.x] = f"{row.column}, {words.get(str(row.window), row.window)}: {svg.number(row.statistic)} ({row.test}{more})"
    names = [str(name) for name in shown.drop_duplicates("y").sort_values("y")["column"]]
    starts = dict(zip(facts.windows["window"].astype(str), facts.windows["start"], strict=True))
    first = shown.drop_duplicates("x").set_index("x")["first"].reindex(range(runs)).astype(str)
    return f"<p class='soft'>{_caption(facts, rows, runs)}</p>" + svg.heatmap(shades, marks, names, [day(starts.get(n)) for n in first], titles)


def _caption(facts: ReportFacts, rows: int, runs: int) -> str:
    parts = ["Darker is further from the reference; a dot is drift beyond the threshold."]
    if runs < len(facts.windows):
        parts.append(f"{len(facts.windows):,} windows are drawn as {runs} runs; each cell shows the worst window of its run.")
    if rows < facts.columns:
        parts.append(f"The worst {rows} of {facts.columns:,} columns.")
    return " ".join(parts)


def worst_columns(facts: ReportFacts) -> str:
    """The columns that moved most, beside their reference."""
    if not facts.worst:
        return "<p>No column drifted in any of these windows.</p>"
    legend = "<p class='soft'>Grey: the reference. Blue: the window. Shares of the rows.</p>"
    return legend + "<div class='pair'>" + "".join(_column(found, words) for found, words in facts.worst) + "</div>"


def _column(found: DriftColumn, words: str) -> str:
    frame, wide, height = found.frame, 300.0, 150.0
    top = max(float(frame[["reference", "current"]].max().max()), 1e-9)
    step = (wide - 8) / max(len(frame), 1)
    numeric = found.kind == "numeric"
    parts = []
    for place, (name, before, now) in enumerate(zip(frame["bin"], frame["reference"], frame["current"], strict=True)):
        title = f"<title>{html.escape(str(name))}: reference {before:.2%}, window {now:.2%}</title>"
        for kind, share, shift in (("reference", before, 0.0), ("current", now, 0.0 if numeric else 0.45)):
            tall = (height - 30) * share / top
            width = step * (0.92 if numeric else 0.42)
            x = 4 + place * step + shift * step
            parts.append(f'<rect x="{x:.1f}" y="{height - 22 - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" class="{kind}">{title}</rect>')
    places = {0, len(frame) // 2, len(frame) - 1}
    if sum(len(str(frame["bin"].iloc[place])) for place in places) > 36:
        places = {0, len(frame) - 1}
    for place in sorted(places):
        anchor = "start" if place == 0 else "end" if place == len(frame) - 1 else "middle"
        at = 4 + (place + (0 if place == 0 else 1 if place == len(frame) - 1 else 0.5)) * step
        parts.append(svg.text(at, height - 6, str(frame["bin"].iloc[place])[:16], "tick", anchor))
    parts.append(svg.text(4, 10, f"up to {top:.0%}", "tick"))
    drawn = svg.picture(parts, height, f"{found.column}: reference and window", wide)
    return f"<div><h3>{html.escape(found.column)}</h3><small>{html.escape(words)}</small>{drawn}</div>"


def alarm_table(facts: ReportFacts) -> str:
    """The newest alarms with their columns."""
    alarms = facts.alarms[facts.alarms["alarm"].astype(bool)]
    notes = f"<p class='soft'>{html.escape(' '.join([*facts.notes, _unjudged(facts)]).strip())}</p>" if facts.notes or facts.unjudged else ""
    if alarms.empty:
        return f"<p>Drift raised no alarm.</p>{notes}"
    words: Mapping[str, str] = said(facts.windows)
    rows: Iterable[Any] = alarms.iloc[::-1].head(MOST_ALARMS).itertuples()
    body = "".join(
        f"<tr><td>{html.escape(words.get(str(row.window), str(row.window)))}</td><td class='n'>{row.rows:,}</td>"
        f"<td>{html.escape(', '.join(row.columns[:6]) + (f' and {len(row.columns) - 6} more' if len(row.columns) > 6 else ''))}</td></tr>"
        for row in rows
    )
    more = f"<p class='soft'>The newest {MOST_ALARMS} of {len(alarms):,}.</p>" if len(alarms) > MOST_ALARMS else ""
    return f"{notes}{more}<div class='wide'><table><tr><th>Window</th><th>Rows</th><th>Columns, the worst first</th></tr>{body}</table></div>"


def _unjudged(facts: ReportFacts) -> str:
    """How many of the report's own windows could not be judged."""
    return f"Of the windows of this report {facts.unjudged:,} of {len(facts.windows):,} are too small to judge." if facts.unjudged else ""


def reading(row: pd.Series, words: Mapping[str, str]) -> str:
    """What is said of a column in a window: statistic against threshold, effect."""
    when = words.get(str(row["window"]), str(row["window"]))
    test = str(row["test"]).replace("_", " ")
    return f"{when}: {test} {svg.number(row['statistic'])}, threshold {svg.number(row['threshold'])}, {int(row['rows']):,} rows"
