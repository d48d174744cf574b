"""A named collection filled by files: drop a file into a package, and what it registers is known.

>>> shapes = Registry[int]("shape")
>>> @shapes.register("square")
... def square() -> int: ...
>>> shapes.names()
('square',)
>>> shapes["circle"]
Traceback (most recent call last):
...
lifecycle.errors.UnknownName: No shape named 'circle'; known: square.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from lifecycle.errors import InvalidValue, UnknownName

__all__ = ["Registry", "import_siblings"]

T = TypeVar("T")
F = TypeVar("F")


class Registry(Generic[T]):
    """Things of one kind by name, each with the facts its decorator states."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}
        self._facts: dict[str, dict[str, Any]] = {}

    def register(self, name: str, **facts: Any) -> Callable[[F], F]:
        """A decorator that files its object under `name`; a name can be taken once.

        Raises
        ------
        InvalidValue : another object has that name.
        """

        def keep(item: F) -> F:
            if name in self._items and _origin(self._items[name]) != _origin(item):
                raise InvalidValue(f"Two {self.kind}s are named {name!r}; give one of them another name.")
            self._items[name] = item  # type: ignore[assignment]
            self._facts[name] = facts
            return item

        return keep

    def names(self, **facts: Any) -> tuple[str, ...]:
        """The sorted names, only those whose facts match when some are given."""
        return tuple(sorted(n for n, f in self._facts.items() if all(f.get(k) == v for k, v in facts.items())))

    def facts(self, name: str) -> dict[str, Any]:
        """What the decorator of `name` stated."""
        self[name]
        return dict(self._facts[name])

    def __getitem__(self, name: str) -> T:
        if name not in self._items:
            raise UnknownName.among(self.kind, name, self._items)
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())


def _origin(item: object) -> tuple[object, object]:
    """Where an item is written, so that a module that is imported twice does not collide with itself."""
    return getattr(item, "__module__", item), getattr(item, "__qualname__", item)


def import_siblings(package: str, path: list[str]) -> None:
    """Import every module of a package, so that what they register is known.

    Called at the foot of a package's `__init__`: `import_siblings(__name__, __path__)`.
    """
    for module in sorted(pkgutil.iter_modules(path), key=lambda found: found.name):
        importlib.import_module(f"{package}.{module.name}")
