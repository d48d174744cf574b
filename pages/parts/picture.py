"""Puts a drawn chart on the page: it says what is pointed at, and a click or a drag calls back. Its script lies beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.drawn import Plot

__all__ = ["show"]

HERE = Path(__file__).resolve().parent
FRAME = "<div class='picture' role='img'><div class='ground'></div><div class='over'></div><div class='say'></div></div>"


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    """Registered once for all charts."""
    css, script = ((HERE / f"picture.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return st.components.v2.component("lifecycle_picture", html=FRAME, css=css, js=script)


def show(plot: Plot, key: str, alt: str, picked: Callable[[Mapping[str, Any]], None] | None = None) -> None:
    """Show a chart. `picked` is called with {"pick": what was clicked}, or after a drag with the first and last of the plot's parts."""

    def receive() -> None:
        told = st.session_state[key].get("pick")
        if picked and isinstance(told, Mapping):
            picked(told)

    data = {"html": plot.html(), "over": plot.over(), "height": plot.height, "alt": alt}
    _component()(key=key, data=data, height=plot.height, on_pick_change=receive)
