"""No serious accessibility fault on any page, as axe-core sees it: the script comes with a package, nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from pages.parts import tree
from tests.browser.conftest import settled

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def faults(browser: Browser, url: str, page: str, scheme: str, width: int) -> list[str]:
    """The serious and critical faults of a page, each with the first element that has it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        tab = context.new_page()
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
    finally:
        context.close()


@pytest.mark.timeout(600)
def test_no_page_has_a_serious_fault(browser: Browser, serve: Callable[[Path], str], demo_copy: Path) -> None:
    url = serve(demo_copy)
    looks = [("label", "light", 1440), ("label", "dark", 1440), ("label", "light", 390)] + [
        (page, "light", 1440) for page in tree.PAGES if page != "label"
    ]
    found = {look: faults(browser, url, *look) for look in looks}
    assert {look: said for look, said in found.items() if said} == {}
