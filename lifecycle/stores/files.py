"""Tables in and out: CSV and Parquet files as people have them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lifecycle.errors import BadFile, InvalidValue
from lifecycle.stores.durable import place

__all__ = ["read_table", "table_bytes", "write_table"]

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".tsv", ".txt")
SIGNATURES = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive (an Excel workbook is one)",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"SQLite format 3": "a SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
}
NAMES = ("id", "entity")  # read as text, so that 007 stays 007
SNIFFED = 65_536
PIECE = 8 << 20


def read_table(source: str | Path | bytes | IO[bytes], name: str | None = None) -> pd.DataFrame:
    """Read a CSV or Parquet file; `name` says which by its ending, the path's own by default.

    Separators (comma, semicolon, tab, bar), decimal commas and encodings (UTF-8, UTF-16, Windows-1252) are recognised. The
    frame's `attrs["file"]` is the name.

    Raises
    ------
    BadFile : it is empty, is not what its name says, or cannot be read; the sentence says what it is.
    """
    name = name or (Path(source).name if isinstance(source, str | Path) else str(getattr(source, "name", "table.csv")))
    content = _content(source, name)
    kind = Path(name).suffix.lower()
    if kind not in PARQUET + TEXT:
        raise BadFile(f"{name} ends in {kind or 'nothing'}; give a file that ends in {', '.join(TEXT + PARQUET)}.")
    if not content.strip():
        raise BadFile(f"{name} is empty; give a file with a header and at least one row.")
    found = next((what for signature, what in SIGNATURES.items() if content.startswith(signature)), None)
    if kind in PARQUET:
        frame = _parquet(content, name, found)
    elif found:
        raise BadFile(f"{name} is not a CSV file: by its content it is {found}. Export it as CSV or Parquet, named so.")
    else:
        frame = _csv(content, name)
    frame.attrs["file"] = name
    return frame


def write_table(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a frame as CSV or Parquet, by the ending of the path; returns the path."""
    path = Path(path).expanduser()
    content = table_bytes(frame, path.suffix)
    place(path, lambda aside: aside.write_bytes(content))
    return path


def table_bytes(frame: pd.DataFrame, kind: str = "csv") -> bytes:
    """A frame as the bytes of a CSV (UTF-8) or Parquet file.

    >>> table_bytes(pd.DataFrame({"a": [1]}))
    b'a\\n1\\n'
    """
    suffix = "." + kind.lower().lstrip(".")
    if suffix in PARQUET:
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, compression="zstd")
        return sink.getvalue()
    if suffix not in TEXT:
        raise InvalidValue(f"Tables are not written as {kind!r}; choose {', '.join(TEXT + PARQUET)}.")
    return frame.to_csv(index=False, sep="\t" if suffix == ".tsv" else ",").encode()


def _content(source: str | Path | bytes | IO[bytes], name: str) -> bytes:
    try:
        if isinstance(source, bytes | bytearray | memoryview):
            return bytes(source)
        return Path(source).expanduser().read_bytes() if isinstance(source, str | Path) else source.read()
    except OSError as error:
        raise BadFile(f"{name} cannot be read ({error.strerror or error}); check its path and permissions.") from error


def _parquet(content: bytes, name: str, found: str | None) -> pd.DataFrame:
    if found != "a Parquet file":
        raise BadFile(f"{name} is not a Parquet file: by its content it is {found or 'text or something else'}. Name it by what it is.")
    try:
        frame: pd.DataFrame = pq.read_table(io.BytesIO(content)).to_pandas()
        return frame
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadFile(f"{name} is a damaged Parquet file ({str(error).splitlines()[0]}); write it again.") from error


def _csv(content: bytes, name: str) -> pd.DataFrame:
    encoding = _encoding(content, name)
    sample = content[:SNIFFED].decode(encoding, errors="ignore")
    separator = _separator(sample)
    decimal = "," if separator != "," and re.search(r"(?m)(^|[;\t|])\s*-?\d+,\d+\s*($|[;\t|])", sample) else "."
    try:
        return pd.read_csv(
            io.BytesIO(content),
            sep=separator,
            decimal=decimal,
            encoding=encoding,
            low_memory=False,
            dtype=dict.fromkeys(NAMES, str),
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError, ValueError) as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise BadFile(f"{name} cannot be read as CSV ({reason}); every line needs as many values as the header.") from error


def _encoding(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in content[:SNIFFED]:
        raise BadFile(f"{name} is not a CSV file: it holds binary data. Export it as CSV or Parquet, named so.")
    return next(encoding for encoding in ("utf-8-sig", "cp1252", "latin-1") if _decodes(content, encoding))  # Latin-1 takes any byte


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether all of it is in this encoding, a piece at a time so that memory stays bounded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), PIECE):
            decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
    except UnicodeDecodeError:
        return False
    return True


def _separator(sample: str) -> str:
    """The one of , ; tab and | that splits the header into most fields, quotes respected."""
    header = next((line for line in sample.splitlines() if line.strip()), "")
    return max(",;\t|", key=lambda candidate: len(next(csv.reader([header], delimiter=candidate), [])))
