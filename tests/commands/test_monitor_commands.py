"""Every verb of the monitor has its command, and the command says what Python says."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import lifecycle
from lifecycle.__main__ import main
from lifecycle.project.monitor import MonitorVerbs

VERBS = [name for name in vars(MonitorVerbs) if not name.startswith("_")]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_its_command(verb: str) -> None:
    assert verb.replace("_", "-") in main.commands


def test_the_tables_are_those_of_python(demo_workspace: Path) -> None:
    project = lifecycle.open_workspace(demo_workspace).project("customers")
    names = [str(name) for name in project.windows()["window"]]
    expected = {
        ("windows", "customers"): project.windows(),
        ("drift-map", "customers", "--most", "5"): project.drift_map(most=5),
        ("drift-column", "customers", "age", "--window", f"{names[1]}..{names[3]}"): project.drift_column("age", (names[1], names[3])).frame,
        ("drift-samples", "customers", names[1], "--column", "age", "--count", "7"): project.drift_samples(names[1], "age", 7),
        ("confusion", "customers"): project.confusion(),
        ("calibration", "customers"): project.calibration(),
        ("performance-samples", "customers", "--truth", "cancels", "--count", "5"): project.performance_samples(truth="cancels", n=5),
    }
    for arguments, frame in expected.items():
        said = CliRunner().invoke(main, ["--home", str(demo_workspace), *arguments, "--json"])
        assert said.exit_code == 0, said.output
        assert len(pd.read_json(io.StringIO(said.stdout))) == len(frame), arguments
    refused = CliRunner().invoke(main, ["--home", str(demo_workspace), "residuals", "customers"])
    assert refused.exit_code == 1
    assert "for regression" in refused.stderr
