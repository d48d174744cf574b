"""Files kept at a URL: on a local S3 service, read back where this disk has lost them, and checked there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle.engines import local
from lifecycle.stores import remote, segments
from lifecycle.workspace import Workspace

BUCKET = "models"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["s3", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path / 'there'}"
        return
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr(local, "_nursery", {})  # jobs know the keys that were there when their nursery began
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("service"))
    system = fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True)
    system.mkdir(BUCKET) if not system.exists(BUCKET) else None
    yield f"s3://{BUCKET}/{tmp_path.name}"


def made(workspace: Workspace) -> lifecycle.Project:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc")).assign(label=lambda f: np.where(f["a"] > 0, "yes", "no"))
    project = workspace.create_project("p", recipe=LogisticRegression(), training=frame)
    many = pd.concat([frame] * 80, ignore_index=True).drop(columns="label")
    project.log(many)
    return project


def forget(workspace: Workspace) -> None:
    """This disk loses every file but the database, and this process what it remembers of them."""
    for folder in remote.FOLDERS:
        shutil.rmtree(workspace.path / folder, ignore_errors=True)
    segments._footer.cache_clear()
    segments._index.cache_clear()


def test_a_workspace_lives_on_when_its_disk_is_lost(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_FILES", url)
    workspace = lifecycle.open_workspace(tmp_path / "ws")
    project = made(workspace)
    answers = project.predict(project.predictions()[list("abc")].head(5))
    before = project.predictions()
    ids = before["id"].tolist()
    forget(workspace)
    pd.testing.assert_frame_equal(project.predictions(), before)
    assert project.log(before.tail(3)[[*"abc"]].assign(id=ids[-3:])) == ids[-3:]  # known ids are looked up in the index
    forget(workspace)
    again = lifecycle.open_workspace(workspace.path).project("p").predict(before[list("abc")].head(5))
    assert again["prediction"].tolist() == answers["prediction"].tolist()
    assert workspace.verify() == []
    forget(workspace)
    copy = workspace.backup(tmp_path / "copy.tar")
    monkeypatch.delenv("LIFECYCLE_FILES")
    assert lifecycle.restore(copy, tmp_path / "restored").verify() == []


def test_a_workspace_moves_there_and_says_what_is_wrong_there(tmp_path: Path, url: str) -> None:
    workspace = lifecycle.open_workspace(tmp_path / "ws")
    project = made(workspace)
    assert workspace.keep_files(url) >= 5
    assert remote.kept(workspace.path) == url
    project.log(project.predictions()[list("abc")])
    assert workspace.verify() == []
    system, base = remote._system(url)
    (stored,) = [key for key in system.find(f"{base}/models") if key.endswith(".skops")][:1] or [""]
    assert stored
    name = project.version(1).reference
    system.pipe_file(f"{base}/snapshots/{name}.parquet", b"something else")
    assert [text for text in workspace.verify() if "was changed at" in text]
    workspace.snapshots.path(str(name)).unlink()
    with pytest.raises(lifecycle.Tampered):
        workspace.snapshots.load(str(name))


def test_nothing_counts_that_could_not_be_stored_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = lifecycle.open_workspace(tmp_path / "ws")
    project = made(workspace)
    rows = len(project.predictions())
    (tmp_path / "blocked").write_text("a file where a folder should be")
    monkeypatch.setenv("LIFECYCLE_FILES", f"file://{tmp_path / 'blocked'}")
    with pytest.raises(lifecycle.StoreError, match="could not be reached"):
        project.log(project.predictions()[list("abc")])
    assert len(project.predictions()) == rows
    with pytest.raises(lifecycle.InvalidValue, match="no URL"):
        workspace.keep_files("bucket")
