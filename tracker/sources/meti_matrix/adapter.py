"""Polls METI's matrix: the spreadsheets that its page links to, one of them, or a file given by hand where the site refuses robots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tracker.config.models import Source
from tracker.errors import AccessDenied, FetchError, NotFound, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import Item, ResourceError, Wanted
from tracker.sources.meti_matrix import FILE
from tracker.sources.state_view import StateView, without_validators
from tracker.text.encodings import decoded, label_of

LISTING = "listing/matrix"
_SPREADSHEET = b"PK\x03\x04"
_LINK = re.compile(r"""href\s*=\s*["']?([^"'\s>]+\.xlsx)\b""", re.IGNORECASE)
_DIGITS = re.compile(r"[_-]?\d{4,8}")
_MOST = 10
_BY_HAND = 'download the spreadsheet in a browser and write its path: url = "file:/PATH"'


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each spreadsheet. Raises FetchError: AccessDenied for an empty answer, which the site gives robots at times."""
    if source.url.startswith(FILE):
        yield _from_file(source.url.removeprefix(FILE), client)
        return
    deadline = client.deadline(source.time_limit)
    page = None
    addresses = [source.url]
    if not urlsplit(source.url).path.lower().endswith(".xlsx"):
        page = client.fetch(source.url, rate=PAGES, deadline=deadline, accept="text/html", robots=True)
        addresses = _links(page)
    for address in addresses:
        key = _key(address)
        known = without_validators(stored.validators(key), source, now)
        try:
            answer = client.get(address, rate=PAGES, deadline=deadline, validators=known, robots=True)
            item: Item = (
                NotModified(key, address, client.clock()) if answer is None else _fetched(key, answer)
            )
        except FetchError as error:
            if page is None:
                raise
            item = ResourceError(key, address, error)
        yield item
    if page is not None:
        yield Fetched(LISTING, ResourceType.LISTING, page)


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same spreadsheet again. Raises FetchError."""
    if source.url.startswith(FILE):
        return _from_file(source.url.removeprefix(FILE), client)
    deadline = client.deadline(source.time_limit)
    return _fetched(fetched.key, client.fetch(fetched.answer.url, rate=PAGES, deadline=deadline, robots=True))


def _from_file(path: str, client: Client) -> Fetched:
    """Return a file that was given by hand. Raises NotFound where it cannot be read."""
    name = Path(path).name
    try:
        body = Path(path).read_bytes()
    except OSError as error:
        raise NotFound(f"the file cannot be read: {error.strerror}", url=name) from error
    return _fetched(_key(name), HttpResponse(f"{FILE}{name}", 200, (), body, client.clock()))


def _key(address: str) -> str:
    """Return the name of a spreadsheet without its day, which changes with each edition."""
    name = urlsplit(address).path.rpartition("/")[2] or address
    return _DIGITS.sub("", name.rpartition(".")[0]) or name


def _links(page: HttpResponse) -> list[str]:
    """Return the spreadsheets of the page's own site. Raises AccessDenied, UnexpectedResponse."""
    if not page.body.strip():
        raise AccessDenied("an empty answer", cure=_BY_HAND, url=page.url, status=page.status)
    text = decoded(page.body, label_of(page.header("content-type")))
    found = dict.fromkeys(urljoin(page.url, link) for link in _LINK.findall(text))
    own = [link for link in found if urlsplit(link).netloc == urlsplit(page.url).netloc]
    if not own:
        check_no_wall(page)
        raise UnexpectedResponse("the page links to no spreadsheet", url=page.url, status=page.status)
    return own[:_MOST]


def _fetched(key: str, answer: HttpResponse) -> Fetched:
    if not answer.body.strip():
        raise AccessDenied("an empty answer", cure=_BY_HAND, url=answer.url, status=answer.status)
    if not answer.body.startswith(_SPREADSHEET):
        check_no_wall(answer)
        raise UnexpectedResponse("not a spreadsheet", url=answer.url, status=answer.status)
    return Fetched(key, ResourceType.MATRIX, answer)


ADAPTER = Adapter(poll, refetch)
