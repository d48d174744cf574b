"""The parts that pages share: their examples, and what figures hold."""

from __future__ import annotations

import doctest
import importlib
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pages.parts
from pages.parts import events, timeline, tree, words
from pages.parts.drawn import Plot
from pages.parts.monitor import brush, confusion_chart, drift_map, performance_words
from pages.parts.scales import nice
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
    plot = drift_map.heatmap(frame, Windows(frame), ("column 3", "2024-01-08", "2024-01-15"))
    chart = plot.figure()
    cells, dots = chart.data
    assert len(cells.customdata) == len(frame)
    for at, said in zip(cells.customdata, cells.hovertext, strict=True):
        x, y = map(int, at.split(","))
        row = frame[(frame["x"] == x) & (frame["y"] == y)].iloc[0]
        assert said.startswith(f"{row['column']}, ")
        assert ((x, y) in set(zip(dots.x, dots.y, strict=True))) == row["drifted"]
    shade = dict(zip(cells.customdata, (float(fill.rsplit(",", 1)[1].rstrip(")")) for fill in cells.marker.color), strict=True))
    assert shade["5,0"] == max(shade.values())  # the newest window of the column that moved most, which is on top
    (chosen,) = chart.layout.shapes
    assert (chosen.x0, chosen.x1, chosen.y0, chosen.y1) == (0.5, 2.5, -0.5, 0.5)


def test_what_people_named_is_text_in_a_drawn_chart():
    plot = Plot(100, (0, 1), (0, 1), "<i>")
    plot.cell((0, 1, 0, 1), "red", say="'><script>", pick="'\"")
    plot.scale([0.5], ["<b>"])
    plot.ticks([0.5], ["</s>"])
    plot.note(0, 0, "<u>")
    plot.legend([("<q>", "red")])
    chart = plot.figure()
    assert chart.data[0].hovertext == ("&#x27;&gt;&lt;script&gt;",)
    assert chart.data[0].customdata[0] == "'\""
    said = [note.text for note in chart.layout.annotations] + [*chart.layout.xaxis.ticktext, *chart.layout.yaxis.ticktext]
    assert all(any(f"&lt;{name}&gt;" in text for text in said) for name in ("i", "b", "/s", "u", "q"))


def test_a_line_breaks_where_a_value_is_missing():
    plot = Plot(100, (0, 4), (0, 1))
    plot.line(range(5), [0.0, 1.0, np.nan, 1.0, 0.0], "red")
    (line,) = plot.figure().data
    assert line.connectgaps is False
    assert np.isnan(line.y[2])


@pytest.mark.parametrize("seed", range(40))
def test_an_axis_has_few_round_numbers_around_its_values(seed):
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.normal(size=2) * 10.0 ** rng.integers(-6, 7))
    places, texts = nice(low, high)
    assert places[0] <= low + 1e-9 * abs(low)
    assert places[-1] >= high - 1e-9 * abs(high)
    assert 2 <= len(places) <= 6
    assert len(set(texts)) == len(places)


def test_a_drag_over_bars_of_many_windows_names_the_windows_of_each_run():
    start = pd.date_range("2024-01-01", periods=1000, freq="D", tz="UTC")
    frame = pd.DataFrame({"window": [str(i) for i in range(1000)], "start": start, "end": start + pd.Timedelta(days=1), "rows": 1})
    plot, spans = brush.strip(frame.assign(count=1, alarm=False), Windows(frame), "label", None)
    assert plot.drag == len(spans) == brush.RUNS
    assert [spans[0].first, spans[-1].last] == ["0", "999"]
    assert all(int(a.last) + 1 == int(b.first) for a, b in itertools.pairwise(spans))  # none left out, none twice


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
    chart = confusion_chart.confusion(frame)
    assert list(chart.data[0].x) == ["1", "2", "10"]  # numbers in their order, not the alphabet's
    assert [text for row in chart.data[0].text for text in row if text] == ["5", "1", "7", "2"]


def test_every_page_of_the_tree_is_there():
    assert len(tree.PAGES) == len(tree.LEAVES)


@pytest.mark.parametrize(("value", "said"), [(0.0, "0"), (-0.05, "-0.0500"), (999.9, "1,000"), (float("inf"), "–")])
def test_numbers_at_the_edges(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("value", "alarm", "said"), [(1.0, False, "within its limits"), (2.0, False, "beyond its limit of 1.30"), (2.0, True, "outside its")]
)
def test_a_value_beyond_its_limit_is_not_said_to_be_within(value, alarm, said):
    window = {"window": "1", "start": pd.Timestamp("2026-01-01", tz="UTC"), "end": pd.Timestamp("2026-01-02", tz="UTC"), "alarm": alarm}
    window |= {"threshold_lower": np.nan, "threshold_upper": 1.3, "realized": value, "realized_lower": value - 0.9, "realized_upper": value + 0.9}
    missing = {f"{line}{end}": np.nan for line in ("assisted", "estimated") for end in ("", "_lower", "_upper")}
    assert said in performance_words.finding(pd.DataFrame([window | missing]), "mae")
