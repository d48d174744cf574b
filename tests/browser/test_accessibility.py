"""No serious accessibility fault on any page, as axe-core sees it: the script comes with a package, nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from pages.parts import tree
from tests.browser.conftest import settled

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"


def faults(tab: Page, url: str, page: str) -> list[str]:
    """The serious and critical faults of a page, each with the first element that has it."""
    tab.goto(f"{url}/{page}?project=digits&by=dora")
    settled(tab)
    if page == "label":
        tab.wait_for_selector(".surface[data-task]")
        tab.keyboard.press("g")
        tab.wait_for_selector(".surface .guidelines .examples")
    tab.wait_for_function("() => !document.querySelector('[data-testid=stSidebarNavItems]:not([role])')")
    tab.evaluate(AXE)
    found = [fault for fault in tab.evaluate(RUN) if fault["impact"] in ("serious", "critical")]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]} ({fault['nodes'][0]['failureSummary']})" for fault in found]


@pytest.mark.timeout(600)
def test_no_page_has_a_serious_fault(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    """One session: the Label page by day, at night and on a phone, every other page once."""
    url, found = serve(demo_copy), {}
    page.set_default_timeout(120_000)
    for name in ["label", *(name for name in tree.PAGES if name != "label")]:
        found[name] = faults(page, url, name)
    page.emulate_media(color_scheme="dark")
    found["label, dark"] = faults(page, url, "label")
    page.set_viewport_size({"width": 390, "height": 844})
    found["label, on a phone"] = faults(page, url, "label")
    assert {look: said for look, said in found.items() if said} == {}
