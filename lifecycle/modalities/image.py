"""Pictures: PNG or JPEG bytes, or the grey values of a square picture, a column a pixel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from lifecycle.errors import BadData
from lifecycle.modalities.components import component_frame, fit_components
from lifecycle.modalities.registration import ColumnFacts, register

__all__ = ["features", "fit", "preview", "read"]

_SIDE = 16  # pictures in bytes are measured at this size
_SHOWN = 160  # a small picture is enlarged to about this many pixels, without smoothing
_WIDEST = 4_000
_COMPONENTS = 4


def read(cell: Any) -> bytes | None:
    """PNG or JPEG bytes, as they are.

    Raises
    ------
    BadData : it is no picture that can be opened, or one of more than 4,000 pixels a side.
    """
    if cell is None:
        return None
    if not isinstance(cell, bytes | bytearray | memoryview):
        raise BadData(f"A picture's cell holds {type(cell).__name__}; allowed: the bytes of a PNG or JPEG file.")
    _open(bytes(cell))
    return bytes(cell)


def fit(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """The brightest value, how many pixels a side, and the principal components of the reference's pictures."""
    pixels = _pixels(frame, columns, float("nan"))
    white = float(np.nanmax(pixels, initial=1.0)) if pixels.size else 1.0
    white = next((full for full in (1.0, 16.0, 255.0) if white <= full), white)
    return {"white": white, **fit_components(pixels / white, _COMPONENTS)}


def features(frame: pd.DataFrame, columns: Sequence[str], state: Mapping[str, Any]) -> pd.DataFrame:
    """brightness, contrast, ink, sharpness, noise, centre x, centre y (each 0 to about 1) and components 1 to 4 (rows, 11).

    >>> white = pd.DataFrame(np.full((2, 64), 16.0), columns=[f"p{i}" for i in range(64)])
    >>> features(white, list(white), fit(white, list(white)))["brightness"].tolist()
    [1.0, 1.0]
    """
    white = float(state["white"])
    pixels = _pixels(frame, columns, white) / white
    side = int(np.sqrt(pixels.shape[1]))
    grid = pixels[:, : side * side].reshape(len(pixels), side, side)
    across, down = np.diff(grid, axis=2), np.diff(grid, axis=1)
    # noise: the median size of what a plane through each pixel's neighbours leaves (Immerkaer's mask)
    mask = grid[:, :-2, :-2] + grid[:, :-2, 2:] + grid[:, 2:, :-2] + grid[:, 2:, 2:] + 4 * grid[:, 1:-1, 1:-1]
    mask = mask - 2 * (grid[:, :-2, 1:-1] + grid[:, 2:, 1:-1] + grid[:, 1:-1, :-2] + grid[:, 1:-1, 2:])
    weight = np.maximum(grid.sum(axis=(1, 2)), 1e-12)
    place = np.arange(side) / max(side - 1, 1)
    named = {
        "brightness": grid.mean(axis=(1, 2)),
        "contrast": grid.std(axis=(1, 2)),
        "ink": np.where(np.isnan(grid), np.nan, grid > 0.25).mean(axis=(1, 2)),
        "sharpness": (np.abs(across).mean(axis=(1, 2)) + np.abs(down).mean(axis=(1, 2))) / 2,
        "noise": np.abs(mask).mean(axis=(1, 2)) * np.sqrt(np.pi / 2) / 6 if mask.size else np.zeros(len(grid)),
        "centre x": (grid.sum(axis=1) @ place) / weight,
        "centre y": (grid.sum(axis=2) @ place) / weight,
    }
    return pd.concat([pd.DataFrame(named), component_frame(pixels, state)], axis=1)


def preview(sample: Mapping[str, Any], columns: Sequence[str], facts: Mapping[str, ColumnFacts]) -> dict[str, Any]:
    """`{"kind": "image", "png": bytes}`: pixels as a crisp, enlarged PNG, grey from 0 to the reference's full scale; bytes as they are."""
    if len(columns) == 1:
        content = sample.get(columns[0])
        return {"kind": "image", "png": bytes(content) if content is not None else _png(np.zeros((8, 8)))}
    values = np.nan_to_num(np.array([sample.get(name, 0.0) for name in columns], dtype=np.float64))
    highest = max((facts[name].high for name in columns if name in facts), default=float("nan"))
    highest = float(values.max(initial=0.0)) if np.isnan(highest) else highest
    white = next((full for full in (1.0, 16.0, 255.0) if highest <= full), highest)
    side = int(np.sqrt(len(values)))
    return {"kind": "image", "png": _png(np.clip(values[: side * side].reshape(side, side) / white, 0.0, 1.0))}


def _png(grey: NDArray[np.float64]) -> bytes:
    times = max(1, _SHOWN // len(grey))
    large = np.repeat(np.repeat(np.round(grey * 255).astype(np.uint8), times, axis=0), times, axis=1)
    out = io.BytesIO()
    Image.fromarray(large).save(out, format="PNG", compress_level=1)
    return out.getvalue()


def _open(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        if max(picture.size) > _WIDEST:
            raise BadData(f"A picture has {picture.size[0]} x {picture.size[1]} pixels; allowed: up to {_WIDEST} a side. Make it smaller.")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadData):
            raise
        raise BadData(f"A picture cannot be opened as PNG or JPEG ({error}).") from error
    return picture


def _pixels(frame: pd.DataFrame, columns: Sequence[str], missing: float) -> NDArray[np.float64]:
    """Grey values (rows, pixels); a picture that cannot be opened is all NaN, and so is one that is missing."""
    if len(columns) > 1:
        return np.asarray(frame[list(columns)].to_numpy(dtype=np.float64))
    out = np.full((len(frame), _SIDE * _SIDE), np.nan)
    for row, content in enumerate(frame[columns[0]]):
        if isinstance(content, bytes):
            try:
                out[row] = np.asarray(_open(content).convert("L").resize((_SIDE, _SIDE)), dtype=np.float64).ravel()
            except BadData:
                continue
    return out


register("image", read=read, fit=fit, features=features, preview=preview)
