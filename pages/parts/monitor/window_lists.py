"""Windows chosen from lists: the way to them without a mouse, and what they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts import choices
from pages.parts.monitor.span import BEFORE, REFERENCE, Span, before, compared, read
from pages.parts.windows import Windows

__all__ = ["against", "picker"]

OTHERS = "others"
NAMES = {REFERENCE: "The reference", BEFORE: "The windows before", OTHERS: "Other windows …"}


def picker(windows: Windows, chosen: Span, places: Sequence[Any]) -> None:
    """Two lists, from and to."""
    for key, value in (("pick-window", chosen.first), ("pick-until", chosen.last)):
        st.session_state[key] = value
    options: dict[str, Any] = {"options": windows.names[::-1], "format_func": windows.words, "on_change": _picked}
    places[0].selectbox(
        "Window", key="pick-window", help="Drag over the bars above to choose several windows.", args=(windows, chosen.single), **options
    )
    places[1].selectbox("to window", key="pick-until", args=(windows, False), **options)


def against(windows: Windows, chosen: Span, place: Any) -> None:
    """What the windows are compared with. Other windows are chosen from two lists that then appear."""
    asked, other = st.query_params.get("against", REFERENCE), compared(windows, chosen)
    kind = asked if asked in (REFERENCE, BEFORE) else OTHERS if other else REFERENCE
    st.session_state["pick-against"] = kind
    place.selectbox("Compared with", list(NAMES), key="pick-against", format_func=NAMES.__getitem__, on_change=_compared, args=(windows, chosen))
    if kind == OTHERS and other:
        left, right, _ = st.columns([2, 2, 3])
        for key, value in (("pick-other", other.first), ("pick-other-until", other.last)):
            st.session_state[key] = value
        options: dict[str, Any] = {"options": windows.names[::-1], "format_func": windows.words, "on_change": _others, "args": (windows,)}
        left.selectbox("Compared: from window", key="pick-other", **options)
        right.selectbox("Compared: to window", key="pick-other-until", **options)


def _picked(windows: Windows, alone: bool) -> None:
    """`alone`: one window was chosen until now, and its successor is one window too."""
    if alone:
        choices.put(window=st.session_state["pick-window"], bin=None)
    else:
        _put(windows, "window", "pick-window", "pick-until")


def _others(windows: Windows) -> None:
    _put(windows, "against", "pick-other", "pick-other-until")


def _put(windows: Windows, name: str, first: str, last: str) -> None:
    """Both ends into the URL, in order."""
    ends = sorted((st.session_state[first], st.session_state[last]), key=windows.at)
    choices.put(bin=None, **{name: Span(*ends)})


def _compared(windows: Windows, chosen: Span) -> None:
    kind = st.session_state["pick-against"]
    usual = before(windows, chosen) or read(windows, windows.names[0])
    choices.put(bin=None, against=usual if kind == OTHERS else None if kind == REFERENCE else kind)
