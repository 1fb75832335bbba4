"""Polls the dockets of Regulations.gov: which documents changed since the last poll, then each of their dockets whole, with the
number of its comments; and the comments that contain words of the settings and profiles.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from datetime import date, datetime, timedelta

from tracker.clock import legal_day, legal_instant
from tracker.config.models import Source
from tracker.config.source_secrets import secret_of
from tracker.errors import FetchError, LimitExceeded, NotFound, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, HistoryPage, Item, ResourceError, Wanted
from tracker.sources.partial_response import part_of
from tracker.sources.regulations_gov.api import (
    AGENCY,
    COMMENT_ON,
    DOCKET,
    OPEN,
    OVERLAP,
    POSTED_FROM,
    WORDS,
    Api,
    Filters,
    Listed,
    Record,
    changed_at,
    field,
)
from tracker.sources.regulations_gov.shapes import SHAPES
from tracker.sources.state_view import StateView

LISTING = "listing/documents"
COMMENT = "comment/"
CURE = "a free key is sent by api.data.gov/signup; set it in the environment, and name it by api_key"
# Agencies keep Federal Register documents without a docket of their own in one container with thousands of documents.
_CONTAINER = "_FRDOC_"
_MOST_COMMENTS = 50  # texts of comments in one poll
_DOWN = 3  # so many unreachable records in a row mean that the service is down
_COUNTED_AFTER = timedelta(days=14)  # after a comment period, comments are still posted
_STEPS = (1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)
_AT_ONCE = 10  # dockets in one page of a backfill


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each docket with a changed document, new comments with the wanted words, and the list. Raises FetchError;
    KeyMissing without a key.
    """
    api = Api(
        source.base_url,
        secret_of(source, "api_key", CURE),
        client,
        client.deadline(source.time_limit),
    )
    return _Poll(source, stored, api, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same docket or comment again. Raises FetchError."""
    api = Api(
        source.base_url,
        secret_of(source, "api_key", CURE),
        client,
        client.deadline(source.time_limit),
    )
    if fetched.key.startswith(COMMENT):
        return _comment(api, fetched.key.removeprefix(COMMENT), fetched.meta.get("words", ""))
    return _docket(api, fetched.key)[0]


class _Poll:
    def __init__(self, source: Source, stored: StateView, api: Api, now: datetime) -> None:
        self._source = source
        self._stored = stored
        self._api = api
        self._now = now
        self._before = stored.cursor
        self._sizes: dict[str, int] = json.loads(self._before.get("sizes", "{}"))
        self._fewer: dict[str, int] = json.loads(self._before.get("fewer", "{}"))
        self._open: dict[str, str] = json.loads(self._before.get("open", "{}"))
        self._again: list[str] = []

    def items(self) -> Iterator[Item]:
        listed = [self._changed(filters) for filters in self._queries()]
        records = {name: record for one in listed for name, record in one.records.items()}
        newest = max((self._since(), *filter(None, map(changed_at, records.values()))))
        names = dict.fromkeys(json.loads(self._before.get("again", "[]")))
        read = json.loads(self._before.get("read", "{}"))
        for name, record in records.items():
            if read.get(name) != field(record, "lastModifiedDate"):
                names |= dict.fromkeys([field(record, "docketId")])
        today = legal_day(self._now)
        counted = self._before.get("counted", "")
        if counted != today.isoformat():
            names |= dict.fromkeys(self._open)
        names.pop("", None)
        yield from self._dockets([name for name in names if _CONTAINER not in name])
        commented = yield from self._comments()
        for one in listed[:1]:
            yield Fetched(LISTING, ResourceType.LISTING, one.answer)
        values = {
            "changed": newest.isoformat(),
            "read": json.dumps(_listed_again(records, newest), sort_keys=True),
            "commented": commented.isoformat(),
            "counted": today.isoformat(),
            "again": json.dumps(self._again),
            "sizes": json.dumps(self._sizes, sort_keys=True),
            "fewer": json.dumps(self._fewer, sort_keys=True),
            "open": json.dumps({name: end for name, end in self._open.items() if _is_counted(end, today)}),
        }
        if values != dict(self._before):
            yield CursorUpdate(values)

    def _since(self) -> datetime:
        """Return since when changed documents are listed: the newest that was read before."""
        last = self._before.get("changed")
        return datetime.fromisoformat(last) if last else self._now - self._source.recheck

    def _queries(self) -> Iterator[tuple[Filters, datetime | None]]:
        agencies = ",".join(self._source.agencies)
        if agencies:
            yield [(AGENCY, agencies)], self._since()
            if not self._before:  # periods that opened long ago and are still open
                yield [(AGENCY, agencies), (OPEN, "true")], None
        for name in self._source.options.get("dockets", ()):
            known = name in self._sizes
            yield [(DOCKET, name)], self._since() if known else None

    def _changed(self, query: tuple[Filters, datetime | None]) -> Listed:
        return self._api.listed("documents", *query)

    def _dockets(self, names: list[str]) -> Iterator[Item]:
        down = 0
        for name in names:
            if self._api.is_over():
                self._again.append(name)
                error = LimitExceeded(
                    "the time limit is over: the next poll reads it", url=self._source.base_url
                )
                yield ResourceError(name, error.url, error)
                continue
            try:
                fetched, count, ends = _docket(self._api, name)
                self._check_size(name, count, fetched.answer)
            except FetchError as error:
                down = down + 1 if isinstance(error, Unreachable | LimitExceeded) else 0
                if down >= _DOWN:
                    raise
                self._again.append(name)
                yield ResourceError(name, error.url, error)
                continue
            down = 0
            if ends:
                self._open[name] = ends
            yield fetched

    def _check_size(self, name: str, count: int, answer: HttpResponse) -> None:
        """Raise UnexpectedResponse for a docket with fewer documents than before, in the first poll that finds so few."""
        if count < self._sizes.get(name, 0) and self._fewer.get(name) != count:
            self._fewer[name] = count
            raise UnexpectedResponse(
                f"the docket had {self._sizes[name]} documents, and has {count}: held for one poll",
                url=answer.url,
            )
        self._fewer.pop(name, None)
        self._sizes[name] = count

    def _comments(self) -> Generator[Item, None, datetime]:
        """Yield the new comments with a wanted word. Return the time since when the next poll looks for them."""
        words = (*self._source.options.get("words", ()), *self._source.options.get("profile_words", ()))
        last = self._before.get("commented")
        since = datetime.fromisoformat(last) if last else self._now - self._source.recheck
        agencies = ",".join(self._source.agencies)
        if not words or not agencies:
            return since
        found: dict[str, list[str]] = {}
        newest = since
        for word in dict.fromkeys(words):
            filters = [(AGENCY, agencies), (WORDS, f'"{word}"')]
            for name, record in self._api.listed("comments", filters, since).records.items():
                found.setdefault(name, []).append(word)
                newest = max(newest, changed_at(record) or newest)
        new = [name for name in found if self._stored.validators(COMMENT + name) is None]
        for name in new[:_MOST_COMMENTS]:
            try:
                yield _comment(self._api, name, ", ".join(found[name]))
            except FetchError as error:
                newest = since  # it is listed again by the next poll
                yield ResourceError(COMMENT + name, error.url, error)
        return since if len(new) > _MOST_COMMENTS else newest


def _docket(api: Api, name: str) -> tuple[Fetched, int, str]:
    """Return a docket with its documents and the number of its comments, how many documents it has, and the last day of its
    comment periods. Raises FetchError; UnexpectedResponse for a docket without documents.
    """
    try:
        docket, answer = api.record("dockets", name)
    except NotFound:  # its documents name a docket that has no record of its own
        docket, answer = {"id": name, "attributes": {}}, None
    listed = api.listed("documents", [(DOCKET, name)])
    documents = sorted(
        listed.records.values(), key=lambda record: (field(record, "postedDate"), record["id"])
    )
    if not documents:
        raise UnexpectedResponse("the docket has no documents", url=listed.answer.url)
    received = {
        record["id"]: step
        for record in documents
        if _takes_comments(record) and (step := _step(api, field(record, "objectId")))
    }
    value = {"docket": docket, "documents": documents, "comments": received}
    body = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    ends = max((field(record, "commentEndDate") for record in documents), default="")
    source = answer or listed.answer
    return Fetched(name, ResourceType.DOCKET, part_of(source, body, source.url)), len(documents), ends


def _takes_comments(record: Record) -> bool:
    return bool(field(record, "commentEndDate") and field(record, "objectId"))


def _step(api: Api, of: str) -> int:
    """Return the number of comments on a document in steps, so that not every comment is a change."""
    count = api.count("comments", [(COMMENT_ON, of)])
    return max((step for step in _STEPS if step <= count), default=0)


def _comment(api: Api, name: str, words: str) -> Fetched:
    record, answer = api.record("comments", name)
    body = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    return Fetched(COMMENT + name, ResourceType.COMMENT, part_of(answer, body, answer.url), {"words": words})


def _listed_again(records: Mapping[str, Record], newest: datetime) -> dict[str, str]:
    """Return the documents that the next poll lists again although they are read, with the time of their change."""
    found = {name: at for name, record in records.items() if (at := changed_at(record))}
    return {
        name: field(records[name], "lastModifiedDate") for name, at in found.items() if at >= newest - OVERLAP
    }


def _is_counted(end: str, today: date) -> bool:
    """Return whether the comments of a docket are still counted."""
    try:
        return legal_day(datetime.fromisoformat(end)) + _COUNTED_AFTER >= today
    except ValueError:
        return False


def history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime
) -> Iterator[HistoryPage]:
    """Yield the dockets of the agencies with a document that was posted from `since` on. Raises FetchError."""
    key = secret_of(source, "api_key", CURE)
    api = Api(source.base_url, key, client, client.deadline(source.time_limit))
    filters = [(AGENCY, ",".join(source.agencies)), (POSTED_FROM, since.isoformat())]
    listed = api.listed("documents", filters, legal_instant(since))
    names = sorted({field(record, "docketId") for record in listed.records.values()} - {""})
    names = [name for name in names if _CONTAINER not in name]
    left = [name for name in names if name > cursor.get("docket", "")]
    listing = Fetched(f"listing/{since}..{legal_day(now)}", ResourceType.LISTING, listed.answer)
    for start in range(0, len(left), _AT_ONCE):
        part = left[start : start + _AT_ONCE]
        api.deadline = client.deadline(source.time_limit)
        fetched: list[Fetched] = []
        troubles: list[ResourceError] = []
        for name in part:
            try:
                fetched.append(_docket(api, name)[0])
            except UnexpectedResponse as error:
                troubles.append(ResourceError(name, error.url, error))
        done = len(names) - len(left) + start + len(part)
        yield HistoryPage(tuple(fetched), listing, {"docket": part[-1]}, done, len(names), tuple(troubles))


ADAPTER = Adapter(poll, refetch, history, shapes=SHAPES)
