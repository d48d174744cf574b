"""Versions, comparison, decisions, rollouts and history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

from lifecycle.commands.shell import by_option, command
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


@command(commands)
def versions(project: Project) -> pd.DataFrame:
    """All versions, the newest first."""
    return project.versions()


@click.option("--old", default=None, type=int)
@click.option("--new", default=None, type=int)
@click.option("--margin", default=None, type=float, help="The difference of the headline metric that matters.")
@command(commands)
def compare(project: Project, old: int | None, new: int | None, margin: float | None) -> Any:
    """Old against new on the same labelled rows; the champion against the newest candidate by default."""
    found = project.compare(old, new, margin)
    return {"verdict": found.verdict, "old": found.old, "new": found.new, "rows": found.rows, "metrics": found.metrics}


@click.argument("others", nargs=-1, type=int, metavar="[VERSION]...")
@command(commands, "compare-many")
def compare_many(project: Project, others: tuple[int, ...]) -> pd.DataFrame:
    """The champion against each of several versions; the newest eight by default."""
    return project.compare_many(others or None)


@click.argument("version", type=int)
@click.option("--reason", required=True)
@click.option("--later", is_flag=True, help="Approve only; somebody rolls it out.")
@by_option
@command(commands)
def approve(project: Project, version: int, reason: str, later: bool, by: str | None) -> str:
    """Let VERSION go live, with a reason."""
    project.approve(version, by=by, reason=reason, mode="later" if later else "full")
    return f"Version {version} is approved{'; roll it out with roll-out' if later else ' and live'}."


@click.argument("version", type=int)
@click.option("--reason", required=True)
@by_option
@command(commands)
def reject(project: Project, version: int, reason: str, by: str | None) -> str:
    """Turn VERSION down, with a reason."""
    project.reject(version, by=by, reason=reason)
    return f"Version {version} is rejected."


@click.argument("version", type=int)
@click.option("--mode", default="full", show_default=True, type=click.Choice(["shadow", "canary", "ab", "ramp", "full"]))
@click.option("--share", default=None, type=float, help="Of a canary: between 0 and 1.")
@click.option("--reason", default="")
@by_option
@command(commands, "roll-out")
def roll_out(project: Project, version: int, mode: str, share: float | None, reason: str, by: str | None) -> str:
    """Let VERSION serve."""
    project.roll_out(version, mode=mode, share=share, by=by, reason=reason)
    return f"Version {version} is rolled out ({mode})."


@click.option("--reason", required=True)
@by_option
@command(commands, "roll-back")
def roll_back(project: Project, reason: str, by: str | None) -> str:
    """Return to the champion before this one."""
    return f"Version {project.roll_back(by=by, reason=reason)} is live again."


@command(commands)
def trial(project: Project) -> Any:
    """The live comparison now."""
    return project.trial()


@command(commands, "trial-history")
def trial_history(project: Project) -> pd.DataFrame:
    """What the trial said whenever something new was counted."""
    return project.trial_history()


@click.option("--reason", required=True)
@by_option
@command(commands, "ramp-up")
def ramp_up(project: Project, reason: str, by: str | None) -> str:
    """Take the next step of the ramp now."""
    share = project.ramp_up(by=by, reason=reason)
    return "The version is live for everybody." if share >= 1 else f"The version answers {share:.0%} of those who ask."


@click.option("--gain", default=0.02, show_default=True, type=float, help="The difference of the shares right that should show.")
@click.option("--requests-a-day", default=None, type=float)
@click.option("--discordance", default=None, type=float, help="The share of rows that one of the two has right alone.")
@command(commands, "plan-trial")
def plan_trial(project: Project, gain: float, requests_a_day: float | None, discordance: float | None) -> Any:
    """How long a trial takes to show a gain."""
    return project.plan_trial(gain, requests_a_day, discordance)


@click.option("--limit", default=None, type=int)
@command(commands)
def history(project: Project, limit: int | None) -> pd.DataFrame:
    """Everything that happened, the newest first."""
    return project.history(limit)


@command(commands)
def live(project: Project) -> Any:
    """What serves now, since when, by whom and why."""
    return project.live()


@click.argument("time", type=click.DateTime())
@command(commands, "champion-at")
def champion_at(project: Project, time: datetime) -> Any:
    """Which version answered at TIME (UTC)."""
    return project.champion_at(time)


@click.argument("time", type=click.DateTime(), required=False)
@command(commands, "live-at")
def live_at(project: Project, time: datetime | None) -> Any:
    """What was live at TIME (UTC; now without it), who decided, why, and on what figures."""
    return project.live_at(time)


@click.argument("comment")
@click.argument("version", type=int)
@by_option
@command(commands, "request-approval")
def request_approval(project: Project, version: int, comment: str, by: str | None) -> str:
    """Ask for a decision about VERSION, with a COMMENT; today's figures are kept with it."""
    return f"Request {project.request_approval(version, comment, by=by)} waits for an approver."


@click.argument("version", type=int, required=False)
@command(commands, "approval-requests")
def approval_requests(project: Project, version: int | None) -> pd.DataFrame:
    """Who asked for a decision about VERSION, or about all."""
    return project.approval_requests(version)


@click.argument("version", type=int)
@click.option("--reason", required=True)
@by_option
@command(commands, "withdraw-request")
def withdraw_request(project: Project, version: int, reason: str, by: str | None) -> str:
    """Take back the request for approval of VERSION."""
    project.withdraw_request(version, by=by, reason=reason)
    return f"The request for approval of version {version} is withdrawn."


@click.argument("version", type=int)
@click.option("--reason", required=True)
@by_option
@command(commands, "withdraw-approval")
def withdraw_approval(project: Project, version: int, reason: str, by: str | None) -> str:
    """Take back the approval of VERSION before it is rolled out in full."""
    project.withdraw_approval(version, by=by, reason=reason)
    return f"The approval of version {version} is withdrawn."


@click.argument("version", type=int)
@command(commands)
def gates(project: Project, version: int) -> Any:
    """What VERSION had to meet, with what was found."""
    return list(project.gates(version))


@click.argument("version", type=int, required=False)
@command(commands)
def decisions(project: Project, version: int | None) -> pd.DataFrame:
    """Who decided what about VERSION, or about all."""
    return project.decisions(version)


@click.argument("text")
@click.argument("version", type=int)
@by_option
@command(commands)
def comment(project: Project, version: int, text: str, by: str | None) -> str:
    """Say TEXT about VERSION, for whoever decides."""
    project.comment(version, text, by=by)
    return "Noted."


@click.option("--reason", required=True)
@by_option
@command(commands, "end-trial")
def end_trial(project: Project, reason: str, by: str | None) -> str:
    """Stop the trial; the champion answers everybody."""
    project.end_trial(by=by, reason=reason)
    return "The trial has ended."
