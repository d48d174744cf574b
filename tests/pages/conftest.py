"""Pages run as people open them: through the router, by their path, on a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts import tree

ROUTER = Path(__file__).resolve().parents[2] / "pages" / "router.py"
PROJECTS = ("digits", "inflation", "customers")
Opened = Callable[..., AppTest]


@pytest.fixture
def opened(home) -> Opened:
    """`opened(workspace, "drift", project="digits", column="...")`: the page after its first run."""

    def run(workspace: Path, url: str, **query: str) -> AppTest:
        home(workspace)
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROUTER), default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        if url != "home":
            for name, value in query.items():
                at.query_params[name] = value
            at.switch_page(str(tree.PAGES[url].file)).run()
        return at

    return run


def texts(at: AppTest) -> str:
    """Everything that the page says."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.error, at.info, at.warning, at.success)
    html = [str(element.proto.body) for element in at.get("html")]
    return "\n".join([*(str(element.value) for kind in kinds for element in kind), *html])


def sound(at: AppTest) -> AppTest:
    """No traceback and no refusal, and one title."""
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    assert len(at.title) == 1
    return at
