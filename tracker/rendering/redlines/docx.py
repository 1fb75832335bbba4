"""Renders a redline as a Word file with tracked changes: accepting all gives the new text, rejecting all the
old one.

Insertions are `w:ins`, deletions `w:del`, moves `w:moveFrom` and `w:moveTo` (ECMA-376 part 1, 17.13.5). An inserted
or deleted paragraph is tracked with its paragraph mark, a table row with its row properties. The state of a unit (stayed,
ended) is a comment on it.

What the file says itself has styles of its own (`OWN_STYLES`): what is compared, a heading for each unit (its citation; that of
an inserted or deleted unit is tracked with it), the heads of tables, and the annex with the hashes. Where the redline has the
units of both texts, the file contains the texts, or, of an excerpt, the touched sections; else the touched units in order.
"""

from __future__ import annotations

import io
from datetime import UTC

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from tracker.diffing.summary import summarize
from tracker.i18n import t
from tracker.model import Language, Op, Operation, UnitKind
from tracker.rendering.bluebook import cite
from tracker.rendering.redlines.docx_revisions import SPACER, DocxWriter, small_text
from tracker.rendering.redlines.layout import (
    OMITTED,
    MovedFrom,
    RedlineItem,
    RedlineSection,
    RedlineTable,
    UnchangedUnit,
    cells_of,
    file_rows,
    heading_titles,
    places,
    split_section,
)
from tracker.rendering.redlines.model import Redline
from tracker.sanitize import sanitize, sanitize_line

SECTIONS = 12  # cited on the first page
RIBBONS = 6  # on the first page
ANNEX = 100  # units that the annex lists of one official page
SECTION, UNIT, HEAD, OWN, CELL = (
    "Redline Section", "Redline Unit", "Redline Table Head", "Redline Note", "Redline Cell",
)  # fmt: skip
OWN_STYLES = frozenset({SECTION, UNIT, HEAD, OWN, SPACER, "Title"})
_INDENT = 280  # twentieths of a point per level
_DEEPEST = 8
_TEXT_WIDTH = 9_411  # twentieths of a point: A4 without its margins


def render(redline: Redline, language: Language = "en") -> bytes:
    """Return the .docx file. Editorial differences are tracked under a separate author name."""
    document = docx.Document()
    _styles(document, language)
    core = document.core_properties
    core.title, core.author = sanitize(redline.title)[:255], sanitize(redline.author)[:255]
    core.created = core.modified = redline.generated_at.astimezone(UTC).replace(tzinfo=None)
    core.comments = ""
    _page(document, redline)
    _front(document, redline, language)
    writer = DocxWriter(document, redline, language)
    body = _Body(writer, redline, language)
    titles = heading_titles((redline.before.units if redline.before else ()) + redline.after.units)
    for place in places(file_rows(redline), language, titles):
        body.section(place)
    if not redline.visible():
        document.add_paragraph(t("redline.same", language), style=OWN)
    _annex(document, redline, language)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


