"""A model card as sections, and the two forms that they are written in: Markdown, and one HTML file that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Section", "as_html", "as_markdown"]

STYLE = """
:root{color-scheme:light dark}body{font:15px/1.55 system-ui,sans-serif;max-width:52rem;margin:2.5rem auto;padding:0 1.25rem}
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .4rem;border-bottom:1px solid #8884;padding-bottom:.2rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}td,th{padding:.3rem .6rem;text-align:left;border-bottom:1px solid #8883}
th{font-weight:600}code{font-size:.85em;overflow-wrap:anywhere}.scroll{overflow-x:auto}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}}
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A question answered by a sentence, by points, by a table, or by several of them."""

    title: str
    text: str = ""
    points: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    @property
    def empty(self) -> bool:
        """Is there nothing to say?"""
        return not (self.text or self.points or self.rows)


def as_markdown(title: str, about: str, sections: Sequence[Section]) -> str:
    """The card in Markdown.

    >>> print(as_markdown("p, version 1", "", [Section("Data", points=["10 rows"])]))
    # p, version 1
    <BLANKLINE>
    ## Data
    <BLANKLINE>
    - 10 rows
    <BLANKLINE>
    """
    blocks = [f"# {title}", about]
    for section in sections:
        if section.empty:
            continue
        blocks += [f"## {section.title}", section.text, "\n".join(f"- {point}" for point in section.points)]
        if section.rows:
            lines = [section.header, ["---"] * len(section.header), *section.rows]
            blocks.append("\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines))
    return "\n\n".join(block for block in blocks if block) + "\n"


def as_html(title: str, about: str, sections: Sequence[Section]) -> str:
    """The card as one HTML file: no script, nothing from elsewhere; every text is escaped.

    >>> "<script>" in as_html("p", "<script>", [])
    False
    """
    body = [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(about)}</p>" if about else ""]
    for section in sections:
        if section.empty:
            continue
        body.append(f"<h2>{html.escape(section.title)}</h2>")
        if section.text:
            body.append(f"<p>{_inline(section.text)}</p>")
        if section.points:
            body.append("<ul>" + "".join(f"<li>{_inline(point)}</li>" for point in section.points) + "</ul>")
        if section.rows:
            head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in section.header)
            lines = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
            body.append(f"<div class='scroll' tabindex='0'><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>")
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width,initial-scale=1'><title>{html.escape(title)}</title>"
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    return f"<!doctype html><html lang='en'><head>{head}{policy}<style>{STYLE}</style></head><body><main>{''.join(body)}</main></body></html>"


def _inline(text: str) -> str:
    """Escaped, with `code` and **bold** as the Markdown has them."""
    parts = html.escape(text).split("`")
    coded = "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts)) if len(parts) % 2 else html.escape(text)
    pieces = coded.split("**")
    return "".join(f"<strong>{piece}</strong>" if place % 2 else piece for place, piece in enumerate(pieces)) if len(pieces) % 2 else coded
