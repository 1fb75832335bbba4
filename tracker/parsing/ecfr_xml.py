"""Parses the eCFR's XML (DIV1 to DIV9) into a tree of units with citation paths.

Paths: `15 CFR 744` (part), `15 CFR 744 › Subpart A`, `15 CFR 744.21(b)(2)`, `15 CFR 744.5

2` (running text without a designator), `15 CFR 744.21 › History`, `Supp. No. 4 to Part 744 › JAPAN › Some Co.,
Ltd.`
"""

from __future__ import annotations

import re

from tracker.model import Unit, UnitKind
from tracker.parsing.ccl import write_ccl
from tracker.parsing.entity_list import is_country_table, write_countries, write_parties
from tracker.parsing.gpo_xml import Element, children, label, shorten, words
from tracker.parsing.paragraphs import (
    CitationScope,
    Paragraph,
    ParagraphWriter,
    Piece,
    child_pieces,
    inline_pieces,
)
from tracker.parsing.tables import read_table
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder

_DIV = re.compile(r"DIV[1-9]")
_CITATION = re.compile(r"(\d+) CFR|Title (\d+)")
_NUMBER = re.compile(r"\d+(?:\.\S+)?")
_SUPPLEMENT = re.compile(r"Supplement No\.? ?(\d+) to Part (\d+)", re.IGNORECASE)
_PARTIES = frozenset({("4", "744"), ("6", "744"), ("7", "744")})


def is_ecfr(root: Element) -> bool:
    return bool(_DIV.fullmatch(str(root.tag))) or root.tag in ("ECFR", "DLPSTEXTCLASS")


def ecfr_units(root: Element, title: str = "") -> tuple[tuple[Unit, ...], str, str]:
    """Return (units, heading, place) of a part, section, supplement or title. `title` is the CFR title where
    the address gives it; else the file's own metadata do. The place is the path of the outermost unit, `15
    CFR 744`.
    """
    reader = _Reader(title or _title_of(root))
    place = reader.division(root, CitationScope("", -1))
    head = next((child for child in root.iter("HEAD")), None)
    return tuple(reader.outline.units), words(head) if head is not None else "", place.path


def _title_of(root: Element) -> str:
    for element in root.iter():
        if element.tag == "DIV1" and element.get("N", "").isdigit():
            return str(element.get("N"))
        found = _CITATION.search(element.get("hierarchy_metadata", ""))
        if found:
            return found[1] or found[2]
        if element.tag in ("DIV5", "DIV8", "DIV9"):
            number = re.search(r"\d{3}", element.get("N", ""))
            # Only for the EAR does the part identify the title.
            return "15" if number and 730 <= int(number.group()) <= 774 else ""
    return ""


class _Reader:
    def __init__(self, title: str) -> None:
        self.outline = UnitBuilder()
        self.book = f"{title} CFR" if title else "CFR"
        self.is_commerce = title in ("15", "")

    def division(self, element: Element, above: CitationScope) -> CitationScope:
        """Write one DIV with everything below it; return its own place."""
        tag = str(element.tag)
        head = next((child for child in element if child.tag == "HEAD"), None)
        heading = words(head) if head is not None else ""
        place = self._place(element, tag, heading, above)
        if heading:
            path = self.outline.add(place.path, UnitKind.HEADING, heading, place.depth)
            place = CitationScope(path, place.depth)
        skip = (head,) if head is not None else ()
        if tag == "DIV9":
            self._supplement(element, place, heading, skip)
        elif tag == "DIV8":
            ParagraphWriter(self.outline, place, heading=heading).write(inline_pieces(element, skip))
        else:
            self._parts(element, place, heading, skip)
        return place

    def _parts(self, element: Element, place: CitationScope, heading: str, skip: tuple[Element, ...]) -> None:
        """Write the divisions below this one, and the running text between them."""
        flow = ParagraphWriter(self.outline, place, heading=heading)
        for child in children(element):
            if isinstance(child, str):
                flow.write([Paragraph("", " ".join(child.split()))])
            elif _DIV.fullmatch(str(child.tag)):
                self.division(child, place)
            elif any(_DIV.fullmatch(str(inner.tag)) for inner in child.iter()):
                self._parts(child, place, heading, ())
            elif child not in skip:
                flow.write(child_pieces(child))

    def _place(self, element: Element, tag: str, heading: str, above: CitationScope) -> CitationScope:
        number = element.get("N", "")
        depth = above.depth + 1
        if tag == "DIV5":
            return CitationScope(f"{self.book} {number}", depth)
        if tag == "DIV8":
            found = _NUMBER.search(number) or _NUMBER.search(heading)
            return CitationScope(f"{self.book} {found.group() if found else number}", depth)
        if tag == "DIV9":
            return CitationScope(self._supplement_path(number or heading, above), depth)
        if tag == "DIV6":
            return CitationScope(f"{above.path}{SEPARATOR}Subpart {number}", depth)
        name = label(heading) if heading else number
        return CitationScope(
            f"{above.path}{SEPARATOR}{name}" if above.path else f"{self.book}{SEPARATOR}{name}", depth
        )

    def _supplement_path(self, name: str, above: CitationScope) -> str:
        found = _SUPPLEMENT.match(name)
        if found and self.is_commerce:
            return f"Supp. No. {found[1]} to Part {found[2]}"
        part = above.path.split(SEPARATOR)[0] if above.path else self.book
        return f"{part}{SEPARATOR}{shorten(name, 100)}"

    def _supplement(
        self, element: Element, place: CitationScope, heading: str, skip: tuple[Element, ...]
    ) -> None:
        found = _SUPPLEMENT.match(element.get("N", "") or heading)
        number = (found[1], found[2]) if found else ("", "")
        if number == ("1", "774"):
            write_ccl(self.outline, element, place, skip)
            return
        flow = _SupplementFlow(self.outline, place, heading=heading)
        flow.parties = number in _PARTIES
        if not any(_DIV.fullmatch(str(child.tag)) for child in element):
            flow.write(inline_pieces(element, skip))
            return
        run: list[Piece] = []
        for child in children(element):
            if isinstance(child, str):
                run.append(Paragraph("", " ".join(child.split())))
            elif _DIV.fullmatch(str(child.tag)):  # a part inside an appendix
                flow.write(run)
                run = []
                self.division(child, place)
            elif child not in skip:
                run.extend(child_pieces(child))
        flow.write(run)


class _SupplementFlow(ParagraphWriter):
    """Writes running text of a supplement, with tables of countries split by country."""

    parties = False

    def write_block(self, element: Element, current: CitationScope) -> None:
        if element.tag == "TABLE":
            table = read_table(element)
            if self.parties and is_country_table(table):
                write_parties(self.outline, table, self.root)
                return
            if is_country_table(table):
                write_countries(self.outline, table, current)
                return
        super().write_block(element, current)
