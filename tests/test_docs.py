"""The documents tell the truth: their examples run as they stand, their links lead somewhere, their commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples() -> list[tuple[str, str, str]]:
    """Each 'add your own': its heading, the file's text, and what has to hold once it is there."""
    sections = re.split(r"^## ", (ROOT / "docs" / "extending.md").read_text(), flags=re.M)[1:]
    found = []
    for section in sections:
        code, claim = re.findall(r"```python\n(.*?)```", section, flags=re.S)
        found.append((section.splitlines()[0], code, claim))
    return found


@pytest.mark.parametrize(("name", "code", "claim"), examples(), ids=[name for name, _, _ in examples()])
def test_add_your_own(name: str, code: str, claim: str) -> None:
    """In a process of its own, so that no registry of this one is changed."""
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith(("import ", "from ", '"""'))]
    assert len(lines) <= 12, f"{name} takes {len(lines)} lines"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{claim}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_readme_names_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"^(?:\$ )?lifecycle (?:--\S+ \S+ )?([a-z-]+)", text, flags=re.M))
    assert named
    assert named <= set(main.commands), named - set(main.commands)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets


def test_every_verb_is_on_the_command_line() -> None:
    """What Python can do, the command line can."""
    from lifecycle.project import Project

    elsewhere = {"answer", "champion", "check", "config", "name", "settings", "version", "champion_at"}
    views = {name for name in dir(Project) if name.startswith(("drift_", "performance_"))}
    verbs = {name.replace("_", "-") for name in dir(Project) if not name.startswith("_")} - {n.replace("_", "-") for n in elsewhere | views}
    fixed = {
        "log", "predict", "record-labels", "predictions", "drift", "performance", "quality", "health", "next-tasks", "annotate", "skip", "undo",
        "release-tasks", "labels", "agreement", "suspects", "adjudicate", "triggers", "tick", "retrain", "request-retrain", "runs", "run",
        "reproduce", "versions", "compare", "approve", "reject", "roll-out", "roll-back", "trial", "history", "configure",
    }  # fmt: skip
    assert fixed <= verbs
    assert fixed <= set(main.commands)
