"""Reads the amendatory instructions of a Federal Register document into structured actions.

`read_rule` reads XML of the Register, `read_rule_text` its text as paragraphs: raw text of public inspection,
HTML, or a PDF. Instructions that are not read completely have no actions and say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from tracker.amendments.actions import (
    AmendatoryRule,
    Instruction,
    LineKind,
    SetOut,
    SetOutLine,
    Source,
    Step,
    StepKind,
    Target,
)
from tracker.amendments.corrections import is_quoted
from tracker.amendments.days import read_days
from tracker.amendments.inspection_pages import with_marked_pages, without_pages
from tracker.amendments.instruction_reader import read_instructions
from tracker.amendments.instruction_signs import (
    is_instruction,
    is_led,
    is_of_first_level,
    opens_alone,
    start_of,
)
from tracker.amendments.layout_tables import ROW_MARK, with_tables
from tracker.amendments.set_out import (
    Piece,
    announces,
    division,
    piece,
    section_of,
    set_out,
    table_piece,
    text_piece,
)
from tracker.citations import EAR_PARTS
from tracker.errors import ParseError
from tracker.locations import at_instruction
from tracker.parsing.fr_xml import DOCUMENTS, number_of, read_facts
from tracker.parsing.gpo_xml import Element, is_italic, raw_text, tidy_emphasis, words
from tracker.parsing.line_unwrap import unwrap_lines

_PART_HEADING = re.compile(r"PART\s+(\d{1,4}[a-z]?)\s*[-–—]", re.IGNORECASE)
_SUBPART = re.compile(r"Subpart\s+([A-Z]{1,3})\s?[-–—]", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(\d{1,2})\s+CFR\s+(?:parts?\b|chapters?\b|subtitles?\b|\d{1,4}(?:\.\d|\b(?!-?\d*\s+Comp)))",
    re.IGNORECASE,
)
_SETS_OUT_AN_INSTRUCTION = re.compile(r"\binstruction\s+\d.*\bas\s+follows:\s*\Z", re.IGNORECASE | re.DOTALL)
_PRINTED_PAGE = re.compile(r"\(\s?printed page \d{1,6}\s?\)|\[\[Page \d{1,6}\]\]")
_SECTION_NAMED = re.compile(r"(?:§+|\bSections?)\s*(\d{1,4}[a-z]?\.\d+[a-z]?(?:[-–]\d+)?)", re.IGNORECASE)
_QUOTED = re.compile(r"“[^“”]*”")
_SIGNATURE = re.compile(r"\[\s?FR Doc\.|Dated:\s|_{10,}\Z", re.IGNORECASE)
_DATES = re.compile(
    r"(?:This|The)\s+(?:final\s+|interim\s+final\s+|direct\s+final\s+)?(?:rule|correction)\b.{0,60}\beffective\b|^Effective\s+dates?:",
    re.IGNORECASE,
)
_LEADING_PAGES = 40


@dataclass(slots=True)
class _Collector:
    """Collects the instructions of a document, and the text set out below each."""

    title: str = ""
    part: str = ""
    sources: list[Source] = field(default_factory=list)
    run: list[Piece] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)  # of the last text that was closed
    opens: bool = True  # the next instruction has a number of the first level
    opened: Target | None = None  # the appendix or supplement whose text is being set out
    heading: str = ""
    is_outside: bool = False  # after a REGTEXT: what follows is no text of the Code
    is_led: bool = False  # the lines are instructions without their markup
    named: frozenset[str] = frozenset()  # the parts that the heading of the document names

    def instruct(self, text: str) -> None:
        if announces(text):
            return
        self.close()
        where = at_instruction(len(self.sources) + 1)
        title = self.title or ("15" if self.part.isdigit() and int(self.part) in EAR_PARTS else "")
        self.sources.append(Source(text, title, self.part, self.opens, where))
        self.opens = self.is_outside = False

    def open(self, target: Target, heading: str) -> None:
        self.close()
        self.opened, self.heading = target, heading

    def cite(self, text: str, xml: str = "") -> None:
        """Take an authority citation that is printed below the last instruction."""
        if self.sources:
            self.sources[-1].citations.append(SetOutLine(LineKind.CITATION, text, xml=xml))

    def close(self) -> None:
        """Give the collected lines to the last instruction. Lines below no heading belong to what it amends."""
        if self.sources and self.run:
            source = self.sources[-1]
            if self.opened is None and any(not line.xml for line in source.citations):
                # Text without markup does not show where a citation ends.
                source.citations += [SetOutLine(LineKind.CITATION, one.text) for one in self.run]
            if self.opened is None:
                source.tables += [one.xml for one in self.run if one.kind is LineKind.TABLE and one.xml]
            target = self.opened or _amended(source, self.run)
            last = source.set_out[-1] if source.set_out else None
            if self.opened is None and last is not None:
                # A picture may divide an appendix. After a section, only the heading of a subpart stands alone.
                target = None if last.target.labels(StepKind.SECTION) else last.target
            if target is not None:
                if last is not None and last.target == target and not self.heading:
                    self.pieces += self.run
                    source.set_out[-1] = set_out(target, last.heading, self.pieces)
                else:
                    self.pieces = list(self.run)
                    source.set_out.append(set_out(target, self.heading, self.run))
        self.run, self.opened, self.heading = [], None, ""


def _amended(source: Source, run: Sequence[Piece]) -> Target | None:
    """Return what an instruction names, for text without a heading: its first appendix or supplement, or its only
    section where the text has paragraphs of one.
    """
    plain = source.text.replace("\x01", " ").replace("\x02", " ")
    for match in re.finditer(r"\b(?:supplement|appendix)\b", plain, re.IGNORECASE):
        if target := division(
            re.sub(r"\s+of\s+part", " to part", plain[match.start() :]), source.title, source.part
        ):
            return target
    sections = {match[1] for match in _SECTION_NAMED.finditer(_QUOTED.sub(" ", plain))}
    if len(sections) == 1 and any(one.kind is LineKind.PARAGRAPH for one in run):
        found = section_of(f"§ {sections.pop()}", source.title)
        return found[0] if found else None
    return None


def read_rule(root: Element) -> AmendatoryRule:
    """Return the instructions of one document in XML of the Register. Raises ParseError where it holds none."""
    document = root if root.tag in DOCUMENTS else next(iter(root.iter(*DOCUMENTS)), None)
    if document is None:
        raise ParseError("no RULE, PRORULE, NOTICE or PRESDOCU in this XML")
    tidy_emphasis(document)
    collector = _Collector(named=_parts_named(document))
    _walk(document, collector)
    collector.close()
    return _rule(number_of(document), read_facts(document).dates, collector.sources)


def _walk(element: Element, collector: _Collector) -> None:
    for child in element:
        tag = str(child.tag)
        if tag == "REGTEXT":
            collector.close()
            collector.title = child.get("TITLE", collector.title)
            collector.part = _part_of(child.get("PART", collector.part), collector.named)
            collector.opens, collector.is_outside = True, False
            _walk(child, collector)
            collector.close()
            collector.is_outside = True
        elif tag == "AMDPAR":
            collector.instruct(marked_words(child))
        elif tag == "SECTION":
            _section(child, collector)
        elif tag in ("SIG", "FRDOC"):
            collector.close()
            collector.is_outside = True
        elif tag == "BILCOD":  # stands before pictures, too
            continue
        elif next(child.iter("AMDPAR", "SECTION"), None) is not None:
            _walk(child, collector)
        elif tag in ("PREAMB", "SUPLINF"):
            continue
        elif tag != "P" and _holds_instructions(child):
            _walk(child, collector)
        else:
            _loose(child, collector)


def _parts_named(document: Element) -> frozenset[str]:
    """Return the parts that the heading of a document names; none where it names a range or a chapter."""
    texts = [words(one) for one in document.iter("CFR")]
    found = [re.fullmatch(r"\d{1,2}\s+CFR\s+Parts?\s+([\d\s,and]+)", text, re.IGNORECASE) for text in texts]
    return (
        frozenset(part for one in found if one for part in re.findall(r"\d+", one[1]))
        if all(found)
        else frozenset()
    )


def _part_of(part: str, named: frozenset[str]) -> str:
    """Return the part of a REGTEXT. One that the document's heading does not name is a mistake of the markup."""
    if not named or part in named:
        return part
    return next(iter(named)) if len(named) == 1 else ""


