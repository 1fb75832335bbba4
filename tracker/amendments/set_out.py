"""Reads the text that instructions set out, line by line: designators, asterisks, headings, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from tracker.amendments.actions import Elision, LineKind, SetOut, SetOutLine, Step, StepKind, Target
from tracker.parsing.gpo_xml import Element, leading_emphasis, words
from tracker.parsing.line_unwrap import is_heading
from tracker.parsing.paragraph_labels import PathLabel, leading_labels, levels
from tracker.text.safe_xml import parse_root

K = StepKind
_STARS = r"(?:\*\s*){3,}"
_ALL_STARS = re.compile(rf"{_STARS}\Z")
_STARS_AFTER = re.compile(rf"[^*\s]\s?{_STARS}\Z")
_LABELS_ONLY = re.compile(rf"(?:\([^()]{{1,6}}\)\s*)+{_STARS}\Z|[A-Za-z0-9]{{1,5}}\.\s*{_STARS}\Z")
_STARS_BEFORE = re.compile(rf"(?:\([^()]{{1,6}}\)\s*)*{_STARS}\s*[^*\s]")
_SUPPLEMENT = re.compile(
    r"supplement\s+(?:no\.?\s*)?(\d{1,2}|[IVX]{1,4})\s+to\s+part\s+(\d{1,4})\b", re.IGNORECASE
)
_APPENDIX = re.compile(
    r"appendix(?:\s+([A-Z]{1,3}(?:-?\d+)?))?\s+to\s+(?:subpart\s+([A-Z]{1,3})(?:\s+of\s+part\s+(\d{1,4}))?|part\s+(\d{1,4}))\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:§+|Sec(?:tion|\.))\s*(\d{1,4}[a-z]?\.(?:[A-Z]\d{1,2}-)?\d+[a-z]?(?:[-–]\d+)?)\.?\s*(.*)", re.DOTALL
)
_COMMENT = re.compile(
    r"(?P<italic>\x01)?\s*(?P<label>\d{1,3}|[ivxl]{1,6}|[A-Z])\.\s?\x02?(?=\s|\x01|\*|[A-Z]|\Z)"
)
_COMMENT_TITLE = re.compile(r"\s*\x01[^\x02]{1,300}\x02\s*")
_COMMENT_HEADING = re.compile(
    r"[\x01\s]*(?:(?:Paragraphs?|Comment)\s+)?(?:\d{1,3}|\d{1,4}\.\d{1,3}|[A-Z]{1,2})(?:\([A-Za-z0-9]{1,5}\))+(?!-)"
)
_ITEM = re.compile(r"([a-z](?:\.[a-z0-9]{1,4})*)\.\s")
_COMMENT_ORDER = ("1", "i", "A", "1*", "i*")
_FIRST_OF_LEVEL = frozenset({"i", "A", "1"})
_TABLES = frozenset({"GPOTABLE", "TABLE", "MATH"})
_NOTES = frozenset({"NOTE", "FTNT", "EDNOTE", "EFFDNOT", "CROSSREF"})
_WITH_STARS = frozenset({LineKind.PARAGRAPH, LineKind.NOTE, LineKind.HEADING})
_SKIPPED = frozenset({"PRTPAGE", "SECTNO", "SUBJECT", "RESERVED"})
_WRAPPERS = frozenset({"EXTRACT", "SUBPART", "PART", "APPENDIX", "SUBJGRP", "DIV", "LSTSUB", "REGTEXT"})
# What the text of a document without markup prints in the place of a picture.
_FIGURE = re.compile(r"\[GRAPHICS?\b|\[TIFF\b", re.IGNORECASE)
_ANNOUNCES = re.compile(r"The\s+(?:\w+[\s,]+){1,8}(?:reads?|is|are)\s+(?:set\s+forth\s+)?as\s+follows:?\Z")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line before its designators are known. `lead` is its beginning with italics between \\x01 and \\x02."""

    kind: LineKind
    text: str
    lead: str = ""
    xml: str = ""
    level: int = 0
    plain: bool = False  # italics are lost


def announces(text: str) -> bool:
    """Return whether a line only announces text that is set out: "The revisions read as follows:"."""
    return _ANNOUNCES.match(text) is not None


def pieces(element: Element) -> Iterator[Piece]:
    """Yield the lines inside an element, wrappers opened."""
    for child in element:
        yield from piece(child)


def piece(element: Element) -> Iterator[Piece]:
    tag = str(element.tag)
    if tag in _SKIPPED or not isinstance(element.tag, str):
        return
    if tag in _WRAPPERS:
        yield from pieces(element)
        return
    text, xml = words(element), etree.tostring(element, encoding="unicode", with_tail=False)
    if tag == "STARS":
        yield Piece(LineKind.STARS, "* * * * *", xml=xml)
    elif tag in ("HD", "HEAD"):
        digits = re.sub(r"\D", "", element.get("SOURCE", "")) or "1"
        yield Piece(LineKind.HEADING, text, leading_emphasis(element), xml, int(digits[:2]))
    elif tag in _TABLES:
        yield Piece(LineKind.TABLE, text, xml=xml)
    elif tag == "GPH":
        yield Piece(LineKind.FIGURE, text, xml=xml)
    elif tag in ("CITA", "AUTH", "SOURCE", "SECAUTH", "APPRO", "PARAUTH"):
        yield Piece(LineKind.CITATION, text, xml=xml)
    elif tag in _NOTES:
        yield Piece(LineKind.NOTE, text, leading_emphasis(element), xml)
    elif _ALL_STARS.match(text):
        yield Piece(LineKind.STARS, "* * * * *", xml=xml)
    elif text and not announces(text):
        yield Piece(LineKind.PARAGRAPH, text, leading_emphasis(element), xml)


