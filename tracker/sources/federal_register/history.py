"""Loads the Federal Register's past, in windows of publication days that are small enough to be paged through.

A search returns at most 10,000 documents, on at most 50 pages, and a page size may be clamped silently: a
window whose count exceeds one request is split, and a window counts as loaded only when as many documents were
received as were counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.model import Fetched
from tracker.sources.events import HistoryPage, ResourceError
from tracker.sources.federal_register.api import (
    LARGEST_PAGE,
    MAX_PAGES,
    DocumentList,
    canonical,
    conditions,
    key_of,
    listing_fetched,
    search_documents,
    to_fetched,
)

LOADED = "loaded_through"  # cursor: the last day that is loaded, with all days before it
_SINCE = "since"  # cursor: the first day of the load; another first day starts again
_AHEAD = timedelta(days=30)  # the lists include the documents of the next issues
_LONGEST = 64  # days in a window
_AIM = 700  # documents in a window: nearly a page, with room for a busy week


def history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime
) -> Iterator[HistoryPage]:
    """Yield records without full text, oldest first, one `HistoryPage` per window. Raises FetchError; pages
    yielded before are complete, and the cursor of the last one continues after it.
    """
    last = legal_day(now) + _AHEAD
    start = since
    if LOADED in cursor and cursor.get(_SINCE, "") <= since.isoformat():
        start = max(since, date.fromisoformat(cursor[LOADED]) + timedelta(days=1))
    days = _LONGEST // 2
    done = 0
    while start <= last:
        end = min(last, start + timedelta(days=days - 1))
        deadline = client.deadline(source.time_limit)
        first = _ask(source, client, start, end, 1, deadline)
        pages = -(-first.count // max(1, len(first.records)))
        if end > start and (first.count > LARGEST_PAGE or pages > MAX_PAGES):
            days = max(1, min(days // 2, days * _AIM // first.count))
            continue
        page = _window(source, client, first, start, end, deadline)
        done += len(page.fetched)
        values = {LOADED: min(end, legal_day(now)).isoformat(), _SINCE: since.isoformat()}
        yield HistoryPage(page.fetched, page.listing, values, done, None, page.troubles)
        start = end + timedelta(days=1)
        days = max(1, min(_LONGEST, days * 2, days * _AIM // max(1, first.count)))


def _window(
    source: Source, client: Client, first: DocumentList, start: date, end: date, deadline: float
) -> HistoryPage:
    """Return all documents of a window. Raises UnexpectedResponse when fewer are listed than the API counts."""
    fetched: dict[str, Fetched] = {}
    bodies: list[bytes] = []
    troubles: list[ResourceError] = []
    listing, page, seen = first, 1, 0
    while True:
        before = len(fetched)
        for record in listing.records:
            seen += 1
            try:
                key = key_of(record)
            except UnexpectedResponse as error:
                name = str(record.get("document_number") or "without a number")
                troubles.append(ResourceError(name, listing.answer.url, error))
                continue
            if key not in fetched:
                body = canonical(record)
                bodies.append(body)
                fetched[key] = to_fetched(record, key, body, listing.answer)
        if seen >= first.count:
            break
        page += 1
        if page > MAX_PAGES or len(fetched) == before:
            raise UnexpectedResponse(
                f"{start} to {end}: {first.count} documents are counted and {len(fetched)} can be listed",
                url=listing.answer.url,
            )
        listing = _ask(source, client, start, end, page, deadline)
    key = f"listing/{start}..{end}"
    return HistoryPage(
        tuple(fetched.values()),
        listing_fetched(key, first.answer, first.count, bodies),
        {},
        0,
        None,
        tuple(troubles),
    )


def _ask(source: Source, client: Client, start: date, end: date, page: int, deadline: float) -> DocumentList:
    listing = search_documents(
        source,
        client,
        [
            *conditions(source),
            ("conditions[publication_date][gte]", start.isoformat()),
            ("conditions[publication_date][lte]", end.isoformat()),
            ("order", "oldest"),
            ("per_page", str(LARGEST_PAGE)),
            ("page", str(page)),
        ],
        deadline,
    )
    assert listing is not None
    return listing
