"""A data scientist goes from an alarm to the feature, to the samples, to the queue; and a deep link is the very first request."""

from __future__ import annotations

import re

import lifecycle
from tests.browser.conftest import settled


def test_a_deep_link_as_the_first_request_lands_in_the_app_with_its_menu(serve, demo_copy, page):
    page.goto(f"{serve(demo_copy)}/drift?project=customers&column=region")
    settled(page)
    page.get_by_role("heading", name="Drift", exact=True).wait_for()
    assert page.locator("[data-testid=stSidebarNavLink]").count() >= 13
    assert page.get_by_role("heading", name=re.compile("How did region move")).count() == 1
    assert page.locator("[data-testid=stException]").count() == 0


def test_from_an_alarm_to_the_feature_to_the_samples_to_the_queue(serve, demo_copy, page):
    url = serve(demo_copy)
    page.goto(f"{url}/?project=customers")
    settled(page)
    page.locator(".st-key-card-Drifted-columns a").click()
    settled(page)
    page.get_by_role("heading", name="Drift", exact=True).wait_for()
    assert "project=customers" in page.url
    project = lifecycle.open_workspace(demo_copy).project("customers")
    frame = project.drift().frame
    worst = frame[frame["drifted"]].groupby("column").size().idxmax()
    heading = page.get_by_role("heading", name=re.compile("How did .* move"))
    heading.wait_for()
    before = heading.inner_text()
    chart = page.locator(".st-key-drift-map")
    box = chart.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.35)
    page.wait_for_function("(before) => !document.body.innerText.includes(before)", arg=before)
    assert "column=" in page.url
    assert "window=" in page.url
    page.goto(f"{url}/drift?project=customers&column={worst}")
    settled(page)
    waiting = project.waiting_tasks()
    page.get_by_role("button", name=re.compile("Send .* to labeling")).click()
    page.get_by_text("at the front of the queue").wait_for()
    assert project.waiting_tasks() >= waiting
    event = project.history(20)
    assert (event["verb"] == "request_labels").any()
    page.get_by_role("link", name="Open the queue").click()
    page.get_by_role("heading", name="Label", exact=True).wait_for()


def test_the_page_says_no_more_than_it_should_when_it_is_framed_or_probed(serve, demo_copy, page):
    answer = page.request.get(serve(demo_copy) + "/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    health = page.request.get(answer.url + "health")
    assert health.json() == {"status": "ok", "projects": 3}
