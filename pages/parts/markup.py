"""The small pieces of HTML that drawn charts are made of."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

__all__ = ["lined", "stretches", "told"]


def told(say: str, pick: str | None) -> str:
    """The attributes of a part that says something and can be clicked: `told("north", None)` is " data-say='north'"."""
    said = f" data-say='{html.escape(say)}'" if say else ""
    return said if pick is None else f"{said} data-pick='{html.escape(pick)}'"


def lined(text: str) -> str:
    """Text as it stands, its lines kept: `lined("a\\nb")` is 'a<br>b'."""
    return html.escape(text).replace("\n", "<br>")


def stretches(x: Iterable[Any], y: Iterable[Any]) -> list[list[tuple[float, float]]]:
    """The points without a gap, stretch by stretch."""
    found: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(x, y, strict=True):
        if b == b:
            found[-1].append((float(a), float(b)))
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]