def _holds_instructions(element: Element) -> bool:
    return any(opens_alone(words(one)) for one in element.iter("P"))


def _is_instruction_without_markup(element: Element, text: str, collector: _Collector) -> bool:
    """Return whether a paragraph is an instruction: one that leads others in, or one of those it leads in."""
    if element.tag != "P":
        return False
    if opens_alone(text):
        collector.is_led = True
    elif not (is_led(text)):
        collector.is_led = False
    return collector.is_led


def _loose(element: Element, collector: _Collector) -> None:
    """Take a line that is in no section: of an appendix or supplement, or the heading of a part."""
    text = words(element)
    if element.tag in ("PART", "HD") and (part := _PART_HEADING.match(text)):
        collector.part = part[1]
        if element.tag == "PART" and len(element) <= 1:
            return
    if element.tag == "P" and not collector.sources and (title := _TITLE.search(text)):
        collector.title = title[1]
    if not collector.sources or collector.is_outside:
        return
    if _is_instruction_without_markup(element, text, collector):
        collector.opens = opens_alone(text)
        collector.instruct(marked_words(element))
        return
    if element.tag == "AUTH":
        collector.cite(text, etree.tostring(element, encoding="unicode", with_tail=False))
        return
    if element.tag == "HD" and collector.opened is None and (subpart := _SUBPART.match(text)):
        collector.close()
        target = Target(collector.title, collector.part, (Step(StepKind.SUBPART, subpart[1].upper()),))
        collector.sources[-1].set_out.append(SetOut(target, text, ()))
        return
    for one in piece(element):
        heading = division(one.text, collector.title, collector.part) if one.level else None
        if heading is not None:
            collector.open(heading, one.text)
        else:
            collector.run.append(one)


