"""Polls bills of the Congress: those of the settings, and those whose title has a wanted word. A bill that changed is read with
all of its actions, and its newest text from GovInfo.

The API's behavior: a list has at most 250 records a page and shifts while it is read; `updateDateIncludingText` changes with
any of a bill's parts; a text is listed some days before GovInfo has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tracker.clock import legal_day, legal_instant
from tracker.config.models import GOVINFO as GOVINFO_URL
from tracker.config.models import Source
from tracker.config.source_secrets import secret_of
from tracker.errors import FetchError, LimitExceeded, NotFound, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import GOVINFO, RateLimit
from tracker.http.response_checks import check_xml, json_object
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.congress.names import congress_on, name_of
from tracker.sources.congress.shapes import SHAPES
from tracker.sources.events import CursorUpdate, HistoryPage, Item, ResourceError, Wanted
from tracker.sources.partial_response import part_of
from tracker.sources.state_view import StateView

CURE = "a free key is sent by api.congress.gov/sign-up; set it in the environment, and name it by api_key"
RATE = RateLimit("congress", 2.0, patience=60.0)
LISTING = "listing/bills"
TEXT = "/text"
PAGE = 250
_MOST_PAGES = 40
_OVERLAP = timedelta(hours=6)
_DOWN = 3
_PACKAGE = re.compile(r"BILLS-\d+[a-z]+\d+[a-z]+\d*")
_AT_ONCE = 10

Record = Mapping[str, Any]


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each bill that changed, its newest text, and the list of bills. Raises FetchError; KeyMissing without a key."""
    return _Poll(source, stored, _Api(source, client), now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same bill or text again. Raises FetchError."""
    api = _Api(source, client)
    if fetched.role is ResourceType.BILL_TEXT:
        return Fetched(fetched.key, fetched.role, api.text(fetched.answer.url), fetched.meta)
    return _whole(api, fetched.key, *api.bill(fetched.key))


class _Api:
    """The API with its key, and GovInfo, within one time limit."""

    def __init__(self, source: Source, client: Client) -> None:
        self._base = source.base_url.rstrip("/")
        self.texts = str(source.options.get("text_url") or GOVINFO_URL).rstrip("/")
        self._secrets = {"X-Api-Key": secret_of(source, "api_key", CURE)}
        self._client = client
        self._limit = source.time_limit
        self.renew()

    def renew(self) -> None:
        """Begin a new time limit."""
        self._deadline = self._client.deadline(self._limit)

    def bill(self, name: str) -> tuple[Record, HttpResponse]:
        """Return the record of a bill. Raises FetchError."""
        answer = self._get(f"bill/{name}?format=json")
        record = json_object(answer).get("bill")
        if not isinstance(record, Mapping) or name_of(record) != name or not record.get("title"):
            raise UnexpectedResponse(f"not the bill {name}", url=answer.url, status=answer.status)
        return record, answer

    def listed(self, path: str, field: str, query: Mapping[str, str]) -> tuple[list[Record], HttpResponse]:
        """Return all records of a list. Raises FetchError; UnexpectedResponse where fewer can be listed than are counted."""
        first: HttpResponse | None = None
        found: dict[str, Record] = {}
        for _ in range(2):  # the pages are read again where they shifted meanwhile
            total = 0
            for page in range(_MOST_PAGES):
                asked = {"format": "json", "limit": str(PAGE), "offset": str(page * PAGE), **query}
                answer = self._get(f"{path}?{urlencode(asked)}")
                first = first or answer
                records, total = _page(answer, field)
                found |= {json.dumps(record, sort_keys=True): record for record in records}
                if len(records) < PAGE:
                    break
            # One page does not shift, and two equal actions of one day are one.
            if first is not None and (len(found) >= total or (page == 0 and len(records) >= total)):
                return list(found.values()), first
        raise UnexpectedResponse(
            f"{total} records are counted and {len(found)} can be listed",
            url=first.url if first else self._base,
        )

    def text(self, url: str) -> HttpResponse:
        """Return the text of a version. Raises FetchError."""
        answer = self._client.fetch(
            url, rate=GOVINFO, deadline=self._deadline, accept="application/xml", robots=True
        )
        check_xml(answer)
        return answer

    def _get(self, path: str) -> HttpResponse:
        return self._client.fetch(
            f"{self._base}/{path}",
            rate=RATE,
            deadline=self._deadline,
            accept="application/json",
            secrets=self._secrets,
        )


def _page(answer: HttpResponse, field: str) -> tuple[list[Record], int]:
    value = json_object(answer)
    records, pages = value.get(field), value.get("pagination")
    total = pages.get("count") if isinstance(pages, Mapping) else None
    if not isinstance(records, list) or not isinstance(total, int):
        raise UnexpectedResponse(f"no list of {field} with a count", url=answer.url, status=answer.status)
    return [record for record in records if isinstance(record, Mapping)], total


class _Poll:
    def __init__(self, source: Source, stored: StateView, api: _Api, now: datetime) -> None:
        self._watched: tuple[str, ...] = source.options.get("bills", ())
        self._words = [word.casefold() for word in source.options.get("words", ())]
        self._stored = stored
        self._api = api
        self._now = now
        self._since = now - source.recheck
        self._marks: dict[str, str] = json.loads(stored.cursor.get("marks", "{}"))
        self._actions: dict[str, int] = json.loads(stored.cursor.get("actions", "{}"))
        self._fewer: dict[str, int] = json.loads(stored.cursor.get("fewer", "{}"))
        self._down = 0

    def items(self) -> Iterator[Item]:
        values = {"listed": self._stored.cursor.get("listed", "")}
        found: dict[str, str] = {}
        listing: HttpResponse | None = None
        if self._words:
            records, listing = self._found()
            found = {
                name: str(record.get("updateDateIncludingText") or "") for name, record in records.items()
            }
            values["listed"] = self._now.isoformat()
        # A bill that is neither watched nor in the list did not change since the last poll.
        for name in dict.fromkeys((*self._watched, *found, *self._held())):
            if found.get(name) and found[name] == self._marks.get(name) and name not in self._watched:
                continue
            yield from self._bill(name)
        if listing is not None:
            yield Fetched(LISTING, ResourceType.LISTING, listing)
        values |= {
            "marks": json.dumps(self._marks, sort_keys=True),
            "actions": json.dumps(self._actions, sort_keys=True),
            "fewer": json.dumps(self._fewer, sort_keys=True),
        }
        if values != dict(self._stored.cursor):
            yield CursorUpdate(values)

    def _held(self) -> list[str]:
        """Return the bills that could not be read whole by earlier polls."""
        return [name for name, mark in self._marks.items() if not mark or self._stored.is_held(name)]

    def _found(self) -> tuple[dict[str, Record], HttpResponse]:
        """Return the changed bills of this Congress with a wanted word in their title."""
        last = self._stored.cursor.get("listed")
        since = datetime.fromisoformat(last) - _OVERLAP if last else self._since
        query = {"fromDateTime": _stamp(since), "toDateTime": _stamp(self._now), "sort": "updateDate asc"}
        congress = congress_on(legal_day(self._now))
        records, answer = self._api.listed(f"bill/{congress}", "bills", query)
        if records and not any(map(name_of, records)):
            raise UnexpectedResponse("the list names no bill", url=answer.url, status=answer.status)
        return {name_of(one): one for one in records if name_of(one) and self._is_wanted(one)}, answer

    def _is_wanted(self, record: Record) -> bool:
        title = str(record.get("title") or "").casefold()
        return any(word in title for word in self._words)

    def _bill(self, name: str) -> Iterator[Item]:
        known = self._marks.get(name, "")
        try:
            record, answer = self._api.bill(name)
            mark = str(record.get("updateDateIncludingText") or record.get("updateDate") or "")
            if mark == known and not self._stored.is_held(name) and not self._stored.is_held(name + TEXT):
                return
            fetched = _whole(self._api, name, record, answer)
            self._check_actions(name, fetched)
            yield fetched
            yield from self._text(name, record)
        except FetchError as error:
            self._down = self._down + 1 if isinstance(error, Unreachable | LimitExceeded) else 0
            if self._down >= _DOWN:
                raise
            self._marks[name] = ""  # the next poll requests it again
            for key in (name, name + TEXT):
                if self._stored.validators(key) is None or key == name:
                    yield ResourceError(key, error.url, error)
            return
        self._down = 0
        self._marks[name] = mark

    def _check_actions(self, name: str, fetched: Fetched) -> None:
        """Raise UnexpectedResponse for a bill with fewer actions than before, in the first poll that finds so few."""
        count = len(json.loads(fetched.answer.body)["actions"])
        if count < self._actions.get(name, 0) and self._fewer.get(name) != count:
            self._fewer[name] = count
            raise UnexpectedResponse(
                f"the bill had {self._actions[name]} actions, and has {count}: held for one poll",
                url=fetched.answer.url,
            )
        self._fewer.pop(name, None)
        self._actions[name] = count

    def _text(self, name: str, record: Record) -> Iterator[Item]:
        """Yield the newest version of the text."""
        if not record.get("textVersions"):
            return
        versions, answer = self._api.listed(f"bill/{name}/text", "textVersions", {})
        newest = max(versions, key=lambda one: str(one.get("date") or ""), default=None)
        package = _PACKAGE.search(json.dumps(newest)) if newest is not None else None
        if newest is None or package is None:
            return
        url = f"{self._api.texts}/content/pkg/{package[0]}/xml/{package[0]}.xml"
        meta = {
            "title": str(record["title"]),
            "version": str(newest.get("type") or ""),
            "date": str(newest.get("date") or ""),
            "page": str(record.get("legislationUrl") or answer.url),
        }
        try:
            yield Fetched(name + TEXT, ResourceType.BILL_TEXT, self._api.text(url), meta)
        except NotFound as error:
            raise UnexpectedResponse(
                "the text is listed and not there yet", url=url, status=error.status
            ) from None


def _whole(api: _Api, name: str, record: Record, answer: HttpResponse) -> Fetched:
    """Return a bill with its actions, the latest first. Raises FetchError; UnexpectedResponse for a bill without any."""
    actions, listed = api.listed(f"bill/{name}/actions", "actions", {})
    if not actions:
        raise UnexpectedResponse("the bill has no actions", url=listed.url, status=listed.status)
    lasting = {key: value for key, value in record.items() if key in _LASTING}
    body = json.dumps({"bill": lasting, "actions": actions}, ensure_ascii=False, sort_keys=True).encode()
    return Fetched(name, ResourceType.BILL, part_of(answer, body, answer.url))


# Counts of cosponsors, summaries and the like change every day.
_LASTING = frozenset(
    {
        "congress",
        "type",
        "number",
        "title",
        "introducedDate",
        "latestAction",
        "laws",
        "policyArea",
        "sponsors",
        "legislationUrl",
    }
)


def _stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime
) -> Iterator[HistoryPage]:
    """Yield the bills of the settings, and those with a wanted word that changed from `since` on. Raises FetchError."""
    api = _Api(source, client)
    words = [word.casefold() for word in source.options.get("words", ())]
    query = {
        "fromDateTime": _stamp(legal_instant(since)),
        "toDateTime": _stamp(now),
        "sort": "updateDate asc",
    }
    records, answer = api.listed(f"bill/{congress_on(legal_day(now))}", "bills", query)
    wanted = {
        name_of(one)
        for one in records
        if any(word in str(one.get("title") or "").casefold() for word in words)
    }
    names = sorted({*wanted, *source.options.get("bills", ())} - {""})
    left = [name for name in names if name > cursor.get("bill", "")]
    listing = Fetched(f"listing/{since}..{legal_day(now)}", ResourceType.LISTING, answer)
    for start in range(0, len(left), _AT_ONCE):
        part = left[start : start + _AT_ONCE]
        api.renew()
        fetched: list[Fetched] = []
        troubles: list[ResourceError] = []
        for name in part:
            try:
                fetched.append(_whole(api, name, *api.bill(name)))
            except UnexpectedResponse as error:
                troubles.append(ResourceError(name, error.url, error))
        done = len(names) - len(left) + start + len(part)
        yield HistoryPage(tuple(fetched), listing, {"bill": part[-1]}, done, len(names), tuple(troubles))


ADAPTER = Adapter(poll, refetch, history, shapes=SHAPES)
