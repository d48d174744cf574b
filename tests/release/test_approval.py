from datetime import UTC, datetime

import pytest

import lifecycle
from lifecycle.records import ModelVersion
from lifecycle.release import approval

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def version(status: str = "candidate", model: str | None = "ab") -> ModelVersion:
    return ModelVersion(3, status, NOW, "ann", model=model)


@pytest.mark.parametrize("reason", ["", "  ", None, 3])
def test_a_reason_is_needed(reason):
    with pytest.raises(lifecycle.InvalidValue, match="A reason is needed to approve"):
        approval.check_reason(reason, "approve")


def test_nobody_approves_what_they_made_whatever_the_case():
    with pytest.raises(lifecycle.NotAllowed, match="four eyes"):
        approval.check_four_eyes(" Ann", ["ann", None], 3)
    approval.check_four_eyes("bob", ["ann", None], 3)


@pytest.mark.parametrize(
    ("found", "error"),
    [(version("champion"), lifecycle.Conflict), (version("rejected"), lifecycle.Conflict), (version(model=None), lifecycle.NotReady)],
)
def test_what_cannot_be_released(found, error):
    with pytest.raises(error):
        approval.check_releasable(found, "full")


def test_an_archived_version_may_come_back():
    approval.check_releasable(version("archived"), "full")


@pytest.mark.parametrize(
    ("mode", "share"), [("canary", None), ("canary", 0), ("canary", 1), ("canary", 1.5), ("canary", True), ("full", 0.5), ("shadow", 0.5)]
)
def test_shares_out_of_range(mode, share):
    with pytest.raises(lifecycle.InvalidValue):
        approval.share_of(mode, share)


def test_shares_and_modes():
    assert approval.share_of("canary", 0.25) == 0.25
    assert approval.share_of("full", 1.0) == approval.share_of("full", None) == 1.0
    with pytest.raises(lifecycle.UnknownName, match="ab, canary, full, ramp, shadow"):
        approval.share_of("blue-green", None)