def _section(element: Element, collector: _Collector) -> None:
    number = next(iter(element.iter("SECTNO")), None)
    subject = next(iter(element.iter("SUBJECT")), None)
    found = section_of(words(number), collector.title) if number is not None else None
    if found is None:
        collector.run += piece_list(element)
        return
    heading = words(subject) if subject is not None else found[1]
    opened = collector.opened
    if (
        opened is not None
        and opened.steps[-1].kind is StepKind.SUPPLEMENT
        and not opened.steps[-1].label.isdigit()
    ):
        # The commentary on a section, with the markup of a section.
        name = f"Section {found[0].steps[-1].label}—{heading}"
        collector.run += [Piece(LineKind.HEADING, name, name, level=2), *piece_list(element)]
        return
    collector.open(found[0], heading)
    instructed = False  # an instruction inside the element ends the section
    for child in element:
        if child.tag == "AMDPAR":
            collector.instruct(marked_words(child))
            instructed = True
        elif _holds_instructions(child):
            _walk(child, collector) if child.tag != "P" else _loose(child, collector)
            instructed = True
        elif instructed:
            _loose(child, collector)
        else:
            collector.run += piece(child)
    if not instructed:
        collector.close()


def piece_list(element: Element) -> list[Piece]:
    return [one for child in element for one in piece(child)]


def marked_words(element: Element) -> str:
    """Return an instruction's words with each run of italics or bold of three letters or more between \\x01 and
    \\x02. A shorter run is a designator.
    """
    parts = [element.text or ""]
    for child in element:
        text = raw_text(child)
        if child.tag != "PRTPAGE":
            marked = (is_italic(child) or child.tag == "E") and len(text.strip()) > 2
            parts.append(f"\x01{text.strip()}\x02" if marked else text)
            if not marked and (child.tail or "")[:1].isalpha():
                parts.append(" ")
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def read_rule_text(paragraphs: Sequence[str], document_number: str = "", dates: str = "") -> AmendatoryRule:
    """Return the instructions of a document whose text is given as paragraphs."""
    return _read([text.replace(ROW_MARK, "") for text in paragraphs], document_number, dates)


def _read(paragraphs: Sequence[str], document_number: str, dates: str) -> AmendatoryRule:
    texts = [" ".join(_PRINTED_PAGE.sub(" ", text.replace("\u200b", "")).split()) for text in paragraphs]
    texts = [text for text in texts if text]
    dates = dates or next((text for text in texts[:_LEADING_PAGES] if _DATES.search(text)), "")
    collector = _Collector(title=_title_before(texts))
    for text in _amendments(texts):
        _text_line(text, collector)
    collector.close()
    found = _rule(document_number, dates, collector.sources)
    found = replace(found, instructions=_with_named(found.instructions))
    return found if _is_complete(texts) else _without_last(found)


