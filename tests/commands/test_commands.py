"""The command line: every reading verb prints a table and JSON; refusals and wrong usage have their own exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import lifecycle
from lifecycle.__main__ import main

READING = (
    "agreement", "decisions", "disagreements", "drift", "feedback", "health", "history", "label-progress", "labels", "live", "performance",
    "quality", "runs", "slices", "suspects", "trial", "triggers", "versions",
)  # fmt: skip


def run(home: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments], input=given)


@pytest.mark.parametrize("name", ["digits", "inflation", "customers"])
@pytest.mark.parametrize("verb", READING)
def test_a_reading_verb_prints_a_table_and_json(demo_workspace: Path, verb: str, name: str) -> None:
    shown, data = run(demo_workspace, verb, name), run(demo_workspace, verb, name, "--json")
    assert (shown.exit_code, data.exit_code) == (0, 0), shown.output + data.output
    assert shown.stdout.strip()
    json.loads(data.stdout)


def test_the_json_is_what_python_says(demo_workspace: Path) -> None:
    project = lifecycle.open_workspace(demo_workspace).project("customers")
    alarms = json.loads(run(demo_workspace, "drift", "customers", "--alarms", "--json").stdout)
    assert [row["alarm"] for row in alarms] == project.drift().alarms["alarm"].tolist()
    card = run(demo_workspace, "model-card", "customers", "1").stdout
    assert card.strip() == project.model_card(1).strip()


def test_a_project_from_files_and_standard_input(tmp_path: Path) -> None:
    frame = pd.DataFrame({"size": range(200), "label": ["small"] * 100 + ["large"] * 100})
    frame.to_csv(tmp_path / "train.csv", index=False)
    home = tmp_path / "home"
    made = run(home, "create", "sizes", "--training", str(tmp_path / "train.csv"), "--recipe", "linear")
    assert made.exit_code == 0, made.output
    answered = run(home, "predict", "sizes", "-", "--json", given="id,size\na,3\nb,190\n")
    assert [row["prediction"] for row in json.loads(answered.stdout)] == ["small", "large"]
    landed = run(home, "record-labels", "sizes", "-", "--json", given="id,label\na,small\nzz,large\n")
    facts = json.loads(landed.stdout)
    assert (facts["landed"], facts["waiting"]) == (2, 1)
    out = tmp_path / "out.parquet"
    assert run(home, "predictions", "sizes", "--out", str(out)).exit_code == 0
    assert pd.read_parquet(out)["label"].tolist()[0] == "small"
    changed = run(home, "configure", "sizes", "audit_share=0.5", 'triggers=[{"kind": "labels", "n": 7}]', "--by", "eva", "--json")
    settings = json.loads(changed.stdout)
    assert settings["audit_share"] == 0.5
    assert settings["triggers"][0]["options"] == {"n": 7}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("health", "nothing"), "No project named 'nothing'"),
        (("log", "customers", "no-such-file.csv"), "There is no file 'no-such-file.csv'"),
        (("configure", "customers", "audit_share"), "write NAME=VALUE"),
        (("annotate", "inflation", "1", "high", "eva"), "is not a number"),
        (("approve", "customers", "99", "--reason", "x"), "99"),
    ],
)
def test_a_refusal_is_a_sentence_and_status_one(demo_workspace: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = run(demo_workspace, *arguments)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("arguments", [("nonsense",), ("annotate", "digits"), ("approve", "digits", "1"), ("roll-out", "digits", "x")])
def test_wrong_usage_is_status_two(demo_workspace: Path, arguments: tuple[str, ...]) -> None:
    assert run(demo_workspace, *arguments).exit_code == 2


def test_backup_restore_and_verify(demo_copy: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "all.backup")
    assert run(demo_copy, "backup", file).exit_code == 0
    elsewhere = tmp_path / "restored"
    assert run(elsewhere, "restore", file).exit_code == 0
    assert run(elsewhere, "verify").stdout.strip() == "Everything is as it was recorded."
    before: Any = json.loads(run(demo_copy, "versions", "digits", "--json").stdout)
    assert json.loads(run(elsewhere, "versions", "digits", "--json").stdout) == before
    (model,) = list((elsewhere / "models").rglob("*.skops"))[:1]
    model.chmod(0o644)
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    found = run(elsewhere, "verify")
    assert found.exit_code == 1
    assert model.name[:12] in found.stderr or model.stem[:12] in found.stderr
