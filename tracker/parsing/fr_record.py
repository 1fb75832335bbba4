"""Parses one document of the Federal Register, or of Public Inspection, from its API record.

Field names are those of the API's documentation (documentation.json) and of recorded answers; simplified
records `{"document_number", "published", "title", "abstract", "url"}` are accepted too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.citations import citation_values, find_docket
from tracker.model import Document, DocumentKind
from tracker.parsing.json_fields import JsonFields

_NO_ABSTRACT = "No summary provided."
_NUMBER = re.compile(
    r"/(?:documents|public-inspection-documents)/(?:\d{4}/\d\d/\d\d/)?([A-Z]?\d{0,2}-?\d{2,4}-\d{1,6})"
)
_BARE_NUMBER = re.compile(r"(?:[A-Z]\d{0,2}-)?\d{2,4}-\d{1,6}\Z")
_DOCKET_WORDS = re.compile(r"^Docket (?:ID|N(?:o|umber)s?)\.?:?\s*", re.IGNORECASE)
_CORRECTION_NUMBER = re.compile(r"[CR]\d+-")
_CORRECTS = re.compile(r"\bcorrect(?:ion|ing|ed)\b", re.IGNORECASE)
_AMENDS_TOO = re.compile(r"correcting amendments?|corrections? and", re.IGNORECASE)

# Answers give the type as a label, filters as a code; stored records contain both.
_KINDS: Mapping[str, tuple[DocumentKind, str]] = {
    "rule": (DocumentKind.RULE, "Rule"),
    "proposed rule": (DocumentKind.PROPOSED_RULE, "Proposed Rule"),
    "prorule": (DocumentKind.PROPOSED_RULE, "Proposed Rule"),
    "notice": (DocumentKind.NOTICE, "Notice"),
    "sunshine act document": (DocumentKind.NOTICE, "Notice"),
    "presidential document": (DocumentKind.PRESIDENTIAL, "Presidential Document"),
    "presdocu": (DocumentKind.PRESIDENTIAL, "Presidential Document"),
    "correction": (DocumentKind.CORRECTION, "Correction"),
    "correct": (DocumentKind.CORRECTION, "Correction"),
}


def fr_document(record: Mapping[str, Any], key: str = "", url: str = "") -> Document:
    """Return a `Document` from an API record. Fields of a wrong type are named in `notes`; unknown fields are
    ignored. `key` and `url` are used where the record has none of its own.
    """
    fields = JsonFields(record)
    number = fields.text("document_number") or (key if _BARE_NUMBER.match(key) else "")
    abstract = fields.text("abstract")
    action = fields.text("action")
    correction_of = _number_in(fields.text("correction_of"))
    presidential = fields.text(
        "executive_order_number", "proclamation_number", "presidential_document_number"
    )
    kind, label = _kind(fields.text("type"), number, action, correction_of, presidential=bool(presidential))
    return Document(
        key=key or number,
        kind=kind,
        title=fields.text("title"),
        url=fields.text("html_url", "url") or url,
        abstract="" if abstract == _NO_ABSTRACT else abstract,
        document_number=number or None,
        citation=fields.text("citation") or None,
        agencies=_agencies(fields),
        published=fields.day("publication_date", "published"),
        effective_on=fields.day("effective_on"),
        comments_close_on=fields.day("comments_close_on"),
        signing_date=fields.day("signing_date"),
        type=label,
        action=action,
        dates_text=fields.text("dates"),
        docket_ids=dockets(fields.texts("docket_ids", "docket_id", "docket_numbers")),
        rins=fields.texts("regulation_id_numbers"),
        pages=_pages(fields),
        cfr_references=_cfr_references(fields),
        executive_order=fields.text("executive_order_number") or None,
        proclamation=fields.text("proclamation_number") or None,
        correction_of=correction_of,
        corrections=tuple(filter(None, (_number_in(item) for item in fields.texts("corrections")))),
        notes=tuple(fields.notes),
    )


def pi_document(record: Mapping[str, Any], key: str = "", url: str = "") -> Document:
    """Return a document on public inspection. `publication_date` is the scheduled day; `filed_at` the instant
    since which it is available. A special filing is named in `notes`.
    """
    fields = JsonFields(record)
    subjects = [fields.text(name) for name in ("subject_1", "subject_2", "subject_3")]
    document = fr_document(record, key, url)
    filing = fields.text("filing_type")
    note = fields.text("editorial_note")
    pages = record.get("num_pages")
    notes = [*document.notes, *fields.notes]
    if filing:
        notes.append(f"filing: {filing}")
    if note:
        notes.append(f"editorial note: {note}")
    if isinstance(pages, int) and not isinstance(pages, bool):
        notes.append(f"pages: {pages}")
    return replace(
        document,
        title=document.title or " ".join(filter(None, subjects)),
        url=document.url or fields.text("pdf_url"),
        filed_at=fields.instant("filed_at"),
        notes=tuple(dict.fromkeys(notes)),
    )


def _kind(
    type_name: str, number: str, action: str, correction_of: str | None, *, presidential: bool
) -> tuple[DocumentKind, str]:
    kind, label = _KINDS.get(type_name.casefold(), (None, type_name))
    if correction_of or _CORRECTION_NUMBER.match(number) or kind is DocumentKind.CORRECTION:
        return DocumentKind.CORRECTION, label
    if _CORRECTS.search(action) and not _AMENDS_TOO.search(action):
        return DocumentKind.CORRECTION, label
    if kind is not None:
        return kind, label
    if presidential:
        return DocumentKind.PRESIDENTIAL, "Presidential Document"
    return DocumentKind.NOTICE, label


def _number_in(address: str) -> str | None:
    """Return the document number in an API address, `.../documents/2025-19001?publication_date=...`, or alone."""
    address = address.strip()
    if _BARE_NUMBER.match(address):
        return address
    found = _NUMBER.search(address)
    if found:
        return found[1]
    numbers = citation_values(address, "document-number")
    return numbers[0] if numbers else None


def _agencies(fields: JsonFields) -> tuple[str, ...]:
    """Return each agency by name and by slug. Published documents list the parent first; Public Inspection
    lists the child alone.
    """
    found: list[str] = []
    for agency in fields.objects("agencies"):
        inner = JsonFields(agency)
        found.extend(filter(None, (inner.text("name", "raw_name"), inner.text("slug"))))
    if not found:
        found.extend(fields.texts("agency_names"))
    return tuple(dict.fromkeys(found))


def dockets(raw: tuple[str, ...]) -> tuple[str, ...]:
    """Return docket ids as printed, each followed by its normal form where that differs."""
    found: list[str] = []
    for text in raw:
        plain = _DOCKET_WORDS.sub("", text.strip(" []"))
        found.extend((plain, find_docket(plain)) if citation_values(plain, "docket") else (plain,))
    return tuple(dict.fromkeys(filter(None, found)))


def _pages(fields: JsonFields) -> tuple[int, int] | None:
    first, last = fields.number("start_page"), fields.number("end_page")
    return (first, last) if first is not None and last is not None and first <= last else None


def _cfr_references(fields: JsonFields) -> tuple[str, ...]:
    found: list[str] = []
    for reference in fields.objects("cfr_references"):
        title, part = reference.get("title"), reference.get("part")
        if title is not None and part is not None:
            found.append(f"{title} CFR {part}")
        elif title is not None:
            found.append(f"{title} CFR")
    return tuple(dict.fromkeys(found))
