"""Parses raw text of the Federal Register, 72 columns wide: the only text of a document on public inspection.

The paths are those of `fr_xml`: `Dates

1`, `Supplementary Information › Background

2`, `instruction 3`, `instruction 3 › 15 CFR 744.11(a)(1)`. Italics and emphasis are lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.citations import EAR_PARTS
from tracker.locations import at_instruction
from tracker.model import Unit, UnitKind
from tracker.parsing.gpo_xml import shorten
from tracker.parsing.line_unwrap import is_heading, is_rule, unwrap_lines
from tracker.parsing.paragraph_labels import leading_labels
from tracker.parsing.paragraphs import CitationScope, ElisionMark, Paragraph, ParagraphWriter, Piece
from tracker.parsing.superscripts import text_scripts
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text.encodings import decoded

_HEADS = {
    "AGENCY": "Agency",
    "AGENCIES": "Agency",
    "ACTION": "Action",
    "SUMMARY": "Summary",
    "DATES": "Dates",
    "DATE": "Dates",
    "EFFECTIVE DATE": "Dates",
    "EFFECTIVE DATES": "Dates",
    "ADDRESSES": "Addresses",
    "ADDRESS": "Addresses",
    "FOR FURTHER INFORMATION CONTACT": "For further information contact",
    "SUPPLEMENTARY INFORMATION": "Supplementary Information",
}
_HEAD = re.compile(r"([A-Z][A-Z ]{3,40}):(?:\s|\Z)")
_PAGE_MARK = re.compile(r"\[\[Page \d+\]\]")
# Without the white space before it: searching for that first has cubic cost in an empty stretch.
_PAGE_BREAK = re.compile(r"^[ \t]*\[\[Page \d+\]\][ \t]*\n(?:[ \t]*\n)*", re.MULTILINE)
_NUMBER = re.compile(r"FR Doc\.? ?(?:No[.:] ?)?\s?((?:[A-Z]\d{0,2}[-–])?\d{2,4}[-–]\d{1,6})")
_PRE = re.compile(r"<pre[^>]*>(.*?)(?:</pre>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?(?:a|b|i|em|strong|span)\b[^>]*>", re.IGNORECASE)
_PART = re.compile(r"PART (\d{1,4})\s*[-–—]+\s*\S", re.IGNORECASE)
_TITLE = re.compile(r"(\d{1,2}) CFR (?:Parts?|chapter)", re.IGNORECASE)
_SECTION = re.compile(r"(?:Sec\.|§)\s+(\d{1,4}\.\d+[a-z]?(?:-\d+)?)\s+(?=[A-Z\[“'\"])")
_STEP = re.compile(r"(?:0\s)?(\d{1,3})\.\s+(?=[A-Z])")
_SUB_STEP = re.compile(r"(?:0\s)?([a-z])\.\s+(?=[A-Z])")
_STARS = re.compile(r"(?:\*\s*){3,}\Z")
_SUPPLEMENT = re.compile(r"Supplement No\.? (\d+) to Part (\d+)\s*[-–—]", re.IGNORECASE)
_END = re.compile(r"\[FR Doc\.")


@dataclass(frozen=True, slots=True)
class RawText:
    """The facts in the preamble; missing ones are empty. `type`, `published` (ISO) and `citation` are from the
    running head of a print.
    """

    units: tuple[Unit, ...]
    action: str
    dates: str
    summary: str
    title: str
    number: str
    type: str = ""
    published: str = ""
    citation: str = ""


def plain(data: bytes, label: str = "") -> str:
    """Return the text of an answer: decoded (`label` is the charset of the response), and taken out of its
    `<pre>` where it is HTML.
    """
    text = decoded(data, label)
    found = _PRE.search(text)
    if found:
        text = html.unescape(_TAG.sub("", found[1]))
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_fr_text(data: bytes, label: str = "") -> RawText:
    """Parse raw text, of a published document or one on public inspection."""
    text = text_scripts(_across_pages(plain(data, label)))
    # A line with a zero alone is the bullet before an instruction.
    lines = [line for line in text.split("\n") if line.strip() != "0" and not is_rule(line.strip() or "x")]
    return read_fr_paragraphs(unwrap_lines(lines))


def read_fr_paragraphs(texts: Iterable[str]) -> RawText:
    """Parse the same from paragraphs, as a PDF gives them."""
    reader = _Reader()
    for paragraph in texts:
        reader.read(paragraph)
    reader.flush()
    preamble = reader.preamble
    return RawText(
        tuple(reader.outline.units),
        preamble.get("Action", ""),
        preamble.get("Dates", ""),
        preamble.get("Summary", ""),
        reader.subject,
        reader.number,
    )


def _across_pages(text: str) -> str:
    """Return the text without its page marks: a page break within a paragraph does not end the paragraph."""
    first, *pages = _PAGE_BREAK.split(text)
    parts = [first]
    for page in pages:
        before = parts[-1] = parts[-1].rstrip()
        goes_on = before[-1:] not in ".:;?!" and not page[:1].isspace()
        parts += ("\n" if goes_on else "\n\n", page)
    return "".join(parts)


class _Reader:
    def __init__(self) -> None:
        self.outline = UnitBuilder()
        self.place = CitationScope("Heading", 0)
        self.head = CitationScope("Heading", 0)
        self.run: list[Piece] = []
        self.preamble: dict[str, str] = {}
        self.title = ""
        self.part = ""
        self.instruction = ""
        self.name = ""
        self.number = ""
        self.subject = ""  # the last line before the first heading of the preamble

    def read(self, text: str) -> None:
        text = " ".join(_PAGE_MARK.sub(" ", text).split())
        if not text:
            return
        if not self.number and (filed := _NUMBER.search(text)):
            self.number = filed[1].replace("–", "-")
        title = _TITLE.search(text) if not self.title or self.head.path == "Heading" else None
        if title:
            self.title = title[1]
        head = _HEAD.match(text)
        if head and (name := _HEADS.get(head[1].strip())):
            self._open(name, text)
        elif _STARS.match(text):
            self.run.append(ElisionMark())
        elif part := _PART.match(text):
            self._open_part(part[1], text)
        elif self.part and (section := _SECTION.match(text)):
            self._open_section(section[1], text)
        elif self.part and (supplement := _SUPPLEMENT.match(text)):
            self._open_below(f"Supp. No. {supplement[1]} to Part {supplement[2]}", text)
        elif self.part and (step := _STEP.match(text)):
            self._instruct(at_instruction(step[1]), text, step.group().strip(), sub=False)
        elif self.instruction and (step := _SUB_STEP.match(text)):
            number = self.instruction.split(".")[0]
            self._instruct(f"{number}.{step[1]}", text, step.group().strip(), sub=True)
        elif _END.match(text):
            self.flush()
            self.outline.add("Filing line", UnitKind.PARAGRAPH, text, 0)
            self.place = CitationScope("Filing line", 0)
        elif self.instruction and text.endswith(",") and is_heading(text[:-1]):
            self.flush()
            self.place = CitationScope("Signature", 0)
            self._collect(text)
        elif is_heading(text) and self.name == "Supplementary Information" and not self.part:
            self.flush()
            path = f"{self.head.path}{SEPARATOR}{shorten(text, 100)}"
            self.place = CitationScope(self.outline.add(path, UnitKind.HEADING, text, 1), 1)
        else:
            self._collect(text)

    def _collect(self, text: str) -> None:
        if self.head.path == "Heading":
            self.subject = text
        if self.name in ("Action", "Dates", "Summary"):
            self.preamble[self.name] = f"{self.preamble.get(self.name, '')} {text}".strip()
        self.run.append(Paragraph("P", text, leading_labels(text, plain=True)))

    def _open(self, name: str, text: str) -> None:
        self.flush()
        self.name = name
        self.head = self.place = CitationScope(name, 0)
        self.part = self.instruction = ""
        label, _, rest = text.partition(":")
        path = self.outline.add(name, UnitKind.HEADING, f"{label}:", 0)
        self.head = self.place = CitationScope(path, 0)
        if rest.strip():
            self._collect(rest.strip())

    def _open_part(self, part: str, text: str) -> None:
        self.flush()
        self.part = part
        self.name = ""
        if not self.title and part.isdigit() and int(part) in EAR_PARTS:
            self.title = "15"
        name = f"{self.title} CFR {part}" if self.title else f"Part {part}"
        self.place = self.head = CitationScope(self.outline.add(name, UnitKind.HEADING, text, 0), 0)

    def _open_section(self, number: str, text: str) -> None:
        self._open_below(f"{self.title} CFR {number}" if self.title else f"§ {number}", text)

    def _open_below(self, name: str, text: str) -> None:
        self.flush()
        number = self.instruction.split(".")[0]
        path = f"{number}{SEPARATOR}{name}" if number else name
        self.place = CitationScope(self.outline.add(path, UnitKind.HEADING, text, 1), 1)

    def _instruct(self, name: str, text: str, marker: str, *, sub: bool) -> None:
        self.flush()
        self.instruction = name
        meta = tuple((key, value) for key, value in (("title", self.title), ("part", self.part)) if value)
        depth = 1 if sub else 0
        path = self.outline.add(name, UnitKind.INSTRUCTION, text, depth, marker=marker, meta=meta)
        self.place = CitationScope(path, depth)

    def flush(self) -> None:
        """Write the collected paragraphs below their heading."""
        if self.run:
            ParagraphWriter(self.outline, self.place).write(self.run)
            self.run = []