def text_piece(text: str) -> Piece:
    if _FIGURE.match(text):
        return Piece(LineKind.FIGURE, text, plain=True)
    if _ALL_STARS.match(text):
        return Piece(LineKind.STARS, "* * * * *")
    if is_heading(text):
        return Piece(LineKind.HEADING, text, text, level=1, plain=True)
    return Piece(LineKind.PARAGRAPH, text, text, plain=True)


def table_piece(text: str) -> Piece:
    """Return a table that was read from its layout, or a row of one that was not."""
    if not text.startswith("<"):
        return Piece(LineKind.TABLE, text)
    return Piece(LineKind.TABLE, words(parse_root(text.encode())), xml=text)


def division(text: str, title: str, part: str) -> Target | None:
    """Return the appendix or supplement that a heading opens."""
    if found := _SUPPLEMENT.match(text):
        return Target(title, found[2], (Step(K.SUPPLEMENT, found[1].upper()),))
    if found := _APPENDIX.match(text):
        label = (found[1] or "").upper()
        steps: tuple[Step, ...] = (Step(K.APPENDIX, label),)
        if found[2]:
            steps = (Step(K.SUBPART, found[2].upper()), *steps)
        return Target(title, found[3] or found[4] or part, steps)
    return None


def section_of(text: str, title: str) -> tuple[Target, str] | None:
    """Return the section that a line such as `§ 744.11 License requirements.` opens, and its heading."""
    found = _SECTION.match(text)
    if found is None:
        return None
    number = found[1].replace("–", "-")
    return Target(title, number.partition(".")[0], (Step(K.SECTION, number),)), found[2].strip()


def set_out(target: Target, heading: str, content: Sequence[Piece]) -> SetOut:
    """Return the text that is set out for one section, appendix or supplement."""
    kinds = {step.kind: step.label for step in target.steps}
    if not kinds.get(K.SUPPLEMENT, "1").isdigit() or _is_commentary(content):
        lines = _commentary(content)
    elif kinds.get(K.SUPPLEMENT) == "1" and any(_ITEM.match(one.text) for one in content):
        lines = [_item(one) for one in content]
    else:
        lines = _designated(content)
    return SetOut(target, heading, tuple(lines))


def _is_commentary(content: Sequence[Piece]) -> bool:
    found = [one for one in content if one.kind is LineKind.PARAGRAPH]
    return bool(found) and sum(bool(_COMMENT.match(one.lead)) for one in found) * 2 > len(found)


def _line(one: Piece, labels: Iterable[str] = (), until: str = "") -> SetOutLine:
    elision = _elision(one.text) if one.kind in _WITH_STARS else Elision.NONE
    return SetOutLine(one.kind, one.text, tuple(labels), elision, one.xml, one.level, until)


def _elision(text: str) -> Elision:
    if _LABELS_ONLY.match(text):
        return Elision.ALL
    before, after = bool(_STARS_BEFORE.match(text)), bool(_STARS_AFTER.search(text))
    if before and after:
        return Elision.BOTH
    return Elision.BEFORE if before else Elision.AFTER if after else Elision.NONE


def _designated(content: Sequence[Piece]) -> list[SetOutLine]:
    heads = [
        leading_labels(one.lead, plain=one.plain) if one.kind is LineKind.PARAGRAPH else () for one in content
    ]
    elided = any(one.kind is LineKind.STARS or "* * *" in one.text for one in content)
    found = levels(heads, elided=elided)
    lines = []
    for one, own, stack in zip(content, heads, found, strict=True):
        labels = [re.findall(r"\w+", label)[0] for label in stack] if own else []
        lines.append(_line(one, labels, own[-1].until if own else ""))
    return lines


def _item(one: Piece) -> SetOutLine:
    found = _ITEM.match(one.text) if one.kind is LineKind.PARAGRAPH else None
    return _line(one, found[1].split(".") if found else ())


def _commentary(content: Sequence[Piece]) -> list[SetOutLine]:
    """Return the lines of a commentary: subheadings, and comments with numbers such as 4.ii.B."""
    run: list[Piece] = []
    lines: list[SetOutLine] = []
    for given in content:
        is_heading = given.kind is LineKind.PARAGRAPH and _COMMENT_HEADING.match(given.lead)
        one = replace(given, kind=LineKind.HEADING, level=4) if is_heading else given
        if one.kind is LineKind.HEADING:
            lines += _comments(run)
            run = []
            lines.append(_line(one))
        else:
            run.append(one)
    return lines + _comments(run)


def _comments(run: Sequence[Piece]) -> list[SetOutLine]:
    heads = [_comment_labels(one.lead) if one.kind is LineKind.PARAGRAPH else () for one in run]
    found = levels(heads, elided=True, order=_COMMENT_ORDER)
    return [
        _line(one, [label.strip("()") for label in stack] if own else ())
        for one, own, stack in zip(run, heads, found, strict=True)
    ]


def _comment_labels(lead: str) -> tuple[PathLabel, ...]:
    """Return the labels at the head of a comment: `1. Meaning. i. General. A. Section 1026.36(a)` has three."""
    found: list[PathLabel] = []
    place = 0
    while match := _COMMENT.match(lead, place):
        if found and match["label"] not in _FIRST_OF_LEVEL:
            break
        found.append(PathLabel(match["label"], bool(match["italic"])))
        place = match.end()
        if title := _COMMENT_TITLE.match(lead, place):
            place = title.end()
        while lead[place : place + 1].isspace():
            place += 1
    return tuple(found)
