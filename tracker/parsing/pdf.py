"""Parses PDF files into paragraphs: lines joined; running heads, page numbers and printer's lines removed. A
printed document of the Federal Register also gives its title, dates and type, as its raw text does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pypdfium2

from tracker.errors import ParseError
from tracker.model import Unit
from tracker.parsing.fr_text import RawText, read_fr_paragraphs
from tracker.parsing.pdf_layout import Line, page_lines, paragraphs_of
from tracker.parsing.plain_text import paragraph_units

MAX_PAGES = 3_000
MAX_CHARACTERS = 20_000_000
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_EDGE = 3  # lines at the top and bottom of a page that may be running heads
_SAME_PLACE = 4  # points
# The Federal Register's own running head, and its printer's lines below and beside the page.
_REGISTER = re.compile(
    r"(?:(?P<left>\d{1,6}) )?Federal Register ?/ ?Vol\. ?(?P<volume>\d+), ?No\. ?\d+ ?/ ?[A-Z][a-z]+, (?P<day>[A-Z][a-z]+ \d{1,2}, \d{4})"
    r"(?: ?/ ?(?P<type>[A-Z][A-Za-z ]{4,40}?))?(?: (?P<right>\d{1,6}))?"
)
_TYPES = {
    "Rules and Regulations": "Rule",
    "Proposed Rules": "Proposed Rule",
    "Notices": "Notice",
    "Presidential Documents": "Presidential Document",
}
_PRINTER = re.compile(
    r"VerDate .{0,60}?\d{2}:\d{2} .*|Jkt \d{6}\b.*|PO 0{3}\d+\b.*|Frm 0\d{4}\b.*|Fmt \d{4}\b.*|Sfmt \d{4}\b.*|[A-Z]:\\FR\\FM\\.*|"
    r"\w{2,20} on (?:DSK|LAPDSK|PROD)\w+ ?(?:PROD )?with \w+"
)
_HEAD = re.compile(r"(?:AGENCY|AGENCIES|ACTION|SUMMARY|DATES?|EFFECTIVE DATES?):(?:\s|\Z)")
_END = re.compile(r"\[FR Doc\.")
_BILLING = re.compile(r"BILLING CODE\b")


@dataclass(frozen=True, slots=True)
class Pdf:
    """A parsed PDF. `register` has the facts of the preamble, where it is a printed document of the Federal
    Register.
    """

    title: str
    units: tuple[Unit, ...]
    pages: int
    register: RawText | None = None


def read_pdf(data: bytes, name: str) -> Pdf:
    """Parse the text of a PDF. Raises ParseError when it is encrypted, truncated, not a PDF, without text (a
    scan), or over 3,000 pages or 20 million characters.
    """
    pages, title = _pages(data, name)
    heads = [found for page in pages for line in page if (found := _REGISTER.fullmatch(line.text))]
    cleaned = [page for page in _without_heads(pages) if page]
    if not cleaned:
        raise ParseError(
            f"{name}: this PDF holds no text ({len(pages)} pages)", cure="it is a scan: read it by eye"
        )
    if heads and _has_head(line for page in cleaned for line in page):
        register = _printed(read_fr_paragraphs(paragraphs_of(_own(cleaned))), heads[0])
        if register.units:
            return Pdf(title or register.title, register.units, len(pages), register)
    units = paragraph_units(paragraphs_of(cleaned))
    return Pdf(title or units[0].text[:200], units, len(pages))


def read_lines(data: bytes, name: str) -> list[list[str]]:
    """Return the lines of each page of a PDF, page heads included. Raises ParseError like `read_pdf`."""
    pages, _ = _pages(data, name)
    return [[line.text for line in page] for page in pages]


def _printed(register: RawText, head: re.Match[str]) -> RawText:
    """Return the facts in the running head of the first page."""
    try:
        day = datetime.strptime(head["day"], "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        day = ""
    page = head["left"] or head["right"]
    return replace(
        register,
        type=_TYPES.get((head["type"] or "").strip(), ""),
        published=day,
        citation=f"{head['volume']} FR {page}" if page else "",
    )


def _own(pages: list[list[Line]]) -> list[list[Line]]:
    """Return the pages of the document itself. In a print of whole pages, the first page also has the end of
    the document before it, and the last the beginning of the next.
    """
    first, *rest = pages
    end = next(iter(_ends(first)), 0)
    # Text that ends before any heading of a preamble began on the page before.
    if (
        end
        and not _has_head(first[:end])
        and _has_head(line for page in (first[end:], *rest) for line in page)
    ):
        first = first[end:]
    *rest, last = [first, *rest]
    ends = _ends(last)
    return [page for page in (*rest, last[: ends[-1]] if ends else last) if page]


def _ends(lines: Sequence[Line]) -> list[int]:
    """Yield the ends of documents: after each filing line and the billing code below it."""
    found = []
    for index, line in enumerate(lines):
        if _END.match(line.text):
            end = index + 1
            while end < len(lines) and end <= index + 3 and not _BILLING.match(lines[end].text):
                end += 1
            found.append(end + 1 if end < len(lines) and _BILLING.match(lines[end].text) else index + 1)
    return found


def _has_head(lines: Iterable[Line]) -> bool:
    return any(_HEAD.match(line.text) for line in lines)


def _pages(data: bytes, name: str) -> tuple[list[list[Line]], str]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        cause = (
            "is encrypted"
            if "password" in str(error).lower()
            else "cannot be read: it is truncated or not a PDF"
        )
        raise ParseError(f"{name}: this PDF {cause}: {error}") from error
    try:
        if len(document) > MAX_PAGES:
            raise ParseError(f"{name}: {len(document)} pages are over the bound of {MAX_PAGES}")
        pages: list[list[Line]] = []
        size = 0
        for page in document:
            text_page = page.get_textpage()
            size += text_page.count_chars()
            if size > MAX_CHARACTERS:
                raise ParseError(f"{name}: the text is over the bound of {MAX_CHARACTERS:,} characters")
            pages.append(page_lines(text_page))
            text_page.close()
            page.close()
        title = " ".join(str(document.get_metadata_value("Title") or "").split())
    except pypdfium2.PdfiumError as error:
        raise ParseError(f"{name}: a page of this PDF cannot be read: {error}") from error
    else:
        return pages, title
    finally:
        document.close()


def _without_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """Return the pages without page numbers, printer's lines, and lines repeated at the edge of most pages."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_shape(line.text) for line in _edges(page)})
    often = max(3, len(pages) // 2)
    heads = {shape for shape, count in counts.items() if shape and count >= often}
    if len(pages) == 2:
        heads |= _heads_of_two(*pages)
    cleaned = []
    for page in pages:
        edges = {id(line) for line in _edges(page)}
        cleaned.append(
            [
                line
                for line in page
                if not (_is_printers(line.text) or (id(line) in edges and _is_head(line.text, heads)))
            ]
        )
    return cleaned


def _is_printers(text: str) -> bool:
    return _PRINTER.fullmatch(text) is not None or _REGISTER.fullmatch(text) is not None


def _is_head(text: str, heads: set[str]) -> bool:
    return _shape(text) in heads or _PAGE_NUMBER.fullmatch(text.strip()) is not None


def _heads_of_two(first: list[Line], second: list[Line]) -> set[str]:
    """Return the lines of two pages with the same text at the same height, apart from the body."""
    return {
        _shape(line.text)
        for line in _edges(first)
        for other in _edges(second)
        if _shape(line.text) == _shape(other.text)
        and abs(line.y - other.y) < _SAME_PLACE
        and _is_apart(line, first)
        and _is_apart(other, second)
    }


def _is_apart(line: Line, page: list[Line]) -> bool:
    """Return whether more than a line's height of white space separates a line at a page's top or bottom from
    all others.
    """
    gaps = [line.y - other.y for other in page if abs(line.y - other.y) > 1]
    above = [-gap for gap in gaps if gap < 0]
    below = [gap for gap in gaps if gap > 0]
    return (not above or not below) and min(map(abs, gaps), default=0.0) > 1.6 * line.height


def _edges(page: list[Line]) -> list[Line]:
    """Return the lines at the top and the bottom of a page, by height and by order."""
    if len(page) <= 2 * _EDGE:
        return page
    by_height = sorted(page, key=lambda line: line.y)
    ends = [*page[:_EDGE], *page[-_EDGE:], *by_height[:_EDGE], *by_height[-_EDGE:]]
    return list({id(line): line for line in ends}.values())


def _shape(text: str) -> str:
    """Return a line without its numbers, so that "Page 3" and "Page 4" are equal."""
    return re.sub(r"\d+", "#", " ".join(text.split()))
