"""Parses full text XML of the Federal Register.

Paths of a Federal Register document: `Dates`, `Summary`, `Supplementary Information › I. Background ›

2` (preamble by heading); `instruction 3`, `instruction 3.a` (amendatory instructions, AMDPAR); `instruction 3 ›
15 CFR 744.11(a)(1)` (text that an instruction sets out: the law as it will read); `Signature`, `Filing line`.
In a whole issue each path begins with the document's number. Asterisks (STARS), which mark unchanged text, are
not text: the unit before them has `("elision", "after")` in `meta`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.citations import citation_values
from tracker.errors import ParseError
from tracker.locations import WHOLE_TEXT, at_instruction
from tracker.model import Unit, UnitKind
from tracker.parsing.gpo_xml import INLINE, Element, children, label, shorten, tidy_emphasis, words
from tracker.parsing.paragraph_labels import INSTRUCTION_ORDER, PathLabel, levels
from tracker.parsing.paragraphs import (
    CitationScope,
    Paragraph,
    ParagraphWriter,
    Piece,
    child_pieces,
    inline_pieces,
)
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder

DOCUMENTS = {
    "RULE": "Rule",
    "PRORULE": "Proposed Rule",
    "NOTICE": "Notice",
    "PRESDOCU": "Presidential Document",
}
_PREAMBLE = {
    "AGY": "Agency",
    "ACT": "Action",
    "SUM": "Summary",
    "DATES": "Dates",
    "EFFDATE": "Dates",
    "ADD": "Addresses",
    "FURINF": "For further information contact",
    "SUPLINF": "Supplementary Information",
    "PREAMHD": "Note",
    "LSTSUB": "List of Subjects",
}
_LINES = {
    "AGENCY": "Agency",
    "SUBAGY": "Agency",
    "CFR": "CFR",
    "DEPDOC": "Docket",
    "RIN": "RIN",
    "FRDOC": "Filing line",
    "BILCOD": "Billing code",
    "FILED": "Filing line",
    "EXECORD": "Executive Order",
    "EXECORDR": "Executive Order",
    "PROC": "Proclamation",
    "DETERM": "Determination",
}
_STEP = re.compile(r"(?:[■▪•]\s*|0\s)?(?P<text>\(?(?P<value>\d{1,3}|[a-z]|[ivx]{2,5}|[A-Z])[.)])(?=\s)")
SECTION_NUMBER = re.compile(r"(\d+[a-z]?\.\d+[a-z0-9]*(?:[-–]\d+[a-z]*)?)")
_SUPPLEMENT = re.compile(r"Supplement No\.? ?(\d+) to Part (\d+)", re.IGNORECASE)
_CFR_LINE = re.compile(r"\d{1,2} CFR\b")  # set as a SUBAGY now and then
_NUMBER = re.compile(r"FR Doc\.?\s*(?:Nos?\.?\s*)?((?:[A-Z]\d{0,2}[-–])?\d{2,4}[-–]\d{1,6})")


@dataclass(frozen=True, slots=True)
class FrFacts:
    """The facts in a document's XML; missing ones are empty."""

    number: str = ""
    type: str = ""
    title: str = ""
    agencies: tuple[str, ...] = ()
    action: str = ""
    dates: str = ""
    summary: str = ""
    rins: tuple[str, ...] = ()
    dockets: tuple[str, ...] = ()
    cfr_references: tuple[str, ...] = ()
    executive_order: str = ""
    proclamation: str = ""


def is_fr(root: Element) -> bool:
    return root.tag in DOCUMENTS or root.tag in ("FEDREG", "DOCUMENT") or _inner(root) is not None


def _inner(root: Element) -> Element | None:
    return next((element for element in root.iter(*DOCUMENTS)), None)


def fr_units(root: Element, name: str) -> tuple[tuple[Unit, ...], FrFacts]:
    """Return units and facts of one document, or of a whole issue (then without facts). Raises ParseError when
    the file contains no document.
    """
    tidy_emphasis(root)
    outline = UnitBuilder()
    if root.tag in DOCUMENTS:
        _Reader(outline, "").document(root)
        return tuple(outline.units), read_facts(root)
    if _inner(root) is None:
        raise ParseError(f"{name}: no RULE, PRORULE, NOTICE or PRESDOCU in this XML")
    _Issue(outline).write(root)
    return tuple(outline.units), FrFacts()


