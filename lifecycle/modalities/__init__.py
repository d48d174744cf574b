"""How samples of each kind are read, turned into readable numbers, and shown: one file a modality. Pure.

>>> modality("tabular").name
'tabular'
"""

from __future__ import annotations

from lifecycle.modalities.registration import ColumnFacts, Modality, registry
from lifecycle.registry import import_siblings

__all__ = ["ColumnFacts", "Modality", "modalities", "modality"]

import_siblings(__name__, list(__path__))


def modalities() -> tuple[str, ...]:
    """The names of the modalities."""
    return registry.names()


def modality(name: str) -> Modality:
    """A modality by name.

    Raises
    ------
    UnknownName : no modality has that name.
    """
    return registry[name]
