"""How releases go, set on the Rollout page; the curves on Compare."""

import zipfile

import pytest

import lifecycle
from tests.pages.conftest import sound, texts


def test_release_settings_are_kept_in_one_change_and_checked_at_the_door(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    at = sound(opened(demo_copy, "rollout", project="digits", by="carla"))
    before = len(project.history())
    at.selectbox(key="release-policy").set_value("ramp")
    at.toggle(key="release-eyes").set_value(True)
    at.number_input(key="release-expires").set_value(0.0)
    at.number_input(key="release-margin").set_value(0.005)
    at.text_input(key="ramp-steps").set_value("2, 10 %, 100")
    at.number_input(key="ramp-requests").set_value(500)
    sound(at.button(key="release-settings-save").click().run())
    now = project.settings
    assert (now.release, now.four_eyes, now.approval_expires, now.margin) == ("ramp", True, None, 0.005)
    assert now.ramp == {"steps": [0.02, 0.1, 1.0], "requests": 500, "time": "1h"}
    assert now.guardrails == {}
    assert len(project.history()) == before + 1
    assert "will start the ramp by itself" in texts(at)
    at.text_input(key="ramp-steps").set_value("50, 10, 100")
    at.button(key="release-settings-save").click().run()
    assert "rise to 1" in at.error[0].value
    assert project.settings.ramp == now.ramp
    at.text_input(key="ramp-steps").set_value("a few")
    at.button(key="release-settings-save").click().run()
    assert "give percentages" in at.error[0].value


def test_nothing_is_changed_by_saving_what_stands_there(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    project.configure(by="carla", guardrails={"loss": "off", "latency": 3}, approval_expires="36h")
    before = project.settings, len(project.history())
    at = sound(opened(demo_copy, "rollout", project="digits"))
    sound(at.button(key="release-settings-save").click().run())
    assert (project.settings, len(project.history())) == before
    assert "Nothing was changed." in texts(at)


def test_the_class_that_is_sought_can_be_chosen(opened, demo_copy):
    at = sound(opened(demo_copy, "compare", project="customers", sought="stays"))
    assert "What is sought: stays." in texts(at)
    assert "What is sought: cancels." in texts(sound(opened(demo_copy, "compare", project="customers")))


def test_a_model_goes_out_as_a_zip_and_comes_in_again_but_not_tampered_with(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    known = len(project.versions())
    at = sound(opened(demo_copy, "data", project="digits", part="export"))
    at = sound(at.radio(key="export-what").set_value("A model").run())
    sound(at.button(key="pack").click().run())
    content = project.export_version(project.champion.version, demo_copy / "out.zip").read_bytes()
    with zipfile.ZipFile(demo_copy / "out.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("model.skops", b"something else")
    tampered = (demo_copy / "out.zip").read_bytes()
    for sent, words in ((tampered, "was changed on the way"), (b"nothing of the kind", "cannot be unpacked")):
        at = opened(demo_copy, "data", project="digits", part="model")
        at.file_uploader(key="candidate-file").set_value(("out.zip", sent, "application/zip")).run()
        at.button(key="register").click().run()
        assert words in at.error[0].value
    assert len(project.versions()) == known
    at = sound(opened(demo_copy, "data", project="digits", part="model"))
    at.file_uploader(key="candidate-file").set_value(("out.zip", content, "application/zip")).run()
    sound(at.button(key="register").click().run())
    assert len(project.versions()) == known + 1
