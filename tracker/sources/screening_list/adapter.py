"""Polls the Consolidated Screening List: one file of about 32 MB, without key and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import Item, Wanted
from tracker.sources.screening_list.shapes import SHAPES
from tracker.sources.state_view import StateView, without_validators

KEY = "consolidated"
_MAX_BYTES = 200_000_000
_RESULTS = re.compile(rb'"results"\s*:\s*\[\s*(.)', re.DOTALL)


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the list. Raises FetchError; UnexpectedResponse for an empty list, which is a failure and never a
    removal of all parties.
    """
    known = without_validators(stored.validators(KEY), source, now)
    answer = client.get(
        source.url,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        validators=known,
        accept="application/json",
        max_bytes=_MAX_BYTES,
    )
    if answer is None:
        yield NotModified(KEY, source.url, client.clock())
    else:
        yield _fetched(answer)


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the list again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    return _fetched(
        client.fetch(
            fetched.answer.url, rate=PAGES, deadline=deadline, accept="application/json", max_bytes=_MAX_BYTES
        )
    )


def _fetched(answer: HttpResponse) -> Fetched:
    """Check both ends of the body only: the parser reads all 32 MB once anyway."""
    head, tail = answer.body[:200].lstrip()[:1], answer.body[-200:].rstrip()[-1:]
    if head != b"{":
        check_no_wall(answer)
    if head != b"{" or tail != b"}":
        raise UnexpectedResponse(
            f"not a complete JSON object: it begins {answer.body[:40]!r} and ends {answer.body[-20:]!r}",
            url=answer.url,
            status=answer.status,
        )
    results = _RESULTS.search(answer.body)
    if results is None:
        raise UnexpectedResponse('JSON without a list of "results"', url=answer.url, status=answer.status)
    if results.group(1) != b"{":
        raise UnexpectedResponse("the list of parties is empty", url=answer.url, status=answer.status)
    return Fetched(KEY, ResourceType.SCREENING_LIST, answer, {"list_name": "Consolidated Screening List"})


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
