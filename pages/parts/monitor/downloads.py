"""What a monitor page can be taken home as: its own figures, all figures, the report."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle

__all__ = ["downloads"]


def downloads(project: lifecycle.Project, name: str, frame: pd.DataFrame, place: Any = st) -> None:
    """A menu of files; each is made when somebody takes it. `name`: what `frame`, this page's figures, are called."""
    usual: dict[str, Any] = {"on_click": "ignore", "width": "stretch", "type": "tertiary"}
    with place.popover("Download", icon=":material/download:", width="stretch"):
        st.download_button(
            "Report (HTML)",
            lambda: project.report().encode(),
            f"{project.name}-report.html",
            "text/html",
            icon=":material/description:",
            help="One file that needs nothing else, to mail or to print.",
            key="download-report",
            **usual,
        )
        st.download_button(
            "These figures (CSV)",
            lambda: frame.to_csv(index=False).encode(),
            f"{project.name}-{name}.csv",
            "text/csv",
            icon=":material/table:",
            key="download-figures",
            **usual,
        )
        st.download_button(
            "All figures (zip)",
            project.figures,
            f"{project.name}-figures.zip",
            "application/zip",
            icon=":material/folder_zip:",
            key="download-all",
            **usual,
        )
