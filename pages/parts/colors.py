"""The roles of colour, the same in every chart, in light and dark."""

from __future__ import annotations

__all__ = ["ROLES", "SEQUENTIAL", "SEQUENTIAL_DARK", "color", "faint"]

ROLES = {
    "champion": "#4477AA",
    "old": "#4477AA",
    "current": "#4477AA",
    "realized": "#4477AA",
    "candidate": "#EE6677",
    "new": "#EE6677",
    "reference": "#8A8F98",
    "labels": "#228833",
    "estimated": "#AA3377",
    "assisted": "#332288",
    "alarm": "#CC3311",
    "muted": "#8A8F98",
}
DARK = {"assisted": "#88CCEE", "estimated": "#D77FB0", "alarm": "#FF7A5C", "labels": "#5CC06C", "champion": "#6699CC", "old": "#6699CC"}
DARK |= {"current": "#6699CC", "realized": "#6699CC"}
SEQUENTIAL = ((0.0, "rgba(68,119,170,0.06)"), (0.5, "rgba(68,119,170,0.55)"), (1.0, "#284D74"))
SEQUENTIAL_DARK = ((0.0, "rgba(127,178,224,0.07)"), (0.5, "rgba(127,178,224,0.5)"), (1.0, "#BFE0FA"))


def color(role: str, dark: bool = False) -> str:
    """The colour of a role, as it is everywhere in the product.

    >>> color("assisted"), color("assisted", dark=True)
    ('#332288', '#88CCEE')
    """
    return DARK.get(role, ROLES[role]) if dark else ROLES[role]


def faint(value: str, share: float = 0.16) -> str:
    """A colour for areas: the same, nearly transparent.

    >>> faint("#4477AA")
    'rgba(68,119,170,0.16)'
    """
    red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
