"""Polls the list of denied persons: a file with its day in its name, `dpl_04142026.csv`, that the page of the list links to; or the
file itself. It is separated by tabs or commas, or a spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, Wanted
from tracker.sources.state_view import StateView, without_validators
from tracker.text.encodings import decoded, label_of

KEY = "denied-persons"
LISTING = "listing/denied-persons"
_DAY = "day"  # cursor: the day in the name of the last file
_LINK = re.compile(r"""href\s*=\s*["']?([^"'\s>]*dpl[^"'\s>/]*\.(?:csv|txt|tsv|xlsx))""", re.IGNORECASE)
_NAMED_DAY = re.compile(r"dpl[_-]?(\d{2})[_-]?(\d{2})[_-]?(\d{4})", re.IGNORECASE)
_SPREADSHEET = b"PK"
_LIST = "Denied Persons List (DPL)"
_ACCEPT = "text/csv, text/plain;q=0.9, text/html;q=0.8, */*;q=0.5"


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the list. Raises FetchError; UnexpectedResponse for a page without a link to the file, an older file than before, and
    an answer that is no table: a failure and never a removal.
    """
    deadline = client.deadline(source.time_limit)
    page = None
    address = source.url
    if not _is_file(address):
        page = client.fetch(address, rate=PAGES, deadline=deadline, accept="text/html", robots=True)
        address = _newest_link(page)
    day = _day_in(address)
    before = stored.cursor.get(_DAY, "")
    if day and before and day < before:
        raise UnexpectedResponse(
            f"the file of {day} is older than that of {before}: a stale page", url=address
        )
    known = without_validators(stored.validators(KEY), source, now) if day == before else None
    answer = client.get(address, rate=PAGES, deadline=deadline, validators=known, accept=_ACCEPT, robots=True)
    if answer is None:
        yield NotModified(KEY, address, client.clock())
    else:
        yield _fetched(answer, day)
    if page is not None:
        yield Fetched(LISTING, ResourceType.LISTING, page)
    if day and day != before:
        yield CursorUpdate({_DAY: day})


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the file again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    address = fetched.answer.url
    answer = client.fetch(address, rate=PAGES, deadline=deadline, accept=_ACCEPT, robots=True)
    return _fetched(answer, fetched.meta.get("as_of", ""))


def _is_file(address: str) -> bool:
    return urlsplit(address).path.lower().endswith((".csv", ".txt", ".tsv", ".xlsx"))


def _newest_link(page: HttpResponse) -> str:
    """Return the address of the newest file that a page links to. Raises AccessDenied, UnexpectedResponse."""
    text = decoded(page.body, label_of(page.header("content-type")))
    links = [urljoin(page.url, found) for found in _LINK.findall(text)]
    if not links:
        check_no_wall(page)
        raise UnexpectedResponse(
            "the page has no link to the file of the list", url=page.url, status=page.status
        )
    newest: str = max(links, key=lambda link: (_day_in(link), -links.index(link)))
    return newest


def _day_in(address: str) -> str:
    """Return the day in the name of a file, in ISO; empty where it has none."""
    found = _NAMED_DAY.search(urlsplit(address).path.rpartition("/")[2])
    try:
        return date(int(found[3]), int(found[1]), int(found[2])).isoformat() if found else ""
    except ValueError:
        return ""


def _fetched(answer: HttpResponse, day: str) -> Fetched:
    body = answer.body.lstrip()
    if not body or body[:1] == b"<":
        check_no_wall(answer)
        what = "a web page" if body else "an empty answer"
        raise UnexpectedResponse(
            f"{what} was sent in place of the list", url=answer.url, status=answer.status
        )
    if not body.startswith(_SPREADSHEET):
        head, *rows = body.rstrip().split(b"\n")
        separator = b"\t" if b"\t" in head else b","
        if not rows or rows[-1].count(separator) < head.count(separator):
            what = "a list without persons" if not rows else "a list that ends in the middle of a row"
            raise UnexpectedResponse(what, url=answer.url, status=answer.status)
    meta = {"list_name": _LIST, "form": "denied-persons"}
    return Fetched(KEY, ResourceType.SCREENING_LIST, answer, meta | ({"as_of": day} if day else {}))


ADAPTER = Adapter(poll, refetch)
