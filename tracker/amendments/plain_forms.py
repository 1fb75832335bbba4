"""Gives the lines of a text without markup the form that the base or the rule's own instructions prove: a heading
that the base has, a definition or an entry that is named, a table with the columns of one of the base. A line of
which nothing proves the form keeps none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from tracker.amendments.actions import Action, Elision, LineKind, Portion, SetOut, SetOutLine, StepKind
from tracker.amendments.base import Division
from tracker.amendments.inline import inline, same_key
from tracker.amendments.layout_tables import LAYOUT
from tracker.amendments.locate import inner_steps
from tracker.amendments.markup import element_of
from tracker.amendments.outline import (
    ECCN,
    ITEM,
    ITEMS,
    NOTE,
    Outline,
    entry_part,
    term_key,
)
from tracker.amendments.tables import head_key, same_columns, tables_of
from tracker.parsing.gpo_xml import words
from tracker.parsing.line_unwrap import ends_sentence
from tracker.parsing.paragraph_labels import leading_labels

_HEADINGS = frozenset({"HD1", "HD2", "HD3", "HED"})
_LAYOUT = f'<GPOTABLE OPTS="{LAYOUT}"'
_NAMED_LINE = re.compile(r"(?P<name>[^:.;]{2,60}:)\s*(?P<rest>.*)", re.DOTALL)
_ENTRY_PARTS = (
    "LicenseRequirements",
    "ListBased",
    "ListofItemsControlled",
    "ReportingRequirements",
    "SpecialConditions",
)
_NOTE_START = re.compile(r"(?:technical\s+)?notes?\b|N\.?\s?B\.|footnote\b", re.IGNORECASE)
_HEADING_STARS = re.compile(
    r"(?P<labels>(?:\([^()]{1,6}\)\s*)+)(?P<heading>[^*]+?)(?P<stars>\s*\*(?:\s*\*)+\s*)\Z"
)
_DEEPEST = re.compile(r"\((?P<label>\w{1,5})\)\s")
# A heading, and perhaps the designator of a unit of its own: "(a) In general. (1) Scope."
_EMBEDDED = re.compile(r"(?:\([^()]{1,6}\)\s*)+[^.:;()—–]{1,150}(?:[.:;]|[—–-])\s*\((?:1|i|A|a)\)\s")
_INNER = re.compile(
    r"(?P<labels>(?:\([^()]{1,6}\)\s*)+)(?P<heading>[^().;:—–]{1,150}?)(?P<joint>[.”\"]{0,2}\s?[—–-]?\s?)(?P<inner>\((?P<label>\w{1,5})\))"
)
_NEXT = {"1": "2", "i": "ii", "A": "B", "a": "b"}
_ITALIC_LEVELS = (5, 6)
UNPROVED_TABLE = "the columns of a table of a text without markup are not those of a table of the base"
_UNPROVED = "a line of a text without markup has no certain form"


def is_layout(xml: str) -> bool:
    """Return whether a table was read from its layout."""
    return xml.startswith(_LAYOUT)


def proved(set_out: SetOut, division: Division, outline: Outline, action: Action | None = None) -> SetOut:
    """Return the text with the markup of each line whose form is proved. Text with markup is returned as it is."""
    if all(line.xml and not is_layout(line.xml) for line in set_out.lines if line.kind is not LineKind.STARS):
        return set_out
    return replace(set_out, lines=tuple(_Forms(set_out, division, outline, action).lines()))


def heads_of(division: Division) -> set[tuple[str, ...]]:
    """Return the headings of the columns of each table of a division."""
    return {table.head for table in tables_of(division) if table.head}


@dataclass(slots=True)
class _Forms:
    set_out: SetOut
    division: Division
    outline: Outline
    action: Action | None

    def lines(self) -> Iterator[SetOutLine]:
        lines = self.set_out.lines
        entries = any(ECCN.fullmatch(mark.path[0]) for mark in self.outline.marks)
        own = self._entry_lines if entries else self._lines
        heads = heads_of(self.division)
        for line, xml in zip(lines, own(lines), strict=True):
            if is_layout(line.xml):
                yield (
                    line
                    if any(same_columns(_head(line.xml), one) for one in heads)
                    else replace(line, xml="", unproved=UNPROVED_TABLE)
                )
            elif xml == _UNPROVED:
                yield replace(line, unproved=_UNPROVED)
            else:
                yield replace(line, xml=xml) if xml and not line.xml else line

    def _headings(self) -> dict[str, set[str]]:
        """Return the tags that each text has in the base."""
        found: dict[str, set[str]] = {}
        for block in self.division.blocks():
            found.setdefault(same_key(inline(block.raw).text), set()).add(block.tag)
        return found

    def _lines(self, lines: Sequence[SetOutLine]) -> Iterator[str]:
        """Yield the markup of each line of a section or supplement; "" where its form is not proved."""
        tags = self._headings()
        terms = self._terms()
        notes = any(
            block.tag == "NOTE" and NOTE.match(inline(block.raw).text) for block in self.division.blocks()
        )
        title = SetOutLine(LineKind.PARAGRAPH, self.set_out.heading if self.division.is_section else ".")
        headings = {key for key, found in tags.items() if found <= _HEADINGS}
        for number, line in enumerate(lines):
            known = tags.get(same_key(line.text), set())
            after = lines[number + 1] if number + 1 < len(lines) else None
            if line.kind not in (LineKind.HEADING, LineKind.PARAGRAPH) or line.xml:
                yield ""
            elif _holds_another(line, headings) or _goes_on(lines[number - 1] if number else title, line):
                yield _UNPROVED
            elif len(known) == 1 and known <= _HEADINGS:
                yield f'<HD SOURCE="{next(iter(known))}">{escape(line.text)}</HD>'
            elif line.labels:
                yield self._designated(line, lines[number + 1 :])
            elif notes and (note := NOTE.match(line.text)) and _ends(after):
                yield _note(line.text, note.end())
            elif term := _term(line.text, terms):
                yield f'<P><E T="03">{escape(term)}</E>{escape(line.text[len(term) :])}</P>'
            elif terms and line.kind is LineKind.PARAGRAPH:
                yield _UNPROVED
            else:
                yield ""

    def _terms(self) -> set[str]:
        """Return the terms that the section defines or that an instruction names; none where it has no definitions."""
        named = {
            term_key(step.label)
            for target in self.set_out.named
            for step in target.steps
            if step.kind is StepKind.DEFINITION
        }
        return named | set(self.outline.names) if named or self.outline.names else set()

    def _designated(self, line: SetOutLine, following: Sequence[SetOutLine]) -> str:
        """Return the markup of a line with designators: that of the heading that is revised is in italics, and so are
        designators of the fifth and sixth level, and a heading before another designator.
        """
        direct, heads = leading_labels(line.text), leading_labels(line.text, plain=True)
        if len(heads) > len(direct):
            return _with_inner_headings(line, len(direct), len(heads), following)
        if _EMBEDDED.match(line.text):
            return _UNPROVED
        of_heading = self.action is not None and self.action.target.portion is Portion.HEADING
        if of_heading and line.elision is Elision.AFTER and (found := _HEADING_STARS.match(line.text)):
            wanted = tuple(step.label for step in inner_steps(self.action.target)) if self.action else ()
            if line.labels == wanted:
                heading = f'<E T="03">{escape(found["heading"])}</E>'
                return f"<P>{found['labels']}{heading}{found['stars']}</P>"
        found = _DEEPEST.match(line.text) if len(line.labels) in _ITALIC_LEVELS else None
        if found and found["label"] == line.labels[-1]:
            return f'<P>(<E T="03">{found["label"]}</E>) {escape(line.text[found.end() :])}</P>'
        return ""

    def _entry_lines(self, lines: Sequence[SetOutLine]) -> Iterator[str]:
        """Yield the markup of each line of the Commerce Control List."""
        known = self._headings()
        names = {mark.path[-1] for mark in self.outline.marks if len(mark.path) > 1}
        heads = {
            mark.path[0]: same_key(self.outline.text(self.outline.own(number)))
            for number, mark in enumerate(self.outline.marks)
            if len(mark.path) == 1
        }
        # Entries whose heading an instruction may change, or that the base does not have.
        wanted = {
            step.label
            for target in self.set_out.named
            for step in target.steps
            if step.kind is StepKind.ECCN and (target.steps[-1] is step or step.label not in heads)
        }
        parts = {key for key in known if key.startswith(_ENTRY_PARTS)}
        inside = listing = named = False
        for line in lines:
            text = line.text
            if line.kind not in (LineKind.HEADING, LineKind.PARAGRAPH) or line.xml:
                yield ""
                continue
            if _holds_another(line, parts):
                yield _UNPROVED
                continue
            entry = ECCN.match(text)
            if entry and (heads.get(entry["eccn"]) == same_key(text) or entry["eccn"] in wanted):
                inside, listing, named = True, False, False
                yield f'<FP SOURCE="FP-2"><E T="04">{escape(text)}</E></FP>'
                continue
            part = entry_part(text, ()) if inside else ()
            found = _NAMED_LINE.match(text)
            name = found["name"].rstrip(":") if found else ""
            if part and part[-1] != ITEMS and same_key(text) in known:
                listing, named = False, False
                yield f'<HD SOURCE="HD3">{escape(text)}</HD>'
            elif inside and found and name in names and name != ITEMS and not listing:
                named = True
                yield f'<FP SOURCE="FP-1"><E T="03">{escape(found["name"])}</E> {escape(found["rest"])}</FP>'
            elif part and part[-1] == ITEMS and text.rstrip(" :") == ITEMS:
                listing = named = True
                yield f'<FP SOURCE="FP-1"><E T="03">{escape(text)}</E></FP>'
            elif inside and listing and ITEM.match(text):
                named = False
                yield f"<P>{escape(text)}</P>"
            elif (
                inside
                and listing
                and named
                and line.kind is LineKind.PARAGRAPH
                and not _NOTE_START.match(text)
            ):
                named = False  # what the list says in place of items
                yield f"<P>{escape(text)}</P>"
            else:
                yield _UNPROVED


def _with_inner_headings(line: SetOutLine, direct: int, heads: int, following: Sequence[SetOutLine]) -> str:
    """Return the markup of "(a) In general. (1) Scope." where a (2) follows beside the (1), which is a designator then."""
    labels = line.labels
    later = {one.labels for one in following}
    inner = range(len(labels) - heads + direct, len(labels))
    if not all((*labels[:place], _NEXT.get(labels[place], "")) in later for place in inner):
        return _UNPROVED
    made, at = "", 0
    for place in inner:
        found = _INNER.match(line.text, at)
        if found is None or found["label"] != labels[place]:
            return _UNPROVED
        made += f'{found["labels"]}<E T="03">{escape(found["heading"])}</E>{found["joint"]}'
        at = found.start("inner")
    return f"<P>{made}{escape(line.text[at:])}</P>"


def _holds_another(line: SetOutLine, headings: set[str]) -> bool:
    """Return whether a line ends with the words of a heading, which may be a line of its own."""
    key = same_key(line.text)
    return any(key.endswith(heading) and key != heading for heading in headings)


def _goes_on(above: SetOutLine, line: SetOutLine) -> bool:
    """Return whether a line without a designator may be the rest of the paragraph above it, which does not end."""
    is_whole = above.kind is not LineKind.PARAGRAPH or above.xml or above.elision is not Elision.NONE
    is_open = not ends_sentence(above.text) or line.text[:1].islower()
    return not is_whole and is_open and _is_undesignated(line)


def _is_undesignated(line: SetOutLine) -> bool:
    return line.kind is LineKind.PARAGRAPH and not line.labels


def _head(xml: str) -> tuple[str, ...]:
    return tuple(head_key(words(one)) for one in element_of(xml).iter("CHED"))


def _ends(after: SetOutLine | None) -> bool:
    """Return whether a line of another kind follows a note: a paragraph may go on with it."""
    return after is None or not _is_undesignated(after)


def _note(text: str, end: int) -> str:
    """Return a note in the markup of the Register; "" where no colon ends its heading."""
    found = re.compile(r"\s*:\s*").match(text, end)
    if found is None:
        return ""
    heading, rest = text[: found.end()].rstrip(), text[found.end() :]
    return f'<NOTE><HD SOURCE="HED">{escape(heading)}</HD><P>{escape(rest)}</P></NOTE>'


def _term(text: str, terms: set[str]) -> str:
    """Return the term with which a paragraph opens as a definition: "Void. A gap", "Account means"."""
    for end in sorted((match.start() for match in re.finditer(r"\.\s|\smeans?\s", text[:200])), reverse=True):
        if term_key(text[:end]) in terms:
            return text[: end + 1] if text[end] == "." else text[:end]
    return ""


def footnote_in(set_out: SetOut, label: str) -> SetOut:
    """Return the text with the one line that opens with the number of a footnote marked as that footnote."""
    hits = [
        number
        for number, line in enumerate(set_out.lines)
        if not line.xml
        and line.kind is LineKind.PARAGRAPH
        and re.match(rf"{re.escape(label)}\s+[A-Z“]", line.text)
    ]
    if len(hits) != 1 or not _ends(next(iter(set_out.lines[hits[0] + 1 :]), None)):
        return set_out
    line = set_out.lines[hits[0]]
    xml = f"<P><SU>{escape(label)}</SU> {escape(line.text[len(label) :].strip())}</P>"
    lines = (*set_out.lines[: hits[0]], replace(line, xml=xml), *set_out.lines[hits[0] + 1 :])
    return replace(set_out, lines=lines)
