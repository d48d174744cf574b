"""What a detector of changes in a stream of losses is, and the collection that its files fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Change
from lifecycle.registry import Registry

__all__ = ["Detector", "Floats", "change", "register", "registry", "sharpest"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detector:
    """A sequential detector: it reads losses in their order, and starts anew after each change that it finds."""

    name: str
    method: Callable[..., list[Change]]
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, losses: Any, **options: Any) -> tuple[Change, ...]:
        """Where the mean of a stream changed, in order; `options` are the detector's own, with defaults.

        Raises
        ------
        UnknownName : no such option. InvalidValue : the losses are not one row of finite numbers.
        """
        for name in options:
            if name not in self.options:
                raise UnknownName.among(f"option of the detector {self.name!r}", name, self.options)
        stream = np.asarray(losses, dtype=np.float64)
        if stream.ndim != 1 or not np.isfinite(stream).all():
            raise InvalidValue(f"Losses of shape {stream.shape}; give one row of finite numbers, in the order that they came.")
        return tuple(self.method(stream, **{**self.options, **options}))


registry: Registry[Detector] = Registry("concept detector")


def register(name: str, **options: Any) -> Callable[[Callable[..., list[Change]]], Detector]:
    """A decorator: the function becomes the detector `name` with these options' defaults."""

    def keep(method: Callable[..., list[Change]]) -> Detector:
        detector = Detector(name, method, options)
        registry.register(name)(detector)
        return detector

    return keep


def sharpest(losses: Floats) -> int:
    """The first row of the newer part, where both parts' means differ the most for their sizes.

    >>> sharpest(np.array([0.0, 0.0, 1.0, 1.0, 1.0]))
    2
    """
    n, sums = len(losses), np.cumsum(losses)
    cuts = np.arange(1, n)
    gap = sums[:-1] / cuts - (sums[-1] - sums[:-1]) / (n - cuts)
    return int(np.argmax(np.abs(gap) * np.sqrt(cuts * (n - cuts)))) + 1


def change(losses: Floats, start: int, at: int, found: int) -> Change:
    """A change at `at` in a stretch that began at `start`, noticed at the row `found`."""
    return Change(int(at), int(found), float(losses[start:at].mean()), float(losses[at : found + 1].mean()))