class _Body:
    """Writes sections: their headings, their units and their tables."""

    def __init__(self, writer: DocxWriter, redline: Redline, language: Language) -> None:
        self._writer = writer
        self._redline = redline
        self._language = language
        self._whole = bool(redline.after.units or (redline.before and redline.before.units))

    def section(self, place: RedlineSection) -> None:
        name = cite(place.name)
        words = " — ".join(filter(None, (name, place.title)))
        self._writer.own(words + (f" ({place.about})" if place.about else ""), SECTION)
        for _, item in place.items:
            if isinstance(item, RedlineTable):
                self._table(item, place.name)
            elif isinstance(item, RedlineItem):
                self._item(item, place.name)
            elif isinstance(item, UnchangedUnit):
                paragraph = self._writer.paragraph(_style(item.path == place.name), _indent(item.level))
                self._writer.plain(paragraph, item.text)
                self._writer.comments(paragraph, item.path)
            elif isinstance(item, MovedFrom):
                self._left(item)
            else:
                self._writer.own(OMITTED, OWN)

    def _item(self, item: RedlineItem, place: str) -> None:
        op = item.operation
        if op.op is Op.MOVED and not self._whole:
            self._moved(op, item.level, away=True)
        track = {Op.ADDED: "ins", Op.REMOVED: "del", Op.MOVED: "ins"}.get(op.op)
        if op.path != place:
            self._writer.own(cite(op.path), UNIT, track, op, level=_indent(item.level))
        if op.op is Op.MOVED:
            paragraph = self._moved(op, item.level, away=False)
        else:
            heading = op.path == place or op.kind in (UnitKind.HEADING, UnitKind.ECCN)
            paragraph = self._writer.paragraph(_style(heading), _indent(item.level), track, op)
            self._writer.spans(paragraph, op.spans, op)
        if op.op is not Op.REMOVED:
            self._writer.comments(paragraph, op.path)

    def _left(self, item: MovedFrom) -> None:
        self._writer.own(cite(item.unit.path), UNIT, "del", item.operation, level=_indent(item.level))
        self._moved(item.operation, item.level, away=True)

    def _moved(self, op: Operation, level: int, *, away: bool) -> etree._Element:
        track = "moveFrom" if away else "moveTo"
        paragraph = self._writer.paragraph("", _indent(level), track, op)
        self._writer.move(paragraph, op, away=away)
        return paragraph

    def _table(self, table: RedlineTable, place: str) -> None:
        if table.parent != place:  # the section has this heading already
            self._writer.own(cite(table.parent), UNIT)
        grid = self._writer.table(_widths(table))
        rows = [row for _, row in table.rows]
        printed = any(isinstance(row, RedlineItem | UnchangedUnit) and row.head for row in rows)
        if table.columns and not printed:
            self._writer.head_row(grid, table.columns, table.width, HEAD)
        country = ""
        for row in rows:
            if isinstance(row, MovedFrom):
                self._writer.row(grid, _cells(table, row.unit.kind, _side(row.operation, old=True)), table.width, "del", row.operation)  # fmt: skip
            elif isinstance(row, UnchangedUnit):
                own = _cells(
                    table, UnitKind.ROW, (("equal", row.text),), row.country if row.country != country else ""
                )
                cells = (
                    own
                    if row.cells and not row.head
                    else _cells(table, UnitKind.HEADING, (("equal", row.text),))
                )
                self._writer.row(grid, cells, table.width, bold=row.head or not row.cells)
                country = row.country
            elif isinstance(row, RedlineItem):
                self._row(grid, table, row, row.country if row.country != country else "")
                country = row.country

    def _row(self, grid: etree._Element, table: RedlineTable, item: RedlineItem, country: str) -> None:
        op = item.operation
        if op.op is Op.MOVED and not self._whole:
            self._writer.row(grid, _cells(table, op.kind, _side(op, old=True)), table.width, "del", op)
        track = {Op.ADDED: "ins", Op.REMOVED: "del", Op.MOVED: "ins"}.get(op.op)
        spans = _side(op, old=False) if op.op is Op.MOVED else op.spans
        heads = item.head or op.kind is UnitKind.HEADING
        made = self._writer.row(
            grid, _cells(table, op.kind, spans, country), table.width, track, op, bold=heads
        )
        if op.op is not Op.REMOVED:
            self._writer.comments(next(iter(made.iter(qn("w:p")))), op.path)


Spans = tuple[tuple[str, str], ...]


def _side(op: Operation, *, old: bool) -> Spans:
    """Return the words of one side of a row that moved: Word has no moves of rows."""
    own, other = ("delete", "insert") if old else ("insert", "delete")
    return tuple((own, text) for kind, text in op.spans if kind != other)


def _cells(table: RedlineTable, kind: UnitKind, spans: Spans, country: str = "") -> list[Spans]:
    """Return the runs of each cell of a row. A list of parties has the country in its first."""
    cells: list[Spans] = list(cells_of(spans, listed=table.by_country))
    return [(("equal", country),), *cells] if table.by_country and kind is UnitKind.ROW else cells


def _style(heading: bool) -> str:
    return "Redline Heading" if heading else ""


def _indent(level: int) -> int:
    return _INDENT * min(max(level - 1, 0), _DEEPEST)


