"""Windows on an axis: where each one stands, and what people call it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.parts import words
from pages.parts.dates import between, ticks

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

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def at(self, name: str) -> int:
        """A window's place on the axis."""
        return self._place[name]

    @cached_property
    def _words(self) -> dict[str, str]:
        found = {name: between(name, *ends) for name, ends in zip(self.names, zip(self.frame["start"], self.frame["end"], strict=True), strict=True)}
        return {name: f"window {name} ({text})" for name, text in found.items()} if len(set(found.values())) < len(found) else found

    def words(self, name: str) -> str:
        """A window as people say it: its dates."""
        return self._words.get(name, name)

    def span(self, first: str, last: str) -> str:
        """Several windows as people say them: from the first's start to the last's end, and how many they are."""
        if first == last:
            return self.words(first)
        start, end = self.frame["start"].iloc[self._place[first]], self.frame["end"].iloc[self._place[last]]
        return f"{between(f'{first} to {last}', start, end)} ({words.plural(self._place[last] - self._place[first] + 1, 'window')})"

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
        at = pd.Index(self.names, dtype="str").get_indexer(pd.Index(frame["window"]).astype("str"))
        shown = frame[at >= 0].assign(x=at[at >= 0])
        return shown.sort_values("x", kind="stable").reset_index(drop=True)

    def run(self, name: str, runs: int, usual: int) -> int:
        """The run that a window belongs to, of so many about equal ones; `usual` for a window that is not here."""
        return self._place[name] * runs // len(self.names) if name in self else usual

    def ticks(self, most: int = 7, runs: int | None = None) -> tuple[list[int], list[str]]:
        """A few places on the axis and their dates; `runs`: of an axis of as many runs of windows, not of each window."""
        count = runs or len(self.names)
        step = max(1, -(-count // most))
        shown = list(range(count - 1, -1, -step))[::-1]
        places = [-(-place * len(self.names) // count) for place in shown]  # the first window of each run
        texts = ticks([self.frame["start"].iloc[place] for place in places])
        return shown, texts if len(set(texts)) == len(shown) else [self.names[place] for place in places]

    def axis(self, chart: go.Figure, most: int = 7, row: Any = None, runs: int | None = None) -> None:
        """Give a figure this axis, with a few dates on it."""
        shown, texts = self.ticks(most, runs)
        chart.update_xaxes(
            tickvals=shown, ticktext=texts, range=[-0.6, (runs or max(1, len(self.names))) - 0.4], row=row, col=None if row is None else 1
        )

    def chosen(self, selected: tuple[str, str] | None, runs: int) -> tuple[int, int] | None:
        """The first and last of `runs` runs that the selected windows reach over, None where none of them is shown."""
        if not selected or (selected[0] not in self and selected[1] not in self):
            return None
        return self.run(selected[0], runs, 0), self.run(selected[1], runs, runs - 1)
