"""When to retrain: one file a trigger, each a pure function of its options and a `Facts` record.

A trigger answers `Verdict(fires, reason, next_due, figures)`; its decorator states its options, each with a default and what is
allowed. Add one by adding a file::

    @triggers.register("full_moon", options={"phase": Option("full", lambda value: value in ("full", "new"), "'full' or 'new'")})
    def full_moon(facts: Facts, phase: str) -> Verdict:
        ...
"""

from __future__ import annotations

from lifecycle.registry import import_siblings
from lifecycle.train.triggers.deciding import Decision, check, decide, described, due
from lifecycle.train.triggers.facts import Facts, Option, Verdict, triggers

__all__ = ["Decision", "Facts", "Option", "Verdict", "check", "decide", "described", "due", "triggers"]

import_siblings(__name__, __path__)
