"""What first frames say of a project's columns, and the kinds of columns at the door."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lifecycle.errors import BadData
from lifecycle.records import Modality, Schema
from lifecycle.schema import check, infer

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROWS = 12


def png() -> bytes:
    sink = io.BytesIO()
    Image.new("L", (4, 4)).save(sink, "png")
    return sink.getvalue()


COLUMNS: dict[str, tuple[Any, str, Modality]] = {
    "float": (np.linspace(0, 1, ROWS), "numeric", "tabular"),
    "int": (np.arange(ROWS), "numeric", "tabular"),
    "bool": ([True, False] * 6, "numeric", "tabular"),
    "nullable": (pd.array([1, None] * 6, dtype="Int64"), "numeric", "tabular"),
    "empty": ([None] * ROWS, "numeric", "tabular"),
    "word": (["a", "b", "b"] * 4, "categorical", "tabular"),
    "category": (pd.Categorical([1, 2, 2] * 4), "categorical", "tabular"),
    "zip": (["02134", "00501"] * 6, "categorical", "tabular"),
    "sentence": ([f"the customer called {n} times about it" for n in range(ROWS)], "text", "tabular"),
    "short": ([f"good {n}" for n in range(ROWS)], "text", "text"),
    "picture": ([png()] * ROWS, "image", "image"),
    "path": ([f"scan-{n}.png" for n in range(ROWS)], "image", "image"),
    "curve": ([[1.0, 2.0, 3.0]] * ROWS, "series", "series"),
    "curve_text": (["[1, 2, 3]"] * ROWS, "series", "series"),
    "embedding": ([np.ones(4)] * ROWS, "embedding", "text"),
}


def schema_of(name: str) -> tuple[pd.DataFrame, Schema]:
    values, _, modality = COLUMNS[name]
    frame = pd.DataFrame({name: pd.Series(values), "label": ["x", "y"] * 6})
    return frame, infer([frame], "classification", modality, "label")


@pytest.mark.parametrize("name", COLUMNS)
def test_kinds_are_read_from_values(name: str) -> None:
    _, schema = schema_of(name)
    assert [(column.name, column.kind) for column in schema.features] == [(name, COLUMNS[name][1])]


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "path"])
def test_what_a_schema_was_read_from_passes_its_check(name: str) -> None:
    frame, schema = schema_of(name)
    rows = check(frame.drop(columns="label"), schema, NOW)
    assert not rows.refusals.mask.any(), rows.refusals.frame()
    assert rows.table.num_rows == ROWS
    stored = rows.table[name].to_pylist()
    if COLUMNS[name][1] == "numeric":
        np.testing.assert_array_equal(np.array(stored, dtype=float), pd.to_numeric(frame[name]).to_numpy(dtype=float, na_value=np.nan))
    if COLUMNS[name][1] == "categorical":
        assert stored == frame[name].astype(str).tolist()


def test_levels_are_in_order_of_frequency() -> None:
    _, schema = schema_of("word")
    assert schema.features[0].levels == ("b", "a")


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([3, 1, 2], (1, 2, 3)),
        ([1.0, 0.0, np.nan], (0, 1)),
        ([True, False, True], (False, True)),
        (["b", "a", None], ("a", "b")),
        (pd.Categorical(["b", "a", "b"]), ("a", "b")),
        ([1, "a", 2], (1, 2, "a")),
    ],
)
def test_classes_are_sorted_json_scalars(values: Any, classes: tuple[Any, ...]) -> None:
    schema = infer([pd.DataFrame({"x": [1.0, 2.0, 3.0], "label": values})], "classification", "tabular", "label")
    assert schema.classes == classes
    assert [type(value) for value in schema.classes] == [type(value) for value in classes]


def test_roles_are_no_features() -> None:
    frame = pd.DataFrame(
        {"id": ["a", "b"], "when": ["2026-01-01"] * 2, "entity": "e", "prediction": [0, 1], "p_0": 0.5, "p_1": 0.5, "x": 1.0, "y": [0, 1]}
    )
    schema = infer([frame], "classification", "tabular", "y", timestamp="when")
    assert schema.names == ("x",)
    assert schema.timestamp == "when"
    assert infer([frame.rename(columns={"when": "timestamp"})], "classification", "tabular", "y").timestamp == "timestamp"


def test_the_reference_needs_the_same_features() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "y": [0, 1]})
    with pytest.raises(BadData, match="Columns missing in the reference: b"):
        infer([frame, frame.drop(columns="b")], "classification", "tabular", "y")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("picture", b"GIF89a", "is not a PNG or JPEG image"),
        ("picture", "nowhere.png", "is not a PNG or JPEG image, nor the path of one"),
        ("curve", [1, None], "is not a sequence of finite numbers"),
        ("curve", "abc", "is not a sequence"),
        ("curve", [1.0, float("inf")], "is not a sequence of finite numbers"),
        ("embedding", 3.0, "is not a sequence"),
        ("category", "x", None),
        ("category", 9, None),
        ("word", 9, "is no category of this column"),
        ("bool", True, None),
        ("sentence", 1, "is not text"),
    ],
)
def test_one_odd_value_among_good_ones(name: str, value: Any, reason: str | None) -> None:
    frame, schema = schema_of(name)
    values = frame[name].astype(object).tolist()
    values[3] = value
    found = check(pd.DataFrame({name: pd.Series(values, dtype=object)}), schema, NOW).refusals.frame()
    if reason is None:
        assert found.empty
    else:
        assert found["row"].tolist() == [3]
        assert reason in found["reason"][0]


def test_missing_values_are_legal_in_every_kind() -> None:
    for name in COLUMNS:
        frame, schema = schema_of(name)
        rows = check(pd.DataFrame({name: pd.Series([None, None], dtype=object)}), schema, NOW)
        assert not rows.refusals.mask.any(), name
        assert rows.table.num_rows == 2
        assert frame[name].size == ROWS


@given(st.lists(st.one_of(st.floats(), st.text(max_size=5), st.none(), st.booleans(), st.integers(-(10**20), 10**20)), min_size=1, max_size=8))
def test_numbers_land_or_are_refused_and_never_both(values: list[Any]) -> None:
    frame, schema = schema_of("float")
    assert len(frame) == ROWS
    rows = check(pd.DataFrame({"float": pd.Series(values, dtype=object)}), schema, NOW)
    stored = rows.table["float"].to_numpy(zero_copy_only=False)
    assert len(stored) == len(values) - int(rows.refusals.mask.sum())
    assert not np.isinf(stored).any()
    for position, number in zip(rows.positions.tolist(), stored.tolist(), strict=True):
        given_value = values[position]
        if isinstance(given_value, int | float) and not (isinstance(given_value, float) and np.isnan(given_value)):
            assert number == float(given_value)


@given(st.lists(st.sampled_from(["no", "yes", "Yes", None, 1, True, 1.0, "", "maybe"]), min_size=1, max_size=9))
def test_classes_land_as_their_name_or_are_refused(values: list[Any]) -> None:
    schema = infer([pd.DataFrame({"x": [1.0, 2.0], "y": ["no", "yes"]})], "classification", "tabular", "y")
    rows = check(pd.DataFrame({"x": 1.0, "prediction": pd.Series(values, dtype=object)}), schema, NOW)
    assert rows.table["prediction"].to_pylist() == [value for value in values if value in ("no", "yes")]
    assert rows.refusals.mask.tolist() == [value not in ("no", "yes") for value in values]


def test_the_checked_table_is_typed_whatever_the_rows_are() -> None:
    frame, schema = schema_of("word")
    types = [check(frame.drop(columns="label").head(n), schema, NOW).table.schema for n in (1, 2, ROWS)]
    assert types[0] == types[1] == types[2]
    assert types[0].field("word").type == pa.dictionary(pa.int32(), pa.string())
    assert types[0].field("time").type == pa.timestamp("us", "UTC")
