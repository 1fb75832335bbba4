"""Writes paragraphs, table rows and comments of a Word file with tracked revisions (ECMA-376 part 1, 17.13.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from tracker.i18n import t
from tracker.model import Language, Operation
from tracker.rendering.redlines.model import Redline
from tracker.rendering.scripts import script_runs
from tracker.sanitize import sanitize
from tracker.text import CELL_GAP

SPACER = "Redline Spacer"

Spans = Sequence[tuple[str, str]]

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_TRACKS = {"delete": "del", "insert": "ins"}
_ALIKE = {
    "ins": ("w:ins",),
    "del": ("w:del",),
    "moveTo": ("w:ins", "w:moveTo"),
    "moveFrom": ("w:del", "w:moveFrom"),
}
_SCRIPTS = {"sup": "superscript", "sub": "subscript"}


class DocxWriter:
    """Appends to the body of a document, numbers the revisions, and pairs the two ends of each move."""

    def __init__(self, document: Document, redline: Redline, language: Language) -> None:
        self._document = document
        self._redline = redline
        self._language = language
        self._body = document.element.body
        self._styles = {style.name: style.style_id for style in document.styles}
        self._date = redline.generated_at.astimezone(UTC).strftime(_INSTANT)
        self._author = sanitize(redline.author)
        self._editorial = f"{self._author} ({t('redline.editorial', language)})"
        self._revision = 0
        self._moves: dict[str, str] = {}

    def own(
        self, words: str, style: str, track: str | None = None, op: Operation | None = None, *, level: int = 0
    ) -> None:
        """Append words of the file itself; those about an inserted or deleted unit are tracked with it."""
        paragraph = self.paragraph(style, level, track, op)
        self._words(paragraph, words, track, op)

    def paragraph(
        self, style: str = "", indent: int = 0, track: str | None = None, op: Operation | None = None
    ) -> etree._Element:
        """Append an empty paragraph, whose mark is tracked where `track` says so."""
        last = self._body[-2] if len(self._body) > 1 else None
        if track and last is not None and _ends_with(last, track):
            # LibreOffice joins a revision at the end of a paragraph with that of the next paragraph, over the mark between
            # them, and removes the mark with both. An empty paragraph keeps them apart.
            self._body.insert(len(self._body) - 1, self._paragraph(SPACER, 0, None, None))
        paragraph = self._paragraph(style, indent, track, op)
        self._body.insert(len(self._body) - 1, paragraph)  # the section properties must stay last
        return paragraph

    def plain(self, paragraph: etree._Element, text: str) -> None:
        _runs(paragraph, text, "t")

    def spans(self, paragraph: etree._Element, spans: Spans, op: Operation) -> None:
        for kind, text in spans:
            self._words(paragraph, text, _TRACKS.get(kind), op)

    def move(self, paragraph: etree._Element, op: Operation, *, away: bool) -> None:
        """Write one end of a move. Words that changed in the move are a deletion at the old place and an
        insertion at the new one.
        """
        track, other, own = ("moveFrom", "insert", "del") if away else ("moveTo", "delete", "ins")
        name = self._moves.setdefault(op.path, f"move{len(self._moves) + 1}")
        start = self._marked(f"{track}RangeStart", op)
        start.set(qn("w:name"), name)
        paragraph.append(start)
        for kind, text in op.spans:
            if kind != other:
                self._words(paragraph, text, track if kind == "equal" else own, op)
        end = OxmlElement(f"w:{track}RangeEnd")
        end.set(qn("w:id"), start.get(qn("w:id")) or "")
        paragraph.append(end)

    def table(self, widths: Sequence[int]) -> etree._Element:
        """Append a table without rows."""
        table = OxmlElement("w:tbl")
        properties = _child(table, "w:tblPr")
        _child(properties, "w:tblStyle").set(qn("w:val"), self._styles["Table Grid"])
        width = _child(properties, "w:tblW")
        width.set(qn("w:w"), str(sum(widths)))
        width.set(qn("w:type"), "dxa")
        _child(properties, "w:tblLayout").set(qn("w:type"), "fixed")
        grid = _child(table, "w:tblGrid")
        for each in widths:
            _child(grid, "w:gridCol").set(qn("w:w"), str(each))
        self._body.insert(len(self._body) - 1, table)
        return table

    def head_row(self, table: etree._Element, heads: Sequence[str], width: int, style: str) -> None:
        """Append the heads of the columns, which each page repeats."""
        row = _child(table, "w:tr")
        _child(_child(row, "w:trPr"), "w:tblHeader")
        for head in [*heads, *[""] * (width - len(heads))]:
            _runs(self._cell(row, table, style), head, "t")

    def row(
        self,
        table: etree._Element,
        cells: Sequence[Spans],
        width: int,
        track: str | None = None,
        op: Operation | None = None,
        *,
        bold: bool = False,
    ) -> etree._Element:
        """Append a row; `track` says that the whole of it was inserted or deleted."""
        row = _child(table, "w:tr")
        properties = _child(row, "w:trPr")
        _child(properties, "w:cantSplit")
        if track and op:
            properties.append(self._marked(track, op))
        for cell in [*cells, *[()] * (width - len(cells))]:
            paragraph = self._cell(row, table, "Redline Cell Head" if bold else "Redline Cell", track, op)
            for kind, text in cell:
                self._words(paragraph, text, track or _TRACKS.get(kind), op)
        return row

    def comments(self, paragraph: etree._Element, path: str) -> None:
        """Write the ribbons of a unit as comments on its paragraph, which belong to no version of the text."""
        for ribbon in self._redline.ribbons(path, self._language):
            comment = self._document.comments.add_comment(
                sanitize(ribbon.words), author=self._author, initials=self._author[:1]
            )
            comment._comment_elm.set(qn("w:date"), self._date)
            number = str(comment.comment_id)
            start, end = OxmlElement("w:commentRangeStart"), OxmlElement("w:commentRangeEnd")
            start.set(qn("w:id"), number)
            end.set(qn("w:id"), number)
            paragraph.insert(1, start)  # after the properties
            paragraph.append(end)
            _child(_child(paragraph, "w:r"), "w:commentReference").set(qn("w:id"), number)

    def _cell(
        self,
        row: etree._Element,
        table: etree._Element,
        style: str,
        track: str | None = None,
        op: Operation | None = None,
    ) -> etree._Element:
        cell = _child(row, "w:tc")
        column = table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")[len(row.findall(qn("w:tc"))) - 1]
        width = _child(_child(cell, "w:tcPr"), "w:tcW")
        width.set(qn("w:w"), column.get(qn("w:w")) or "0")
        width.set(qn("w:type"), "dxa")
        paragraph = self._paragraph(style, 0, track, op)
        cell.append(paragraph)
        return paragraph

    def _paragraph(self, style: str, indent: int, track: str | None, op: Operation | None) -> etree._Element:
        paragraph = OxmlElement("w:p")
        properties = _child(paragraph, "w:pPr")
        if style:
            _child(properties, "w:pStyle").set(qn("w:val"), self._styles[style])
        if indent:
            _child(properties, "w:ind").set(qn("w:left"), str(indent))
        if track and op:
            _child(properties, "w:rPr").append(self._marked(track, op))
        return paragraph

    def _marked(self, track: str, op: Operation) -> etree._Element:
        element = OxmlElement(f"w:{track}")
        element.set(qn("w:id"), str(self._revision))
        element.set(qn("w:author"), self._editorial if op.editorial else self._author)
        element.set(qn("w:date"), self._date)
        self._revision += 1
        return element

    def _words(self, paragraph: etree._Element, text: str, track: str | None, op: Operation | None) -> None:
        if not text:
            return
        if track is None or op is None:
            _runs(paragraph, text, "t")
            return
        tracked = self._marked(track, op)
        _runs(tracked, text, "delText" if track == "del" else "t")
        paragraph.append(tracked)


def _runs(parent: etree._Element, text: str, tag: str) -> None:
    """Append the runs of a text: raised and lowered words as such, and a new line between the cells of a row of data."""
    for script, words in script_runs(text):
        for index, piece in enumerate(words.split(CELL_GAP)):
            run = _child(parent, "w:r")
            if script:
                _child(_child(run, "w:rPr"), "w:vertAlign").set(qn("w:val"), _SCRIPTS[script])
            if index:
                _child(run, "w:br")
            if piece:
                element = _child(run, f"w:{tag}")
                element.set(_SPACE, "preserve")
                element.text = sanitize(piece)


def _ends_with(paragraph: etree._Element, track: str) -> bool:
    """Return whether a paragraph that stays ends with words that are tracked like the next one."""
    stays = paragraph.tag == qn("w:p") and not paragraph.findall(f"{qn('w:pPr')}/{qn('w:rPr')}/*")
    return stays and len(paragraph) > 0 and paragraph[-1].tag in {qn(name) for name in _ALIKE[track]}


def _child(parent: etree._Element, tag: str) -> etree._Element:
    return etree.SubElement(parent, qn(tag))


def small_text(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(sanitize(text))
    run.font.size = Pt(8)
    paragraph.paragraph_format.space_after = Pt(0)
