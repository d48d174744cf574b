"""The report as one file: self-contained, small whatever the size of the project, safe, and the same figures as the reports."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.monitor.condensing import condense_drift, ranked_columns
from lifecycle.monitor.document import ReportFacts, document
from lifecycle.records import DriftColumn

VOID = {"meta", "line", "rect", "circle", "path"}


class Balanced(HTMLParser):
    """Checks that every tag is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def sound(text: str) -> str:
    checker = Balanced()
    checker.feed(text)
    assert checker.open in ([], ["!doctype"])
    assert not re.search(r"<script|<link|<iframe|https?:|@import|src=|url\(", text), "the file must need nothing else"
    assert len(text.encode()) < 5_000_000
    return text


@pytest.fixture(scope="module")
def project(demo_workspace) -> lifecycle.Project:
    return lifecycle.open_workspace(demo_workspace).project("customers")


def test_the_report_tells_what_the_reports_say(project, tmp_path):
    text = sound(project.report(tmp_path / "deep" / "report.html"))
    assert (tmp_path / "deep" / "report.html").read_text() == text
    for reason in project.health().reasons:
        assert reason.split("`")[0][:30] in text
    alarms = project.drift().alarms
    assert text.count("<section>") == 6
    worst = ranked_columns(project.drift().frame)[0]
    assert f"<h3>{worst}</h3>" in text
    assert f"{len(alarms):,} windows" in text
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_the_report_of_a_stretch_tells_of_it_alone(project):
    windows = project.windows()
    start, end = windows["start"].iloc[2], windows["start"].iloc[5]
    text = sound(project.report(start=start, end=end))
    assert "3 windows," in text
    with pytest.raises(lifecycle.InvalidValue, match="not after its start"):
        project.report(start=end, end=start)


def test_the_figures_are_those_of_the_reports(project, tmp_path):
    packed = project.figures(tmp_path / "figures.zip")
    assert (tmp_path / "figures.zip").read_bytes() == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        tables = {name: pd.read_csv(archive.open(name)) for name in archive.namelist()}
    assert {name.removeprefix("customers-").removesuffix(".csv") for name in tables} == {
        "windows", "drift", "alarms", "together", "quality", "performance", "events",
    }  # fmt: skip
    assert tables["customers-drift.csv"]["statistic"].sum() == pytest.approx(project.drift().frame["statistic"].sum())
    assert len(tables["customers-performance.csv"]) == len(project.performance().frame)


def test_a_project_without_windows_has_a_report(empty_workspace):
    reference = pd.DataFrame({"x": np.arange(50.0), "prediction": ["a", "b"] * 25, "label": ["a", "b"] * 25})
    made = lifecycle.open_workspace(empty_workspace).create_project("new", classes=["a", "b"], reference=reference)
    text = sound(made.report())
    assert "No window yet." in text
    assert made.figures()


def test_what_people_wrote_is_text_and_nothing_else(empty_workspace):
    odd = '<script>alert("x")</script>'
    reference = pd.DataFrame({odd: np.arange(200.0), "prediction": ["a", "b"] * 100, "label": ["a", "b"] * 100})
    made = lifecycle.open_workspace(empty_workspace).create_project("odd", classes=["a", "b"], reference=reference, window="100 rows")
    made.log(reference.assign(**{odd: 1e6}).drop(columns="label"))
    text = sound(made.report())
    assert "&lt;script&gt;alert" in text


def test_the_report_stays_small_at_3000_windows_of_500_columns():
    count, wide = 3_000, 500
    rng = np.random.default_rng(0)
    start = pd.date_range("2020-01-01", periods=count, freq="D", tz="UTC")
    names = [str(day.date()) for day in start]
    windows = pd.DataFrame({"window": names, "start": start, "end": start + pd.Timedelta(days=1), "rows": 100})
    columns = [f"a column with a rather long name {c}" for c in range(wide)]
    window, column = (
        pd.Categorical.from_codes(codes, kinds)
        for codes, kinds in ((np.repeat(np.arange(count), wide), names), (np.tile(np.arange(wide), count), columns))
    )
    drift = pd.DataFrame({"window": window, "column": column, "statistic": rng.random(count * wide), "threshold": 0.5, "rows": 100})
    drift = drift.assign(kind="numeric", test="kolmogorov_smirnov", p_value=0.5, effect=0.1, drifted=drift["statistic"] > 0.5)
    alarms = windows.assign(alarm=True, columns=[columns] * count, p_value=0.0)
    lines = {f"{line}{end}": rng.random(count) for line in ("realized", "estimated", "assisted") for end in ("", "_lower", "_upper")}
    performance = windows.assign(labels=5, **lines, threshold_lower=0.4, threshold_upper=np.nan, alarm=rng.random(count) > 0.5)
    performance = pd.concat([performance.assign(metric=f"metric {i}") for i in range(12)])
    quality = pd.DataFrame(
        {"window": np.tile(names, 100), "column": np.repeat(columns[:100], count), "check": "missing", "value": 0.5, "expected": "x", "failed": True}
    )
    history = pd.DataFrame({"time": start, "by": "dora", "verb": "alarm", "subject": "window", "details": [{"columns": columns, "rows": 3}] * count})
    frame = DriftColumn("x", "w", "numeric", pd.DataFrame({"bin": list("abc"), "reference": 0.3, "current": [0.1, 0.2, 0.7]}))
    facts = ReportFacts(
        name="large", description="", made=datetime(2026, 1, 1, tzinfo=UTC),
        health=lifecycle.Health("critical", ("Everything moved.",)), windows=windows,
        drift=condense_drift(drift, names, ranked_columns(drift), 120), alarms=alarms, worst=[(frame, "said")] * 6, performance=performance,
        quality=quality, history=history, columns=wide, headline="metric 0",
    )  # fmt: skip
    text = sound(document(facts))
    assert "drawn as 120 runs" in text
    assert "worst 40 of 500 columns" in text
