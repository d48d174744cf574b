"""Three demo projects, each telling one real situation, made from data that a dependency ships or that is generated.

They are replayed through the same verbs that people use, with the clock set back, so that every page has a story.
"""

from __future__ import annotations

from lifecycle.demo.replay import NAMES, Progress, create

__all__ = ["NAMES", "Progress", "create"]
