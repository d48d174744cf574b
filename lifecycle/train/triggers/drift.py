"""Retrain when the inputs have drifted."""

from __future__ import annotations

from lifecycle.train.triggers.facts import Facts, Verdict, triggers
from lifecycle.train.triggers.options import whole

__all__ = ["drift"]


@triggers.register("drift", options={"windows": whole(1)})
def drift(facts: Facts, windows: int = 1) -> Verdict:
    """The newest `windows` windows since the last training all raise a drift alarm."""
    frame = facts.fresh(facts.drift)
    if len(frame) < windows:
        return Verdict(False, f"{len(frame)} windows since the last training; {windows} in a row have to alarm.")
    last = frame.tail(windows)
    alarms = int(last["alarm"].sum())
    if alarms < windows:
        return Verdict(False, f"{alarms} of the newest {windows} windows alarm.", figures={"windows": last["window"].tolist()})
    columns = list(dict.fromkeys(name for names in last["columns"] for name in names))
    named = ", ".join(columns[:3]) + (f" and {len(columns) - 3} more" if len(columns) > 3 else "")
    which = f"Window {last['window'].iloc[-1]} alarms" if windows == 1 else f"The newest {windows} windows alarm"
    return Verdict(True, f"{which}: {named or 'all columns together'}.", figures={"windows": last["window"].tolist(), "columns": columns})