def _widths(table: RedlineTable) -> tuple[int, ...]:
    """Return the widths of the columns, in twentieths of a point: the name of a party needs the most room."""
    shares = {5: (11, 35, 20, 18, 16), 4: (30, 25, 25, 20), 3: (15, 60, 25), 2: (65, 35)}.get(
        table.width, (1,) * table.width
    )
    return tuple(_TEXT_WIDTH * share // sum(shares) for share in shares)


def _styles(document: Document, language: Language) -> None:
    normal = document.styles["Normal"]
    normal.font.size, normal.font.name = Pt(10.5), "Times New Roman"
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "MS Mincho")
    normal.element.rPr.append(_language(language))
    normal.paragraph_format.space_after = Pt(4)
    for name, base, size, bold, before, gray in (
        (SECTION, "Heading 1", 13, True, 16, False),
        (UNIT, "Heading 2", 8.5, True, 8, True),
        ("Redline Heading", "Normal", 10.5, True, 4, False),
        (HEAD, "Normal", 8.5, True, 0, True),
        (CELL, "Normal", 8.5, False, 0, False),
        ("Redline Cell Head", "Normal", 8.5, True, 0, False),
        (OWN, "Normal", 9, False, 0, False),
        (SPACER, "Normal", 1, False, 0, False),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
        style.font.size, style.font.bold, style.font.name = Pt(size), bold, "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "MS Mincho")
        style.font.color.rgb = RGBColor(0x55, 0x55, 0x55) if gray else RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(2)
        style.paragraph_format.keep_with_next = name in (SECTION, UNIT, HEAD, "Redline Cell Head")


def _language(language: Language) -> etree._Element:
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), "en-US")
    element.set(qn("w:eastAsia"), "ja-JP" if language == "ja" else "en-US")
    return element


def _page(document: Document, redline: Redline) -> None:
    """Set A4 paper, the title in the header and the page number in the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(22)
    small_text(section.header.paragraphs[0], redline.title)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _front(document: Document, redline: Redline, language: Language) -> None:
    """Write what is compared, in words that need neither the viewer nor the annex."""
    title, *official = redline.names(language) or (t("redline.title", language),)
    heading = document.add_paragraph(sanitize_line(title), style="Title")
    heading.paragraph_format.space_after = Pt(4)
    for run in heading.runs:
        run.font.size, run.font.name = Pt(17), "Times New Roman"
    for name in official:
        document.add_paragraph(sanitize_line(name), style=OWN)
    sections = dict.fromkeys(cite(split_section(op.path)[0]) for op in redline.visible())
    cited = "; ".join([*sections][:SECTIONS]) + (" …" if len(sections) > SECTIONS else "")
    for name, value in redline.facts(language, hashes=False):
        paragraph = document.add_paragraph(style=OWN)
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(sanitize_line(cited if name == t("redline.citations", language) else value))
    document.add_paragraph(sanitize_line(summarize(redline.operations).get(language)), style=OWN)
    ribbons = redline.ribbon_lines(language)
    more = [t("ribbon.more", language, count=len(ribbons) - RIBBONS)] if len(ribbons) > RIBBONS else []
    for line in [*ribbons[:RIBBONS], *more]:
        document.add_paragraph(style=OWN).add_run(sanitize_line(line)).bold = True
    document.add_paragraph(t("redline.word-key", language), style=OWN)


def _annex(document: Document, redline: Redline, language: Language) -> None:
    """Write what proves which texts were compared: their hashes, and the official page of each unit."""
    heading = document.add_paragraph(t("redline.annex", language), style=SECTION)
    heading.paragraph_format.page_break_before = True
    for name, value in redline.evidence(language):
        paragraph = document.add_paragraph(style=OWN)
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(sanitize_line(value))
    for address, cited in redline.official_pages():
        shown = "; ".join(cited[:ANNEX])
        if len(cited) > ANNEX:
            shown += "; " + t("redline.more", language, count=len(cited) - ANNEX)
        document.add_paragraph(": ".join(filter(None, (address, shown))), style=OWN)
