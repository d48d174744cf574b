"""Triggers with their preview, and notifications: set up, tried and taken away on their pages."""

from __future__ import annotations

import lifecycle
from tests.notify.conftest import Hook
from tests.pages.conftest import sound, texts


def project_of(home, name="customers"):
    return lifecycle.open_workspace(home).project(name)


def test_the_preview_follows_the_form(opened, demo_copy):
    project_of(demo_copy).configure(by="dora", triggers=[])
    at = sound(opened(demo_copy, "triggers", project="customers", by="dora"))
    assert "Nothing retrains this model by itself." in texts(at)
    at = sound(at.number_input(key="add-labels-n").set_value(1).run())
    assert "It would have fired" in texts(at)
    assert len(at.dataframe[0].value) > 0
    at = sound(at.number_input(key="add-labels-n").set_value(10**8).run())
    assert "It would not have fired" in texts(at)
    assert project_of(demo_copy).settings.triggers == ()


def test_each_kind_can_be_previewed_and_saved(opened, demo_copy):
    project_of(demo_copy).configure(by="dora", triggers=[])
    at = sound(opened(demo_copy, "triggers", project="customers", by="dora"))
    kinds = at.selectbox(key="add-kind").options
    for place, shown in enumerate(kinds):
        at = sound(at.selectbox(key="add-kind").select(shown).run())
        assert "would" in texts(at)
        at = sound(at.button(key="add-save").click().run())
        assert len(project_of(demo_copy).settings.triggers) == place + 1
    kept = [trigger.kind for trigger in project_of(demo_copy).settings.triggers]
    assert kept == ["performance", "drift", "concept", "schedule", "labels", "volume", "age", "external"]


def test_a_trigger_is_changed_paused_and_removed(opened, demo_copy):
    given = lifecycle.Trigger("performance", cool_down="12h", budget=3, drop=0.05, memory=4)
    project_of(demo_copy).configure(by="dora", triggers=[given])
    at = sound(opened(demo_copy, "triggers", project="customers", by="dora"))
    at = sound(at.button(key="edit-0").click().run())
    at.number_input(key="change-0-performance-drop").set_value(0.1)
    at = sound(at.button(key="change-0-save").click().run())
    (kept,) = project_of(demo_copy).settings.triggers
    assert (kept.cool_down, kept.budget, dict(kept.options)) == ("0.5D", 3, {"drop": 0.1, "line": "assisted", "memory": 4})
    at = sound(at.button(key="pause-0").click().run())
    assert project_of(demo_copy).settings.triggers[0].options["paused"] is True
    assert "Paused" in texts(at)
    at = sound(at.button(key="pause-0").click().run())
    assert "paused" not in project_of(demo_copy).settings.triggers[0].options
    sound(at.button(key="remove-0").click().run())
    assert project_of(demo_copy).settings.triggers == ()


def test_a_channel_is_added_tested_and_removed(opened, demo_copy):
    hook = Hook()
    at = sound(opened(demo_copy, "notifications", project="customers", by="dora"))
    assert "Nobody is told" in texts(at)
    at.text_input(key="channel-name").set_value("team")
    at.text_input(key="channel-url").set_value(hook.url)
    at = sound(next(button for button in at.button if button.label == "Add the channel").click().run())
    assert "S3CRET" not in texts(at)
    at = sound(at.button(key="channel-test-0").click().run())
    assert [got["title"] for got in hook.got] == ["Lifecycle: a test"]
    hook.status = 500
    at = at.button(key="channel-test-0").click().run()
    assert "did not arrive" in texts(at)
    at = sound(at.button(key="channel-remove-0").click().run())
    assert lifecycle.open_workspace(demo_copy).notices.channels().empty
    hook.server.shutdown()
    hook.server.server_close()
