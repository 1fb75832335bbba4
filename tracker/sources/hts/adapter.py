"""Polls the Harmonized Tariff Schedule: the name of the current release first, and the export of about 36,000 rows
only where the release moved.

The service's behavior: `release=` on `exportList` is ignored, so that only the current rows can be had; the export
follows the name of the release with a delay, and may be cut off; which queries it refuses with 400 has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tracker.config.models import Source
from tracker.errors import AccessDenied, FetchError, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.hts.history import history
from tracker.sources.hts.prints import MAX_BYTES, NOTES, RELEASES, check_pdf, meta_of
from tracker.sources.hts.releases import Release, current_release, dated_release, is_older, json_value
from tracker.sources.hts.shapes import SHAPES
from tracker.sources.state_view import StateView

SCHEDULE = "schedule"
# Each has been the only one that the service accepts.
_QUERIES = (
    "from=0101&to=9999&format=JSON&styles=true",
    "from=0101&to=9999&format=JSON&styles=false",
    "from=0101.21.00.10&to=9922.52.12&format=JSON&styles=true",
)
# A release may change notes only. After this time an export with the same rows is that of the new release.
_SETTLED = timedelta(days=1)
_RELEASE, _ROWS, _WAITING, _QUERY = "release", "rows", "waiting", "query"


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the schedule and the print of chapter 99 of a new release. Raises FetchError; UnexpectedResponse for
    an export that is empty or cut off, or of an earlier release.
    """
    return _Poll(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same resource again. Raises FetchError."""
    answer = client.fetch(
        fetched.answer.url,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        max_bytes=MAX_BYTES,
    )
    _check(answer, fetched.role)
    return Fetched(fetched.key, fetched.role, answer, fetched.meta)


class _Poll:
    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._api = f"{source.base_url.rstrip('/')}/reststop"
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._cursor = dict(stored.cursor)

    def items(self) -> Iterator[Item]:
        name = self._current()
        before = self._stored.cursor.get(_RELEASE, "")
        if is_older(name, before):
            raise UnexpectedResponse(
                f"release {name}, although {before} was current before: a stale answer",
                url=f"{self._api}/currentRelease",
            )
        if name == before and self._has(SCHEDULE):
            yield NotModified(SCHEDULE, f"{self._api}/exportList", self._client.clock())
            if not self._has(NOTES):
                yield self._notes(Release(name))
            return
        yield from self._new_release(name)
        if self._cursor != dict(self._stored.cursor):
            yield CursorUpdate(self._cursor)

    def _has(self, key: str) -> bool:
        return key in set(self._stored.keys()) and not self._stored.is_held(key)

    def _current(self) -> str:
        return current_release(self._get(f"{self._api}/currentRelease"))

    def _get(self, url: str) -> HttpResponse:
        return self._client.fetch(
            url, rate=PAGES, deadline=self._deadline, accept="application/json", max_bytes=MAX_BYTES
        )

    def _new_release(self, name: str) -> Iterator[Item]:
        answer, rows = self._export()
        digest = _digest(rows)
        if (again := self._current()) != name:
            raise UnexpectedResponse(
                f"the release moved from {name} to {again} while the rows were requested", url=answer.url
            )
        if self._is_behind(name, digest):
            yield self._behind(name, answer.url)
            return
        listing, release = self._dated(name)
        yield Fetched(SCHEDULE, ResourceType.TARIFF, answer, meta_of(release))
        yield self._notes(release)
        yield listing
        self._cursor.pop(_WAITING, None)
        self._cursor |= {_RELEASE: name, _ROWS: digest}

    def _is_behind(self, name: str, digest: str) -> bool:
        """Return whether the rows are those of the release before, although the name moved a short time ago."""
        before = self._stored.cursor
        if before.get(_RELEASE, name) == name or before.get(_ROWS) != digest:
            return False
        waiting, _, since = before.get(_WAITING, "").partition("|")
        return waiting != name or self._now - datetime.fromisoformat(since) < _SETTLED

    def _behind(self, name: str, url: str) -> ResourceError:
        if not self._cursor.get(_WAITING, "").startswith(f"{name}|"):
            self._cursor[_WAITING] = f"{name}|{self._now.isoformat()}"
        cause = f"the release is {name}, and the rows are still those of {self._cursor[_RELEASE]}"
        return ResourceError(SCHEDULE, url, UnexpectedResponse(cause, url=url))

    def _export(self) -> tuple[HttpResponse, list[dict[str, Any]]]:
        """Return the export and its rows, by the first query that the service accepts, the last good one first.
        Raises FetchError.
        """
        known = self._cursor.get(_QUERY, _QUERIES[0])
        refused: AccessDenied | None = None
        for query in dict.fromkeys((known, *_QUERIES)):
            try:
                answer = self._get(f"{self._api}/exportList?{query}")
            except AccessDenied as error:
                if error.status != 400:
                    raise
                refused = error
                continue
            rows = _rows(answer)
            self._cursor[_QUERY] = query
            return answer, rows
        assert refused is not None
        raise refused

    def _dated(self, name: str) -> tuple[Fetched | ResourceError, Release]:
        """Return the list of releases as evidence, and the release with its day from it."""
        url = f"{self._api}/releaseList"
        try:
            answer = self._get(url)
            release = dated_release(answer, name)
        except FetchError as error:
            return ResourceError(RELEASES, url, error), Release(name)
        return Fetched(RELEASES, ResourceType.LISTING, answer), release

    def _notes(self, release: Release) -> Item:
        """Return the print of chapter 99, whose notes the export lacks."""
        url = f"{self._api}/file?release={quote(release.name)}&filename=Chapter%2099"
        try:
            answer = self._client.fetch(url, rate=PAGES, deadline=self._deadline, max_bytes=MAX_BYTES)
            check_pdf(answer)
        except FetchError as error:
            return ResourceError(NOTES, url, error)
        return Fetched(NOTES, ResourceType.TARIFF_NOTES, answer, meta_of(release))


def _check(answer: HttpResponse, role: ResourceType) -> None:
    if role is ResourceType.TARIFF:
        _rows(answer)
    else:
        check_pdf(answer)


def _rows(answer: HttpResponse) -> list[dict[str, Any]]:
    """Return the rows of the export. Raises AccessDenied for a wall, UnexpectedResponse for anything else."""
    value = json_value(answer)
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        raise UnexpectedResponse("not a list of rows", url=answer.url, status=answer.status)
    return value


def _digest(rows: list[dict[str, Any]]) -> str:
    """Return a hash of the rows, whatever the order of their fields."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


ADAPTER = Adapter(poll, refetch, history, shapes=SHAPES)
