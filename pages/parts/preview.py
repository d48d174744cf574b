"""A sample as its modality wants to be seen: what `Project.preview` returns, drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import charts, words

__all__ = ["draw"]

MARK = "background-color: rgba(204,119,17,.16); font-weight: 600"


def draw(preview: Any, key: str, width: int = 320) -> None:
    """Draw one sample: `preview.kind` is image, text, series or table, `preview.content` is what to draw.

    image: PNG or JPEG bytes; text: a string; series: a sequence of numbers; table: a list of {"column", "value", "unusual"}.
    """
    {"image": _image, "text": _text, "series": _series}.get(preview.kind, _table)(preview, key, width)


def _image(preview: Any, key: str, width: int) -> None:
    st.html("<style>.sample-image img {image-rendering: pixelated}</style>")
    with st.container(key=f"sample-image-{key}"):
        st.image(preview.content, width=width)


def _text(preview: Any, key: str, width: int) -> None:
    with st.container(border=True, key=f"sample-text-{key}"):
        st.text(str(preview.content))


def _series(preview: Any, key: str, width: int) -> None:
    chart = charts.figure(height=240)
    charts.line(chart, list(range(len(preview.content))), list(preview.content), charts.color("current"), marks=False)
    charts.draw(chart, key=f"sample-series-{key}", alt="The sample as a line over its steps")


def _table(preview: Any, key: str, width: int) -> None:
    frame = pd.DataFrame(preview.content, columns=["column", "value", "unusual"])
    frame["value"] = [_cell(value) for value in frame["value"]]
    odd = frame["unusual"].fillna("").astype(str) != ""
    shown = frame.style.apply(lambda row: [MARK if odd[row.name] else ""] * len(row), axis=1)
    columns = {"column": "Column", "value": "Value", "unusual": "Unusual" if odd.any() else None}
    st.dataframe(shown, hide_index=True, key=f"sample-table-{key}", column_config=columns, height="content")


def _cell(value: Any) -> str:
    """A whole number as such, another one in three digits, a text as it is."""
    if isinstance(value, float) and value == value:
        return f"{value:,.0f}" if value.is_integer() else words.number(value)
    return "–" if value is None or value != value else str(value)
