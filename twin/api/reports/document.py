"""A report as a PDF: heading, facts, plan, table, and what must be known to read it. Fonts are embedded."""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pymupdf

if TYPE_CHECKING:
    from collections.abc import Sequence

_CSS = """
body { font-family: sans-serif; font-size: 9pt; color: #182025; }
h1 { font-size: 16pt; margin: 0 0 4pt 0; }
h2 { font-size: 11pt; margin: 10pt 0 3pt 0; }
p { margin: 0 0 4pt 0; }
table { border-collapse: collapse; }
td, th { border: 0.5pt solid #b5bbbe; padding: 2pt 5pt; text-align: left; }
.note { color: #48545b; }
"""
_MARGIN_PT = 48.0
_FOOT_PT = 24.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, in one language.

    Attributes:
        title: heading.
        facts: label and value, one a line.
        picture: PNG, or None.
        heading: over the table.
        columns: of the table.
        rows: its cells as text.
        notes: how to read it, and what is not known.
        foot: on every page; `{page}` and `{pages}` are filled in.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    picture: bytes | None
    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]
    foot: str


def pdf(report: Report) -> bytes:
    """The report as a PDF, unsigned."""
    archive = pymupdf.Archive()
    picture = ""
    if report.picture is not None:
        archive.add(report.picture, "plan.png")
        picture = '<p><img src="plan.png" width="480"></p>'
    facts = "".join(f"<tr><th>{_safe(label)}</th><td>{_safe(value)}</td></tr>" for label, value in report.facts)
    head = "".join(f"<th>{_safe(column)}</th>" for column in report.columns)
    body = "".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in report.rows)
    notes = "".join(f'<p class="note">{_safe(note)}</p>' for note in report.notes)
    text = (
        f"<h1>{_safe(report.title)}</h1><table>{facts}</table>{picture}"
        f"<h2>{_safe(report.heading)}</h2><table><tr>{head}</tr>{body}</table>{notes}"
    )
    story = pymupdf.Story(text, user_css=_CSS, archive=archive)
    drawn = io.BytesIO()
    writer = pymupdf.DocumentWriter(drawn)
    page = pymupdf.paper_rect("a4")
    inner = pymupdf.Rect(_MARGIN_PT, _MARGIN_PT, page.width - _MARGIN_PT, page.height - _MARGIN_PT - _FOOT_PT)
    more = 1
    while more:
        device = writer.begin_page(page)
        more, _ = story.place(inner)
        story.draw(device)
        writer.end_page()
    writer.close()
    return _finished(drawn.getvalue(), report)


def _finished(drawn: bytes, report: Report) -> bytes:
    """With foot lines, and no more of the fonts than is used."""
    document = pymupdf.open("pdf", drawn)
    pages = document.page_count
    for number, page in enumerate(document, start=1):
        place = pymupdf.Rect(_MARGIN_PT, page.rect.height - 44, page.rect.width - _MARGIN_PT, page.rect.height - 20)
        foot = report.foot.format(page=number, pages=pages)
        page.insert_htmlbox(place, f'<p style="font-size:7pt;color:#48545b">{_safe(foot)}</p>')
    document.set_metadata({"title": report.title, "producer": "Plant Twin"})
    document.subset_fonts()
    made: bytes = document.tobytes(garbage=4, deflate=True)
    return made


def _safe(text: str) -> str:
    return html.escape(text)
