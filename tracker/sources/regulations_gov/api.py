"""Reads version 4 of the API of Regulations.gov: lists of documents and comments, page by page, and single records.

The API's behavior: at most 250 records a page and 20 pages a query; filters take times of the eastern United States, answers
have them in UTC; a list shifts while its pages are read, because a changed record moves to its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tracker.clock import NEW_YORK
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import RateLimit
from tracker.http.response_checks import json_object
from tracker.model import HttpResponse

RATE = RateLimit("regulations-gov", 2.0, patience=60.0)
PAGE = 250
PAGES = 20
_SMALLEST = 5
# The hour that occurs twice at the end of daylight saving time is ambiguous in a filter.
OVERLAP = timedelta(hours=1)

AGENCY, DOCKET, COMMENT_ON, WORDS = (
    f"filter[{name}]" for name in ("agencyId", "docketId", "commentOnId", "searchTerm")
)
OPEN, POSTED_FROM = "filter[withinCommentPeriod]", "filter[postedDate][ge]"

Record = Mapping[str, Any]
Filters = Sequence[tuple[str, str]]  # names and values of the query


@dataclass(frozen=True, slots=True)
class Listed:
    """The records of a query by their ids, and the first answer as evidence."""

    records: dict[str, Record]
    answer: HttpResponse


@dataclass(frozen=True, slots=True)
class _Page:
    records: list[Record]
    total: int
    answer: HttpResponse


class Api:
    """The API with its key, within one time limit."""

    def __init__(self, base_url: str, key: str, client: Client, deadline: float) -> None:
        self._base = base_url.rstrip("/")
        self._secrets = {"X-Api-Key": key}
        self._client = client
        self.deadline = deadline

    def is_over(self) -> bool:
        """Return whether the time limit is over."""
        return self._client.monotonic() >= self.deadline

    def record(self, of: str, name: str) -> tuple[Record, HttpResponse]:
        """Return a docket or comment by its id. Raises FetchError."""
        answer = self._get(f"{of}/{quote(name, safe='')}")
        found = json_object(answer).get("data")
        if not isinstance(found, Mapping) or found.get("id") != name:
            raise UnexpectedResponse(f"not the record {name}", url=answer.url, status=answer.status)
        return found, answer

    def count(self, of: str, filters: Filters) -> int:
        """Return how many records a query has. Raises FetchError."""
        return self._page(of, filters, None, 1, _SMALLEST).total

    def listed(self, of: str, filters: Filters, since: datetime | None = None) -> Listed:
        """Return every record of a query that was changed since. Raises FetchError; UnexpectedResponse where fewer can be
        listed than the API counts.
        """
        found: dict[str, Record] = {}
        first: HttpResponse | None = None
        while True:
            window, answer, is_whole = self._window(of, filters, since)
            first = first or answer
            found |= window
            if is_whole:
                return Listed(found, first)
            newest = max((at for record in window.values() if (at := changed_at(record))), default=None)
            if newest is None or (since is not None and newest <= since):
                raise UnexpectedResponse(
                    f"more than {PAGE * PAGES:,} records were changed at {since}: they cannot all be listed",
                    url=answer.url,
                )
            since = newest

    def _window(
        self, of: str, filters: Filters, since: datetime | None
    ) -> tuple[dict[str, Record], HttpResponse, bool]:
        """Return the records of as many pages as the API gives, and whether these are all. The pages are read again where
        they shifted meanwhile.
        """
        found: dict[str, Record] = {}
        for _ in range(2):
            page = self._page(of, filters, since, 1, PAGE)
            first, number = page.answer, 1
            found |= {str(record["id"]): record for record in page.records}
            while len(page.records) == PAGE and number < PAGES:
                number += 1
                page = self._page(of, filters, since, number, PAGE)
                found |= {str(record["id"]): record for record in page.records}
            if len(page.records) == PAGE and page.total > len(found):
                return found, first, False
            if len(found) >= page.total:
                return found, first, True
        raise UnexpectedResponse(
            f"{page.total} records are counted and {len(found)} can be listed",
            url=first.url,
            status=first.status,
        )

    def _page(self, of: str, filters: Filters, since: datetime | None, number: int, size: int) -> _Page:
        query = list(filters)
        if since is not None:
            query.append(("filter[lastModifiedDate][ge]", eastern(since - OVERLAP)))
        query += [
            ("sort", "lastModifiedDate,documentId"),
            ("page[size]", str(size)),
            ("page[number]", str(number)),
        ]
        answer = self._get(f"{of}?{urlencode(query)}")
        value = json_object(answer)
        records, meta = value.get("data"), value.get("meta")
        total = meta.get("totalElements") if isinstance(meta, Mapping) else None
        if not isinstance(records, list) or not isinstance(total, int) or not all(map(_is_record, records)):
            raise UnexpectedResponse("no list of records with a count", url=answer.url, status=answer.status)
        return _Page(records, total, answer)

    def _get(self, path: str) -> HttpResponse:
        return self._client.fetch(
            f"{self._base}/{path}",
            rate=RATE,
            deadline=self.deadline,
            accept="application/vnd.api+json",
            secrets=self._secrets,
        )


def eastern(instant: datetime) -> str:
    """Return an instant as a filter takes it."""
    return instant.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M:%S")


def field(record: Record, name: str) -> str:
    """Return a text field of a record; empty where it has none."""
    value = record["attributes"].get(name)
    return value if isinstance(value, str) else ""


def changed_at(record: Record) -> datetime | None:
    """Return when a record was last changed."""
    try:
        return datetime.fromisoformat(field(record, "lastModifiedDate"))
    except ValueError:
        return None


def _is_record(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("id"), str)
        and isinstance(value.get("attributes"), Mapping)
    )
