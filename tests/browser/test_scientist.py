"""A data scientist goes from an alarm to the feature, to the samples, to the queue; and a deep link is the very first request."""

from __future__ import annotations

import re

from playwright.sync_api import TimeoutError

import lifecycle
from tests.browser.conftest import settled


def test_a_deep_link_as_the_first_request_lands_in_the_app_with_its_menu(serve, demo_copy, page):
    page.goto(f"{serve(demo_copy)}/drift?project=customers&column=region")
    settled(page)
    page.get_by_role("heading", name="Drift", exact=True).wait_for()
    assert page.locator("[data-testid=stSidebarNavLink]").count() >= 13
    assert page.get_by_role("heading", name=re.compile("How did region move")).count() == 1
    assert page.locator("[data-testid=stException]").count() == 0


def moved(page, do):
    """Do something that changes the URL, and wait until the page has followed."""
    before = page.url
    do()
    page.wait_for_function("before => location.href !== before", arg=before)
    settled(page)


def drag(page, key, start, end):
    """Drag over a chart from one share of its width to another."""
    box = page.locator(f".st-key-{key} .js-plotly-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    for share in (0.3, 0.6, 1.0):
        page.mouse.move(box["x"] + box["width"] * (start + share * (end - start)), box["y"] + box["height"] * 0.8)
    page.mouse.up()


def chosen(page, key, text):
    """Choose an entry of a list."""
    option = page.get_by_role("option", name=text, exact=True)
    for _ in range(3):  # the list closes when the page is drawn again below it
        page.locator(f".st-key-{key} input").click()
        try:
            option.click(timeout=4000)
            return
        except TimeoutError:
            page.keyboard.press("Escape")
    option.click(timeout=4000)


def test_from_an_alarm_to_the_column_to_two_ranges_to_the_samples_to_the_queue(serve, demo_copy, page):
    url = serve(demo_copy)
    page.goto(f"{url}/?project=customers")
    settled(page)
    page.locator(".st-key-card-Drifted-columns a").click()
    settled(page)
    page.get_by_role("heading", name="Drift", exact=True).wait_for()
    page.get_by_role("heading", name=re.compile("How did .* move")).wait_for()
    settled(page)
    box = page.locator(".st-key-drift-map .js-plotly-plot").bounding_box()

    def cell():
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.35)
        page.wait_for_timeout(200)
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.35)

    moved(page, cell)
    assert "column=" in page.url
    assert ".." not in page.url  # one window
    page.locator(".st-key-drift-brush").scroll_into_view_if_needed()
    moved(page, lambda: drag(page, "drift-brush", 0.5, 0.8))
    assert re.search(r"window=[^&]*\.\.", page.url)
    moved(page, lambda: chosen(page, "pick-against", "The windows before"))
    assert "against=before" in page.url
    moved(page, lambda: chosen(page, "pick-column", "monthly_price"))
    page.get_by_role("heading", name=re.compile("How did monthly_price move in .* windows")).wait_for()
    said = page.get_by_text("The median went from").inner_text()
    differs = page.get_by_role("heading", name=re.compile("What differs between")).inner_text()

    other = page.context.new_page()  # the view is shared by its URL
    other.goto(page.url)
    settled(other)
    other.get_by_role("heading", name=re.compile("How did monthly_price move in .* windows")).wait_for()
    assert other.get_by_text("The median went from").inner_text() == said
    assert other.get_by_role("heading", name=re.compile("What differs between")).inner_text() == differs
    other.close()

    newest = str(lifecycle.open_workspace(demo_copy).project("customers").windows()["window"].iloc[-1])
    page.goto(f"{url}/drift?project=customers&column=monthly_price&window={newest}&by=dora")
    settled(page)
    page.get_by_role("button", name=re.compile("Send .* to labeling")).click()
    page.get_by_text("at the front of the queue").wait_for()
    asked = lifecycle.open_workspace(demo_copy).project("customers").history(20)
    asked = asked[asked["verb"] == "request_labels"].iloc[0]
    assert asked["by"] == "dora"
    assert "monthly_price" in asked["details"]["reason"]
    page.get_by_role("link", name="Open the queue").click()
    page.get_by_role("heading", name="Label", exact=True).wait_for()


def test_the_report_is_downloaded_and_needs_nothing_else(serve, demo_copy, page, tmp_path):
    page.goto(f"{serve(demo_copy)}/performance?project=customers")
    settled(page)
    page.get_by_test_id("stPopoverButton").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Report (HTML)").click()
    file = tmp_path / "report.html"
    taken.value.save_as(file)
    assert file.stat().st_size < 5_000_000
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.get_by_role("heading", name="customers", exact=True).wait_for()
    assert page.locator("svg").count() > 5
    assert asked == [file.as_uri()]


def test_the_page_says_no_more_than_it_should_when_it_is_framed_or_probed(serve, demo_copy, page):
    answer = page.request.get(serve(demo_copy) + "/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    health = page.request.get(answer.url + "health")
    assert health.json() == {"status": "ok", "projects": 3}


def test_a_click_on_where_it_errs_shows_those_samples(serve, demo_copy, page):
    page.goto(f"{serve(demo_copy)}/performance?project=customers")
    settled(page)
    cells = page.locator(".st-key-confusion .heatmaplayer .hm")
    cells.scroll_into_view_if_needed()
    settled(page)
    box = cells.bounding_box()
    x, y = box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.15

    def cell():
        page.mouse.move(x - 4, y)
        page.wait_for_timeout(200)
        page.mouse.click(x, y)

    moved(page, cell)
    assert "truth=cancels&answer=stays" in page.url
    page.get_by_role("button", name=re.compile("cancels")).wait_for()
