"""Choices that live in the URL, so that a link shows what its sender saw; each works by keyboard too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

__all__ = ["pick", "put", "switch"]


def put(**chosen: Any) -> None:
    """Write choices into the URL; None takes one out. For callbacks."""
    for name, value in chosen.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(value)


def pick(label: str, options: Sequence[str], name: str, default: str, words: Callable[[str], str] = str, place: Any = st) -> str:
    """A select box over `options` that is kept in the URL as `?name=`; what the URL says wrongly is ignored."""
    st.session_state[f"pick-{name}"] = _current(options, name, default)
    return str(place.selectbox(label, options, key=f"pick-{name}", format_func=words, on_change=_kept, args=(name,)))


def switch(label: str, options: Sequence[str], name: str, default: str, words: Callable[[str], str] = str) -> str:
    """A row of buttons over a few `options`, kept in the URL as `?name=`."""
    st.session_state[f"pick-{name}"] = _current(options, name, default)
    keywords: dict[str, Any] = {"key": f"pick-{name}", "required": True, "label_visibility": "collapsed"}
    return str(st.segmented_control(label, options, format_func=words, on_change=_kept, args=(name,), **keywords))


def _current(options: Sequence[str], name: str, default: str) -> str:
    asked = st.query_params.get(name)
    return asked if asked is not None and asked in options else default


def _kept(name: str) -> None:
    put(**{name: st.session_state[f"pick-{name}"]})
