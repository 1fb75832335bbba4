"""Parses a docket of Regulations.gov into one unit per document, named by its id, and a public comment into its paragraphs.

A day of the API is an instant in UTC: a comment period that ends at midnight in Washington ends on the day before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tracker.clock import published_day
from tracker.errors import UnexpectedResponse
from tracker.model import Document, DocumentKind, Fetched, UnitKind
from tracker.parsing.cells import cell_text
from tracker.parsing.json_fields import load_object
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import CELL_GAP, fold_space, search_key

_AGENCIES = {
    "BIS": "Bureau of Industry and Security",
    "ITA": "International Trade Administration",
    "USTR": "Office of the United States Trade Representative",
    "DOC": "Department of Commerce",
    "DOS": "Department of State",
    "OFAC": "Office of Foreign Assets Control",
    "USCBP": "U.S. Customs and Border Protection",
    "TREAS": "Department of the Treasury",
}
_LINES = re.compile(r"<br\s*/?>|</p>|\n", re.IGNORECASE)
_AROUND = 240  # characters of a comment around the word that was searched
_SHOWN = 20_000  # characters of a comment


def read_docket(fetched: Fetched) -> Document:
    """Return a docket. Raises ParseError, UnexpectedResponse."""
    value = load_object(fetched.answer.body, fetched.key)
    docket, records, counts = (value.get(name) for name in ("docket", "documents", "comments"))
    if not isinstance(docket, Mapping) or not isinstance(records, list) or not isinstance(counts, Mapping):
        raise UnexpectedResponse(f"{fetched.key}: not a docket with its documents", url=fetched.answer.url)
    facts = _attributes(docket)
    documents = [
        record for record in records if isinstance(record, Mapping) and str(record.get("id") or "").strip()
    ]
    title = _text(facts, "title") or _first_title(documents) or fetched.key
    outline = UnitBuilder()
    outline.add(fetched.key, UnitKind.HEADING, title, 0)
    outline.add(
        f"{fetched.key}{SEPARATOR}Abstract", UnitKind.PARAGRAPH, cell_text(_text(facts, "dkAbstract")), 1
    )
    for record in documents:
        name = fold_space(str(record["id"]))
        cells = [name, *_cells(_attributes(record), counts.get(name))]
        outline.add(name, UnitKind.ROW, CELL_GAP.join(cells), 1, key=search_key(name))
    ends = [day for record in documents if (day := _day(_attributes(record), "commentEndDate"))]
    return Document(
        key=fetched.key,
        kind=DocumentKind.DOCKET,
        title=title,
        url=page_of(fetched.answer.url, f"docket/{fetched.key}"),
        units=tuple(outline.units),
        citation=fetched.key,
        agencies=_agency(_text(facts, "agencyId")),
        published=max(
            (day for one in documents if (day := _day(_attributes(one), "postedDate"))), default=None
        ),
        comments_close_on=max(ends, default=None),
        type=_text(facts, "docketType"),
        docket_ids=(fetched.key,),
        rins=tuple(filter(None, [_text(facts, "rin")])),
    )


def read_comment(fetched: Fetched) -> Document:
    """Return a public comment, with the words that it was found by as its abstract. Raises ParseError."""
    record = load_object(fetched.answer.body, fetched.key)
    facts = _attributes(record)
    name = str(record.get("id") or fetched.key)
    comment = facts.get("comment")
    text = comment[:_SHOWN] if isinstance(comment, str) else ""
    outline = UnitBuilder()
    for paragraph in _LINES.split(text):
        outline.add(outline.numbered(name, "¶"), UnitKind.PARAGRAPH, cell_text(paragraph), 0)
    docket = _text(facts, "docketId") or name.rpartition("-")[0]
    return Document(
        key=fetched.key,
        kind=DocumentKind.DOCKET,
        title=_text(facts, "title") or name,
        url=page_of(fetched.answer.url, f"comment/{name}"),
        units=tuple(outline.units),
        abstract=_around(cell_text(text), fetched.meta.get("words", "")),
        citation=name,
        agencies=_agency(_text(facts, "agencyId")),
        published=_day(facts, "postedDate"),
        type="Public Submission",
        docket_ids=(docket,),
    )


def page_of(url: str, path: str) -> str:
    """Return the page for readers on the site of an API: `api.regulations.gov` serves `www.regulations.gov`."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("api.")
    return urlunsplit((parts.scheme, f"www.{host}" if host != parts.netloc else host, f"/{path}", "", ""))


def _cells(facts: Mapping[str, Any], received: object) -> Iterator[str]:
    yield f"Type: {_text(facts, 'documentType') or 'Document'}"
    yield f"Title: {_text(facts, 'title')}"
    if posted := _day(facts, "postedDate"):
        yield f"Posted: {posted}"
    opens, closes = _day(facts, "commentStartDate"), _day(facts, "commentEndDate")
    if closes:
        yield f"Comments: {opens or posted or ''} to {closes}"
    if number := _text(facts, "frDocNum"):
        yield f"Federal Register: FR Doc. {number}"
    if facts.get("withdrawn") is True:
        yield "Withdrawn: yes"
    if isinstance(received, int) and received > 0:
        yield f"Comments received: {received:,} or more"


def _attributes(record: Mapping[str, Any]) -> Mapping[str, Any]:
    value = record.get("attributes")
    return value if isinstance(value, Mapping) else {}


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return fold_space(value) if isinstance(value, str) else ""


def _day(facts: Mapping[str, Any], name: str) -> date | None:
    try:
        instant = datetime.fromisoformat(_text(facts, name))
    except ValueError:
        return None
    return published_day(instant) if instant.tzinfo else None


def _agency(name: str) -> tuple[str, ...]:
    return (_AGENCIES.get(name, name),) if name else ()


def _first_title(documents: list[Mapping[str, Any]]) -> str:
    return next((title for one in documents if (title := _text(_attributes(one), "title"))), "")


def _around(text: str, words: str) -> str:
    """Return the part of a comment around the first of the words, its beginning where none is in the text."""
    places = [place for word in words.split(", ") if word and (place := text.lower().find(word.lower())) >= 0]
    start = max(0, min(places, default=0) - _AROUND // 2)
    if start:
        start = text.find(" ", start) + 1
    cut = text[start : start + _AROUND]
    return fold_space(cut if start + _AROUND >= len(text) else cut.rsplit(" ", 1)[0])
