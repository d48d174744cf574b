"""What the ranking is made from: errors in regression, rows without probabilities, labels that came by themselves, rows at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from lifecycle.label.features import as_numbers
from lifecycle.records import Column
from lifecycle.stores.labels import Entry
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling
from lifecycle.verbs.label.pool import State, read_pool
from lifecycle.verbs.label.samples import rows_at, samples
from lifecycle.verbs.predictions.truth import add_labels

Make = Callable[..., Context]


def know(context: Context, seqs: range, value: Callable[[float], float]) -> None:
    rows = context.log().take(list(seqs), ["id", "a"]).to_pylist()
    with context.database.write():
        add_labels(context, [Entry(row["id"], value(row["a"])) for row in rows], "ground_truth", "t")


@pytest.mark.parametrize("strategy", ["residual_model", "committee_variance", "greedy_features", "margin_diverse"])
def test_regression_is_asked_where_errors_are_expected(make: Make, strategy: str) -> None:
    context = make(rows=600, task="regression", query_strategy=strategy)
    rng = np.random.default_rng(0)
    know(context, range(1, 301), lambda a: a + (rng.normal(0, 5) if a > 0.5 else rng.normal(0, 0.05)))
    found = [task for task in labeling.next_tasks(context, "ana", 40) if task.purpose == "query"]
    assert {task.strategy for task in found} == {"residual_model" if strategy == "margin_diverse" else strategy}
    assert all(int(task.prediction_id[1:]) > 300 for task in found)
    if strategy != "greedy_features":
        assert np.mean([task.sample["a"] > 0.3 for task in found]) > 0.55  # of all rows 38 %


def test_regression_without_known_errors_is_honestly_random(make: Make) -> None:
    context = make(rows=200, task="regression")
    assert {task.strategy for task in labeling.next_tasks(context, "ana", 20)} == {"random"}


def test_rows_without_probabilities_wait_behind_those_that_have_them(make: Make) -> None:
    context = make(rows=100)
    more = {"id": [f"x{i}" for i in range(100)], "time": pa.array([datetime(2026, 3, 2, tzinfo=UTC)] * 100, pa.timestamp("us", "UTC"))}
    context.log().append(pa.table(more | {"version": pa.array([1] * 100, pa.int32()), "prediction": ["1"] * 100, "a": [0.0] * 100, "b": [0.0] * 100}))
    found = [task for task in labeling.next_tasks(context, "ana", 40) if task.purpose == "query"]
    assert all(task.prediction_id.startswith("r") for task in found)
    pool = read_pool(context, State("core_set", 0.2, 0, 200))
    assert pool.strategy == "core_set"
    assert np.isfinite(pool.scores).all()


def test_a_label_from_elsewhere_ends_the_asking(make: Make) -> None:
    context = make(rows=100)
    labeling.catch_up(context)
    know(context, range(1, 91), lambda a: 1)
    labeling.catch_up(context)
    assert sorted(int(task.prediction_id[1:]) for task in labeling.next_tasks(context, "ana", 50)) == list(range(91, 101))


def test_rows_come_back_in_the_order_asked_and_as_they_were(make: Make) -> None:
    context = make(rows=70)
    seqs = np.array([50, 3, 70, 4])
    table = rows_at(context, seqs, ["a"])
    assert table["seq"].to_pylist() == seqs.tolist()
    direct = context.log().take(seqs, ["prediction", "p_0", "p_1", "a", "b"]).drop_columns(["seq"]).to_pylist()
    for _ in range(2):  # read, then from what is at hand
        found = samples(context, seqs.tolist())
        assert [{name: row[name] for name in direct[0]} for row in found] == direct
    assert context.database.value("SELECT count(*) FROM samples") == 4


def test_bytes_lists_and_nan_survive_being_at_hand(make: Make) -> None:
    from lifecycle.verbs.label.samples import _plain, _read, json

    row = {"image": b"\x89PNG\x00", "series": [1.0, 2.5], "a": None, "b": float("nan"), "text": 'say "hé"'}
    back = json.loads(json.dumps(row, default=_plain), object_hook=_read)
    assert np.isnan(back.pop("b"))
    row.pop("b")
    assert back == row


def test_samples_as_numbers_whatever_they_are() -> None:
    import io

    import pandas as pd
    from PIL import Image

    picture = io.BytesIO()
    Image.new("L", (30, 20), 255).save(picture, format="PNG")
    frame = pd.DataFrame(
        {
            "n": [1.5, None],
            "c": ["a", None],
            "t": ["Good day good", None],
            "i": [picture.getvalue(), b"no picture"],
            "s": [[1.0, 3.0], None],
            "e": [np.array([1.0, 2.0]), None],
        }
    )
    kinds = {"n": "numeric", "c": "categorical", "t": "text", "i": "image", "s": "series", "e": "embedding"}
    found = as_numbers(frame, [Column(name, kind, ("a", "b") if kind == "categorical" else ()) for name, kind in kinds.items()])
    assert found.shape == (2, 1 + 3 + 128 + 144 + 16 + 2)
    assert found[0, :4].tolist() == [1.5, 1, 0, 0]
    assert np.isnan(found[1, 0])
    assert found[1, 1:4].tolist() == [0, 0, 1]
    assert found[0, 132:276].tolist() == [1.0] * 144
    assert not found[1, 4:].any()
