"""Files as people have them: read for what they are, or refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from lifecycle.errors import BadFile, InvalidValue
from lifecycle.stores.files import read_table, table_bytes, write_table

FRAME = pd.DataFrame({"id": ["007", "008"], "city": ["Zürich", "Málaga"], "size": [1.5, 2.25], "n": [1, 2]})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_in_any_usual_form(encoding: str, separator: str) -> None:
    text = FRAME.to_csv(index=False, sep=separator)
    pd.testing.assert_frame_equal(read_table(text.encode(encoding), "towns.csv"), FRAME)


def test_decimal_commas() -> None:
    text = FRAME.to_csv(index=False, sep=";", decimal=",")
    pd.testing.assert_frame_equal(read_table(text.encode(), "towns.csv"), FRAME)


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_what_is_written_is_read_back(tmp_path: Path, ending: str) -> None:
    path = write_table(FRAME, tmp_path / f"towns.{ending}")
    frame = read_table(path)
    pd.testing.assert_frame_equal(frame, FRAME)
    assert frame.attrs["file"] == f"towns.{ending}"
    with path.open("rb") as file:
        pd.testing.assert_frame_equal(read_table(file), FRAME)


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a", "b")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rows.csv", b"", "rows.csv is empty"),
        ("rows.csv", b" \n\n", "rows.csv is empty"),
        ("rows.parquet", b"", "rows.parquet is empty"),
        ("rows.csv", table_bytes(FRAME, "parquet"), "is not a CSV file: by its content it is a Parquet file"),
        ("rows.csv", zipped(), "a zip archive"),
        ("rows.csv", b"\x89PNG\r\n\x1a\n123", "a PNG image"),
        ("rows.csv", b"a,b\n\x00\x01,2\n", "it holds binary data"),
        ("rows.parquet", FRAME.to_csv().encode(), "is not a Parquet file: by its content it is text"),
        ("rows.parquet", table_bytes(FRAME, "parquet")[:-30] + b"PAR1", "is a damaged Parquet file"),
        ("rows.csv", b"a,b\n1,2\n1,2,3,4\n", "every line needs as many values as the header"),
        ("rows.xlsx", b"123", "ends in .xlsx; give a file that ends in .csv"),
        ("rows", b"123", "ends in nothing"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence.replace("(", r"\(")):
        read_table(content, name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidValue, match="choose"):
        table_bytes(FRAME, "xlsx")


def test_quoted_separators_in_the_header_do_not_mislead() -> None:
    frame = read_table(b'"a;b;c;d",e\n1,2\n', "rows.csv")
    assert list(frame.columns) == ["a;b;c;d", "e"]
