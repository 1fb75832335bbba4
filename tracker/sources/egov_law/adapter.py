"""Polls laws of Japan from e-Gov: first the list of revisions of each law, then the text of each revision that is new or was
corrected. A revision that is not in force yet is a version of the law ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from tracker.config.models import Source
from tracker.errors import FetchError, LimitExceeded, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import json_object
from tracker.model import Absent, Fetched, HttpResponse, NotModified, ResourceType
from tracker.model.law_revision import LawRevision, law_revision_of
from tracker.sources.adapter import Adapter
from tracker.sources.egov_law.revisions import Revisions, revisions_in
from tracker.sources.egov_law.shapes import SHAPES
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.state_view import StateView, without_validators

_IN_FORCE = (
    "in force"  # cursor: `LAW in force` is the id of the revision in force; an id: the mark of its last text
)
_MAX_BYTES = 60_000_000


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each revision in force or to come that is new, corrected or held, then the lists. Raises FetchError where the
    service is unreachable; the errors of one law leave the others alone.
    """
    return _Poll(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same revision again. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    answer = _request(client, fetched.answer.url, deadline)
    _check(answer, fetched.key)
    return Fetched(fetched.key, fetched.role, answer, fetched.meta)


class _Poll:
    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._base = source.base_url.rstrip("/")
        self._cursor = dict(stored.cursor)
        self._down = 0

    def items(self) -> Iterator[Item]:
        for law_id in self._source.options["laws"]:
            url = f"{self._base}/law_revisions/{law_id}"
            try:
                answer = _request(self._client, url, self._deadline)
                found = revisions_in(answer, law_id)
                self._check_order(found, law_id, answer)
            except FetchError as error:
                yield self._failed(law_id, url, error)
                continue
            yield from self._texts(law_id, found)
            yield Fetched(f"listing/{law_id}", ResourceType.LISTING, answer)
        if self._cursor != dict(self._stored.cursor):
            yield CursorUpdate(self._cursor)

    def _check_order(self, found: Revisions, law_id: str, answer: HttpResponse) -> None:
        """Raise UnexpectedResponse for a list older than one that was read before: what was in force is still ahead there, or is
        missing.
        """
        before = self._cursor.get(f"{law_id} {_IN_FORCE}", "")
        if before and before not in found.past and before != found.watched[0].id:
            raise UnexpectedResponse(
                f"{before} was in force, and is not among the revisions in force or past: a stale or incomplete list",
                url=answer.url,
                status=answer.status,
            )

    def _texts(self, law_id: str, found: Revisions) -> Iterator[Item]:
        known = set(self._stored.keys(f"{law_id}_"))
        before = ""
        for revision in found.watched:
            key = revision.id
            url = self._text_url(key)
            stale = without_validators(self._stored.validators(key), self._source, self._now) is None
            if (
                key in known
                and not self._stored.is_held(key)
                and self._cursor.get(key) == revision.mark
                and not stale
            ):
                yield NotModified(key, url, self._client.clock())
            else:
                try:
                    answer = _request(self._client, url, self._deadline)
                    _check(answer, key)
                except FetchError as error:
                    yield self._failed(key, url, error)
                else:
                    self._down = 0
                    self._cursor[key] = revision.mark
                    yield Fetched(
                        key,
                        ResourceType.JAPANESE_LAW,
                        answer,
                        self._meta(law_id, found.name, revision, before),
                    )
            before = key
        self._cursor[f"{law_id} {_IN_FORCE}"] = found.watched[0].id
        listed = {revision.id for revision in found.watched} | found.past
        for key in sorted(known - listed):
            # It was to come into force, and its law was withdrawn or its day moved: then it has another id.
            yield Absent(key, self._text_url(key), "no longer among the revisions of this law")
        for key in [
            key for key in self._cursor if key.startswith(f"{law_id}_") and key not in listed | known
        ]:
            del self._cursor[key]

    def _text_url(self, key: str) -> str:
        query = urlencode({"law_full_text_format": "xml", "response_format": "json"})
        return f"{self._base}/law_data/{key}?{query}"

    def _meta(self, law_id: str, name: str, revision: LawRevision, before: str) -> dict[str, str]:
        site = self._base.partition("/api/")[0]
        meta = {"law": law_id, "name": name, "revision": revision.id, "url": f"{site}/law/{law_id}"}
        if revision.title != name:
            meta["title"] = revision.title
        if revision.abbreviations:
            meta["also"] = ",".join(revision.abbreviations)
        if revision.day:
            meta["as_of"] = revision.day.isoformat()
        if revision.enforced is None:
            meta["day"] = "not-set"  # the service only keeps the order by `as_of`
        if before:
            meta["follows"] = before
        return meta

    def _failed(self, key: str, url: str, error: FetchError) -> ResourceError:
        """Return the error of one law or revision. Raises it where the service is down."""
        if isinstance(error, (Unreachable, LimitExceeded)):
            self._down += 1
            if self._down >= 3 or self._client.monotonic() >= self._deadline:
                raise error
        return ResourceError(key, url, error)


def _request(client: Client, url: str, deadline: float) -> HttpResponse:
    return client.fetch(url, rate=PAGES, deadline=deadline, accept="application/json", max_bytes=_MAX_BYTES)


def _check(answer: HttpResponse, key: str) -> None:
    """Raise AccessDenied or UnexpectedResponse where an answer is not the text of this revision."""
    value = json_object(answer)
    facts = value.get("revision_info")
    given = law_revision_of(facts).id if isinstance(facts, dict) else ""
    if given != key:
        raise UnexpectedResponse(
            f"requested {key}, received {given or 'no revision'}", url=answer.url, status=answer.status
        )
    if not value.get("law_full_text"):
        raise UnexpectedResponse(f"{key} without its text", url=answer.url, status=answer.status)


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
