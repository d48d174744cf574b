"""Home, drift, performance and data quality on each demo project and on an empty workspace."""

from __future__ import annotations

import numpy as np
import pandas as pd
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


def test_several_windows_against_others_are_in_the_url_and_on_the_page(opened, demo_workspace):
    names = [str(name) for name in lifecycle.open_workspace(demo_workspace).project("customers").windows()["window"]]
    at = sound(opened(demo_workspace, "drift", project="customers", window=f"{names[-4]}..{names[-2]}", against=f"{names[1]}..{names[3]}"))
    assert (at.selectbox(key="pick-window").value, at.selectbox(key="pick-until").value) == (names[-4], names[-2])
    assert (at.selectbox(key="pick-other").value, at.selectbox(key="pick-other-until").value) == (names[1], names[3])
    assert any("(3 windows) and" in heading.value for heading in at.subheader)
    sound(at.selectbox(key="pick-against").select("before").run())
    assert at.query_params["against"] == "before"
    sound(at.selectbox(key="pick-until").select(names[-4]).run())
    assert at.query_params["window"] == names[-4]
    sound(at.selectbox(key="pick-against").select("reference").run())
    assert "against" not in at.query_params


@pytest.mark.parametrize("window", ["..", "1066..1070", "nothing", "2026"])
@pytest.mark.parametrize("url", ["drift", "performance", "quality"])
def test_windows_that_the_url_names_wrongly_are_ignored(opened, demo_workspace, url, window):
    sound(opened(demo_workspace, url, project="customers", window=window, against=window, bin="no such", slice="=", truth="x", check="y"))


def test_samples_are_those_of_the_bin_that_is_picked(opened, demo_workspace):
    at = sound(opened(demo_workspace, "drift", project="customers", column="region", bin="north"))
    assert at.button(key="every-value").label == "Only region north"
    table = next(frame.value for frame in at.dataframe if "unusual" in frame.value)
    assert set(table["value"]) == {"north"}
    sound(at.button(key="every-value").click().run())
    assert "bin" not in at.query_params


def test_other_thresholds_are_tried_before_they_are_kept(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("customers")
    at = sound(opened(demo_copy, "drift", project="customers", column="monthly_price", tune="1", by="dora"))
    assert any("windows alarm now" in text.value and "the same ones" in text.value for text in at.markdown)
    assert at.button(key="save-drift").disabled
    sound(at.number_input(key="tune-limit-monthly_price").set_value(5.0).run())
    assert any("fewer" in text.value for text in at.markdown)
    assert "drift:monthly_price" not in project.settings.thresholds  # trying changes nothing
    sound(at.button(key="save-drift").click().run())
    assert project.settings.thresholds["drift:monthly_price"] == 5.0
    assert project.history(1)["by"].iloc[0] == "dora"


def test_another_limit_is_tried_before_it_is_kept(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("customers")
    at = sound(opened(demo_copy, "performance", project="customers", tune="1"))
    sound(at.number_input(key="tune-accuracy").set_value(0.99).run())
    assert any("more and" in text.value for text in at.markdown)
    sound(at.button(key="save-limit").click().run())
    assert project.settings.thresholds == {"accuracy": 0.99}


def test_another_rule_is_tried_before_it_is_kept(opened, demo_copy):
    project = lifecycle.open_workspace(demo_copy).project("customers")
    at = sound(opened(demo_copy, "quality", project="customers", check="satisfaction:missing"))
    sound(at.radio(key="rule-satisfaction:missing").set_value("hand").run())
    sound(at.number_input(key="share-satisfaction:missing").set_value(0.001).run())
    assert any("would:" in text.value and "more" in text.value for text in at.markdown)
    sound(at.button(key="save-quality").click().run())
    assert project.settings.quality == {"satisfaction:missing": 0.001}
    assert project.quality().query("column == 'satisfaction' and check == 'missing'")["failed"].any()


def test_performance_is_looked_at_in_one_window_by_cell_and_by_kind(opened, demo_workspace):
    names = [str(name) for name in lifecycle.open_workspace(demo_workspace).project("customers").windows()["window"]]
    at = sound(opened(demo_workspace, "performance", project="customers", window=names[3], truth="cancels", answer="stays"))
    table = next(frame.value for frame in at.dataframe if "sure" in frame.value)
    assert (set(table["label"]), set(table["prediction"])) == ({"cancels"}, {"stays"})
    sound(at.button(key="every-cell").click().run())
    assert "truth" not in at.query_params
    at = sound(opened(demo_workspace, "performance", project="customers", show="unsure"))
    assert at.button(key="send").label.startswith("Send ")


def test_an_empty_column_breaks_no_page(opened, empty_workspace):
    start = pd.Timestamp("2026-01-01", tz="UTC")
    x = np.arange(400.0) % 37
    frame = pd.DataFrame({"x": x, "empty": np.nan, "later": np.where(x > 3, 1.0, np.nan), "prediction": ["a", "b"] * 200, "p_a": 0.5, "p_b": 0.5})
    frame["at"] = start + pd.to_timedelta(np.arange(400), unit="h")
    reference = frame.assign(label=["a", "b"] * 200)
    project = lifecycle.open_workspace(empty_workspace).create_project(
        "gaps", classes=["a", "b"], timestamp="at", window="100 rows", reference=reference
    )
    project.log(frame.assign(later=np.nan, at=frame["at"] + pd.Timedelta(days=30)))
    for url in ("drift", "performance", "quality"):
        sound(opened(empty_workspace, url, project="gaps"))
        sound(opened(empty_workspace, url, project="gaps", column="empty", check="empty:missing"))
    assert "later" in project.report()
