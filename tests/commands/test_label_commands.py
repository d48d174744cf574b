"""Every verb about labels is on the command line; what the newer ones do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import lifecycle
from lifecycle.__main__ import main
from lifecycle.project.label import LabelVerbs
from lifecycle.project.queue import QueueVerbs

OTHERWISE = {"label_records": "labels"}  # `labels --out`


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


@pytest.mark.parametrize("verbs", [LabelVerbs, QueueVerbs])
def test_every_verb_has_its_command(verbs: type) -> None:
    names = {OTHERWISE.get(name, name).replace("_", "-") for name in vars(verbs) if not name.startswith("_")}
    assert names - set(main.commands) == set()


def test_one_answer_to_several_and_its_undo(demo_copy: Path) -> None:
    project = lifecycle.open_workspace(demo_copy).project("digits")
    ids = project.similar(project.next_tasks("dora")[0].prediction_id, 3)["id"].tolist()
    told = json.loads(run(demo_copy, "annotate-together", "digits", "zoe", "7", *ids, "--batch", "b1", "--json").stdout)
    assert told == {"answered": 3, "batch": "b1"}
    shown = json.loads(run(demo_copy, "annotations", "digits", "--annotator", "zoe", "--json").stdout)
    assert len(shown) == 3
    assert set(project.annotations("zoe")["prediction_id"]) == set(ids)
    assert json.loads(run(demo_copy, "annotate-together", "digits", "zoe", "7", *ids, "--batch", "b1", "--json").stdout)["answered"] == 0
    assert run(demo_copy, "undo-together", "digits", "zoe", "b1").stdout.strip() == "3 answers taken back."
    assert project.annotations("zoe").empty


def test_what_was_served_and_how_it_is_drawn(demo_copy: Path, tmp_path: Path) -> None:
    project = lifecycle.open_workspace(demo_copy).project("digits")
    name = project.next_tasks("dora")[0].prediction_id
    assert json.loads(run(demo_copy, "served", "digits", name, "--json").stdout)["prediction"] == project.served(name)["prediction"]
    refused = run(demo_copy, "preview", "digits", name)
    assert (refused.exit_code, "--out" in refused.output) == (1, True)
    assert run(demo_copy, "preview", "digits", name, "--out", str(tmp_path / "one.png")).exit_code == 0
    assert (tmp_path / "one.png").read_bytes() == project.preview(name).content


def test_entropy_for_many_classes_is_warned_of_and_noted(demo_copy: Path) -> None:
    project = lifecycle.open_workspace(demo_copy).project("digits")
    with pytest.warns(UserWarning, match="With 10 classes, the strategy entropy can do worse than random"):
        project.configure(query_strategy="entropy")
    changed = project.history().query("verb == 'configure'").iloc[-1]["details"]["query_strategy"]
    assert (changed["to"], changed["note"][:15]) == ("entropy", "With 10 classes")
    project.configure(query_strategy="margin")  # says nothing: warnings are errors here
