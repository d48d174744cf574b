"""What the theme cannot say: the mark, spacing, and the few rules of style that all pages share."""

from __future__ import annotations

import streamlit as st

__all__ = ["ICON", "apply"]

_LOOP = (
    "<path d='M16 4.5a11.5 11.5 0 1 1-9.96 5.75' fill='none' stroke='#4477AA' stroke-width='3.4' stroke-linecap='round'/>"
    "<circle cx='16' cy='4.5' r='3.6' fill='#EE6677'/><circle cx='16' cy='16' r='3.2' fill='#4477AA'/>"
)
ICON = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>{_LOOP}</svg>"

_STYLE = """
<style>
[data-testid=stMainBlockContainer] {padding-top: 2.6rem; padding-bottom: 4rem; max-width: 1760px; margin: 0 auto}
[data-testid=stSidebarUserContent] {padding-top: .5rem}
h1 {letter-spacing: -.012em; padding-bottom: .15rem !important}
h3 {letter-spacing: -.005em}
.finding {font-size: 1.1rem; line-height: 1.5; opacity: .84; max-width: 62rem; margin: 0 0 .4rem 0}
[data-testid=stPageLink] a {height: auto; white-space: normal; padding-left: 0; align-items: center}
[data-testid=stPageLink] p {white-space: normal; overflow: visible}
[data-testid=stCaptionContainer] {color: inherit !important; opacity: .8}
[data-testid=stMetricValue] {font-variant-numeric: tabular-nums}
[data-testid=stMetricLabel] {opacity: .8}
@media (max-width: 640px) {
  [data-testid=stMainBlockContainer] {padding-left: 1rem; padding-right: 1rem; padding-top: 4.6rem}
  .finding {font-size: 1.02rem}
}
@media (prefers-reduced-motion: reduce) {* {animation-duration: .01ms !important; transition-duration: .01ms !important}}
</style>
"""

# The menu's sections are lists with more than items in them, which a screen reader counts wrongly: they are links under headings.
_MENU = """
<script>
(() => {
  const mend = () => document.querySelectorAll("[data-testid=stSidebarNavItems], [data-testid=stSidebarNavItems] li")
    .forEach((part) => part.getAttribute("role") || part.setAttribute("role", "none"))
  if (!window.lifecycleMenu) new MutationObserver(mend).observe(document.body, {childList: true, subtree: true})
  window.lifecycleMenu = true
  mend()
})()
</script>
"""


def apply() -> None:
    """Put the mark above the menu and the rules into the page."""
    ink = "#E4E9EE" if st.context.theme.type == "dark" else "#1D252D"
    word = f"<text x='40' y='22.5' font-family='Source Sans, Segoe UI, sans-serif' font-size='20' font-weight='600' fill='{ink}'>Lifecycle</text>"
    st.logo(f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 132 32'>{_LOOP}{word}</svg>", size="large", icon_image=ICON)
    st.html(_STYLE + _MENU, unsafe_allow_javascript=True)
