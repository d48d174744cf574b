"""The frame of every page: title, finding, questions, empty states, refusals."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import streamlit as st

import lifecycle
from pages.parts import tree

__all__ = ["badge", "empty", "finding", "head", "may", "plain", "refusals", "section", "signed_out"]

STATUS = {
    "ok": ("green", ":material/check_circle:", "OK"),
    "warning": ("orange", ":material/warning:", "Warning"),
    "critical": ("red", ":material/error:", "Critical"),
    "unknown": ("gray", ":material/help:", "Unknown"),
}


def head(title: str, sentence: str | None = None) -> None:
    """The page's title, once, and under it the one sentence with the finding."""
    st.title(title, anchor=False)
    if sentence:
        finding(sentence)


def finding(sentence: str) -> None:
    """The one sentence under the title, as it stands: nothing in it is markup."""
    st.html(f"<p class='finding'>{html.escape(sentence)}</p>")


def section(question: str, caption: str | None = None) -> None:
    """A section's title, which is a question, and what there is to know before looking."""
    st.subheader(question, anchor=False)
    if caption:
        st.caption(caption)


def empty(what: str, why: str, button: str | None = None, url: str | None = None, **query: Any) -> None:
    """Nothing to show yet: what would be here, why it is not, and the one way on."""
    with st.container(border=True, key=f"empty-{abs(hash((what, why)))}"):
        st.markdown(f"**{what}**")
        st.caption(why)
        if button and url in tree.PAGES and st.button(button, type="primary", key=f"empty-{what}"):
            tree.go(url, **query)


def badge(status: str) -> None:
    """A status as icon, word and colour."""
    color, icon, word = STATUS.get(status, STATUS["unknown"])
    st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]


@contextmanager
def refusals() -> Iterator[None]:
    """What Lifecycle refuses inside is said as a sentence; the page goes on after the block."""
    try:
        yield
    except lifecycle.SignedOut as refusal:
        signed_out(refusal)
    except lifecycle.NotReady as refusal:
        st.info(str(refusal), icon=":material/hourglass_empty:")
    except lifecycle.LifecycleError as refusal:
        st.error(str(refusal), icon=":material/block:")


def signed_out(refusal: lifecycle.SignedOut) -> None:
    """The session has ended: the way to sign in, and back to this page."""
    here = urlsplit(st.context.url or "/")
    wanted = (here.path or "/") + (f"?{here.query}" if here.query else "")
    st.warning(str(refusal), icon=":material/lock:")
    st.html(f"<a href='/sign-in?next={quote(wanted, safe='')}'>Sign in and come back to this page</a>")


def may(noun: lifecycle.Project | lifecycle.Workspace, verb: str) -> dict[str, Any]:
    """What a button is told that calls this verb, `st.button("Approve...", **page.may(project, "approve"))`: off, with the reason, where it
    would be refused."""
    why = noun.refusal(verb)
    return {"disabled": True, "help": why} if why else {}


def plain(text: str) -> str:
    """Text that Markdown shows as it stands.

    >>> plain("a_b costs $3")
    'a\\\\_b costs \\\\$3'
    """
    return re.sub(r"([\\`*_{}\[\]<>()#+!|$~:-])", r"\\\1", text)
