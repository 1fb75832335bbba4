"""Renders a redline as a Word file with tracked changes: accepting all gives the new text, rejecting all the
old one.

Insertions are `w:ins`, deletions `w:del`, moves `w:moveFrom` and `w:moveTo` (ECMA-376 part 1, 17.13.5). An inserted
or deleted paragraph is tracked with its paragraph mark. The state of a unit (stayed, ended) is a comment on it. Where
the redline has the units of both sides, the file contains the whole text; else it contains the touched units in order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from tracker.diffing.summary import summarize
from tracker.i18n import t
from tracker.model import Language, Op, Operation, Unit, UnitKind
from tracker.rendering.redlines.model import Redline, RedlineLine, merge_in_reading_order
from tracker.sanitize import sanitize

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_INDENT = 240  # twentieths of a point per level
_DEEPEST = 8
_HEADING_LEVELS = 3
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
RIBBONS = 6  # in the header of the first page
_TRACKS = {"delete": "del", "insert": "ins", "moveFrom": "moveFrom", "moveTo": "moveTo"}


def render(redline: Redline, language: Language = "en") -> bytes:
    """Return the .docx file. Editorial differences are tracked under a separate author name."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.font.name = "Times New Roman"
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "MS Mincho")
    core = document.core_properties
    core.title, core.author = sanitize(redline.title)[:255], sanitize(redline.author)[:255]
    core.created = core.modified = redline.generated_at.astimezone(UTC).replace(tzinfo=None)
    core.comments = ""
    _header(document, redline, language)
    body = document.element.body
    writer = _Writer(redline, t("redline.editorial", language))
    for line in _lines(redline):
        for paragraph in writer.paragraphs(line):
            body.insert(len(body) - 1, paragraph)  # the section properties must stay last
            if line.status not in ("removed", "moved-away"):
                _comment(document, paragraph, redline, line.unit.path, language)
    document.add_paragraph()  # so that the mark of the last paragraph can be tracked too
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _comment(
    document: Document, paragraph: etree._Element, redline: Redline, path: str, language: Language
) -> None:
    """Write the ribbons of a unit as comments on its paragraph, which belong to no version of the text."""
    for ribbon in redline.ribbons(path, language):
        author = sanitize(redline.author)
        comment = document.comments.add_comment(sanitize(ribbon.words), author=author, initials=author[:1])
        comment._comment_elm.set(qn("w:date"), redline.generated_at.astimezone(UTC).strftime(_INSTANT))
        number = str(comment.comment_id)
        start, end = OxmlElement("w:commentRangeStart"), OxmlElement("w:commentRangeEnd")
        start.set(qn("w:id"), number)
        end.set(qn("w:id"), number)
        paragraph.insert(1, start)  # after the properties
        paragraph.append(end)
        reference = etree.SubElement(etree.SubElement(paragraph, f"{{{_W}}}r"), f"{{{_W}}}commentReference")
        reference.set(qn("w:id"), number)


def _lines(redline: Redline) -> Iterator[RedlineLine]:
    if redline.after.units or (redline.before and redline.before.units):
        yield from merge_in_reading_order(redline)
        return
    for op in redline.operations:
        unit = Unit(op.path, op.kind, op.after if op.op is not Op.REMOVED else op.before)
        if op.op is Op.MOVED:
            yield RedlineLine("moved-away", Unit(op.from_path or op.path, op.kind, op.before), op)
            yield RedlineLine("moved-here", unit, op)
        else:
            yield RedlineLine({Op.ADDED: "added", Op.REMOVED: "removed"}.get(op.op, "pair"), unit, op)  # type: ignore[arg-type]


