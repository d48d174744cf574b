"""What a fitted estimator holds, part by part, so that two fits can be compared to the bit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse

__all__ = ["differences", "fingerprint", "parts"]

DEEPEST = 40
NOT_LEARNED = re.compile(r"(fit|score)_time_?'?$|^_?n_threads$")  # the clock and the threads of the fit


def fingerprint(estimator: Any) -> str:
    """One SHA-256 over all that the estimator holds; equal for fits that are equal to the bit.

    >>> from sklearn.linear_model import LinearRegression
    >>> fit = lambda slope: LinearRegression().fit([[0.0], [1.0]], [0.0, slope])
    >>> fingerprint(fit(2.0)) == fingerprint(fit(2.0)), fingerprint(fit(2.0)) == fingerprint(fit(3.0))
    (True, False)
    """
    digest = hashlib.sha256()
    for path, value in sorted(parts(estimator).items()):
        digest.update(f"{path}={value};".encode())
    return digest.hexdigest()


def parts(estimator: Any) -> dict[str, str]:
    """The SHA-256 of every array and the text of every scalar inside, by its path ("steps.1.coef_")."""
    return dict(_walk(estimator, "", 0, set()))


def differences(one: Any, other: Any, most: int = 5) -> list[str]:
    """The paths at which two fitted estimators differ, the first `most` of them; empty when they are equal to the bit."""
    a, b = parts(one), parts(other)
    return sorted(path for path in a.keys() | b.keys() if a.get(path) != b.get(path))[:most]


def _walk(value: Any, path: str, depth: int, above: set[int]) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST or id(value) in above:
        return
    if isinstance(value, np.ndarray) and value.dtype.names:
        # field by field: the padding between fields is not part of the value
        for name in value.dtype.names:
            yield f"{path}.{name}", _bytes(value[name])
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield path, _bytes(value)
    elif value is None or isinstance(value, str | bytes | bool | int | float | complex | np.generic | type):
        yield path, repr(value)
    else:
        for name, inner in _inside(value):
            if NOT_LEARNED.search(name):
                continue
            yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1, above | {id(value)})


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((repr(key), item) for key, item in value.items())
    elif scipy.sparse.issparse(value):
        cells: Any = value
        yield from {"data": cells.data, "shape": cells.shape, "coordinates": np.vstack(cells.tocoo().coords)}.items()
    elif isinstance(value, np.ndarray | Sequence):
        yield from ((str(i), item) for i, item in enumerate(value.tolist() if isinstance(value, np.ndarray) else value))
    elif isinstance(value, set | frozenset):
        yield from ((str(i), item) for i, item in enumerate(sorted(value, key=repr)))
    elif isinstance(value, np.random.RandomState):
        yield "state", list(value.get_state())
    elif isinstance(value, np.random.Generator):
        yield "state", value.bit_generator.state
    elif not callable(value) or hasattr(value, "get_params"):
        yield "class", type(value).__qualname__
        yield from _state(value).items()


def _state(value: Any) -> dict[str, Any]:
    try:
        state = value.__getstate__()
    except (AttributeError, TypeError):
        state = getattr(value, "__dict__", {})
    if isinstance(state, tuple):
        state = {str(i): part for i, part in enumerate(state)}
    return {str(name): item for name, item in (state or {}).items()} if isinstance(state, Mapping) else {}


def _bytes(array: np.ndarray[Any, Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16] + f" {array.dtype} {array.shape}"
