"""Drift of the columns together: how far rows lie from the plane that the reference spans (PCA reconstruction error).

A row whose columns are usual one by one but do not belong together is rebuilt badly from the reference's principal components.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lifecycle.monitor.summaries import Floats

__all__ = ["LEAST", "errors", "fit_plane", "judge_errors", "matrix", "residuals"]

EXPLAINED = 0.65
_MOST = 30
_ROWS = 20_000
_CLIP = 5.0  # standard deviations: one outlier must not own the plane
LEAST = 0.2  # of the reference errors' standard deviation: a smaller change of the mean does not matter


def matrix(columns: Mapping[str, NDArray[Any]], shares: Mapping[str, Sequence[float]], names: Sequence[str]) -> Floats:
    """Columns as numbers (rows, columns): numeric ones as they are, cells of categories as the share that they have in the reference.

    >>> matrix({"a": np.array([1.5, 2.0]), "b": np.array([2, 1])}, {"b": [0.0, 0.75, 0.25]}, ["a", "b"]).tolist()
    [[1.5, 0.25], [2.0, 0.75]]
    """
    if not names:
        return np.empty((0, 0))
    return np.column_stack([np.asarray(shares[name])[columns[name]] if name in shares else columns[name] for name in names]).astype(np.float64)


def fit_plane(values: Floats) -> dict[str, Any]:
    """Centre, scale and the first components that explain 65 % (at most 30) of the reference, and its errors' mean and spread;
    every other row is fitted, the rest say how large errors are.

    >>> x = np.random.default_rng(0).normal(size=(500, 1))
    >>> len(fit_plane(np.hstack([x, x, x]))["axes"])
    1
    """
    values = values[:: max(1, -(-len(values) // _ROWS))]
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(values)
        rows = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, values, 0.0)
        low, high = (np.array([np.quantile(c[k], q) if k.any() else 0.0 for c, k in zip(values.T, known.T, strict=True)]) for q in (0.001, 0.999))
        filled = np.clip(filled, low, high) * known  # the centre and scale of what is usual
        centre = filled.sum(axis=0) / rows
        scale = np.sqrt(((filled - centre) ** 2 * known).sum(axis=0) / rows)
    state: dict[str, Any] = {"centre": centre.tolist(), "scale": np.where(scale > 0, scale, 1.0).tolist(), "axes": []}
    standard = _standard(values[::2], state)
    if len(standard) > 2 and standard.shape[1] > 1:
        sizes, axes = np.linalg.eigh(np.cov(standard, rowvar=False))
        explained = np.cumsum(sizes[::-1]) / max(float(sizes.sum()), 1e-300)
        count = min(int(np.searchsorted(explained, EXPLAINED)) + 1, _MOST, standard.shape[1] - 1)
        state["axes"] = np.round(axes.T[::-1][:count], 8).tolist()
    found = errors(values[1::2], state)  # of rows that the plane was not fitted to, as a window's rows are
    return state | {"mean": float(found.mean()) if len(found) else 0.0, "spread": float(found.std()) if len(found) else 0.0, "rows": len(found)}


def errors(values: Floats, state: Mapping[str, Any]) -> Floats:
    """The distance of each standardised row from the plane (rows,); a missing value counts as the centre."""
    standard = _standard(values, state)
    axes = np.asarray(state["axes"], dtype=np.float64)
    if not len(axes):
        return np.zeros(len(standard))
    parts = standard @ axes.T
    return np.asarray(np.sqrt(np.maximum((standard**2).sum(axis=1) - (parts**2).sum(axis=1), 0.0)))


def residuals(values: Floats, state: Mapping[str, Any]) -> Floats:
    """What the plane leaves of each standardised row (rows, columns); zeros where there is no plane."""
    standard = _standard(values, state)
    axes = np.asarray(state["axes"], dtype=np.float64)
    return np.asarray(standard - (standard @ axes.T) @ axes) if len(axes) else np.zeros_like(standard)


def judge_errors(
    rows: NDArray[np.int64], total: Floats, squares: Floats, state: Mapping[str, Any], rate: float
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """Windows from the sums of their rows' errors: mean, lower, upper (95 %), threshold, alarm, each (windows,).

    A window alarms when its mean error exceeds the reference's by more than chance at `rate` and by a fifth of its spread.
    """
    n = np.maximum(rows, 1)
    mean = total / n
    spread = np.sqrt(np.maximum(squares / n - mean**2, 0.0))
    half = float(special.ndtri(0.975)) * spread / np.sqrt(n)
    noise = state["spread"] * np.sqrt(1 / n + 1 / max(state["rows"], 1))
    small = rows < 30
    threshold = np.where(small, np.nan, state["mean"] + np.maximum(float(special.ndtri(1 - rate)) * 1.1 * noise, LEAST * state["spread"]))
    with np.errstate(invalid="ignore"):
        return mean, mean - half, mean + half, threshold, (mean > threshold) & bool(state["axes"])


def _standard(values: Floats, state: Mapping[str, Any]) -> Floats:
    scaled = (values - np.asarray(state["centre"])) / np.asarray(state["scale"])
    return np.asarray(np.clip(np.nan_to_num(scaled, nan=0.0, posinf=_CLIP, neginf=-_CLIP), -_CLIP, _CLIP))
