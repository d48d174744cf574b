"""The rules of letting a version go live, as plain checks that refuse with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lifecycle.errors import Conflict, InvalidValue, NotAllowed, NotReady
from lifecycle.records import Gate, ModelVersion
from lifecycle.release.rollout import modes

__all__ = ["check_four_eyes", "check_reason", "check_releasable", "failing", "share_of"]


def check_reason(reason: str, verb: str) -> str:
    """The reason, trimmed.

    >>> check_reason("  beats the champion by 2 points ", "approve")
    'beats the champion by 2 points'

    Raises
    ------
    InvalidValue : there is none.
    """
    text = reason.strip() if isinstance(reason, str) else ""
    if not text:
        raise InvalidValue(f"A reason is needed to {verb}: say in a sentence why, it is kept in the history.")
    return text


def check_four_eyes(by: str, involved: Iterable[str | None], version: int) -> None:
    """Nobody lets go live what they trained or asked for.

    >>> check_four_eyes("ann", ["bob", None], 3)

    Raises
    ------
    NotAllowed : `by` is among those involved.
    """
    names = {name.strip().casefold() for name in involved if name}
    if by.strip().casefold() in names:
        raise NotAllowed(f"{by} made or requested version {version}, and this project asks for four eyes: somebody else has to decide.")


def check_releasable(version: ModelVersion, mode: str) -> None:
    """A version that has a model, was not turned down, and does not serve already.

    Raises
    ------
    Conflict : it is champion already, or was rejected. NotReady : its model lives elsewhere.
    """
    if version.status == "champion":
        raise Conflict(f"Version {version.version} is the champion already; there is nothing to roll out.")
    if version.status == "rejected":
        raise Conflict(f"Version {version.version} was rejected; retrain to get another candidate.")
    if version.model is None:
        raise NotReady(f"The model of version {version.version} lives elsewhere, so it cannot answer here; register a model to roll it out ({mode}).")


def share_of(mode: str, share: float | None) -> float:
    """The share that a mode runs at.

    >>> share_of("canary", 0.1), share_of("full", None)
    (0.1, 1.0)

    Raises
    ------
    UnknownName : no such mode. InvalidValue : a share is missing, out of range, or given where there is none.
    """
    fixed = modes.facts(mode)["share"]
    if fixed is True:
        if share is None or isinstance(share, bool) or not 0 < share < 1:
            raise InvalidValue(f"A {mode} rollout needs share= between 0 and 1, the part of those who ask; given: {share}.")
        return float(share)
    if share is not None and share != fixed:
        raise InvalidValue(f"A {mode} rollout takes no share (given: {share}); use mode='canary' to serve a part of those who ask.")
    return float(fixed)


def failing(gates: Sequence[Gate]) -> tuple[str, ...]:
    """The names of the gates that were not met.

    >>> failing([Gate("better", False, "no gain"), Gate("fast", True, "2 ms")])
    ('better',)
    """
    return tuple(gate.name for gate in gates if not gate.passed)
