"""An ONNX file as a model that answers like an estimator, through onnxruntime (the extra `onnx`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import BadData, BadFile, StoreError

__all__ = ["OnnxModel", "looks_like_onnx"]

GRAPH, NODE, ATTRIBUTE, NAME, WHOLE_NUMBERS, TEXTS = 7, 1, 5, 1, 8, 9  # fields of ModelProto, GraphProto, NodeProto, AttributeProto
CLASSES = {"classlabels_strings": TEXTS, "classlabels_int64s": WHOLE_NUMBERS, "classlabels_ints": WHOLE_NUMBERS}
NUMERIC = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class OnnxModel:
    """predict, and predict_proba where the file gives probabilities and says of which classes.

    The file has one input with all features (or as many numbers as the frame has columns), or one input a feature, by name.

    Raises
    ------
    StoreError : onnxruntime is not installed. BadFile : onnxruntime cannot open it.
    """

    def __init__(self, content: bytes) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise StoreError("This version is an ONNX file, and onnxruntime is not installed: pip install 'lifecycle[onnx]'.") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise BadFile(f"onnxruntime cannot open this file ({str(error).splitlines()[0]}).") from error
        self._inputs = self._session.get_inputs()
        outputs = [output.name for output in self._session.get_outputs()]
        self._label = next((name for name in outputs if "label" in name.lower()), outputs[0])
        self._chances = next((name for name in outputs if name != self._label), None)
        names = _classes(content)
        self.classes_ = np.array(names)
        if self._chances is not None and names:
            self.predict_proba = self._probabilities

    def require(self, names: tuple[str, ...], kinds: tuple[str, ...]) -> None:
        """Refuse a file whose inputs are not these features.

        Raises
        ------
        BadFile : it takes other inputs; the sentence says which.
        """
        given = {entry.name: entry for entry in self._inputs}
        if len(given) == 1:
            (only,) = given.values()
            width = only.shape[-1] if len(only.shape) == 2 else None
            if (isinstance(width, int) and width != len(names)) or len(only.shape) != 2:
                raise BadFile(f"The ONNX file takes an input of shape {only.shape}; this project has {len(names)} features.")
            if only.type not in NUMERIC or any(kind != "numeric" for kind in kinds):
                raise BadFile("The ONNX file takes all features in one tensor, so all must be numeric; convert it with one input a column.")
        elif set(given) != set(names):
            raise BadFile(f"The ONNX file takes {', '.join(given)}; this project has {', '.join(names)}. Convert it with one input a feature.")

    def predict(self, frame: pd.DataFrame) -> Any:
        """The answers: classes, or numbers, one a row."""
        return np.asarray(self._session.run([self._label], self._fed(frame))[0]).reshape(len(frame))

    def _probabilities(self, frame: pd.DataFrame) -> Any:
        said = self._session.run([self._chances], self._fed(frame))[0]
        if isinstance(said, list):  # a dict a row
            said = [[row[name] for name in self.classes_.tolist()] for row in said]
        found = np.asarray(said, dtype="float64")
        return found / found.sum(axis=1, keepdims=True)  # 32-bit sums stray from 1

    def _fed(self, frame: pd.DataFrame) -> dict[str, Any]:
        if len(self._inputs) == 1:
            (only,) = self._inputs
            return {only.name: np.ascontiguousarray(frame.to_numpy(), dtype=NUMERIC[only.type])}
        return {entry.name: _column(entry, frame[entry.name]) for entry in self._inputs}


def looks_like_onnx(content: bytes) -> bool:
    """Whether bytes read as a model with a graph; nothing in them is run.

    >>> looks_like_onnx(b"PK nothing of the kind")
    False
    """
    try:
        return any(number == GRAPH and isinstance(value, bytes) for number, value in _fields(content))
    except (IndexError, ValueError):
        return False


def _column(entry: Any, values: pd.Series) -> Any:
    if entry.type == "tensor(string)":
        if values.isna().any():
            raise BadData(f"The ONNX model takes no missing text, and {values.name!r} has some; fill it in.")
        return values.to_numpy(dtype=object).reshape(-1, 1)
    return values.to_numpy(dtype=NUMERIC[entry.type]).reshape(-1, 1)


def _classes(content: bytes) -> list[Any]:
    """The classes in the order of the probabilities, as the classifier in the graph lists them."""
    for graph in _inside(content, GRAPH):
        for node in _inside(graph, NODE):
            for attribute in _inside(node, ATTRIBUTE):
                name = next(_inside(attribute, NAME), b"").decode("utf-8", "replace")
                if name in CLASSES:
                    found = [value for number, value in _fields(attribute) if number == CLASSES[name]]
                    listed = [value.decode() if isinstance(value, bytes) else value for value in _unpacked(found, CLASSES[name])]
                    if listed:
                        return listed
    return []


def _unpacked(found: list[Any], field: int) -> list[Any]:
    if field == TEXTS or not any(isinstance(value, bytes) for value in found):
        return found
    numbers = []
    for packed in found:
        at = 0
        while at < len(packed):
            value, at = _varint(packed, at)
            numbers.append(value)
    return numbers


def _inside(message: bytes, field: int) -> Iterator[bytes]:
    return (value for number, value in _fields(message) if number == field and isinstance(value, bytes))


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol-buffers message: number and value (an integer, or bytes)."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        size, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, -1), at)
        if size < 0 or at + size > len(message):
            raise ValueError("not a protocol-buffers message")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return (value - (1 << 64) if value >= 1 << 63 else value), at
        if shift > 63:
            raise ValueError("not a protocol-buffers number")
