"""From an empty workspace to a first project, by clicks alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lifecycle
from tests.pages.conftest import texts


def table(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(40, 9, rows).round(1), "city": rng.choice(["Bern", "Oslo"], rows)})
    return frame.assign(outcome=np.where(frame["age"] + 8 * (frame["city"] == "Oslo") + rng.normal(0, 4, rows) > 42, "yes", "no"))


def upload(at, name: str, content: bytes):
    at.file_uploader(key="start-file").set_value((name, content, "text/csv")).run()
    return at


def test_a_file_becomes_a_project_with_a_champion(opened, empty_workspace):
    at = upload(opened(empty_workspace, "home"), "My customers.csv", table().to_csv(index=False).encode())
    assert not at.exception
    assert at.text_input(key="start-name").value == "my-customers"
    assert at.selectbox(key="start-target").value == "outcome"
    at.radio(key="start-recipe").set_value("linear").run()
    at.button(key="start-create").click().run()
    assert not at.exception, at.exception
    project = lifecycle.open_workspace(empty_workspace).project("my-customers")
    assert project.champion is not None
    assert project.champion.metrics


def test_a_model_elsewhere_is_only_watched(opened, empty_workspace):
    frame = table().assign(prediction=lambda rows: rows["outcome"])
    at = upload(opened(empty_workspace, "home"), "watched.csv", frame.to_csv(index=False).encode())
    assert at.radio(key="start-recipe").value == "watch"
    at.button(key="start-create").click().run()
    assert not at.exception, at.exception
    assert lifecycle.open_workspace(empty_workspace).project("watched").config.watched


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"outcome\nyes\n"])
def test_a_file_that_will_not_do_is_refused_in_a_sentence(opened, empty_workspace, content):
    at = upload(opened(empty_workspace, "home"), "bad.csv", content)
    if not at.error:
        at.button(key="start-create").click().run()
    assert not at.exception, at.exception
    assert len(at.error) == 1
    assert at.error[0].value.rstrip().endswith((".", ").", "`."))
    assert not lifecycle.open_workspace(empty_workspace).projects()


def test_a_name_that_is_taken_is_refused(opened, demo_copy):
    at = opened(demo_copy, "projects")
    at = upload(at, "digits.csv", table().to_csv(index=False).encode())
    at.button(key="start-create").click().run()
    assert not at.exception
    assert "digits" in texts(at)
    assert len(at.error) == 1
