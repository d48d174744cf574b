"""Which part of a page is shown: a row of names, kept in the URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

__all__ = ["part"]


def part(key: str, names: Mapping[str, str], default: str) -> str:
    """The chosen one of `names` (key: what it is called): the URL's `?key=`, else the default."""
    wanted = st.query_params.get(key)
    st.session_state[key] = wanted if wanted in names else default

    def picked() -> None:
        st.query_params[key] = st.session_state[key]

    st.segmented_control("Show", list(names), format_func=names.__getitem__, key=key, on_change=picked, required=True, label_visibility="collapsed")
    return str(st.session_state[key])