def _without_last(found: AmendatoryRule) -> AmendatoryRule:
    """Return the rule of a text that breaks off: the last instruction with a number of the first level, and what is
    under it, are not read.
    """
    last = found.instructions[-1].number.partition(".")[0] if found.instructions else ""
    kept: list[Instruction] = list(found.instructions)
    for place in range(len(kept) - 1, -1, -1):
        if kept[place].number.partition(".")[0] != last:
            break
        kept[place] = replace(kept[place], actions=(), earlier=None, problem="the text breaks off here")
    return replace(found, instructions=tuple(kept), sources=())


def read_rule_lines(lines: Iterable[str], document_number: str = "", dates: str = "") -> AmendatoryRule:
    """Return the instructions in raw text 72 columns wide."""
    paragraphs = unwrap_lines(without_pages(with_tables(with_marked_pages(lines))))
    return _read(paragraphs, document_number, dates)


def _title_before(texts: Sequence[str]) -> str:
    start = start_of(texts)
    found = (
        [match[1] for text in texts[: start + 2] for match in _TITLE.finditer(text)]
        if start is not None
        else []
    )
    return found[-1] if found else ""


def _amendments(texts: Sequence[str]) -> Iterator[str]:
    start = start_of(texts)
    if start is None:
        return
    for text in texts[start:]:
        if _SIGNATURE.match(text):
            return
        yield text


def _is_complete(texts: Sequence[str]) -> bool:
    """Return whether a text has its end: the filing line or the signature."""
    start = start_of(texts)
    return start is None or any(_SIGNATURE.match(text) for text in texts[start:])


def _text_line(text: str, collector: _Collector) -> None:
    if text.startswith(ROW_MARK):
        if collector.sources:
            collector.run.append(table_piece(text.removeprefix(ROW_MARK)))
        return
    if is_instruction(text):
        for match in _TITLE.finditer(text):
            collector.title = match[1]
        if part := re.search(r"\bpart\s+(\d{1,4})\b(?!\.)", text, re.IGNORECASE):
            collector.part = part[1]
        elif section := re.search(r"(?:§+|\bsections?)\s*(\d{1,4})\.\d", text, re.IGNORECASE):
            collector.part = section[1]
        collector.opens = is_of_first_level(text)
        collector.instruct(text)
    elif (
        is_quoted(text) and collector.sources and _SETS_OUT_AN_INSTRUCTION.search(collector.sources[-1].text)
    ):
        collector.instruct(text)
    elif part := _PART_HEADING.match(text):
        collector.close()
        collector.part = part[1]
    elif text.startswith("Authority:"):
        collector.close()
        collector.cite(text)
    elif (found := section_of(text, collector.title)) and text.startswith(("§", "Sec.")):
        collector.open(*found)
    elif target := division(text, collector.title, collector.part):
        collector.open(target, text)
    elif collector.sources:
        collector.run.append(text_piece(text))


def _rule(number: str, dates: str, sources: Sequence[Source]) -> AmendatoryRule:
    days = read_days(dates)
    instructions = read_instructions(sources, days)
    texts: list[SetOut] = [text for source in sources for text in source.set_out]
    return AmendatoryRule(
        number, _parts(instructions), instructions, tuple(texts), days.effective, tuple(sources), dates
    )


def read_again(rule: AmendatoryRule, sources: Sequence[Source]) -> AmendatoryRule:
    """Return a rule whose instructions are others."""
    instructions = _with_named(read_instructions(sources, read_days(rule.dates)))
    return replace(rule, instructions=instructions, sources=tuple(sources))


def _with_named(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """Return the instructions with the units that all of them name in each text."""
    named: dict[SetOut, list[Target]] = {}
    for one in instructions:
        for action in one.actions:
            if action.set_out is not None:
                named.setdefault(action.set_out, []).append(action.target)
    return tuple(
        replace(
            one,
            actions=tuple(
                replace(action, set_out=replace(text, named=tuple(named[text])))
                if (text := action.set_out) is not None
                else action
                for action in one.actions
            ),
        )
        for one in instructions
    )


def _parts(instructions: Sequence[Instruction]) -> tuple[str, ...]:
    found = (
        f"{target.title} CFR {target.part}".strip()
        for one in instructions
        for target in ([one.target] if one.target else [])
        if target.part
    )
    return tuple(dict.fromkeys(found))
