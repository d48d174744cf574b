"""The lower half of the Performance page: where the model errs, how well it knows it, and for whom."""

from __future__ import annotations

import lifecycle
from pages.parts.windows import Windows

__all__ = ["views"]


def views(project: lifecycle.Project, windows: Windows, metric: str) -> None:
    """Confusion or residuals, calibration, slices."""
