"""PDF files as paragraphs: hard-wrapped lines joined, running heads and page numbers left out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pypdfium2

from tracker.errors import ParseError
from tracker.model import Unit
from tracker.parse.lines import ends_sentence
from tracker.parse.prose import prose_units

MAX_PAGES = 3_000
MAX_CHARACTERS = 20_000_000
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_EDGE = 3  # lines at the top and bottom of a page that may be running heads


@dataclass(frozen=True, slots=True)
class Pdf:
    title: str
    units: tuple[Unit, ...]
    pages: int


def read_pdf(data: bytes, name: str) -> Pdf:
    """Reads the text of a PDF. Raises ParseError when it is encrypted, cut short, no PDF, has no text
    (a scan), or is over 3,000 pages or 20 million characters."""
    pages, title = _pages(data, name)
    lines: list[str] = []
    for page in _without_heads(pages):
        if lines and ends_sentence(lines[-1]):
            lines.append("")  # what goes on over a page's end is one paragraph, what has ended is not
        lines.extend(line for line in page if line.strip())
    if not any(line.strip() for line in lines):
        raise ParseError(
            f"{name}: this PDF holds no text ({len(pages)} pages)", cure="it is a scan: read it by eye"
        )
    units = prose_units(lines)
    return Pdf(title or units[0].text[:200], units, len(pages))


def _pages(data: bytes, name: str) -> tuple[list[list[str]], str]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        cause = (
            "is encrypted"
            if "password" in str(error).lower()
            else "cannot be read, it is cut short or no PDF"
        )
        raise ParseError(f"{name}: this PDF {cause}: {error}") from error
    try:
        if len(document) > MAX_PAGES:
            raise ParseError(f"{name}: {len(document)} pages are over the bound of {MAX_PAGES}")
        pages: list[list[str]] = []
        size = 0
        for page in document:
            text_page = page.get_textpage()
            # U+FFFE and U+0002 stand for a hyphen that only breaks a word at a line's end.
            text = str(text_page.get_text_bounded())
            text_page.close()
            page.close()
            size += len(text)
            if size > MAX_CHARACTERS:
                raise ParseError(f"{name}: the text is over the bound of {MAX_CHARACTERS:,} characters")
            pages.append(
                re.sub(r"[\ufffe\x02]\r?\n?", "", text).replace("\r\n", "\n").replace("\x00", "").split("\n")
            )
        title = " ".join(str(document.get_metadata_value("Title") or "").split())
    except pypdfium2.PdfiumError as error:
        raise ParseError(f"{name}: a page of this PDF cannot be read: {error}") from error
    else:
        return pages, title
    finally:
        document.close()


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """Pages without page numbers and without the lines that stand at the edge of most of them."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_shape(line) for line in _edges(page)})
    often = max(3, len(pages) // 2)
    heads = {shape for shape, count in counts.items() if shape and count >= often}
    cleaned = []
    for page in pages:
        edges = {index for index, _ in _edge_lines(page)}
        cleaned.append(
            [
                line
                for index, line in enumerate(page)
                if not (index in edges and (_shape(line) in heads or _PAGE_NUMBER.fullmatch(line.strip())))
            ]
        )
    return cleaned


def _edge_lines(page: list[str]) -> list[tuple[int, str]]:
    filled = [(index, line) for index, line in enumerate(page) if line.strip()]
    return filled if len(filled) <= 2 * _EDGE else filled[:_EDGE] + filled[-_EDGE:]


def _edges(page: list[str]) -> list[str]:
    return [line for _, line in _edge_lines(page)]


def _shape(line: str) -> str:
    """A line with its numbers taken out, so that "Page 3" and "Page 4" are one."""
    return re.sub(r"\d+", "#", " ".join(line.split()))
