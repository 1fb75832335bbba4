"""Requests documents from the Federal Register's API, version 1, and checks the responses.

Its behavior: out-of-range `per_page` and `page` are clamped silently; `results` is missing when `count` is 0; a
request for one number returns the bare object; `count` ends at 10,000 and pages at 50; a bot wall is HTML with
status 200.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from tracker.config.models import Source
from tracker.errors import AccessDenied, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import FR_API
from tracker.http.response_checks import json_object
from tracker.model import TEXT_PENDING, Fetched, HttpResponse, ResourceType, Validators
from tracker.sources.partial_response import part_of

MAX_PAGES = 50
MAX_COUNT = 10_000
LARGEST_PAGE = 1000

# All fields that parsers and rules use, without those that change by themselves: page views, excerpts, comment
# counts, images, and the address of the inspection PDF, which contains a time stamp.
FIELDS = (
    "abstract",
    "action",
    "agencies",
    "body_html_url",
    "cfr_references",
    "citation",
    "comments_close_on",
    "correction_of",
    "corrections",
    "dates",
    "disposition_notes",
    "docket_ids",
    "document_number",
    "effective_on",
    "end_page",
    "executive_order_notes",
    "executive_order_number",
    "full_text_xml_url",
    "html_url",
    "json_url",
    "pdf_url",
    "presidential_document_number",
    "proclamation_number",
    "publication_date",
    "raw_text_url",
    "regulation_id_numbers",
    "signing_date",
    "significant",
    "start_page",
    "subtype",
    "title",
    "toc_doc",
    "toc_subject",
    "topics",
    "type",
    "volume",
)
_KEPT = frozenset(FIELDS)
_BAD_FIELD = re.compile(r"field '(\w+)' not valid")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of a search. `count` is the server's, of the whole search; `records` are its objects."""

    answer: HttpResponse
    count: int
    records: tuple[Record, ...]


def conditions(source: Source) -> list[tuple[str, str]]:
    """Return the source's own search conditions: agencies and types, never words: the API reads `A OR "b"` as
    AND.
    """
    return [
        *(("conditions[agencies][]", slug) for slug in source.agencies),
        *(("conditions[type][]", code) for code in source.types),
    ]


def search_documents(
    source: Source,
    client: Client,
    parameters: Iterable[tuple[str, str]],
    deadline: float,
    validators: Validators | None = None,
    fields: Iterable[str] = FIELDS,
) -> DocumentList | None:
    """Request one page of a search; None for 304. A field that the API no longer knows is left out of the
    request. Raises FetchError.
    """
    answer = _get(source, client, "documents.json", list(parameters), deadline, validators, fields)
    return None if answer is None else read_list(answer)


def fetch_document(
    source: Source, client: Client, number: str, deadline: float
) -> tuple[Record, HttpResponse]:
    """Request one document by its number. Raises FetchError; NotFound where there is none."""
    answer = _get(source, client, f"documents/{quote(number, safe='')}.json", [], deadline, None)
    assert answer is not None
    found = read_list(answer)
    if len(found.records) != 1:
        raise UnexpectedResponse(f"{len(found.records)} documents for number {number}", url=answer.url)
    return found.records[0], answer


def _get(
    source: Source,
    client: Client,
    path: str,
    parameters: list[tuple[str, str]],
    deadline: float,
    validators: Validators | None,
    fields: Iterable[str] = FIELDS,
) -> HttpResponse | None:
    asked = list(fields)
    while True:
        query = urlencode([*parameters, *(("fields[]", name) for name in asked)], safe="[]")
        try:
            return client.get(
                f"{source.base_url.rstrip('/')}/{path}?{query}",
                rate=FR_API,
                deadline=deadline,
                validators=validators,
                accept="application/json",
            )
        except AccessDenied as error:
            bad = _BAD_FIELD.search(error.cause)
            if error.status != 400 or bad is None or bad.group(1) not in asked:
                raise
            asked.remove(bad.group(1))


def read_list(answer: HttpResponse) -> DocumentList:
    """Return the list in a response. Raises AccessDenied for a wall, UnexpectedResponse for anything but a list
    of documents.
    """
    found = json_object(answer)
    if "document_number" in found:  # the answer to a single number is the bare object
        return DocumentList(answer, 1, (found,))
    results = found.get("results")
    count = found.get("count")
    if results is None and count == 0:
        results = []
    if not isinstance(results, list) or not all(isinstance(entry, dict) for entry in results):
        reason = (
            found.get("errors") or found.get("message") or f"keys {', '.join(sorted(found)[:8]) or 'none'}"
        )
        raise UnexpectedResponse(f"not a list of documents: {reason}", url=answer.url, status=answer.status)
    if not isinstance(count, int):
        count = len(results)
    if count > 0 and not results:
        raise UnexpectedResponse(
            f"count says {count} and the list is empty: past the last page, or a failure behind the API",
            url=answer.url,
            status=answer.status,
        )
    return DocumentList(answer, count, tuple(results))


def key_of(record: Record) -> str:
    """Return the document number, with its date where numbers were not unique (before 2016). Raises
    UnexpectedResponse for a record without number, title or date.
    """
    number, published = record.get("document_number"), published_on(record)
    if not isinstance(number, str) or not number.strip():
        raise UnexpectedResponse("a document without a number")
    if published is None or not isinstance(record.get("title"), str):
        raise UnexpectedResponse(f"{number} has no publication date or no title")
    return number.strip() if published.year >= 2016 else f"{number.strip()} of {published}"


def published_on(record: Record) -> date | None:
    try:
        return date.fromisoformat(record["publication_date"])
    except (KeyError, TypeError, ValueError):
        return None


def canonical(record: Record) -> bytes:
    """Return the record as canonical JSON: equal bytes when nothing changed. The order of fields and lists is
    ignored.
    """
    return _json({name: in_order(value) for name, value in record.items() if name in _KEPT})


def is_same(known: Validators, record: Record) -> bool:
    """Return whether the stored record has the same content. Earlier versions stored lists in the order in
    which they were sent.
    """
    as_sent = _json({name: value for name, value in record.items() if name in _KEPT})
    return known.sha256 in (sha256(canonical(record)).hexdigest(), sha256(as_sent).hexdigest())


def in_order(value: object) -> object:
    """Return a list of a record in canonical order: departments before their agencies, then by content."""
    return sorted(value, key=_place) if isinstance(value, list) else value


def _place(item: object) -> tuple[bool, bytes]:
    name = {"name": item.get("name") or item.get("raw_name")} if isinstance(item, Mapping) else {}
    return isinstance(item, Mapping) and bool(item.get("parent_id")), _json([name, item])


def to_fetched(
    record: Record,
    key: str,
    body: bytes,
    answer: HttpResponse,
    attachments: tuple[Fetched, ...] = (),
    text_pending: bool = False,
) -> Fetched:
    """Return the record as `Fetched`. `text_pending`: a full text exists and is still to be fetched: its absence
    is not a removal.
    """
    url = record.get("json_url")
    meta = TEXT_PENDING if text_pending else {}
    return Fetched(
        key,
        ResourceType.FR_RECORD,
        part_of(answer, body, url if isinstance(url, str) and url else answer.url),
        meta,
        attachments,
    )


def listing_fetched(key: str, first: HttpResponse, count: int, bodies: Iterable[bytes]) -> Fetched:
    """Return the list as evidence: its count and its records in canonical form, in the server's order. It has
    the validators of the first page, for the next poll's conditional request.
    """
    body = b'{"count":%d,"results":[%s]}' % (count, b",\n".join(bodies))
    return Fetched(key, ResourceType.LISTING, replace(first, body=body))


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
