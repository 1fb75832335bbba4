"""Reads the eCFR's XML into divisions with their blocks, and writes it again byte for byte.

A division is a part, subpart, section or appendix (DIV1 to DIV9). Its items are further divisions, blocks (a
paragraph, heading, table, note) and gaps (white space, and the tags of what encloses blocks). An edit replaces
items; the characters of all others are written as they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.errors import ParseError
from tracker.text.safe_xml import NotXmlError, parse_root

MAX_BYTES = 200_000_000
_TOKEN = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<(?P<close>/?)(?P<tag>[A-Za-z_][\w.:-]*)(?P<rest>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
_DIVISION = re.compile(r"DIV[1-9]\Z")
_NUMBER = re.compile(r"\sN\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
# Where the tag of a division names its title: in its metadata, or in its node.
_TITLE = re.compile(r"title-(\d+)\b|\b(\d+) CFR\b|\bTitle (\d+)\b|\sNODE\s*=\s*[\"'](\d+):")
_EAR_PART = re.compile(r"(?:supplement .* part )?(7[3-7]\d)\b", re.IGNORECASE)
_NOT_LAW = frozenset({"AUTH", "SOURCE", "SECAUTH", "CITA", "EDNOTE", "EFFDNOT", "XREF", "APPRO", "CROSSREF"})
# Elements that enclose blocks: only their tags are gaps.
_OPEN_IN_APPENDIX = frozenset({"EXTRACT", "DIV"})
_MIXED = re.compile(r"<(?:TABLE|table)\b")


@dataclass(frozen=True, slots=True)
class Gap:
    """White space, a comment, or a tag that encloses blocks."""

    raw: str


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One element of text with its tags. Two blocks are equal only when they are the same one."""

    raw: str
    tag: str

    @property
    def is_law(self) -> bool:
        """Return whether it is text of the law: history and notes of the editors are not."""
        return self.tag not in _NOT_LAW

    @property
    def is_table(self) -> bool:
        return self.tag in ("TABLE", "DIV", "table", "div") and _MIXED.search(self.raw) is not None


@dataclass(slots=True, eq=False)
class Division:
    """A division: its opening tag, its items, its closing tag."""

    tag: str
    number: str
    open: str
    close: str = ""
    items: list[Item] = field(default_factory=list)
    above: Division | None = None
    nested: bool = True  # whether divisions may lie below it; sections and appendices rarely have any

    @property
    def is_section(self) -> bool:
        return self.tag == "DIV8"

    @property
    def is_appendix(self) -> bool:
        return self.tag == "DIV9"

    @property
    def title(self) -> str:
        """Return the title of the Code that its tag or one above it names; "" where none does."""
        if self.tag == "DIV1" and self.number.isdigit():
            return self.number
        if match := _TITLE.search(self.open):
            return next(one for one in match.groups() if one)
        return self.above.title if self.above is not None else ""

    def divisions(self) -> Iterator[Division]:
        """Yield the divisions below this one, in order."""
        for item in self.items if self.nested else ():
            if isinstance(item, Division):
                yield item
                yield from item.divisions()

    def blocks(self) -> Iterator[Block]:
        """Yield its own blocks, without those of divisions below it."""
        return (item for item in self.items if isinstance(item, Block))


Item = Gap | Block | Division


@dataclass(slots=True)
class Base:
    """A file of the eCFR. `head` and `foot` are what precedes and follows its root."""

    root: Division
    title: str
    head: str
    foot: str
    ascii_only: bool  # whether the file writes other characters as references
    bom: bool = False

    def write(self) -> bytes:
        """Return the file: where nothing was replaced, the bytes that were read."""
        parts: list[str] = [self.head]
        _write(self.root, parts)
        parts.append(self.foot)
        return (b"\xef\xbb\xbf" if self.bom else b"") + "".join(parts).encode()

    def divisions(self) -> Iterator[Division]:
        yield self.root
        yield from self.root.divisions()


def _write(division: Division, parts: list[str]) -> None:
    parts.append(division.open)
    for item in division.items:
        if isinstance(item, Division):
            _write(item, parts)
        else:
            parts.append(item.raw)
    parts.append(division.close)


