"""Who is told what: once, in time, again after trouble, and never a secret anywhere."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

import lifecycle
from lifecycle.__main__ import main
from lifecycle.engines import posting
from lifecycle.stores import channels as stored
from lifecycle.verbs.notices import notifying
from lifecycle.verbs.notices.notice_words import KINDS, message
from lifecycle.workspace import Workspace
from tests.notify.conftest import Hook

ALARM = {"metric": "accuracy", "value": 0.8123, "lower": 0.7911, "upper": 0.8334, "line": "assisted", "level": 0.9, "metrics": ["accuracy"]}


def alarm(workspace: Workspace, project: str = "churn", window: int = 7) -> None:
    workspace._context(project).happened("lifecycle", "alarm", f"performance window {window}", ALARM)


def test_an_alarm_arrives_once_with_its_figures_and_a_link(workspace: Workspace, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_URL", "https://life.example/")
    alarm(workspace)  # before anybody was told
    workspace.notices.add("team", hook.url)
    alarm(workspace, window=8)
    assert workspace.notices.deliver() == 1
    assert workspace.notices.deliver() == 0
    (got,) = hook.got
    assert got["title"] == "churn: performance alarm"
    sentence = "Accuracy (assisted) is 0.812 (0.791 to 0.833) in performance window 8; it was 0.9 on the reference."
    assert got["message"].startswith(f"{sentence} https://life.example/performance?project=churn\nReference ")
    assert workspace.notices.channels()["sent"].tolist() == [1]


def test_a_channel_is_told_its_kinds_and_its_project_alone(workspace: Workspace, hook: Hook) -> None:
    workspace.notices.add("releases", hook.url, kinds=["releases"])
    workspace.notices.add("fraud", hook.url, kinds=["alarms"], project="fraud")
    alarm(workspace)
    assert workspace.notices.deliver() == 0
    alarm(workspace, "fraud")
    workspace._context("churn").happened("lifecycle", "roll_back", "version 1", {"reason": "errors above the guardrail"})
    workspace._context("churn").happened("eva", "comment", "version 1", {"text": "nobody is told"})
    assert workspace.notices.deliver() == 2
    assert {got["title"] for got in hook.got} == {"fraud: performance alarm", "churn: rolled back automatically"}


def test_trouble_is_tried_again_later_and_told_to_who_looks(workspace: Workspace, hook: Hook) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    workspace.clock.fixed = now
    workspace.notices.add("team", hook.url)
    alarm(workspace)
    hook.status = 503
    assert workspace.notices.deliver() == 0
    (row,) = workspace.notices.channels().to_dict("records")
    assert (row["waiting"], row["last_error"]) == (1, "The service answered with HTTP status 503.")
    assert workspace.notices.deliver() == 0
    assert len(hook.got) == 1  # not before its time
    workspace.clock.fixed = now + timedelta(seconds=31)
    hook.status = 200
    assert workspace.notices.deliver() == 1
    references = {got["message"].rsplit("Reference ")[-1] for got in hook.got}
    assert len(hook.got) == 2
    assert len(references) == 1  # the receiver can tell that it is the same
    hook.status = 500
    alarm(workspace, window=9)
    for _ in range(notifying.MOST_ATTEMPTS):
        workspace.notices.deliver()
        workspace.clock.fixed += timedelta(hours=2)
    assert workspace.notices.channels()["failed"].tolist() == [1]
    assert workspace.notices.messages()["status"].tolist() == ["failed", "sent"]


def test_who_dies_while_sending_lets_the_next_one_send_it(workspace: Workspace, hook: Hook) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    workspace.clock.fixed = now
    workspace.notices.add("team", hook.url)
    alarm(workspace)
    context = workspace.as_worker().notices._context
    notifying.collect(context)
    (channel,) = stored.channels(workspace.database)
    assert len(stored.claim(workspace.database, channel.id, now, notifying.LEASE, 10)) == 1  # and then it is killed
    assert workspace.notices.deliver() == 0
    workspace.clock.fixed = now + notifying.LEASE
    assert workspace.notices.deliver() == 1


def test_two_workers_send_each_event_once(workspace: Workspace, hook: Hook) -> None:
    workspace.notices.add("team", hook.url)
    counts: list[int] = []

    def work() -> None:
        space = lifecycle.open_workspace(workspace.path)
        for _ in range(6):
            counts.append(space.notices.deliver())
        space.database.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for window in range(12):
        alarm(workspace, window=window)
    for thread in threads:
        thread.join()
    workspace.notices.deliver()
    told = "\n".join(got["message"] for got in hook.got)
    assert [told.count(f"window {window};") for window in range(12)] == [1] * 12
    assert set(workspace.notices.messages()["status"]) == {"sent"}


def test_a_burst_a_digest_and_quiet_hours(workspace: Workspace, hook: Hook) -> None:
    now = datetime(2026, 5, 1, 23, 10, tzinfo=UTC)
    workspace.clock.fixed = now
    for name, given in (("burst", {}), ("daily", {"digest": "1D"}), ("asleep", {"quiet": "22-6"})):
        workspace.notices.add(name, hook.url, **given)
    for window in range(5):
        alarm(workspace, window=window)
    assert workspace.notices.deliver() == 5
    assert [got["title"] for got in hook.got] == ["Lifecycle: 5 things happened"]
    workspace.clock.fixed = datetime(2026, 5, 2, 0, 0, tzinfo=UTC)
    assert workspace.notices.deliver() == 5
    workspace.clock.fixed = datetime(2026, 5, 2, 5, 59, tzinfo=UTC)
    assert workspace.notices.deliver() == 0
    workspace.clock.fixed = datetime(2026, 5, 2, 6, 0, tzinfo=UTC)
    assert workspace.notices.deliver() == 5
    assert len(hook.got) == 3


def test_a_full_disk_loses_nothing(workspace: Workspace, hook: Hook) -> None:
    workspace.notices.add("team", hook.url)
    for window in range(40):
        alarm(workspace, window=window)
    pages = workspace.database.value("PRAGMA page_count")
    workspace.database.value(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for _ in range(50):  # until the free pages are used up
            workspace.notices.deliver()
            for window in range(40, 60):
                alarm(workspace, window=window)

    with pytest.raises(lifecycle.StoreError, match="full"):
        fill()
    told = workspace.database.value("SELECT count(*) FROM events WHERE verb = 'alarm'")
    workspace.database.value("PRAGMA max_page_count = 1073741823")
    workspace.notices.deliver()
    assert workspace.notices.channels()[["sent", "waiting"]].to_numpy().tolist() == [[told, 0]]


def test_a_weekly_digest_comes_on_mondays(workspace: Workspace, hook: Hook) -> None:
    workspace.clock.fixed = datetime(2026, 5, 5, 9, tzinfo=UTC)  # a Tuesday
    workspace.notices.add("weekly", hook.url, digest="7D")
    for day in range(5, 10):
        workspace.clock.fixed = datetime(2026, 5, day, 9, tzinfo=UTC)
        alarm(workspace, window=day)
        assert workspace.notices.deliver() == 0
    workspace.clock.fixed = datetime(2026, 5, 11, tzinfo=UTC)
    assert workspace.notices.deliver() == 5
    assert len(hook.got) == 1


def test_the_address_is_nowhere_to_be_seen(workspace: Workspace, hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    workspace.notices.add("team", hook.url, by="eva")
    hook.status = 500
    alarm(workspace)
    workspace.notices.deliver()
    with pytest.raises(lifecycle.NotReady, match=r"did not arrive. The service answered with HTTP status 500.") as refusal:
        workspace.notices.test("team")
    with pytest.raises(lifecycle.InvalidValue) as wrong:
        workspace.notices.add("wrong", "nonsense://T0P-S3CRET")
    told = workspace.database.rows("SELECT * FROM events") + workspace.database.rows("SELECT * FROM outbox")
    frames = workspace.notices.channels().to_string() + workspace.notices.messages().to_string()
    shown = CliRunner().invoke(main, ["--home", str(workspace.path), "notify", "list", "--json"]).output
    everything = json.dumps(told) + frames + shown + caplog.text + str(refusal.value) + str(wrong.value) + repr(stored.channels(workspace.database))
    assert "S3CRET" not in everything
    assert "json://127.0.0.1/…" in frames
    workspace.notices.remove("team", by="eva")
    assert workspace.database.rows("SELECT * FROM outbox") == []
    assert workspace.verify() == []


@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"kinds": ["gossip"]}, {"kinds": []}, {"project": "moon"}, {"quiet": "night"}, {"quiet": "6-6"}, {"digest": "1s"}, {"url": "x"}],
)
def test_a_wrong_channel_is_refused(workspace: Workspace, hook: Hook, given: dict[str, object]) -> None:
    with pytest.raises(lifecycle.LifecycleError):
        workspace.notices.add(**{"name": "team", "url": hook.url, **given})
    assert len(workspace.notices.channels()) == 0


def test_the_commands(workspace: Workspace, hook: Hook) -> None:
    def run(*arguments: str, given: str | None = None) -> str:
        result = CliRunner().invoke(main, ["--home", str(workspace.path), "notify", *arguments], input=given)
        assert result.exit_code == 0, result.output
        return result.output

    run("add", "team", "--url", "-", "--kind", "runs", "--kind", "alarms", given=hook.url + "\n")
    assert json.loads(run("list", "--json"))[0]["kinds"] == ["alarms", "runs"]
    assert "took the test" in run("test", "team")
    assert hook.got[0]["title"] == "Lifecycle: a test"
    assert set(json.loads(run("kinds", "--json"))) == set(KINDS)
    run("remove", "team")
    assert "Nothing yet" in run("list")


def test_every_kind_has_a_sentence_for_bare_details() -> None:
    verbs = ["alarm", "trigger", "run_finished", "run_failed", "request_approval", "roll_out", "roll_back", "end_trial", "trouble"]
    found = [message({"project": "p", "by": "lifecycle", "verb": verb, "subject": "version 2", "details": {}}, "http://x") for verb in verbs]
    assert {one.kind for one in found if one} == set(KINDS)
    assert all(one is not None and ". http://x/" in one.text for one in found)


def test_a_plugin_that_breaks_is_a_sentence(monkeypatch: pytest.MonkeyPatch, hook: Hook) -> None:
    class Broken:
        def notify(self, **_: object) -> bool:
            raise RuntimeError(hook.url)

    monkeypatch.setattr(posting, "_service", lambda url: Broken())
    assert posting.post(hook.url, "t", "b") == "The service's plugin failed (RuntimeError)."
