"""Signatures of model files: a file that nobody here signed is not opened, keys can change, and an old workspace signs what it has."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression, Ridge

from lifecycle.errors import InvalidValue, StoreError, Tampered
from lifecycle.stores.models import ModelStore


def never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("load", "loads", "get_untrusted_types"):
        monkeypatch.setattr(skops.io, name, lambda *_, **__: pytest.fail("it was opened"))


def smuggled(store: ModelStore, tmp_path: Path) -> str:
    """A file that is what its name says, put there by somebody who has no key."""
    other = ModelStore(tmp_path / "elsewhere")
    name = other.save(Ridge(alpha=7))
    store.path(name).write_bytes(other.path(name).read_bytes())
    return name


def test_a_file_that_nobody_signed_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ModelStore(tmp_path)
    store.save(LogisticRegression())
    name = smuggled(store, tmp_path)
    beside = store.path(name).with_name(f"{store.path(name).name}.hmac")
    never_opened(monkeypatch)
    with pytest.raises(Tampered, match="is not signed and was not opened"):
        store.load(name)
    beside.write_bytes((tmp_path / "elsewhere" / "models" / beside.name).read_bytes())
    with pytest.raises(Tampered, match="not signed with a key of this workspace"):
        store.load(name)
    beside.write_bytes(b"\xff\xfe")
    with pytest.raises(Tampered, match="not signed with a key"):
        store.load(name)
    assert "rotate-key --adopt" in store.findings(name)[0]


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    name = store.save(LogisticRegression())
    file = tmp_path / "keys" / "model.keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(StoreError, match="Others can read"):
        store.load(name)


def test_keys_change(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    name, key = store.save(LogisticRegression(C=2)), store.signer.keys()
    foreign = smuggled(store, tmp_path)
    done, left = store.rotate()
    assert (done, len(left)) == (1, 1)
    assert store.signer.keys() != key
    assert len(store.signer.keys()) == 1
    assert ModelStore(tmp_path).load(name).C == 2
    assert store.rotate(adopt=True) == (2, [])
    assert store.load(foreign).alpha == 7
    store.path(name).write_bytes(b"changed")
    assert "was changed" in store.rotate(adopt=True)[1][0]


def test_a_key_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_KEY", "a" * 40)
    store = ModelStore(tmp_path)
    name = store.save(LogisticRegression(C=2))
    assert not (tmp_path / "keys").exists()
    monkeypatch.setenv("LIFECYCLE_KEY", f"{'b' * 40}, {'a' * 40}")
    assert store.load(name).C == 2
    assert store.rotate() == (1, [])
    monkeypatch.setenv("LIFECYCLE_KEY", "b" * 40)
    assert store.load(name).C == 2
    monkeypatch.setenv("LIFECYCLE_KEY", "a" * 40)
    with pytest.raises(Tampered):
        store.load(name)
    monkeypatch.setenv("LIFECYCLE_KEY", "short")
    with pytest.raises(InvalidValue, match="shorter than 32"):
        store.load(name)


def test_a_workspace_of_an_earlier_release_signs_what_it_has(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    name = store.save(LogisticRegression(C=2))
    for path in [*(tmp_path / "keys").iterdir(), *store.root.glob("*.hmac")]:
        path.unlink()
    assert ModelStore(tmp_path).load(name).C == 2


def test_the_operators_list_of_types_lies_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "trusted.txt"
    listed.write_text("# ours\nother.Thing  # a note\n\nhouse.Recipe\n")
    monkeypatch.setenv("LIFECYCLE_TRUSTED_TYPES_FILE", str(listed))
    assert {"other.Thing", "house.Recipe"} <= ModelStore(tmp_path / "home").trusted
    with pytest.raises(InvalidValue, match="inside the workspace"):
        ModelStore(tmp_path)
    monkeypatch.setenv("LIFECYCLE_TRUSTED_TYPES_FILE", str(tmp_path / "absent"))
    with pytest.raises(StoreError, match="trusted types"):
        ModelStore(tmp_path / "home")
