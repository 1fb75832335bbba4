"""Checks whether an answer is the requested document or a server failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tracker.locations import is_main_text
from tracker.model import Document, DocumentKind
from tracker.parsing.placeholder_pages import needs_scripts, placeholder
from tracker.text.encodings import misread


def suspicion(
    document: Document, previous: Document | None, body: bytes, *, index: bool = False
) -> str | None:
    """Return why an answer should be held until another one confirms it; None when it is plausible. Large
    losses, and texts that may be a placeholder, are judged by `tracker.parsing.losses` as well: they are
    accepted when they persist.

    `previous` is the last accepted document, `body` the bytes of the answer; `index`: a page that lists others.
    A Federal Register record may have no text of its own: only a title and a number are required.
    """
    if document.document_number or document.kind not in (
        DocumentKind.PAGE,
        DocumentKind.CFR,
        DocumentKind.LIST,
    ):
        return None if document.title else "the record has no title"
    if document.kind is DocumentKind.PAGE:
        found = placeholder(document, previous)
        if found is not None and found.certain:
            return f"it looks like {found.name}, with {_size(_main(document)):,} characters of text"
        if is_html(body) and (reason := needs_scripts(document, body, index=index)):
            return reason
    if not document.units or _size(document) == 0:
        return f"nothing could be read from {len(body):,} bytes"
    return None if previous is None else broken(document, previous)


def broken(document: Document, previous: Document) -> str | None:
    """Return where characters were damaged by a wrong encoding although the last accepted text had none; None
    for a readable text.
    """
    passage = next(filter(None, map(misread, _texts(document))), "")
    if not passage or any(map(misread, _texts(previous))):
        return None
    return f"its characters are damaged, as in {passage!r}: the stated encoding is wrong"


def _texts(document: Document) -> Iterator[str]:
    yield from (document.title, document.abstract)
    yield from (unit.text for unit in document.units)


def is_html(body: bytes) -> bool:
    """Return whether bytes that were parsed as a page are markup: a plain text or a PDF is parsed as a page as
    well.
    """
    return b"<" in body[:2_000].replace(b"\0", b"") and body[:5] != b"%PDF-"


def _main(document: Document) -> Document:
    return replace(document, units=tuple(unit for unit in document.units if is_main_text(unit.path)))


def _size(document: Document) -> int:
    return sum(len(unit.text) for unit in document.units)
