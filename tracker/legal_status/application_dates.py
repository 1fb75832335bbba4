"""The closing days of applications, proposals and nominations, apart from those of comments: a call for them is no
comment period."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from tracker.model import Document, LegalDate

APPLIED = (
    r"(?:proposals?|applications?|nominations?|bids|letters?\s+of\s+(?:intent|interest)"
    r"|(?:statements?|expressions?)\s+of\s+interest)"
)
# "Call for Proposals", "request for nominations", "Notice of Funding Opportunity".
_CALL = re.compile(
    rf"\b(?:calls?|requests?|solicitations?|invitations?|open(?:ing)?)\s+(?:for|of|to submit)\s+(?:[\w-]+\s+){{0,3}}{APPLIED}\b"
    r"|\b(?:notice\s+of\s+)?funding\s+(?:opportunity|availability)\b",
    re.I,
)
_COMMENTS = re.compile(r"\bcomments?\b", re.I)


def with_application_days(found: Iterable[LegalDate], document: Document) -> list[LegalDate]:
    """Return the dates of a call for applications with its closing days as such: what has to be submitted there is an
    application, unless the words speak of comments. Of another document they stay as they are."""
    opening = f"{document.title} {document.action}"
    if not _CALL.search(opening) or _COMMENTS.search(opening):
        return list(found)
    return [
        replace(entry, type="applications-close")
        if entry.type == "comments-close" and not _COMMENTS.search(entry.quote)
        else entry
        for entry in found
    ]
