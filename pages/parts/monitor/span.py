"""Which windows a page is about, and what they are compared with: picked on any chart or from lists, kept in the URL."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.parts.windows import Windows

__all__ = ["BEFORE", "REFERENCE", "Span", "before", "chosen", "compared", "read"]

REFERENCE, BEFORE = "reference", "before"
TO = ".."


@dataclass(frozen=True, slots=True)
class Span:
    """A window, or several in a row: the names of the first and the last.

    >>> str(Span("3", "7")), str(Span("3", "3")), Span("3", "3").asked
    ('3..7', '3', '3')
    """

    first: str
    last: str

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first}{TO}{self.last}"

    @property
    def asked(self) -> str | tuple[str, str]:
        """As the verbs take it."""
        return self.first if self.first == self.last else (self.first, self.last)

    @property
    def single(self) -> bool:
        """Is it one window?"""
        return self.first == self.last


def read(windows: Windows, text: str | None) -> Span | None:
    """What the URL says, None where it names no windows of these or the last before the first."""
    first, _, last = (text or "").partition(TO)
    last = last or first
    return Span(first, last) if first in windows and last in windows and windows.at(first) <= windows.at(last) else None


def chosen(windows: Windows, default: str) -> Span:
    """The windows that the URL's `window` names, else the default one."""
    return read(windows, st.query_params.get("window")) or Span(default, default)


def compared(windows: Windows, span: Span) -> Span | None:
    """What the URL's `against` says that a span is compared with, None for the reference."""
    asked = st.query_params.get("against", REFERENCE)
    return before(windows, span) if asked == BEFORE else read(windows, asked)


def before(windows: Windows, span: Span) -> Span | None:
    """As many windows right before a span, fewer where there are no more."""
    first, last = windows.at(span.first), windows.at(span.last)
    return Span(windows.names[max(0, 2 * first - last - 1)], windows.names[first - 1]) if first else None