def read_base(data: bytes, name: str = "base", title: str = "") -> Base:
    """Return the divisions of an eCFR file. Raises ParseError when it is not well-formed XML in UTF-8, is over
    200 MB, or holds no division.
    """
    if len(data) > MAX_BYTES:
        raise ParseError(f"{name}: {len(data):,} bytes are over the bound of {MAX_BYTES:,}")
    try:
        parse_root(data)
    except NotXmlError as error:
        raise ParseError(f"{name}: not well-formed XML: {error}", cure="fetch it again") from error
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise ParseError(f"{name}: a base has to be in UTF-8", cure="fetch it from the eCFR") from error
    if "<!DOCTYPE" in text or "<![CDATA[" in text:
        raise ParseError(
            f"{name}: the eCFR has no DOCTYPE and no CDATA; this file has one", cure="fetch it from the eCFR"
        )
    return _Builder(text, name, title, bom).base()


@dataclass(slots=True)
class _Tag:
    """An element: its tags as matches, and whether a division is below it."""

    name: str
    start: int
    open_end: int
    close_start: int = -1
    end: int = -1
    holds_division: bool = False
    children: list[_Tag] = field(default_factory=list)


class _Builder:
    def __init__(self, text: str, name: str, title: str, bom: bool) -> None:
        self.text = text
        self.name = name
        self.title = title
        self.bom = bom

    def base(self) -> Base:
        top = self._elements()
        if not (_DIVISION.match(top.name) or top.holds_division):
            raise ParseError(
                f"{self.name}: no part, section or appendix of the eCFR (DIV1 to DIV9)",
                cure="give a file of the eCFR's versioner, for example full/2026-07-18/title-15.xml?part=744",
            )
        root = self._division(top, None)
        text = self.text
        return Base(
            root,
            self.title or _title_of(root),
            text[: top.start],
            text[top.end :],
            text.isascii(),
            self.bom,
        )

    def _elements(self) -> _Tag:
        root: _Tag | None = None
        stack: list[_Tag] = []
        for match in _TOKEN.finditer(self.text):
            tag = match["tag"]
            if tag is None:
                continue
            if match["close"]:
                element = stack.pop()
                element.close_start, element.end = match.start(), match.end()
                continue
            element = _Tag(tag, match.start(), match.end())
            if _DIVISION.match(tag):
                for outer in stack:
                    outer.holds_division = True
            if stack:
                stack[-1].children.append(element)
            elif root is None:
                root = element
            if match["rest"].endswith("/"):
                element.close_start = element.end = match.end()
            else:
                stack.append(element)
        assert root is not None  # parse_root has read it
        return root

    def _division(self, element: _Tag, above: Division | None) -> Division:
        text = self.text
        opening = text[element.start : element.open_end]
        found = _NUMBER.search(opening)
        number = (found[1] or found[2] or "") if found else ""
        division = Division(element.name, _unescape(number), opening, above=above)
        division.close = text[element.close_start : element.end]
        self._fill(division, element, element.open_end, element.close_start)
        above_all = not (division.is_section or division.is_appendix)
        division.nested = above_all or any(isinstance(item, Division) for item in division.items)
        return division

    def _fill(self, division: Division, element: _Tag, start: int, end: int) -> None:
        text, place = self.text, start
        items = division.items
        for child in element.children:
            if child.start > place:
                items.append(Gap(text[place : child.start]))
            place = child.end
            if _DIVISION.match(child.name) or child.holds_division:
                items.append(self._division(child, division))
            elif self._is_open(division, child):
                items.append(Gap(text[child.start : child.open_end]))
                self._fill(division, child, child.open_end, child.close_start)
                items.append(Gap(text[child.close_start : child.end]))
            else:
                items.append(Block(text[child.start : child.end], child.name))
        if end > place:
            items.append(Gap(text[place:end]))

    def _is_open(self, division: Division, element: _Tag) -> bool:
        if not division.is_appendix or element.name not in _OPEN_IN_APPENDIX:
            return False
        return element.name == "EXTRACT" or not _MIXED.search(self.text, element.start, element.end)


def _title_of(root: Division) -> str:
    """Return the title that the tags of a file name; the parts of the EAR show it by their number."""
    divisions = [root, *root.divisions()]
    if title := next((title for division in divisions if (title := division.title)), ""):
        return title
    numbers = (_EAR_PART.match(d.number) for d in divisions if d.tag in ("DIV5", "DIV8", "DIV9"))
    return "15" if any(match and 730 <= int(match[1]) <= 774 for match in numbers) else ""


def _unescape(text: str) -> str:
    return (
        text.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        if "&" in text
        else text
    )
