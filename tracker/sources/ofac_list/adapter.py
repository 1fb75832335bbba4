"""Polls OFAC's lists: the history of publications first; a new publication brings its delta file and the full files.

The full file gives the rows. The delta files say which parties were removed on purpose, since when a party is listed, and what a full
file that lags behind does not have yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.errors import FetchError, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_no_wall
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.model.publication import PUBLICATIONS, STATED_REMOVALS, Publication
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.ofac_list import FILES
from tracker.sources.ofac_list.publications import publications_in, removals_in
from tracker.sources.ofac_list.shapes import SHAPES
from tracker.sources.state_view import StateView, without_validators

LISTING = "listing/publications"
_LAST = "publication"  # cursor: the id of the last publication; by the key of a list, that of the one it was read with
_EXPORTS = "/api/PublicationPreview/exports"
_MOST = 40  # delta files of one poll; the full file has what older ones changed
_MAX_BYTES = 150_000_000
_OVERLAP = timedelta(days=20)  # into the new year, in which the last publication may be one of the old year
_NAMES = {"SDN": "Specially Designated Nationals (SDN)", "CONS": "Consolidated Sanctions List (Non-SDN)"}


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each list whose rows may have changed, with the delta files of the publications since it was read. Raises FetchError;
    UnexpectedResponse for a history that lacks the last known publication.
    """
    return _Poll(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same full file again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    answer = client.fetch(_asked(source, fetched.key), rate=PAGES, deadline=deadline, max_bytes=_MAX_BYTES)
    _check_full(answer)
    return Fetched(fetched.key, fetched.role, answer, fetched.meta, fetched.attachments)


class _Poll:
    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._base = source.base_url.rstrip("/")
        self._cursor = dict(stored.cursor)

    def items(self) -> Iterator[Item]:
        history, published = self._history()
        last = int(self._cursor.get(_LAST, "0"))
        if last and (not published or published[-1].id < last):
            raise UnexpectedResponse(
                f"the history ends with publication {published[-1].id if published else 'none'}, although {last} was there before",
                url=history.url,
            )
        deltas: dict[int, Fetched] = {}
        failed = False
        for name in self._source.options.get("files", FILES):
            key = _key(name)
            since = int(self._cursor.get(key, "0"))
            new = [one for one in published if one.id > since]
            due = without_validators(self._stored.validators(key), self._source, self._now) is None
            if not new and not due and not self._stored.is_held(key):
                yield NotModified(key, _asked(self._source, key), self._client.clock())
                continue
            if since:
                for one in new[-_MOST:]:
                    if one.id not in deltas:
                        found = self._delta(one)
                        if isinstance(found, ResourceError):
                            # The full file fills the gap; that it was missed is named once.
                            yield found
                        else:
                            deltas[one.id] = found
            try:
                answer = self._client.fetch(
                    _asked(self._source, key), rate=PAGES, deadline=self._deadline, max_bytes=_MAX_BYTES
                )
                _check_full(answer)
            except FetchError as error:
                failed = True
                yield ResourceError(key, _asked(self._source, key), error)
                continue
            if published:
                self._cursor[key] = str(published[-1].id)
            between = tuple(deltas[one.id] for one in new if one.id in deltas)
            yield Fetched(key, ResourceType.SCREENING_LIST, answer, self._meta(key, new, between), between)
        if published and not failed:
            self._cursor[_LAST] = str(published[-1].id)
        yield Fetched(LISTING, ResourceType.LISTING, history)
        if self._cursor != dict(self._stored.cursor):
            yield CursorUpdate(self._cursor)

    def _history(self) -> tuple[HttpResponse, list[Publication]]:
        """Return the publications of this year, and in its first weeks those of the last one, oldest first."""
        today = legal_day(self._now)
        found: list[Publication] = []
        for year in sorted({(today - _OVERLAP).year, today.year}):
            answer = self._client.fetch(
                f"{self._base}/changes/history/{year}",
                rate=PAGES,
                deadline=self._deadline,
                accept="application/json",
            )
            found += publications_in(answer)
        return answer, sorted(found, key=lambda one: one.id)

    def _delta(self, one: Publication) -> Fetched | ResourceError:
        url = f"{self._base}/changes/{one.id}"
        try:
            answer = self._client.fetch(url, rate=PAGES, deadline=self._deadline, max_bytes=_MAX_BYTES)
            removals_in(answer)
        except FetchError as error:
            return ResourceError(f"delta/{one.id}", url, error)
        return Fetched(f"delta/{one.id}", ResourceType.LISTING, answer, {"form": "ofac-delta"})

    def _meta(self, key: str, new: list[Publication], deltas: tuple[Fetched, ...]) -> dict[str, str]:
        # The answer's own address leads to a storage that expires.
        address = _asked(self._source, key)
        meta: dict[str, Any] = {"list_name": _NAMES[key], "form": f"ofac-{key.lower()}", "url": address}
        if new:
            meta[PUBLICATIONS] = json.dumps([[one.id, one.day] for one in new[-_MOST:]])
            meta["as_of"] = new[-1].day
        removed = [identity for delta in deltas for identity in removals_in(delta.answer)]
        if removed:
            meta[STATED_REMOVALS] = json.dumps(removed)
        return meta


def _key(name: str) -> str:
    return "SDN" if name.startswith("SDN") else "CONS"


def _asked(source: Source, key: str) -> str:
    name = next(one for one in source.options.get("files", FILES) if _key(one) == key)
    return f"{source.base_url.rstrip('/')}{_EXPORTS}/{name}"


def _check_full(answer: HttpResponse) -> None:
    """Raise AccessDenied or UnexpectedResponse where an answer is not a whole full file."""
    body = answer.body
    if body.startswith(b"PK"):
        if b"PK\x05\x06" not in body[-66_000:]:
            raise UnexpectedResponse("a zip file without its end", url=answer.url, status=answer.status)
        return
    if b"<sdnList" not in body[:2_000]:
        check_no_wall(answer)
        raise UnexpectedResponse("not a full file of OFAC", url=answer.url, status=answer.status)
    if not body.rstrip().endswith(b"</sdnList>"):
        raise UnexpectedResponse("a full file that ends in the middle", url=answer.url, status=answer.status)


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
