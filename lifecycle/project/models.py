"""A project's verbs: a version's model, out of here."""

from __future__ import annotations

from pathlib import Path

from lifecycle.project.opened import Opened
from lifecycle.verbs.release import exporting

__all__ = ["ModelVerbs"]


class ModelVerbs(Opened):
    """A version's model, out of here."""

    def export_version(self, version: int, path: str | Path) -> Path:
        """Write a version into a zip file that needs nothing of this workspace: the model, its card, its manifest, a requirements lock."""
        return exporting.export_version(self._context, version, path)
