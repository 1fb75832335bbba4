"""Polls the UFLPA Entity List: the tables of its page, or a file with them (csv, xlsx)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import Item, Wanted
from tracker.sources.state_view import StateView, without_validators
from tracker.text.encodings import label_of
from tracker.text.page_outline import is_complete_page

KEY = "uflpa"
_LIST = "UFLPA Entity List"
_ROW = re.compile(rb"<tr\b", re.IGNORECASE)


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the list. Raises FetchError; UnexpectedResponse for a page without its tables: a failure and never a removal."""
    answer = client.get(
        source.url,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        validators=without_validators(stored.validators(KEY), source, now),
        robots=True,
    )
    yield NotModified(KEY, source.url, client.clock()) if answer is None else _fetched(answer)


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the list again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    return _fetched(client.fetch(fetched.answer.url, rate=PAGES, deadline=deadline, robots=True))


def _fetched(answer: HttpResponse) -> Fetched:
    body = answer.body.lstrip()
    is_file = urlsplit(answer.url).path.lower().endswith((".csv", ".txt", ".xlsx"))
    if is_file and body[:1] != b"<" and body:
        return Fetched(KEY, ResourceType.SCREENING_LIST, answer, {"list_name": _LIST, "form": "uflpa"})
    if is_file or len(_ROW.findall(body)) < 2:
        check_no_wall(answer)
        raise UnexpectedResponse("no table of listed entities", url=answer.url, status=answer.status)
    if not is_complete_page(answer.body, label_of(answer.header("content-type"))):
        raise UnexpectedResponse("the page ends in the middle", url=answer.url, status=answer.status)
    return Fetched(KEY, ResourceType.SCREENING_LIST, answer, {"list_name": _LIST, "form": "uflpa"})


ADAPTER = Adapter(poll, refetch)
