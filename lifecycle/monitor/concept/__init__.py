"""Concept drift: the same inputs have other outcomes. Sequential detectors, one file each, and the split of a change of performance.

>>> [found.at for found in concept_detector("adwin")([0.0] * 300 + [1.0] * 300)]
[300]
"""

from __future__ import annotations

from lifecycle.monitor.concept.registration import Detector, registry
from lifecycle.registry import import_siblings

__all__ = ["concept_detector", "concept_detectors"]

import_siblings(__name__, list(__path__))


def concept_detectors() -> tuple[str, ...]:
    """The names of the detectors.

    >>> concept_detectors()
    ('adwin', 'page_hinkley')
    """
    return registry.names()


def concept_detector(name: str) -> Detector:
    """A detector by name: called with losses in their order it gives the changes.

    Raises
    ------
    UnknownName : no detector has that name.
    """
    return registry[name]
