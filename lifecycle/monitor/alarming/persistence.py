"""'k of the last m windows': a column raises an alarm when it drifted in k of them.

The p-value of k of m is m / k times the k-th smallest of theirs (Rueger, 1978), which is valid however the windows depend on one
another; and they do, since all of them are compared with one reference. So each window is held to k / m of the rate: 1 of 1 and
3 of 3 hold it to the whole rate, 2 of 3 to two thirds, 1 of 5 to a fifth, and false alarms stay within the rate in every case.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue

__all__ = ["persistent", "read_persistence"]

_MOST = 100


def read_persistence(text: Any) -> tuple[int, int]:
    """k and m of 'k of m'.

    Raises
    ------
    InvalidValue : it is not, or not 1 <= k <= m <= 100.

    >>> read_persistence("2 of 3")
    (2, 3)
    """
    found = re.fullmatch(r"\s*(\d{1,3})\s+of\s+(?:the\s+last\s+)?(\d{1,3})\s*(?:windows?)?\s*", str(text))
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= _MOST:
        raise InvalidValue(f"The setting drift_alarm is {text!r}; it must be 'k of m' windows, 1 <= k <= m <= {_MOST}, such as '1 of 1' or '2 of 3'.")
    return int(found[1]), int(found[2])


def persistent(p_values: NDArray[np.float64], drifted: NDArray[np.bool_], k: int, m: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each column's p-value and verdict over the last m windows, all (windows, columns) in order of time.

    A window that is too small to judge (p-value NaN) stays so, and counts as not drifted in the windows after it.

    >>> p, drifted = persistent(np.array([[0.01], [0.5], [0.02]]), np.array([[True], [False], [True]]), 2, 3)
    >>> p.round(3).ravel().tolist(), drifted.ravel().tolist()
    ([1.0, 0.75, 0.03], [False, False, True])
    """
    if m == 1:
        return p_values, drifted
    out, flags = np.full(p_values.shape, np.nan), np.zeros(p_values.shape, dtype=bool)
    padding = np.ones(m - 1)
    for j in range(p_values.shape[1]):
        known = ~np.isnan(p_values[:, j])
        series = np.concatenate((padding, np.where(known, p_values[:, j], 1.0)))
        kth = np.partition(np.lib.stride_tricks.sliding_window_view(series, m), k - 1, axis=1)[:, k - 1]
        out[:, j] = np.where(known, np.minimum(kth * m / k, 1.0), np.nan)
        lasting = np.convolve(drifted[:, j], np.ones(m))[: len(known)] >= k
        flags[:, j] = lasting & known
    return out, flags
