"""The parts behind the expert's and the approver's pages."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import lifecycle
from pages.parts import data_out, sample_json
from pages.parts.release import difference_charts
from pages.parts.train import trigger_form


@pytest.mark.parametrize(
    ("classes", "keys"),
    [
        (range(10), list("0123456789")),
        (["a", "b", "c"], list("abc")),
        (["s", "u"], ["1", "2"]),  # S and U mean skip and undo
        (["stays", "cancels"], ["1", "2"]),
        (range(5, 15), list("123456789a")),  # not all single characters
        (["a", "A"], ["1", "2"]),  # one key cannot mean two classes
        (range(100, 121), [""] * 21),  # too many to know by heart: they are found by typing
    ],
)
def test_each_class_has_a_key_of_its_own(classes, keys):
    assert sample_json.class_keys(classes) == keys


def test_no_class_takes_the_key_of_an_action():
    keys = sample_json.class_keys([f"class {i}" for i in range(20)])
    assert len(set(keys)) == 20
    assert not set(keys) & set("sungm?")


def test_an_array_becomes_a_png_of_its_size_that_keeps_its_order_of_greys():
    image = Image.open(io.BytesIO(sample_json.png(np.array([[0.0, 8.0], [16.0, 4.0]]))))
    assert image.size == (2, 2)
    assert np.asarray(image).tolist() == [[0, 127], [255, 63]]


def test_metrics_are_turned_so_that_right_is_better_for_the_new_version():
    metrics = pd.DataFrame(
        {
            "metric": ["accuracy", "log_loss"],
            "old": [0.8, 0.5],
            "new": [0.9, 0.4],
            "difference": [0.1, -0.1],
            "lower": [0.05, -0.2],
            "upper": [0.15, 0.0],
            "better": ["new", "unclear"],
        }
    )
    rows = difference_charts.metric_rows(metrics)
    assert rows["difference"].tolist() == [0.1, 0.1]
    assert rows[["lower", "upper"]].values.tolist() == [[0.05, 0.15], [0.0, 0.2]]
    chart = difference_charts.dots(rows, own_scale=True, dark=False)
    assert min(next(trace for trace in chart.data if trace.mode == "markers").x) > 0
    assert any("<b>log loss</b>  0.500 → 0.400" in note.text for note in chart.layout.annotations)


def test_many_slices_show_both_ends():
    slices = pd.DataFrame({"column": "c", "value": range(40), "rows": 50, "metric": "accuracy", "old": 0.5, "new": 0.5})
    slices["difference"] = np.linspace(-0.2, 0.2, 40)
    slices["lower"], slices["upper"] = slices["difference"] - 0.1, slices["difference"] + 0.1
    rows = difference_charts.slice_rows(slices)
    assert rows["name"].iloc[0] == "c: 0"
    assert rows["name"].iloc[-1] == "c: 39"
    assert rows["better"].iloc[0] == "old"
    assert rows["better"].iloc[-1] == "new"


@pytest.mark.parametrize("form", ["CSV", "Parquet"])
def test_an_export_can_be_read_back(form):
    frame = pd.DataFrame({"id": ["a", "b"], "label": pd.Series([3, "x"], dtype=object), "annotators": [("ann", "bob"), ()], "n": [1.5, np.nan]})
    content = io.BytesIO(data_out.packed(frame, form))
    back = pd.read_csv(content) if form == "CSV" else pd.read_parquet(content)
    assert back["id"].tolist() == ["a", "b"]
    assert back["annotators"].tolist() == ['["ann", "bob"]', "[]"]
    assert list(map(str, back["label"])) == ["3", "x"]


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (lifecycle.Trigger("labels", n=500), "after 500 new labels"),
        (lifecycle.Trigger("schedule", every="QS"), "every quarter"),
        (lifecycle.Trigger("schedule", cron="0 6 * * 1"), "0 6 * * 1"),
        (lifecycle.Trigger("performance", drop=0.05, budget=4), "more than 0.05 (pause of 1 day, at most 4 runs a month)"),
        (lifecycle.Trigger("age", max="30D", cool_down="7D"), "older than 30 days (pause of 7 days)"),
    ],
)
def test_a_trigger_is_a_sentence(trigger, words):
    assert words in trigger_form.sentence(trigger)


def test_base64_of_an_image_is_a_data_url():
    preview = lifecycle.Preview("image", sample_json.png(np.eye(3)))
    url = sample_json.as_json(preview)["url"]
    assert base64.b64decode(url.removeprefix("data:image/png;base64,"))[:4] == b"\x89PNG"


def test_marks_are_counted_as_a_browser_counts_and_what_is_searched_for_goes_first():
    text = "😀 never late, never again"
    preview = lifecycle.Preview("text", text, ((2, 7, 1.0), (8, 12, -0.5), (14, 19, 1.0)))
    drawn = sample_json.as_json(preview, search="LATE")
    units = text.encode("utf-16-le")
    shown = [(units[2 * start : 2 * end].decode("utf-16-le"), kind) for start, end, kind, _ in drawn["marks"]]
    assert shown == [("never", "for"), ("late", "found"), ("never", "for")]
