"""Label, review, runs, triggers, compare, rollout, history, data and people on each demo project and on an empty workspace."""

from __future__ import annotations

import pytest

import lifecycle
from tests.pages.conftest import PROJECTS, sound, texts

PAGES = ("label", "review", "correct", "runs", "triggers", "compare", "rollout", "history", "data", "notifications", "people")


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("url", PAGES)
def test_a_page_opens_on_a_demo_project_with_its_finding(opened, demo_copy, url, project):
    at = sound(opened(demo_copy, url, project=project, by="dora"))
    assert any("class='finding'" in html.proto.body and len(html.proto.body) > 40 for html in at.get("html"))


@pytest.mark.parametrize("url", [url for url in PAGES if url not in ("notifications", "people")])
def test_a_page_of_an_empty_workspace_says_what_to_do(opened, empty_workspace, url):
    at = opened(empty_workspace, url)
    assert not at.exception
    assert "There is no project yet." in texts(at)


@pytest.mark.parametrize("part", ["disagreements", "corrections", "suspects", "agreement", "answers", "settings"])
def test_each_part_of_review_opens_by_its_url(opened, demo_copy, part):
    at = sound(opened(demo_copy, "review", project="digits", by="dora", review=part))
    assert len(at.subheader) == (2 if part == "settings" else 1)


@pytest.mark.parametrize("part", ["predictions", "labels", "model", "export", "project"])
def test_each_part_of_data_opens_by_its_url(opened, demo_copy, part):
    sound(opened(demo_copy, "data", project="customers", by="dora", part=part))


def test_plain_buttons_label_the_sample_that_they_belong_to(opened, demo_copy):
    at = sound(opened(demo_copy, "label", project="digits", by="dora"))
    at.toggle(key="plain-buttons").set_value(True).run()
    key = next(button.key for button in at.button if button.key and button.key.startswith("class-") and button.key.endswith("-7"))
    task = int(key.split("-")[1])
    sound(at.button(key=key).click().run())
    said = lifecycle.open_workspace(demo_copy).project("digits").annotations("dora")
    assert said[["task", "value", "kind"]].values.tolist() == [[task, 7, "answer"]]
    assert not any(button.key == key for button in at.button)  # its buttons went with the sample
    undo = next(button for button in at.button if button.key and button.key.startswith("undo-"))
    sound(undo.click().run())
    assert lifecycle.open_workspace(demo_copy).project("digits").annotations("dora").empty


def test_a_correction_is_accepted_and_another_turned_down(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("customers")
    first, second = project.feedback()["no"].tolist()[:2]
    waiting = len(project.feedback())
    at = sound(opened(demo_copy, "review", project="customers", by="carla", review="corrections"))
    sound(at.button(key=f"accept-{first}").click().run())
    sound(at.button(key=f"refuse-{second}").click().run())
    assert len(project.feedback()) == waiting - 2
    done = project.history()
    assert done.loc[done["verb"] == "review_feedback", "by"].tolist() == ["carla", "carla"]


def test_a_disagreement_is_shown_side_by_side_and_settled(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    project.configure(overlap=2)
    rows = project.predictions(limit=3)[list(project.config.schema.names)]
    project.request_labels(project.log(rows, by="carla"), by="carla")
    for expert, value in (("dora", 3), ("eli", 8)):
        project.annotate(project.next_tasks(expert)[0], value, expert)
    apart = project.disagreements()
    assert sorted(apart["value"]) == [3, 8]
    name = apart["prediction_id"].iloc[0]
    at = sound(opened(demo_copy, "review", project="digits", by="carla"))
    assert "**dora**: 3" in texts(at)
    assert "**eli**: 8" in texts(at)
    sound(at.button(key=f"settle-{name}-8").click().run())
    labels = project.labels().set_index("id")
    assert (labels.loc[name, "label"], labels.loc[name, "source"]) == (8, "adjudication")
    assert project.disagreements().empty


def test_retrain_queues_a_run_and_says_that_no_worker_is_there(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    at = sound(opened(demo_copy, "runs", project="digits", by="dora"))
    at.text_input(key="retrain-reason").set_value("new turned digits")
    at = at.button(key="retrain").click().run()
    run = project.runs()[0]
    assert (run.status, run.reason, run.requested_by) == ("queued", "new turned digits", "dora")
    assert any("No worker serves this workspace" in warning.value for warning in at.warning)
    at.button(key=f"cancel-{run.id}").click().run()
    assert project.run(run.id).status == "cancelled"


def test_a_trigger_is_added_and_removed(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    before = project.settings.triggers
    at = sound(opened(demo_copy, "triggers", project="digits", by="dora"))
    at.selectbox(key="add-kind").set_value("age").run()
    at.number_input(key="add-age-max").set_value(30.0)
    sound(at.button(key="add-save").click().run())
    added = project.settings.triggers[-1]
    assert (added.kind, dict(added.options)) == ("age", {"max": "30D"})
    sound(at.button(key=f"remove-{len(before)}").click().run())
    assert project.settings.triggers == before


def test_the_url_picks_the_versions_to_compare(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    numbers = sorted(project.versions()["version"])
    at = sound(opened(demo_copy, "compare", project="digits", old=str(numbers[0]), new=str(numbers[-1])))
    assert (at.selectbox(key="old-version").value, at.selectbox(key="new-version").value) == (numbers[0], numbers[-1])
    assert project.compare(numbers[0], numbers[-1]).verdict.split(":")[0] in texts(at)


def test_history_answers_who_was_live_and_filters(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("digits")
    at = sound(opened(demo_copy, "history", project="digits"))
    assert f"the champion was **version {project.champion.version}**" in texts(at)
    at = sound(at.multiselect(key="history-verbs").set_value(["log"]).run())
    shown = next(table.value for table in at.dataframe if "Verb" in table.value)
    assert set(shown["Verb"]) == {"log"}
    assert len(shown) == (project.history()["verb"] == "log").sum()


def test_the_page_says_that_there_are_no_accounts(opened, demo_copy):
    at = sound(opened(demo_copy, "people", project="digits", by="dora"))
    assert "There are no accounts yet" in texts(at)
    shown = next(table.value for table in at.dataframe if "Labels" in table.value).set_index("Person")
    labels = lifecycle.open_workspace(demo_copy).project("digits").labels()
    assert shown.loc["ana", "Labels"] == sum("ana" in names for names in labels["annotators"])
