"""The monitoring report as one self-contained HTML file: hand-made SVG, no script, no network."""

from __future__ import annotations

from lifecycle.monitor.document.facts import ReportFacts
from lifecycle.monitor.document.page import document

__all__ = ["ReportFacts", "document"]