def number_of(element: Element) -> str:
    """Return the document number in the filing line, `[FR Doc. 2025-19001 Filed 9-29-25; 8:45 am]`."""
    for line in element.iter("FRDOC"):
        found = _NUMBER.search(words(line))
        if found:
            return found[1].replace("–", "-")
    return ""


def read_facts(root: Element) -> FrFacts:
    """Return the facts in the preamble of one document."""

    def texts(*tags: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (words(element) for element in root.iter(*tags)))))

    def body(*tags: str) -> str:
        return " ".join(
            " ".join(words(line) for line in element if line.tag != "HD") for element in root.iter(*tags)
        ).strip()

    preamble = next(root.iter("PREAMB"), None)
    place = preamble if preamble is not None else root
    subject = next(place.iter("SUBJECT"), None)
    if subject is None:  # presidential documents have a heading instead
        subject = next((line for line in place.iter("HD") if words(line)), None)
    orders = [words(element) for element in root.iter("EXECORD", "EXECORDR", "PRES", "PROC")]
    order_text = " ".join(orders)
    headings = " ".join(words(line) for line in root.iter("HD"))[:400]
    return FrFacts(
        number=number_of(root),
        type=DOCUMENTS.get(str(root.tag), ""),
        title=words(subject) if subject is not None else "",
        agencies=tuple(
            name for element in place.iter("AGENCY", "SUBAGY") if not _CFR_LINE.match(name := words(element))
        ),
        action=body("ACT"),
        dates=body("DATES", "EFFDATE"),
        summary=body("SUM"),
        rins=tuple(citation_values(" ".join(texts("RIN")), "rin")),
        dockets=tuple(part.strip() for text in texts("DEPDOC") for part in text.strip("[]").split(";")),
        cfr_references=tuple(value for value in citation_values("; ".join(_cfr_lines(place)), "cfr-part")),
        executive_order=_first(order_text + " " + headings, r"Executive Order (\d{5})"),
        proclamation=_first(order_text + " " + headings, r"Proclamation (\d{4,5})"),
    )


def _cfr_lines(place: Element) -> list[str]:
    lines = ((element.tag, words(element)) for element in place.iter("CFR", "SUBAGY"))
    return [text for tag, text in lines if tag == "CFR" or _CFR_LINE.match(text)]


