"""Parses text without markup into units: headings and sections open levels, designators name paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.citations import EAR_PARTS
from tracker.locations import WHOLE_TEXT
from tracker.model import Unit, UnitKind
from tracker.parsing.gpo_xml import shorten
from tracker.parsing.line_unwrap import is_heading, unwrap_lines
from tracker.parsing.paragraph_labels import leading_labels
from tracker.parsing.paragraphs import CitationScope, Paragraph, ParagraphWriter, Piece
from tracker.parsing.unit_builder import UnitBuilder

_SECTION = re.compile(r"(?:(\d+) CFR |§+\s*|Sec\.\s+)((\d{1,4})\.\d+[a-z]?(?:-\d+)?)\s+(?=[A-Z\[“\"'])")
_LONGEST_HEADING = 300


def plain_text_units(lines: Iterable[str]) -> tuple[Unit, ...]:
    """Return the units of hard-wrapped lines. A word may be broken at the end of a line, as in a print."""
    return paragraph_units(unwrap_lines(lines, broken=True))


def paragraph_units(texts: Iterable[str]) -> tuple[Unit, ...]:
    """Return the units of paragraphs. `§ 744.5 Restrictions ...` opens a section, whose paragraphs are cited as
    in the CFR; a short line in capitals opens a heading; the rest is counted: `Text

    2`.
    """
    outline = UnitBuilder()
    place = CitationScope(WHOLE_TEXT, 0)
    run: list[Piece] = []
    for text in texts:
        section = _SECTION.match(text) if len(text) < _LONGEST_HEADING else None
        if section is None and not is_heading(text):
            run.append(Paragraph("P", text, leading_labels(text, plain=True)))
            continue
        ParagraphWriter(outline, place).write(run)
        run = []
        name = _citation(section) if section else shorten(text, 100)
        place = CitationScope(outline.add(name, UnitKind.HEADING, text, 0), 0)
    ParagraphWriter(outline, place).write(run)
    return tuple(outline.units)


def _citation(section: re.Match[str]) -> str:
    """Return the citation of a section. Only for the EAR does the number identify the title."""
    title = section[1] or ("15" if int(section[3]) in EAR_PARTS else "")
    return f"{title} CFR {section[2]}" if title else f"§ {section[2]}"
