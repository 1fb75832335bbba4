"""Whether an answer looks like the thing that was asked for, or like a bad day of its server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tracker.encodings import misread
from tracker.model import Document, DocumentKind
from tracker.page_parts import is_main_text

# A page of this many characters or fewer may be a wall or an error; a longer one only speaks of one.
SHORT = 2_500
_WALLS = (
    (re.compile(r"\brequest access\b|programmatic access to this site|unblock request", re.I), "a bot wall (Request Access)"),
    (re.compile(r"captcha|verify (?:that )?you are (?:a )?human|are you a robot|unusual traffic", re.I), "a CAPTCHA"),
    (re.compile(r"checking your browser|enable (?:javascript|cookies) (?:and cookies )?to continue|just a moment", re.I), "a browser check"),
    (re.compile(r"access (?:to this (?:page|site) (?:has been|is) )?denied|you (?:don't|do not) have (?:permission|access)|403 forbidden", re.I), "access denied"),
    (re.compile(r"(?:scheduled|site|system|under|undergoing|down for|routine)\s(?:\w+\s)?maintenance|maintenance (?:mode|window)", re.I), "a maintenance page"),
    (re.compile(r"temporarily (?:unavailable|out of service|offline|down)|service unavailable|bad gateway|gateway time-?out", re.I), "a page that says the service is unavailable"),
    (re.compile(r"internal server error|an error (?:has )?occurred|something went wrong|unexpected error", re.I), "an error page"),
    (re.compile(r"page (?:you requested )?(?:was |could )?not (?:be )?found|404 (?:error|not found)", re.I), "a page that says not found"),
    (re.compile(r"\b(?:sign|log) ?in to (?:continue|your account|access)|(?:user ?name|e-?mail)(?: address)?:? password|session (?:has )?(?:expired|timed out)", re.I), "a login page"),
)  # fmt: skip


def suspicion(
    document: Document, previous: Document | None, body_size: int, previous_size: int | None
) -> str | None:
    """Why an answer should be held until somebody has looked at it, or another one comes; None when it is fine. What is
    gone from it is judged by `tracker.parsing.losses` besides: that is believed when it stays so.

    `previous` is the last document that was believed, `body_size` and `previous_size` the sizes of the
    two bodies in bytes. A Federal Register record may have no text of its own: it is asked for a title
    and a number only.
    """
    if document.document_number or document.kind not in (
        DocumentKind.PAGE,
        DocumentKind.CFR,
        DocumentKind.LIST,
    ):
        return None if document.title else "the record has no title"
    size = _size(document)
    if not document.units or size == 0:
        return f"nothing could be read from {body_size:,} bytes"
    if document.kind is DocumentKind.PAGE:
        # Sidebars and annexes come and go, and say nothing of the state of the page.
        document = _main(document)
        previous = previous and _main(previous)
        size = _size(document)
    wall = _wall(document, size) if document.kind is DocumentKind.PAGE else None
    if wall and (previous is None or _wall(previous, _size(previous)) != wall):
        return f"it looks like {wall}, with {size:,} characters of text"
    if previous is None:
        return None
    if reason := broken(document, previous):
        return reason
    size_before = _size(previous)
    if document.kind is DocumentKind.PAGE and size_before >= 400 and size < 0.4 * size_before:
        return f"{size:,} characters of text where there were {size_before:,}"
    if document.kind is not DocumentKind.PAGE:
        return None  # what is gone from lists and parts is judged by `losses`
    if previous_size and previous_size >= 4_000 and body_size < 0.2 * previous_size:
        return f"{body_size:,} bytes where there were {previous_size:,}"
    return None


def broken(document: Document, previous: Document) -> str | None:
    """Where characters were broken by a wrong encoding and the last text that was believed had none of these; None for a
    text that reads."""
    passage = next(filter(None, map(misread, _texts(document))), "")
    if not passage or any(map(misread, _texts(previous))):
        return None
    return f"its characters are broken, as in {passage!r}: its encoding is not what it says"


def _texts(document: Document) -> Iterator[str]:
    yield from (document.title, document.abstract)
    yield from (unit.text for unit in document.units)


def is_complete_page(body: bytes) -> bool:
    """Whether HTML is closed at its end. One that always was and no longer is was cut off, under whatever length."""
    return re.search(rb"</(?:html|body)\s*>", body[-2_000:], re.IGNORECASE) is not None


def _main(document: Document) -> Document:
    return replace(document, units=tuple(unit for unit in document.units if is_main_text(unit.path)))


def _size(document: Document) -> int:
    return sum(len(unit.text) for unit in document.units)


def _wall(document: Document, size: int) -> str | None:
    if size > SHORT:
        return None
    text = " ".join((document.title, *(unit.text for unit in document.units)))
    return next((name for pattern, name in _WALLS if pattern.search(text)), None)
