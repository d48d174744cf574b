"""The steps of a run, in order, each with what it is for and its share of the progress bar."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle.records import Step

__all__ = ["STEPS", "progress"]

STEPS: dict[str, tuple[str, float]] = {
    "ingest": ("gather the labelled rows", 0.10),
    "validate": ("check that there is enough to learn from", 0.05),
    "snapshot": ("choose the rows by the policy and keep them", 0.05),
    "split": ("hold out the newest rows", 0.05),
    "train": ("fit the recipe", 0.50),
    "evaluate": ("score the rows that were held out", 0.10),
    "gate": ("compare with the champion", 0.10),
    "register": ("register the version", 0.03),
    "policy": ("do what the release policy says", 0.02),
}


def progress(steps: Iterable[Step]) -> float:
    """How far a run is, 0 to 1; a step that is running counts half.

    >>> progress([Step("ingest", "done"), Step("validate", "running"), Step("train", "waiting")])
    0.125
    """
    weight = {"done": 1.0, "running": 0.5}
    return round(sum(weight.get(step.status, 0.0) * STEPS[step.name][1] for step in steps if step.name in STEPS), 6)
