"""Polls the bulletins of the Cargo Systems Messaging Service: the list of the last hundred or so, and the page of each
bulletin that is new or was edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from tracker.config.models import Source
from tracker.errors import FetchError, LimitExceeded, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall, check_page
from tracker.locations import TITLE
from tracker.model import Fetched, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.csms.bulletins import Bulletin, bulletins_in
from tracker.sources.csms.shapes import SHAPES
from tracker.sources.events import CursorUpdate, HistoryPage, Item, ResourceError, Wanted
from tracker.sources.state_view import StateView, without_validators

LISTING = "listing/bulletins"
_LAST = "bulletin"
_DOWN = 3  # so many unreachable bulletins in a row mean that the service is down


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the bulletins that are new, edited or held, then the list. A bulletin that leaves the list is not an event: the
    list is short. Raises FetchError; UnexpectedResponse for a list that had bulletins and has none.
    """
    deadline = client.deadline(source.time_limit)
    answer = client.get(
        source.url,
        rate=PAGES,
        deadline=deadline,
        validators=without_validators(stored.validators(LISTING), source, now),
        accept="application/json, text/javascript;q=0.9",
        robots=True,
    )
    if answer is None:
        yield NotModified(LISTING, source.url, client.clock())
        return
    listed = bulletins_in(answer)
    if not listed and stored.cursor:
        raise UnexpectedResponse(
            "the list has no bulletins, and had some", url=answer.url, status=answer.status
        )
    known = set(stored.keys())
    marks: dict[str, str] = {}
    down = 0
    for bulletin in listed:
        key = bulletin.key
        before = stored.cursor.get(key)
        if key in known and not stored.is_held(key) and before in (None, bulletin.mark):
            marks[key] = bulletin.mark
            continue
        try:
            item: Item = _page(client, bulletin, deadline)
        except (Unreachable, LimitExceeded) as error:
            down += 1
            if down >= _DOWN or client.monotonic() >= deadline:
                raise
            item = ResourceError(key, bulletin.url, error)
        except FetchError as error:
            item = ResourceError(key, bulletin.url, error)
        else:
            down = 0
            marks[key] = bulletin.mark
        yield item
    yield Fetched(LISTING, ResourceType.LISTING, answer)
    if marks != dict(stored.cursor):
        yield CursorUpdate(marks)


def history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], _now: datetime
) -> Iterator[HistoryPage]:
    """Yield the bulletins of the list that were sent from `since` on, oldest first. Older ones are not in the list, and its archive
    needs a session. Raises FetchError.
    """
    answer = client.fetch(
        source.url, rate=PAGES, deadline=client.deadline(source.time_limit),
        accept="application/json, text/javascript;q=0.9", robots=True,
    )  # fmt: skip
    listing = Fetched(LISTING, ResourceType.LISTING, answer)
    wanted = [one for one in reversed(bulletins_in(answer)) if one.day is None or one.day >= since]
    keys = [one.key for one in wanted]
    start = keys.index(cursor[_LAST]) + 1 if cursor.get(_LAST) in keys else 0
    for at, bulletin in enumerate(wanted[start:], start + 1):
        fetched: list[Fetched] = []
        troubles: list[ResourceError] = []
        try:
            fetched.append(_page(client, bulletin, client.deadline(source.time_limit)))
        except FetchError as error:
            troubles.append(ResourceError(bulletin.key, bulletin.url, error))
        yield HistoryPage(tuple(fetched), listing, {_LAST: bulletin.key}, at, len(wanted), tuple(troubles))


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same bulletin again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    answer = client.fetch(fetched.answer.url, rate=PAGES, deadline=deadline, accept="text/html", robots=True)
    check_page(answer)
    return Fetched(fetched.key, fetched.role, answer, fetched.meta)


def _page(client: Client, bulletin: Bulletin, deadline: float) -> Fetched:
    answer = client.fetch(bulletin.url, rate=PAGES, deadline=deadline, accept="text/html", robots=True)
    check_no_wall(answer)
    check_page(answer)
    title = f"CSMS # {bulletin.number} - {bulletin.title}" if bulletin.number else bulletin.title
    return Fetched(bulletin.key, ResourceType.PAGE, answer, {TITLE: title})


ADAPTER = Adapter(poll, refetch, history, shapes=SHAPES)
