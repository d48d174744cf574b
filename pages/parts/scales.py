"""Round numbers for an axis."""

from __future__ import annotations

import math

__all__ = ["nice"]


def nice(low: float, high: float, most: int = 5, percent: bool = False) -> tuple[list[float], list[str]]:
    """At most `most` + 1 round numbers, the first not above `low` and the last not below `high`, and how they are written.

    >>> nice(0, 0.87)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], ['0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    >>> nice(0.91, 0.97, percent=True)[1]
    ['90 %', '92 %', '94 %', '96 %', '98 %']
    """
    width = (high - low) or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(width / most))
    step = next(
        size * part for part in (1, 2, 2.5, 5, 10, 20) if math.ceil(high / (size * part) - 1e-9) - math.floor(low / (size * part) + 1e-9) <= most
    )
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = [round(number * step, 12) for number in range(first, max(last, first + 1) + 1)]
    scale = 100 if percent else 1
    digits = next((count for count in range(7) if abs(round(step * scale, count) - step * scale) < 1e-9 * scale), 7)
    return places, ["0" if place == 0 and not percent else f"{place * scale:,.{digits}f}" + (" %" if percent else "") for place in places]
