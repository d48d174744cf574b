"""The parts that pages share: their examples, and what figures hold."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pages.parts
from pages.parts import drift_map, error_charts, events, performance_words, timeline, tree, words
from pages.parts.windows import Windows

PARTS = sorted(path.stem for path in Path(pages.parts.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("name", PARTS)
def test_the_examples_of_a_part_run(name):
    assert doctest.testmod(importlib.import_module(f"pages.parts.{name}")).failed == 0


def drift(columns: int = 4, windows: int = 6) -> pd.DataFrame:
    start = pd.date_range("2024-01-01", periods=windows, freq="7D", tz="UTC")
    rows = [
        (str(day.date()), day, day + pd.Timedelta(days=7), 100, f"column {c}", 0.01 * (c + 1) * (1 + w))
        for w, day in enumerate(start)
        for c in range(columns)
    ]
    frame = pd.DataFrame(rows, columns=["window", "start", "end", "rows", "column", "statistic"])
    return frame.assign(kind="numeric", test="psi", p_value=0.5, effect=frame["statistic"], threshold=0.1, drifted=frame["statistic"] > 0.1)


def test_the_heatmap_has_a_cell_and_a_click_for_each_column_and_window():
    frame = drift()
    frame = frame.assign(y=3 - frame["column"].str[-1].astype(int), x=[i // 4 for i in range(len(frame))], reached=frame["statistic"] / 0.1)
    frame = frame.assign(first=frame["window"], last=frame["window"], windows=1, beyond=0)
    chart = drift_map.heatmap(frame, Windows(frame), ("column 3", "2024-01-08", "2024-01-15"))
    points = chart.data[-1]
    assert {(custom[3], custom[0]) for custom in points.customdata} == set(zip(frame["column"], frame["window"], strict=True))
    cells = np.array(chart.data[1].z, dtype=float)
    assert cells[0, -1] == pytest.approx(0.24 / 0.1)  # a cell is the statistic over its threshold, the worst column on top
    assert [(shape.x0, shape.x1, shape.y0) for shape in chart.layout.shapes] == [(0.5, 2.5, -0.5)]


def performance(lines: str) -> pd.DataFrame:
    """A window a letter: r realized, a assisted, e estimated only."""
    start = pd.date_range("2024-01-01", periods=len(lines), freq="D", tz="UTC")
    frame = pd.DataFrame(
        {"window": [str(day.date()) for day in start], "start": start, "end": start + pd.Timedelta(days=1), "rows": 100, "metric": "accuracy"}
    )
    for name in ("realized", "estimated", "assisted"):
        known = np.array([name == "estimated" or letter == name[0] for letter in lines])
        frame[name] = np.where(known, 0.9, np.nan)
        frame[f"{name}_lower"], frame[f"{name}_upper"] = frame[name] - 0.02, frame[name] + 0.02
    labels = {"r": 100, "a": 40, "e": 0}
    return frame.assign(labels=[labels[letter] for letter in lines], threshold_lower=0.85, threshold_upper=np.nan, alarm=False)


def test_the_line_to_trust_is_the_newest_that_has_a_reason():
    frame = performance("rre").assign(why=["Trust the labels: all are there.", "Trust the labels, (mostly)", ""])
    assert performance_words.why(frame) == "Trust the labels, \\(mostly\\)"
    assert performance_words.why(frame.assign(why="")) == ""


def test_each_windows_best_figure_is_measured_where_it_can_be():
    assert timeline.best_line(performance("rae"))["line"].tolist() == ["realized", "assisted", "estimated"]


def test_an_alarm_stands_at_its_window_whenever_it_was_found():
    history = pd.DataFrame(
        [(pd.Timestamp("2026-01-01", tz="UTC"), "x", "alarm", "window 1", {})], columns=["time", "by", "verb", "subject", "details"]
    )
    frame = drift(1, 2)
    alarms = frame.assign(alarm=[False, True], columns=[[], ["column 0"]])
    answers = pd.DataFrame({"annotator": [], "time": pd.to_datetime([], utc=True)})
    shown = events.happened(history, alarms, performance(""), answers)
    assert shown[["time", "lane"]].to_numpy().tolist() == [[frame["end"].iloc[1], "Alarms"]]


def test_a_confusion_matrix_keeps_every_count():
    frame = pd.DataFrame({"truth": [1, 1, 2, 10], "prediction": [1, 2, 2, 10], "count": [5, 1, 7, 2]})
    chart = error_charts.confusion(frame)
    assert list(chart.data[0].x) == ["1", "2", "10"]  # numbers in their order, not the alphabet's
    assert [text for row in chart.data[0].text for text in row if text] == ["5", "1", "7", "2"]


def test_every_page_of_the_tree_is_there():
    assert len(tree.PAGES) == len(tree.LEAVES)


@pytest.mark.parametrize(("value", "said"), [(0.0, "0"), (-0.05, "-0.0500"), (999.9, "1,000"), (float("inf"), "–")])
def test_numbers_at_the_edges(value, said):
    assert words.number(value) == said
