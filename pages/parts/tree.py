"""Every page of the product: where it is, what it is called, how to link to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st

__all__ = ["PAGES", "Leaf", "go", "link", "navigation", "page_of"]

HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: its file below `pages/`, its stage in the menu, its title, icon and path in the URL."""

    file: str
    stage: str
    title: str
    icon: str
    url: str


LEAVES = (
    Leaf("overview/home.py", "", "Home", ":material/home:", "home"),
    Leaf("overview/projects.py", "", "All projects", ":material/apps:", "projects"),
    Leaf("monitor/drift.py", "Monitor", "Drift", ":material/water:", "drift"),
    Leaf("monitor/performance.py", "Monitor", "Performance", ":material/monitoring:", "performance"),
    Leaf("monitor/quality.py", "Monitor", "Data quality", ":material/rule:", "quality"),
    Leaf("label/queue.py", "Label", "Label", ":material/new_label:", "label"),
    Leaf("label/review.py", "Label", "Review", ":material/fact_check:", "review"),
    Leaf("label/correct.py", "Label", "Correct", ":material/rule_settings:", "correct"),
    Leaf("train/runs.py", "Train", "Runs", ":material/model_training:", "runs"),
    Leaf("train/triggers.py", "Train", "Triggers", ":material/bolt:", "triggers"),
    Leaf("release/compare.py", "Release", "Compare", ":material/compare_arrows:", "compare"),
    Leaf("release/rollout.py", "Release", "Rollout", ":material/rocket_launch:", "rollout"),
    Leaf("release/history.py", "Release", "History", ":material/history:", "history"),
    Leaf("setup/data.py", "Set up", "Data", ":material/database:", "data"),
    Leaf("setup/notifications.py", "Set up", "Notifications", ":material/notifications:", "notifications"),
    Leaf("setup/people.py", "Set up", "People", ":material/group:", "people"),
)
PAGES = {leaf.url: leaf for leaf in LEAVES if (HERE / leaf.file).exists()}


def page_of(url: str) -> Any:
    """The page with this path, as `st.navigation` knows it."""
    leaf = PAGES[url]
    return st.Page(HERE / leaf.file, title=leaf.title, icon=leaf.icon, url_path=leaf.url, default=leaf.url == "home")


def navigation() -> dict[str, list[Any]]:
    """The menu: the pages by stage, in the loop's order."""
    menu: dict[str, list[Any]] = {}
    for leaf in PAGES.values():
        menu.setdefault(leaf.stage, []).append(page_of(leaf.url))
    return menu


def _query(query: dict[str, Any]) -> dict[str, str]:
    kept = {name: st.query_params[name] for name in ("project", "by") if name in st.query_params}
    return kept | {name: str(value) for name, value in query.items() if value is not None}


def go(url: str, **query: Any) -> NoReturn:
    """Open a page of this project; `query` goes into its URL: `go("drift", column="income", window="12")`."""
    st.switch_page(str(HERE / PAGES[url].file), query_params=_query(query))
    raise AssertionError


def link(url: str, label: str | None = None, icon: str | None = None, **query: Any) -> None:
    """A link to a page of this project, with its query."""
    if url in PAGES:
        leaf = PAGES[url]
        st.page_link(str(HERE / leaf.file), label=label or leaf.title, icon=icon, query_params=_query(query))
