"""Parses the annual edition of the CFR (CFRGRANULE, CFRDOC): the Federal Register's markup, with the eCFR's
paths.
"""

from __future__ import annotations

import re

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.fr_xml import SECTION_NUMBER
from tracker.parsing.gpo_xml import Element, children, label, tidy_emphasis, words
from tracker.parsing.paragraphs import (
    CitationScope,
    Paragraph,
    ParagraphWriter,
    Piece,
    child_pieces,
    inline_pieces,
)
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder


def is_annual(root: Element) -> bool:
    return root.tag in ("CFRGRANULE", "CFRDOC")


def annual_units(root: Element, name: str) -> tuple[tuple[Unit, ...], str, str]:
    """Return (units, heading, place) of an annual CFR file, with the paths of the eCFR: `12 CFR 1004.2(a)`.
    Raises ParseError when it names no title.
    """
    title = next((words(element) for element in root.iter("CFRTITLE", "TITLENUM")), "")
    found = re.search(r"\d+", title)
    if found is None:
        raise ParseError(f"{name}: this annual CFR file names no title")
    tidy_emphasis(root)
    reader = _Annual(f"{found.group()} CFR")
    reader.write(root, CitationScope(reader.book, -1))
    part = next(root.iter("PART"), None)
    head = next(part.iter("HD"), None) if part is not None else None
    return tuple(reader.outline.units), words(head) if head is not None else name, reader.place


class _Annual:
    def __init__(self, book: str) -> None:
        self.outline = UnitBuilder()
        self.book = book
        self.place = book

    def write(self, element: Element, place: CitationScope) -> None:
        """Write everything below one element: parts, subparts, sections, appendices, and text between them."""
        flow = ParagraphWriter(self.outline, place)
        run: list[Piece] = []
        for child in children(element):
            if isinstance(child, str):
                run.append(Paragraph("", " ".join(child.split())))
            elif child.tag in ("SECTION", "PART", "SUBPART", "APPENDIX", "SUBJGRP"):
                flow.write(run)
                run = []
                self._division(child, place)
            elif any(inner.tag in ("SECTION", "PART", "SUBPART", "APPENDIX") for inner in child.iter()):
                flow.write(run)
                run = []
                self.write(child, place)
            else:
                run.extend(child_pieces(child))
        flow.write(run)

    def _division(self, element: Element, place: CitationScope) -> None:
        if element.tag == "SECTION":
            self._section(element, place)
            return
        head = next((child for child in element if child.tag == "HD"), None)
        heading = words(head) if head is not None else ""
        found = re.search(r"PART (\d+)", heading, re.IGNORECASE)
        if element.tag == "PART" and found:
            below = CitationScope(f"{self.book} {found[1]}", place.depth + 1)
            if self.place == self.book:  # a part inside an appendix does not name the file
                self.place = below.path
        else:
            below = CitationScope(
                f"{place.path}{SEPARATOR}{label(heading) if heading else element.tag}", place.depth + 1
            )
        self.write(element, below)

    def _section(self, element: Element, place: CitationScope) -> None:
        number = next((child for child in element if child.tag in ("SECTNO", "RESERVED")), None)
        found = SECTION_NUMBER.search(words(number)) if number is not None else None
        path = f"{self.book} {found[1]}" if found else f"{place.path}{SEPARATOR}Section"
        subject = next((child for child in element if child.tag == "SUBJECT"), None)
        head = [part for part in (number, subject) if part is not None]
        heading = " ".join(words(part) for part in head)
        path = self.outline.add(path, UnitKind.HEADING, heading, place.depth + 1)
        ParagraphWriter(self.outline, CitationScope(path, place.depth + 1), heading=heading).write(
            inline_pieces(element, head)
        )
