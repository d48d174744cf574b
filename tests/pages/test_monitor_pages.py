"""Home, drift, performance and data quality on each demo project and on an empty workspace."""

from __future__ import annotations

import pytest

import lifecycle
from tests.pages.conftest import PROJECTS, sound, texts

MONITOR = ("home", "drift", "performance", "quality")


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("url", MONITOR)
def test_a_page_opens_on_a_demo_project_with_its_finding(opened, demo_workspace, url, project):
    at = sound(opened(demo_workspace, url, project=project))
    assert at.query_params["project"] == project
    assert any("class='finding'" in html.proto.body and len(html.proto.body) > 40 for html in at.get("html"))


@pytest.mark.parametrize("url", [*MONITOR, "projects"])
def test_a_page_of_an_empty_workspace_says_what_to_do(opened, empty_workspace, url):
    at = opened(empty_workspace, url)
    assert not at.exception
    assert at.button(key="load-demo") if url in ("home", "projects") else "There is no project yet." in texts(at)


def test_home_tells_status_reason_figures_and_duties(opened, demo_workspace):
    project = lifecycle.open_workspace(demo_workspace).project("customers")
    at = sound(opened(demo_workspace, "home", project="customers"))
    said = texts(at)
    assert project.health().reasons[0].split("`")[0][:20] in said
    values = {metric.label: metric.value for metric in at.metric}
    assert values["Waiting for labels"] == f"{project.waiting_tasks():,}"
    candidates = (project.versions()["status"] == "candidate").sum()
    assert values["Waiting for approval"] == str(candidates)
    newest = project.drift().frame
    newest = newest[newest["start"] == newest["start"].max()]
    assert values["Drifted columns"] == str(int(newest["drifted"].sum()))


def test_all_projects_are_listed_those_in_trouble_first(opened, demo_workspace):
    at = sound(opened(demo_workspace, "projects"))
    workspace = lifecycle.open_workspace(demo_workspace)
    states = {name: workspace.project(name).health().status for name in PROJECTS}
    shown = [text.value.strip("*") for text in at.markdown if text.value.strip("*") in PROJECTS]
    rank = {"critical": 0, "warning": 1, "unknown": 2, "ok": 3}
    assert shown == sorted(PROJECTS, key=lambda name: (rank[states[name]], name))


def test_the_url_chooses_column_and_window(opened, demo_workspace):
    project = lifecycle.open_workspace(demo_workspace).project("customers")
    window = str(project.drift().alarms["window"].iloc[-2])
    at = sound(opened(demo_workspace, "drift", project="customers", column="region", window=window))
    assert at.selectbox(key="pick-column").value == "region"
    assert at.selectbox(key="pick-window").value == window


def test_what_the_url_says_wrongly_is_ignored(opened, demo_workspace):
    at = sound(opened(demo_workspace, "drift", project="customers", column="no such", window="1066"))
    assert at.selectbox(key="pick-column").value != "no such"


def test_a_choice_by_keyboard_lands_in_the_url(opened, demo_workspace):
    at = opened(demo_workspace, "drift", project="customers")
    sound(at.selectbox(key="pick-column").select("age").run())
    assert at.query_params["column"] == "age"
    assert any("age" in heading.value for heading in at.subheader)


def test_the_broken_column_is_the_worst_while_it_is_broken(opened, demo_workspace):
    project = lifecycle.open_workspace(demo_workspace).project("customers")
    frame = project.drift().frame
    broken = frame[(frame["column"] == "data_used_gb") & frame["drifted"]]
    at = sound(opened(demo_workspace, "drift", project="customers", column="data_used_gb"))
    assert at.selectbox(key="pick-window").value == str(broken["window"].iloc[-1])  # the newest window in which it drifted


def test_samples_go_to_labeling_once(opened, demo_copy):
    at = sound(opened(demo_copy, "drift", project="customers", column="monthly_price"))
    button = at.button(key="send")
    amount = int(button.label.split()[1])
    button.click().run()
    sound(at)
    assert "at the front of the queue" in texts(at)
    events = lifecycle.open_workspace(demo_copy).project("customers").history()
    asked = events[events["verb"] == "request_labels"].iloc[0]
    assert "monthly_price" in asked["details"]["reason"]
    assert 0 < amount <= 50


def test_retraining_is_queued_and_leads_to_the_runs(opened, demo_copy):
    at = opened(demo_copy, "home", project="customers")
    before = len(lifecycle.open_workspace(demo_copy).project("customers").runs())
    next(button for button in at.button if button.label == "Retrain now").click().run()
    assert not at.exception
    runs = lifecycle.open_workspace(demo_copy).project("customers").runs()
    assert len(runs) == before + 1
    assert runs[0].status == "queued"


@pytest.mark.parametrize(("project", "metric"), [("customers", "log_loss"), ("inflation", "rmse")])
def test_another_metric_is_shown(opened, demo_workspace, project, metric):
    at = sound(opened(demo_workspace, "performance", project=project, metric=metric))
    assert at.selectbox(key="pick-metric").value == metric


def test_a_project_that_is_not_there_falls_back_to_one_that_is(opened, demo_workspace):
    at = sound(opened(demo_workspace, "home", project="nobody"))
    assert at.query_params["project"] in PROJECTS
