"""The log: whatever the batches and wherever it is compacted, it reads as one append."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.errors import StoreError
from lifecycle.stores import predictions, segments
from lifecycle.stores.database import Database
from lifecycle.stores.predictions import PredictionLog


def empty(root: Path) -> PredictionLog:
    database = Database(root / "log.db")
    database.connection.execute("INSERT INTO projects VALUES ('p', '{}', '{}', '', '')")
    return PredictionLog(database, root, "p")


def rows(count: int, first: int = 0, extra: bool = False) -> pa.Table:
    numbers = np.arange(first, first + count)
    columns = {
        "id": [f"id-{n}" for n in numbers],
        "time": pa.array(numbers * 1_000_000, pa.timestamp("us", "UTC")),
        "x": numbers / 7,
        "word": pa.array([f"word {n % 5}" if n % 3 else None for n in numbers], pa.string()).dictionary_encode(),
    }
    return pa.table(columns | ({"p_yes": numbers / 10} if extra else {}))


def as_rows(table: pa.Table) -> list[dict[str, object]]:
    return table.to_pylist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.sampled_from(["append", "stage", "compact"])), min_size=1, max_size=8), st.data())
def test_any_batches_with_compaction_anywhere_read_as_one_append(steps: list[tuple[int, bool, str]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = empty(Path(folder))
        expected: list[dict[str, object]] = []
        for count, extra, how in steps:
            table = rows(count, len(expected), extra)
            if how == "stage" and count:
                first, last = log.append(log.stage(table))
            else:
                first, last = log.append(table)
            assert (first, last) == (len(expected) + 1, len(expected) + count)
            expected += [{**row, "p_yes": row.get("p_yes")} for row in as_rows(table)]
            if how == "compact":
                log.compact()
        assert log.rows == len(expected)
        columns = ["id", "time", "x", "word", "p_yes", "seq"]
        expected = [{**row, "seq": seq} for seq, row in enumerate(expected, 1)]
        assert as_rows(log.read(columns)) == expected
        after, until = sorted((data.draw(st.integers(0, len(expected))), data.draw(st.integers(0, len(expected)))))
        assert as_rows(log.read(columns, after=after, until=until)) == expected[after:until]
        start, end = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) for seconds in (after, until))
        assert as_rows(log.read(columns, start=start, end=end)) == expected[after:until]
        assert sum(batch.num_rows for batch in log.batches(["x"], rows=7)) == len(expected)
        assert all(batch.num_rows <= 7 for batch in log.batches(["x"], rows=7))
        wanted = data.draw(st.lists(st.integers(1, max(1, len(expected))), max_size=20)) if expected else []
        assert as_rows(log.take(wanted, columns)) == [expected[seq - 1] for seq in wanted]
        ids = [str(expected[seq - 1]["id"]) for seq in wanted]
        assert log.find([*ids, "nobody"]) == dict(zip(ids, wanted, strict=True))
        assert log.findings() == []


def test_many_small_appends_stay_few_entries_and_lose_nothing(tmp_path: Path) -> None:
    log = empty(tmp_path)
    with log.database.write():  # one transaction: this is about the buffer, not about the disk
        for number in range(700):
            log.append(rows(1, number))
    assert log.database.value("SELECT count(*) FROM buffer") < 2 * predictions.SMALL
    assert log.read(["id"])["id"].to_pylist() == [f"id-{n}" for n in range(700)]
    assert log.find(["id-0", "id-699"]) == {"id-0": 1, "id-699": 700}


def test_a_large_append_and_a_full_buffer_become_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "LARGE", 100)
    log = empty(tmp_path)
    log.append(rows(60))
    assert log.database.value("SELECT count(*) FROM segments") == 0
    log.append(rows(60, 60))
    log.append(rows(150, 120))
    assert [row["rows"] for row in log.database.rows("SELECT rows FROM segments ORDER BY first_seq")] == [120, 150]
    assert log.read(["x"])["x"].to_pylist() == [n / 7 for n in range(270)]


def test_a_transaction_that_fails_leaves_no_row_behind(tmp_path: Path) -> None:
    log = empty(tmp_path)
    log.append(rows(5))

    def fail_halfway() -> None:
        with log.database.write():
            log.append(rows(5, 5))
            log.append(log.stage(rows(50, 10)))
            assert log.rows == 60
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert log.rows == 5
    assert log.find(["id-7", "id-2"]) == {"id-2": 3}
    log.append(rows(1, 900))
    assert log.find(["id-900"]) == {"id-900": 6}


def test_files_that_nobody_knows_are_swept_when_they_are_old(tmp_path: Path) -> None:
    import os

    log = empty(tmp_path)
    lost, fresh = (tmp_path / log.stage(rows(3)).path for _ in range(2))
    for path in (lost, lost.with_suffix(".ids")):
        os.utime(path, (0, 0))
    log.append(rows(3))
    log.compact()
    assert not lost.exists()
    assert not lost.with_suffix(".ids").exists()
    assert fresh.exists()
    assert log.rows == 3


def test_the_index_of_ids_is_rebuilt_when_it_is_gone(tmp_path: Path) -> None:
    log = empty(tmp_path)
    staged = log.stage(rows(500))
    log.append(staged)
    (tmp_path / staged.path).with_suffix(".ids").unlink()
    assert log.find(["id-123"]) == {"id-123": 124}


def test_ids_with_equal_hashes_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifecycle.stores import segments

    monkeypatch.setattr(segments, "hashes", lambda ids: np.array([len(id) for id in ids], dtype=np.uint64))
    log = empty(tmp_path)
    log.append(log.stage(rows(300)))
    assert log.find(["id-0", "id-7", "id-55", "id-299", "id-300"]) == {"id-0": 1, "id-7": 8, "id-55": 56, "id-299": 300}


def test_a_changed_segment_is_found_out(tmp_path: Path) -> None:
    log = empty(tmp_path)
    staged = log.stage(rows(50))
    log.append(staged)
    path = tmp_path / staged.path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert "was changed after it was written" in log.findings()[0]
    path.unlink()
    assert "is missing" in log.findings()[0]


def test_a_column_does_not_change_its_type(tmp_path: Path) -> None:
    log = empty(tmp_path)
    log.append(rows(3))
    log.append(rows(3, 3).set_column(2, "x", pa.array(["a", "b", "c"])))
    with pytest.raises(StoreError, match="'x' was stored as double and as string"):
        log.read()


def test_a_row_beyond_the_log_is_an_index_error(tmp_path: Path) -> None:
    log = empty(tmp_path)
    log.append(rows(3))
    with pytest.raises(IndexError):
        log.take([4])
    with pytest.raises(IndexError):
        log.take([0])


def test_streams_are_apart(tmp_path: Path) -> None:
    log = empty(tmp_path)
    shadow = PredictionLog(log.database, tmp_path, "p", "shadow-2")
    log.append(rows(3))
    shadow.append(rows(2))
    assert (log.rows, shadow.rows) == (3, 2)
    shadow.compact()
    assert log.database.value("SELECT count(*) FROM buffer") == 1


def test_a_stretch_of_the_log_is_read_without_what_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "GROUP", 100)
    log = empty(tmp_path)
    log.append(log.stage(rows(1000)))
    met: list[int] = []
    original = segments.iterate

    def met_by(*given: object) -> Iterator[tuple[int, pa.RecordBatch]]:
        for place, batch in original(*given):  # type: ignore[arg-type]
            met.append(place)
            yield place, batch

    monkeypatch.setattr(segments, "iterate", met_by)
    found = [seq for batch in log.batches(["x"], after=150, until=250, rows=50) for seq in batch["seq"].to_pylist()]
    assert found == list(range(151, 251))
    assert max(met) <= 250
