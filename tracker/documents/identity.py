"""Permanent ids of documents and of their changes, and hashes of their content."""

from __future__ import annotations

import hashlib
import json
import re

from tracker.config.models import Source
from tracker.model import Document, DocumentKind, Fetched, ResourceType

# Kinds of documents with one permanent record, whichever source shows them.
LASTING = frozenset({ResourceType.FR_RECORD, ResourceType.PI_RECORD, ResourceType.FEED_ENTRY})
_MODERN = re.compile(r"(?:[CRZX]\d+-)?20\d\d-\d{4,6}")


def content_hash(document: Document) -> str:
    """Return a hash of the content: equal for two answers that differ only in parts that are not compared."""
    # A page has no abstract besides the words of its units, and these may be masked.
    abstract = "" if document.kind is DocumentKind.PAGE else document.abstract
    facts = [
        document.title, abstract, document.action, document.dates_text, document.type,
        str(document.published), str(document.effective_on), str(document.comments_close_on),
        document.correction_of, document.corrections,
        _units(document),
    ]  # fmt: skip
    if document.kind is DocumentKind.CFR:
        # An eCFR part has a new publication date every day; only its text counts.
        facts[5] = None
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _units(document: Document) -> list[tuple[str, str, str]]:
    """Return the units in reading order. In lists, rows and entries with a name are sorted, because publishers
    reorder them from day to day. The key of a party is often an id that the publisher's service renumbers,
    so only the content of a row counts.
    """
    if document.kind is DocumentKind.LIST:
        return sorted((unit.path, unit.text, "") for unit in document.units)
    units = [(unit.path, unit.text, unit.key) for unit in document.units]
    if document.kind is not DocumentKind.PAGE:
        return units
    return [unit for unit in units if not unit[2]] + sorted(unit for unit in units if unit[2])


def document_id_of(source: Source, fetched: Fetched, document: Document) -> str:
    """Return the permanent id of a document. Federal Register numbers before 2016 were not unique, in forms
    such as `94-16174`, so those include their year.
    """
    number = document.document_number
    if number and fetched.role in LASTING:
        if _MODERN.fullmatch(number) or document.published is None:
            return f"fr:{number}"
        return f"fr:{number}@{document.published.year}"
    # The revisions of one law are versions of one text, each a resource of its own.
    return f"{source.id}:{fetched.meta.get('law') or fetched.key}"


def change_id(identity: str, ordinal: int, document: Document) -> str:
    """Return the id of a change, equal whenever the same poll is repeated. A document with a permanent record
    has one id; otherwise each new version of the text is a change of its own.
    """
    name = identity if identity.startswith("fr:") else f"{identity}|{ordinal}|{content_hash(document)}"
    return f"chg_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