def _first(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


class _Issue:
    """Parses a whole issue: contents and headings between the documents, and each document by its number."""

    def __init__(self, outline: UnitBuilder) -> None:
        self.outline = outline

    def write(self, element: Element, name: str = "Issue") -> None:
        flow = ParagraphWriter(self.outline, CitationScope(name, 0))
        for child in children(element):
            if isinstance(child, str):
                flow.write([Paragraph("", " ".join(child.split()))])
            elif child.tag in DOCUMENTS:
                number = number_of(child) or label(_title(child))
                _Reader(self.outline, number).document(child)
            elif any(inner.tag in DOCUMENTS for inner in child.iter()):
                self.write(child, name)
            else:
                flow.write(child_pieces(child))


def _title(element: Element) -> str:
    found = next(element.iter("SUBJECT", "HD", "TITLE3"), None)
    return words(found) if found is not None else "Document"


class _Reader:
    """Parses one document. `prefix` is its number within an issue; empty for a file of one document."""

    def __init__(self, outline: UnitBuilder, prefix: str) -> None:
        self.outline = outline
        self.base = CitationScope(prefix, 0) if prefix else CitationScope("", -1)
        self.number = 0  # of the instruction that the text belongs to
        self.steps: dict[Element, tuple[str, ...]] = {}
        self.under = self._below(WHOLE_TEXT)
        self.title = ""
        self.part = ""
        self.instructed = ""  # the words of the last instruction

    def _below(self, name: str, place: CitationScope | None = None) -> CitationScope:
        above = place or self.base
        return CitationScope(f"{above.path}{SEPARATOR}{name}" if above.path else name, above.depth + 1)

    def document(self, element: Element) -> None:
        """Write the whole document."""
        self.steps = _steps(element)
        for child in children(element):
            if isinstance(child, str):
                self._running([Paragraph("", " ".join(child.split()))])
            elif child.tag == "PREAMB":
                self._preamble(child)
            else:
                self._top(child)

    def _top(self, element: Element) -> None:
        tag = str(element.tag)
        if tag == "SUPLINF":
            self._section_of_preamble(element, _PREAMBLE[tag])
        elif tag in ("REGTEXT", "PART", "SUBPART", "AMDPAR", "SECTION", "APPENDIX", "AUTH"):
            self._regulatory(element)
        elif tag == "SIG":
            self._lines_of(element, "Signature")
        elif tag in _LINES and all(child.tag in INLINE for child in element):
            self._line(element, _LINES[tag])
        elif tag in _PREAMBLE:
            self._section_of_preamble(element, _PREAMBLE[tag])
        elif any(inner.tag in ("REGTEXT", "AMDPAR", "SECTION", "SIG") for inner in element.iter()):
            for child in children(element):
                if isinstance(child, str):
                    self._running([Paragraph("", " ".join(child.split()))])
                else:
                    self._top(child)
        else:
            self._running(child_pieces(element))

    # --- preamble

    def _preamble(self, element: Element) -> None:
        for child in children(element):
            if isinstance(child, str):
                self._running([Paragraph("", " ".join(child.split()))])
            elif child.tag == "SUBJECT":
                place = self._below("Title")
                self.outline.add(place.path, UnitKind.HEADING, words(child), place.depth)
            elif child.tag in _LINES:
                is_cfr = child.tag in ("AGENCY", "SUBAGY") and _CFR_LINE.match(words(child))
                self._line(child, "CFR" if is_cfr else _LINES[str(child.tag)])
            elif child.tag in _PREAMBLE:
                self._section_of_preamble(child, _PREAMBLE[str(child.tag)])
            else:
                self._top(child)

    def _line(self, element: Element, name: str) -> None:
        place = self._below(name)
        self.outline.add(place.path, UnitKind.PARAGRAPH, words(element), place.depth)

    def _section_of_preamble(self, element: Element, name: str) -> None:
        """Write `DATES:` and the like: the heading as a unit, the text below it by its own headings."""
        place = self._below(name)
        head = next((child for child in element if child.tag == "HD"), None)
        first = next(iter(element), None)
        if head is not None and head is first:
            path = self.outline.add(place.path, UnitKind.HEADING, words(head), place.depth)
            place = CitationScope(path, place.depth)
        run: list[Piece] = []
        flow = ParagraphWriter(self.outline, place)
        for child in children(element):
            if isinstance(child, str):
                run.append(Paragraph("", " ".join(child.split())))
            elif child is head and child is first:
                continue
            elif self._is_legal(child):
                flow.write(run)
                run = []
                self._top(child)
            else:
                run.extend(child_pieces(child))
        flow.write(run)

    def _is_legal(self, element: Element) -> bool:
        """Return whether an element is regulatory text, a signature or the list of subjects: sections of their
        own wherever they are.
        """
        return element.tag in (
            "REGTEXT", "AMDPAR", "SECTION", "SIG", "LSTSUB", "PART", "SUBPART", "APPENDIX", "AUTH", "FRDOC", "BILCOD",
        )  # fmt: skip

    # --- regulatory text

    def _regulatory(self, element: Element) -> None:
        tag = str(element.tag)
        if tag == "REGTEXT":
            self.title = element.get("TITLE", self.title)
            self.part = element.get("PART", self.part)
        if tag == "AMDPAR":
            self._instruction(element)
        elif tag == "SECTION":
            follower = _regtext_of(element, self.instructed)
            if follower is not None:
                self.title = follower.get("TITLE", self.title)
                self.part = follower.get("PART", self.part)
                steps = self.steps.get(next(follower.iter("AMDPAR")), ())
                self.number = int(steps[0]) if steps and steps[0].isdigit() else self.number
            self._set_out(element)
        elif tag in ("PART", "SUBPART", "APPENDIX", "REGTEXT"):
            self._division(element)
        else:
            self._running(child_pieces(element))

    def _division(self, element: Element) -> None:
        run: list[Piece] = []
        outer = self.under
        inner = element.tag == "PART" and next(element.iterancestors("APPENDIX"), None) is not None
        if inner:  # a part inside an appendix does not belong to its text
            self.under = self._instruction_place()
        for child in children(element):
            if isinstance(child, str):
                run.append(Paragraph("", " ".join(child.split())))
            elif child.tag in ("AMDPAR", "SECTION", "PART", "SUBPART", "APPENDIX", "REGTEXT"):
                self._running(run)
                run = []
                self._regulatory(child)
            elif child.tag == "HD" and (found := _SUPPLEMENT.match(words(child))):
                self._running(run)
                run = []
                self._supplement(f"Supp. No. {found[1]} to Part {found[2]}", words(child))
            else:
                run.extend(child_pieces(child))
        self._running(run)
        if element.tag == "APPENDIX" or inner:
            self.under = outer

    def _supplement(self, name: str, heading: str) -> None:
        place = self._below(name, self._instruction_place())
        path = self.outline.add(place.path, UnitKind.HEADING, heading, place.depth)
        self.under = CitationScope(path, place.depth)

    def _instruction_place(self) -> CitationScope:
        return self._below(at_instruction(self.number)) if self.number else self._below(WHOLE_TEXT)

    def _instruction(self, element: Element) -> None:
        """Write an instruction: `3. Section 744.11 is amended by:`, `a. Revising paragraph (a)(1);`"""
        text = self.instructed = words(element)
        steps = self.steps.get(element, ())
        meta = tuple((key, value) for key, value in (("title", self.title), ("part", self.part)) if value)
        if steps and steps[0].isdigit():
            self.number = int(steps[0])
        above = self._instruction_place()
        if not steps:  # continues the instruction before
            path = self.outline.numbered(above.path, "¶")
            self.outline.add(path, UnitKind.INSTRUCTION, text, above.depth + 1, meta=meta)
        else:
            place = self._below(at_instruction(".".join(steps)))
            found = _STEP.match(text)
            marker = found["text"] if found else ""
            depth = place.depth + len(steps) - 1
            self.outline.add(place.path, UnitKind.INSTRUCTION, text, depth, marker=marker, meta=meta)
        self.under = above

    def _set_out(self, element: Element) -> None:
        number = next((child for child in element if child.tag == "SECTNO"), None)
        subject = next((child for child in element if child.tag == "SUBJECT"), None)
        heading = " ".join(words(part) for part in (number, subject) if part is not None)
        found = SECTION_NUMBER.search(words(number)) if number is not None else None
        name = (
            f"{self.title} CFR {found[1]}"
            if found and self.title
            else (f"§ {found[1]}" if found else "Section")
        )
        place = self._below(name, self._instruction_place())
        path = self.outline.add(place.path, UnitKind.HEADING, heading, place.depth)
        place = CitationScope(path, place.depth)
        skip = [part for part in (number, subject) if part is not None]
        ParagraphWriter(self.outline, place, heading=heading).write(inline_pieces(element, skip))
        self.under = self._instruction_place()

    def _running(self, content: Iterable[Piece]) -> None:
        run = list(content)
        if run:
            ParagraphWriter(self.outline, self.under).write(run)

    def _lines_of(self, element: Element, name: str) -> None:
        place = self._below(name)
        for child in children(element):
            text = " ".join(child.split()) if isinstance(child, str) else words(child)
            if text:
                path = f"{place.path}{SEPARATOR}{shorten(text, 60)}"
                self.outline.add(path, UnitKind.PARAGRAPH, text, place.depth)


def _regtext_of(section: Element, last: str) -> Element | None:
    """Return the REGTEXT that a SECTION after it belongs to; None where it belongs to the instruction before
    it, whose words are `last`. The SECTION is outside of any REGTEXT, and the first instruction of the next
    REGTEXT names its number, or neither does and it is a heading.
    """
    parent = section.getparent()
    if parent is None or parent.tag == "REGTEXT":
        return None
    follower = section.getnext()
    while follower is not None and follower.tag == "SECTION":
        follower = follower.getnext()
    if follower is None or follower.tag != "REGTEXT":
        return None
    instruction = next(follower.iter("AMDPAR"), None)
    number = next((child for child in section if child.tag == "SECTNO"), None)
    found = SECTION_NUMBER.search(words(number)) if number is not None else None
    if instruction is None or found is None:
        return None
    named = re.compile(rf"(?<![\w.]){re.escape(found[1])}(?![\w.]*\w)")
    bare = all(child.tag in ("SECTNO", "SUBJECT", "RESERVED") for child in section)
    named_before = named.search(last) is not None
    belongs = (bare or not named_before) if named.search(words(instruction)) else (bare and not named_before)
    return follower if belongs else None


def _steps(document: Element) -> dict[Element, tuple[str, ...]]:
    """Return the number of each amendatory instruction, `("3", "a", "ii")`, determined for all of them
    together: `i.` after `h.` differs from `i.` after `a.`
    """
    instructions = list(document.iter("AMDPAR"))
    heads = []
    for element in instructions:
        found = _STEP.match(words(element))
        heads.append((PathLabel(found["value"]),) if found else ())
    stacks = levels(heads, order=INSTRUCTION_ORDER)
    return {
        element: tuple(text.strip("()") for text in stack)
        for element, stack in zip(instructions, stacks, strict=True)
    }
