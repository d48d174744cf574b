"""Windows on an axis: where each one stands, and what people call it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.parts import words

__all__ = ["Windows"]


class Windows:
    """The windows of a report in time order, at even steps, so that all charts of a page share one axis.

    Even steps rather than dates: a busy hour and a quiet month are one window each, and nothing overlaps.

    >>> days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-05"])
    >>> frame = pd.DataFrame({"window": ["1", "2"], "start": days[:2], "end": days[1:], "rows": 5})
    >>> windows = Windows(frame, last=1)
    >>> windows.names, windows.words("2"), windows.at("2"), windows.place(pd.Timestamp("2024-01-04"))
    (['2'], '3–4 Jan 2024', 0, 0.0)
    """

    def __init__(self, frame: pd.DataFrame, last: int | None = None) -> None:
        columns = [name for name in ("window", "start", "end", "rows") if name in frame]
        order = ["start", "end"] if "start" in frame else []
        found = frame[columns].drop_duplicates("window")
        self.frame = (
            found.sort_values(order, kind="stable")
            if order
            else found.assign(start=pd.Series(pd.NaT, found.index), end=pd.Series(pd.NaT, found.index))
        ).reset_index(drop=True)
        if last is not None:
            self.frame = self.frame.tail(last).reset_index(drop=True)
        self.names: list[str] = self.frame["window"].astype(str).tolist()
        self._place = {name: place for place, name in enumerate(self.names)}
        self._words = {name: _span(name, row.start, row.end) for name, row in zip(self.names, self.frame.itertuples(), strict=True)}
        if len(set(self._words.values())) < len(self._words):
            self._words = {name: f"window {name} ({text})" for name, text in self._words.items()}

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def at(self, name: str) -> int:
        """A window's place on the axis."""
        return self._place[name]

    def words(self, name: str) -> str:
        """A window as people say it: its dates."""
        return self._words.get(name, name)

    def place(self, time: Any) -> float | None:
        """Where a time falls between the windows' middles, None outside what is shown."""
        starts, ends = self.frame["start"], self.frame["end"]
        if not len(self.frame) or starts.isna().any() or time < starts.iloc[0] or time > ends.iloc[-1] + (ends.iloc[-1] - starts.iloc[-1]):
            return None
        inside = int((starts <= time).sum()) - 1
        width = (ends.iloc[inside] - starts.iloc[inside]).total_seconds()
        share = (time - starts.iloc[inside]).total_seconds() / width if width else 0.5
        return inside - 0.5 + min(1.0, max(0.0, share))

    def keep(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a report that lie in these windows, in their order, with `x`: the window's place."""
        shown = frame[frame["window"].astype(str).isin(self._place)].copy()
        shown["x"] = [self._place[str(name)] for name in shown["window"]]
        return shown.sort_values("x", kind="stable").reset_index(drop=True)

    def axis(self, chart: go.Figure, most: int = 7, row: Any = None) -> None:
        """Give a figure this axis, with a few dates on it."""
        step = max(1, -(-len(self.names) // most))
        shown = list(range(len(self.names) - 1, -1, -step))[::-1]
        texts = _ticks([self.frame["start"].iloc[place] for place in shown])
        if len(set(texts)) < len(shown):
            texts = [self.names[place] for place in shown]
        chart.update_xaxes(tickvals=shown, ticktext=texts, range=[-0.6, max(1, len(self.names)) - 0.4], row=row, col=None if row is None else 1)


def _ticks(starts: Sequence[Any]) -> list[str]:
    """Dates short enough for an axis; the years alone where they span many."""
    if not starts or any(pd.isna(start) for start in starts):
        return []
    days = (starts[-1] - starts[0]).total_seconds() / 86400
    if days < 3 and len(starts) > 1:
        return [f"{start.day} {start:%b %H:%M}" for start in starts]
    if days < 300:
        return [f"{start.day} {start:%b}" for start in starts]
    years = [f"{start:%Y}" for start in starts]
    return years if len(set(years)) == len(years) else [f"{start:%b %Y}" for start in starts]


def _span(name: str, start: Any, end: Any) -> str:
    """The dates between which a window lies."""
    if pd.isna(start) or pd.isna(end):
        return f"window {name}"
    last = end - pd.Timedelta(seconds=1) if end == end.normalize() and end > start else end
    if (last - start).total_seconds() < 86400 and start.date() == last.date():
        return (
            words.day(start)
            if start == start.normalize() and end - start >= pd.Timedelta(days=1)
            else f"{words.day(start)}, {start:%H:%M}–{end:%H:%M}"
        )
    same = start.year == last.year
    first = (f"{start.day}" if same and start.month == last.month else f"{start.day} {start:%b}") if same else f"{start.day} {start:%b %Y}"
    return f"{first}–{words.day(last)}"
