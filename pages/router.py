"""The main script: the look, the menu, who is looking at which project; then the page that the URL names."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from pages.parts import look, page, sidebar, tree  # noqa: E402  the path has to be there first

st.set_page_config(page_title="Lifecycle", page_icon=look.ICON, layout="wide")
look.apply()
chosen = st.navigation(tree.navigation(), expanded=True)
with page.refusals():
    sidebar.picker()
    chosen.run()
