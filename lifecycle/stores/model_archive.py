"""A model in a zip file: a folder that MLflow saved, or a version that was exported here. Unpacked with care, nothing in it is run."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from lifecycle.errors import BadFile

__all__ = ["SUMS", "unpacked"]

SUMS = "SHA256SUMS"
MOST_FILES = 2000
MOST_BYTES = 2 << 30
CHUNK = 1 << 20


def unpacked(path: Path, folder: Path) -> Path:
    """Unpack into `folder`: the folder with an MLmodel, or the model file of an exported version, whose sums are checked.

    Raises
    ------
    BadFile : no zip, neither of the two, too large, a name that leads out of the folder, or a file that is not what its sum says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _unpack(archive, path.name, folder)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise BadFile(f"{path.name} cannot be unpacked ({error}); zip the folder again, without a password.") from error
    if (folder / SUMS).is_file():
        return _exported(folder, path.name)
    found = sorted(folder.rglob("MLmodel"), key=lambda file: len(file.parts))
    if not found:
        raise BadFile(f"{path.name} holds no MLmodel, and no version exported here; zip the folder that MLflow saved, or give a skops or ONNX file.")
    return found[0].parent


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    left = MOST_BYTES
    if len(entries) > MOST_FILES:
        raise BadFile(f"{name} holds {len(entries):,} files; a model has at most {MOST_FILES:,}.")
    for entry in entries:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in entry.filename or stat.S_ISLNK(entry.external_attr >> 16):
            raise BadFile(f"{name} holds {entry.filename!r}, which leads out of the folder; it was not unpacked.")
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as place:
            while part := source.read(CHUNK):  # sizes that are written in the file may lie
                left -= len(part)
                if left < 0:
                    raise BadFile(f"{name} is larger than {MOST_BYTES >> 30} GiB when unpacked; it was left.")
                place.write(part)


def _exported(folder: Path, name: str) -> Path:
    """The model of an exported version, if all files are what they were."""
    lines = [line.partition("  ") for line in (folder / SUMS).read_text("utf-8", "replace").splitlines()]
    listed = {told: digest for digest, _, told in lines if told}
    models = [file for file in sorted(folder.glob("model.*")) if file.name in listed and file.suffix in (".skops", ".onnx")]
    for told, digest in listed.items():
        file = (folder / told).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise BadFile(f"{told} in {name} is not what {SUMS} says: it was changed on the way, so nothing of it was opened. Export it again.")
    if len(models) != 1:
        raise BadFile(f"{name} holds {len(models)} models that {SUMS} vouches for; export the version again.")
    return models[0]
