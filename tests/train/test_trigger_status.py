"""How the workspace stands, as one answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

import lifecycle
from lifecycle.__main__ import main
from lifecycle.project import Project
from lifecycle.stores import workers
from lifecycle.workspace import Workspace


def test_status_tells_heartbeat_queue_and_next_due(project: Project, workspace: Workspace) -> None:
    project.configure(triggers=[lifecycle.Trigger("schedule", every="YS"), lifecycle.Trigger("age", max="30D"), lifecycle.Trigger("labels", n=100)])
    run = project.request_retrain("by hand")
    now = datetime.now(UTC)
    workers.beat(workspace.database, "here:1", now)
    workers.beat(workspace.database, "dead:2", now - timedelta(minutes=2))
    found = workspace.status()
    assert [(row["worker"], row["alive"]) for row in found["workers"]] == [("dead:2", False), ("here:1", True)]
    assert found["workers"][0]["heartbeat"] >= 120
    p = found["projects"]["p"]
    assert (p["running"], p["queued"], p["firing"]) == (None, 1, ["labels (n=100)"])
    assert p["next_trigger"] == "age (max=30D)" or p["next_due"] == datetime(now.year + 1, 1, 1, tzinfo=UTC)
    assert found["notifications"] == {"waiting": 0, "failed": 0}
    project.cancel(run.id)
    told = CliRunner().invoke(main, ["--home", str(workspace.path), "status", "--json"])
    assert json.loads(told.output)["projects"]["p"]["queued"] == 0
    assert "heartbeat" in CliRunner().invoke(main, ["--home", str(workspace.path), "status"]).output