class _Writer:
    """Writes the paragraphs, numbers the revisions, and pairs the two ends of each move."""

    def __init__(self, redline: Redline, editorial: str) -> None:
        self._date = redline.generated_at.astimezone(UTC).strftime(_INSTANT)
        self._author = sanitize(redline.author)
        self._editorial = f"{self._author} ({editorial})"
        self._revision = 0
        self._moves: dict[str, str] = {}

    def paragraphs(self, line: RedlineLine) -> Iterator[etree._Element]:
        op = line.operation
        if line.status == "same" or op is None:
            paragraph = self._paragraph(line.unit)
            _run(paragraph, line.unit.text, "t")
        elif line.status == "pair":
            paragraph = self._paragraph(line.unit)
            for kind, text in op.spans:
                self._text(paragraph, text, None if kind == "equal" else _TRACKS[kind], op)
        elif line.status in ("added", "removed"):
            track = "ins" if line.status == "added" else "del"
            paragraph = self._paragraph(line.unit, track, op)
            self._text(paragraph, line.unit.text, track, op)
        else:
            paragraph = self._moved(line, op)
        yield paragraph

    def _moved(self, line: RedlineLine, op: Operation) -> etree._Element:
        """Write one end of a move. Words that changed in the move are a deletion at the old place and an
        insertion at the new one.
        """
        away = line.status == "moved-away"
        track, other, own = ("moveFrom", "insert", "del") if away else ("moveTo", "delete", "ins")
        paragraph = self._paragraph(line.unit, track, op)
        name = self._moves.setdefault(op.path, f"move{len(self._moves) + 1}")
        start = self._marked(f"{track}RangeStart", op)
        start.set(qn("w:name"), name)
        paragraph.append(start)
        for kind, text in op.spans:
            if kind != other:
                self._text(paragraph, text, track if kind == "equal" else own, op)
        end = OxmlElement(f"w:{track}RangeEnd")
        end.set(qn("w:id"), start.get(qn("w:id")) or "")
        paragraph.append(end)
        return paragraph

    def _paragraph(self, unit: Unit, track: str | None = None, op: Operation | None = None) -> etree._Element:
        paragraph = OxmlElement("w:p")
        properties = etree.SubElement(paragraph, f"{{{_W}}}pPr")
        if unit.kind is UnitKind.HEADING and unit.depth < _HEADING_LEVELS:
            style = etree.SubElement(properties, f"{{{_W}}}pStyle")
            style.set(qn("w:val"), f"Heading{unit.depth + 1}")
        elif unit.depth:
            indent = etree.SubElement(properties, f"{{{_W}}}ind")
            indent.set(qn("w:left"), str(_INDENT * min(unit.depth, _DEEPEST)))
        if track and op:
            mark = etree.SubElement(properties, f"{{{_W}}}rPr")
            mark.append(self._marked(track, op))
        return paragraph

    def _marked(self, track: str, op: Operation) -> etree._Element:
        element = OxmlElement(f"w:{track}")
        element.set(qn("w:id"), str(self._revision))
        element.set(qn("w:author"), self._editorial if op.editorial else self._author)
        element.set(qn("w:date"), self._date)
        self._revision += 1
        return element

    def _text(self, paragraph: etree._Element, text: str, track: str | None, op: Operation) -> None:
        if not text:
            return
        if track is None:
            _run(paragraph, text, "t")
            return
        tracked = self._marked(track, op)
        _run(tracked, text, "delText" if track == "del" else "t")
        paragraph.append(tracked)


def _run(parent: etree._Element, text: str, tag: str) -> None:
    run = etree.SubElement(parent, f"{{{_W}}}r")
    words = etree.SubElement(run, f"{{{_W}}}{tag}")
    words.set(_SPACE, "preserve")
    words.text = sanitize(text)


def _header(document: Document, redline: Redline, language: Language) -> None:
    """Write the headers: the first page names the redline and its source, the others show the title and the
    page number.
    """
    section = document.sections[0]
    section.different_first_page_header_footer = True
    first = section.first_page_header
    names = redline.names(language) or ("",)
    _small(first.paragraphs[0], names[0], bold=True)
    for name in names[1:]:
        _small(first.add_paragraph(), name)
    for name, value in redline.facts(language):
        _small(first.add_paragraph(), f"{name}: {value}")
    _small(first.add_paragraph(), summarize(redline.operations).get(language))
    ribbons = redline.ribbon_lines(language)
    for line in ribbons[:RIBBONS]:
        _small(first.add_paragraph(), line, bold=True)
    if len(ribbons) > RIBBONS:
        _small(first.add_paragraph(), t("ribbon.more", language, count=len(ribbons) - RIBBONS), bold=True)
    _small(section.header.paragraphs[0], redline.title)
    for footer in (section.footer, section.first_page_footer):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)


def _small(paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(sanitize(text))
    run.font.size = Pt(8)
    run.bold = bold
    paragraph.paragraph_format.space_after = Pt(0)
