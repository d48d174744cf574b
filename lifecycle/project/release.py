"""A project's verbs: old against new, and who lets what go live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from lifecycle.project.opened import Opened
from lifecycle.records import Comparison, Gate, ModelVersion, Rollout, Trial, TrialPlan
from lifecycle.verbs.predictions import answering
from lifecycle.verbs.release import approving, planning_trials, releasing, steering

__all__ = ["ReleaseVerbs"]


class ReleaseVerbs(Opened):
    """Old against new, and who lets what go live."""

    def versions(self) -> pd.DataFrame:
        """All versions, the newest first: version, status, created, created_by, trained_on, reason, and a column a metric."""
        return releasing.versions(self._context)

    def version(self, number: int) -> ModelVersion:
        """One version with its manifest."""
        return releasing.version(self._context, number)

    @property
    def champion(self) -> ModelVersion | None:
        """The version that answers now."""
        return releasing.champion(self._context)

    def champion_at(self, time: datetime) -> ModelVersion | None:
        """The version that answered at a time."""
        return releasing.champion_at(self._context, time)

    def live_at(self, time: datetime | None = None) -> approving.LiveAt | None:
        """What was live at a time, since when, who decided, why, and on what figures; None before the first release."""
        return approving.live_at(self._context, time)

    def live(self) -> Rollout | None:
        """The release that serves now: which version, since when, by whom and why; None before the first."""
        return releasing.live(self._context)

    def gates(self, version: int) -> tuple[Gate, ...]:
        """What a version had to meet before it may be approved, with what was found."""
        return releasing.gates(self._context, version)

    def decisions(self, version: int | None = None) -> pd.DataFrame:
        """The decisions about a version, or about all, the newest first: id, version, decision, by, reason, time, figures."""
        return releasing.decisions(self._context, version)

    def comment(self, version: int, text: str, by: str | None = None) -> None:
        """Say something about a version, for whoever decides."""
        releasing.comment(self._context, version, text, by)

    def comments(self, version: int | None = None) -> pd.DataFrame:
        """What was said about a version, or about all, the oldest first: id, version, by, text, time."""
        return releasing.comments(self._context, version)

    def compare(self, old: int | None = None, new: int | None = None, margin: float | None = None) -> Comparison:
        """Old against new on labelled rows that neither was trained on; by default the champion against the newest candidate. margin: the
        difference of the headline metric that matters (default: the setting's), for each metric's standing: better, not worse, ..."""
        return releasing.compare(self._context, old, new, margin)

    def compare_many(self, versions: Sequence[int] | None = None) -> pd.DataFrame:
        """The champion against each of several versions on the headline metric, the best first, corrected for their number."""
        return releasing.compare_many(self._context, versions)

    def request_approval(self, version: int, comment: str, by: str | None = None) -> int:
        """Ask for a decision about a version; today's figures are kept with the request. Looking again at an old candidate is the same."""
        return approving.request_approval(self._context, version, comment, by)

    def approval_requests(self, version: int | None = None) -> pd.DataFrame:
        """Requests for approval, the newest first: id, version, by, comment, time, figures, outcome ("" while it waits), expired."""
        return approving.requests(self._context, version)

    def withdraw_request(self, version: int, by: str | None = None, reason: str = "") -> None:
        """Take back the request for approval that waits."""
        approving.withdraw_request(self._context, version, by, reason)

    def withdraw_approval(self, version: int, by: str | None = None, reason: str = "") -> None:
        """Take back an approval before the version is rolled out in full; a trial that it began ends."""
        approving.withdraw_approval(self._context, version, by, reason)

    def approve(self, version: int, by: str | None = None, reason: str = "", mode: str = "full", share: float | None = None) -> None:
        """Let a candidate go live, now or (mode="later") when it is rolled out. A reason is mandatory; the figures on the table are
        stored with the decision."""
        releasing.approve(self._context, version, by, reason, mode, share)

    def reject(self, version: int, by: str | None = None, reason: str = "") -> None:
        """Turn a candidate down, with a reason."""
        releasing.reject(self._context, version, by, reason)

    def roll_out(self, version: int, mode: str = "full", share: float | None = None, by: str | None = None, reason: str = "") -> None:
        """Let a version serve: "shadow" answers nobody, "canary" a share of entities, "ab" half of them, "ramp" a share that grows by itself
        (Settings.ramp) while no guardrail is violated, "full" everybody."""
        releasing.roll_out(self._context, version, mode, share, by, reason)

    def roll_back(self, by: str | None = None, reason: str = "") -> int:
        """Return to the champion before this one; returns its number."""
        return releasing.roll_back(self._context, by, reason)

    def end_trial(self, by: str | None = None, reason: str = "") -> None:
        """Stop the trial that is under way; the champion answers everybody."""
        releasing.end_trial(self._context, by, reason)

    def ramp_up(self, by: str | None = None, reason: str = "") -> float:
        """Take the next step of the ramp now, whatever it waits for; returns the new share (1.0: the version is champion)."""
        return steering.ramp_up(self._context, by, reason)

    def trial(self) -> Trial:
        """The live comparison now, valid at every peek."""
        return releasing.trial(self._context)

    def trial_history(self) -> pd.DataFrame:
        """What the running trial (else the last) said whenever something new was counted: time, requests, answered, labelled, e_value,
        difference, lower, upper, share, allocation."""
        return releasing.trial_history(self._context)

    def plan_trial(self, gain: float = 0.02, requests_a_day: float | None = None, discordance: float | None = None) -> TrialPlan:
        """How long a trial takes to show a gain in the share right, from the log's own volume and the versions' disagreement unless given:
        a sentence, and a frame of modes and shares."""
        return planning_trials.plan_trial(self._context, gain, requests_a_day, discordance)

    def history(self, limit: int | None = None) -> pd.DataFrame:
        """Everything that happened, the newest first: time, by, verb, subject, details."""
        return releasing.history(self._context, limit)

    def answer(self, frame: pd.DataFrame, version: int | None = None) -> pd.DataFrame:
        """What a version (default: the champion) says of these features, without logging: prediction, p_<class>..."""
        return answering.score(self._context, frame, version)
