"""Column roles and types: read once from the first frames, then every frame is checked against them at the door."""

from __future__ import annotations

from lifecycle.schema.check import Rows, check
from lifecycle.schema.inference import infer
from lifecycle.schema.quick import quick
from lifecycle.schema.refusals import Refusals
from lifecycle.schema.values import class_names, finite_numbers, names

__all__ = ["Refusals", "Rows", "check", "class_names", "finite_numbers", "infer", "names", "quick"]
