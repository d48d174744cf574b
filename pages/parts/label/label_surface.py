"""The labeling surface as a component: its HTML, CSS and JavaScript lie as files in `pages/label/surface/`, nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import sample_json
from pages.parts.label import sitting

__all__ = ["surface"]

FILES = Path(__file__).resolve().parents[2] / "label" / "surface"
SCRIPTS = ("outbox.js", "sample.js", "lens.js", "surface.js", "drawers.js", "actions.js")


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    """Registered once; the scripts are one module, in this order."""
    script = "\n".join((FILES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    html, css = ((FILES / f"surface.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return st.components.v2.component("lifecycle_labeling", html=html, css=css, js=script)


def surface(now: sitting.Sitting, schema: lifecycle.Schema) -> None:
    """Mount the surface for one sitting; what it sends is taken before this runs again."""
    key = f"labeling-{now.project.name}-{now.annotator}"

    def receive() -> None:
        for event in _messages(st.session_state[key]):
            now.receive(event)

    _component()(key=key, data=_words(now, schema) | now.reply(), on_outbox_change=receive)


def _messages(state: Any) -> list[dict[str, Any]]:
    """The outbox messages of this run; the last one holds all that earlier ones held."""
    sent = state.get("outbox")
    found = sent if isinstance(sent, list) else [sent]
    return [message for message in found if isinstance(message, dict)][-1:]


def _words(now: sitting.Sitting, schema: lifecycle.Schema) -> dict[str, Any]:
    keys, settings = sample_json.class_keys(schema.classes), now.project.settings
    none = "Nothing waits for a label that matches this filter." if now.where else "Nothing waits for a label."
    more = (
        "Change the filter or clear it."
        if now.where
        else "New samples come when predictions land or the model changes; the Drift page can send some too."
    )
    return {
        "place": f"{now.project.name}:{now.annotator}",
        "classes": [{"value": value, "key": key} for value, key in zip(schema.classes, keys, strict=True)],
        "ask": f"{schema.target}?",
        "unit": settings.unit,
        "range": list(settings.usual_range) if settings.usual_range else None,
        "empty": f"{none} {more}",
    }
