"""A sample as its modality wants to be seen: what `Project.preview` returns, drawn."""

from __future__ import annotations

import html
import io
from typing import Any

import pandas as pd
import streamlit as st
from PIL import Image

from pages.parts import charts, sample_json, words

__all__ = ["draw"]

STYLES = {
    "for": "background: rgba(68,119,170,.3); color: inherit; border-radius: 3px",
    "against": "background: none; color: inherit; border-bottom: 2px dotted",
    "new": "background: none; color: inherit; border-bottom: 2px dashed",
}
MARK = "background-color: rgba(204,119,17,.16); font-weight: 600"


def draw(preview: Any, key: str, width: int = 320) -> None:
    """Draw one sample: `preview.kind` is image, text, series or table, `preview.content` is what to draw.

    image: PNG or JPEG bytes; text: a string; series: a sequence of numbers; table: a list of {"column", "value", "unusual"}.
    """
    {"image": _image, "text": _text, "series": _series}.get(preview.kind, _table)(preview, key, width)


def _image(preview: Any, key: str, width: int) -> None:
    with st.container(key=f"sample-image-{key}"):
        url = sample_json.as_json(preview)["url"]
        st.html(
            f"<img alt='The sample as an image' src='{url}' style='width: {width}px; max-width: 100%; image-rendering: {_sharp(preview.content)}'>"
        )


def _sharp(content: bytes) -> str:
    """Enlarged pixels stay sharp, photographs smooth."""
    return "pixelated" if max(Image.open(io.BytesIO(content)).size) <= 200 else "auto"


def _text(preview: Any, key: str, width: int) -> None:
    with st.container(border=True, key=f"sample-text-{key}"):
        drawn, parts, at = sample_json.as_json(preview), [], 0
        text = str(preview.content)
        for (start, end, _), (_, _, kind, _) in zip(sorted(preview.marks), drawn["marks"], strict=True):
            parts += [html.escape(text[at:start]), f"<mark style='{STYLES[kind]}'>{html.escape(text[start:end])}</mark>"]
            at = end
        st.html(f"<div style='white-space: pre-wrap; overflow-wrap: anywhere'>{''.join(parts)}{html.escape(text[at:])}</div>")
        if drawn["key"]:
            st.caption(drawn["key"])


def _series(preview: Any, key: str, width: int) -> None:
    chart = charts.figure(height=240)
    charts.line(chart, list(range(len(preview.content))), list(preview.content), charts.color("current"), marks=False)
    charts.draw(chart, key=f"sample-series-{key}", alt="The sample as a line over its steps")


def _table(preview: Any, key: str, width: int) -> None:
    frame = pd.DataFrame(preview.content, columns=["column", "value", "unusual"])  # what is usual is said where the surface draws it
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
