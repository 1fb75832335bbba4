"""Polls documents filed for public inspection, days before they are published.

There is one list without pages, `current.json`; the API ignores any other condition beside it, so documents are
filtered by agency here. Its records name the child agency only. Their text is a PDF and raw text, never XML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.errors import FetchError, NotFound, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import FR_API
from tracker.http.response_checks import json_object
from tracker.model import TEXT_PENDING, Absent, Fetched, HttpResponse, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.federal_register.api import in_order
from tracker.sources.federal_register.full_text import TXT, Budget, at_source, attachment_key, text_of
from tracker.sources.partial_response import part_of
from tracker.sources.public_inspection.shapes import SHAPES
from tracker.sources.state_view import StateView, without_validators

LISTING = "listing/current"
_VOLATILE = frozenset({"page_views", "excerpts", "last_public_inspection_issue"})
_CURRENT = "current"  # cursor: `number=publication date` of those on the list, so that a removal is noticed
_PENDING = "pending"  # cursor: those whose text is not available yet
# cursor: `number=publication date` of those that left the list before that day, and may return
_MISSING = "missing"
_WITHDRAWN = "withdrawn"  # cursor: withdrawn ones, in case they are filed again


def poll(source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted) -> Iterator[Item]:
    """Yield records that are new or changed, with their raw text where `wanted`; then those that left the list.

    A document normally leaves the list on its day of publication. One that leaves earlier is withdrawn, once a
    second list lacks it and the Federal Register has not published it. Raises FetchError; UnexpectedResponse
    for a list that is empty too early.
    """
    return _Poll(source, stored, client, now, wanted).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Return the record on the current list. Raises FetchError; NotFound when it is no longer there."""
    deadline = client.deadline(source.time_limit)
    answer = client.fetch(_address(source), rate=FR_API, deadline=deadline, accept="application/json")
    for record in _records(answer):
        if record.get("document_number") == fetched.key:
            texts = [
                text_of(client, fetched.key, TXT, attachment.answer.url, deadline)
                for attachment in fetched.attachments
            ]
            return _fetched(fetched.key, record, answer, tuple(text for text in texts if text is not None))
    raise NotFound(f"{fetched.key} is no longer on public inspection", url=answer.url)


class _Poll:
    def __init__(
        self, source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted
    ) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._wanted = wanted
        self._deadline = client.deadline(source.time_limit)
        self._budget = Budget(client, client.deadline(source.time_limit * 0.9))
        self._pending: set[str] = set()

    def items(self) -> Iterator[Item]:
        pending_before = set(self._stored.cursor.get(_PENDING, "").split())
        before = _days(self._stored.cursor.get(_CURRENT, ""))
        # A text that could not be parsed is requested again, like one that was not available yet.
        pending_before |= {number for number in before if self._stored.is_held(attachment_key(number, TXT))}
        missing_before = _days(self._stored.cursor.get(_MISSING, ""))
        withdrawn = set(self._stored.cursor.get(_WITHDRAWN, "").split())
        known = without_validators(self._stored.validators(LISTING), self._source, self._now)
        answer = self._client.get(
            _address(self._source),
            rate=FR_API,
            deadline=self._deadline,
            accept="application/json",
            validators=None if pending_before or missing_before else known,
        )
        if answer is None:
            yield NotModified(LISTING, _address(self._source), self._client.clock())
            return
        records = _records(answer)
        today = legal_day(self._now).isoformat()
        if not records and any(day > today for day in before.values()):
            raise UnexpectedResponse(
                "an empty list, although documents on it have their publication before them: a failure behind the API",
                url=answer.url,
                status=answer.status,
            )
        current: dict[str, str] = {}
        for record in records:
            if not self._concerns(record):
                continue
            number = record.get("document_number")
            if not isinstance(number, str) or not number.strip():
                yield ResourceError(
                    "without a number", answer.url, UnexpectedResponse("a document without a number")
                )
                continue
            number = number.strip()
            current[number] = str(record.get("publication_date") or "")
            if number in withdrawn:
                withdrawn.discard(number)
                yield NotModified(number, answer.url, self._client.clock())  # it is there again
            yield from self._record(number, record, answer, number in pending_before)
        missing: dict[str, str] = {}
        for number, day in sorted({**before, **missing_before}.items()):
            if number in current:
                continue
            if day and day <= today:
                yield Absent(number, answer.url, "published", "published")
            elif number not in missing_before:
                missing[number] = day  # one list may be incomplete
            else:
                left = self._left(number, day)
                if isinstance(left, ResourceError):
                    missing[number] = day
                elif left.how == "withdrawn":
                    withdrawn.add(number)
                yield left
        yield Fetched(LISTING, ResourceType.LISTING, answer)
        values = {
            _CURRENT: _packed(current),
            _PENDING: " ".join(sorted(self._pending)),
            _MISSING: _packed(missing),
            _WITHDRAWN: " ".join(sorted(withdrawn)),
        }
        if values != dict(self._stored.cursor):
            yield CursorUpdate(values)

    def _left(self, number: str, day: str) -> Absent | ResourceError:
        """Return why a document left the list, from the Federal Register: published or withdrawn; ResourceError
        where it does not answer.
        """
        url = f"{self._source.base_url.rstrip('/')}/documents/{number}.json"
        try:
            self._client.fetch(url, rate=FR_API, deadline=self._deadline, accept="application/json")
        except NotFound:
            reason = f"left public inspection before its publication on {day or 'an unknown day'}, and is not published"
            return Absent(number, url, reason, "withdrawn")
        except FetchError as error:
            return ResourceError(number, url, error)
        return Absent(number, url, "published", "published")

    def _concerns(self, record: Mapping[str, Any]) -> bool:
        if not self._source.agencies:
            return True
        agencies = record.get("agencies")
        return isinstance(agencies, list) and any(
            isinstance(agency, dict) and agency.get("slug") in self._source.agencies for agency in agencies
        )

    def _record(
        self, number: str, record: Mapping[str, Any], answer: HttpResponse, text_pending: bool
    ) -> Iterator[Item]:
        body = canonical(record)
        known = self._stored.validators(number)
        same = known is not None and known.extraction_config == self._source.extraction_config()
        same = same and known is not None and known.sha256 in (_digest(body), _digest(_as_sent(record)))
        if same and not text_pending:
            return
        url = record.get("raw_text_url")
        attachments: tuple[Fetched, ...] = ()
        if self._source.full_text and isinstance(url, str) and url and self._wanted(record):
            self._pending.add(number)
            if self._budget.left():
                try:
                    url = at_source(self._source, url)
                    text = text_of(self._client, number, TXT, url, self._budget.deadline)
                except FetchError as error:
                    self._budget.failed(error)
                    # The text follows the record by some minutes: its absence is not an error yet.
                    if not isinstance(error, NotFound) and not self._budget.is_over():
                        yield ResourceError(attachment_key(number, TXT), url, error)
                else:
                    self._budget.succeeded()
                    self._pending.discard(number)
                    attachments = (text,) if text else ()
        if not same or attachments:
            yield _fetched(number, record, answer, attachments, text_pending=number in self._pending)


def _days(packed: str) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in packed.split())


def _packed(days: Mapping[str, str]) -> str:
    return " ".join(f"{number}={day}" for number, day in sorted(days.items()))


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the record as canonical JSON: equal bytes when nothing changed. The order of fields and lists is
    ignored.
    """
    return _as_sent({name: in_order(value) for name, value in record.items()})


def _as_sent(record: Mapping[str, Any]) -> bytes:
    """Return the same with its lists in the order in which they were sent, as earlier versions stored it."""
    kept = {name: value for name, value in record.items() if name not in _VOLATILE}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def _address(source: Source) -> str:
    return f"{source.base_url.rstrip('/')}/public-inspection-documents/current.json"


def _records(answer: HttpResponse) -> list[Mapping[str, Any]]:
    results = json_object(answer).get("results")
    if not isinstance(results, list) or not all(isinstance(entry, dict) for entry in results):
        raise UnexpectedResponse('no list of "results"', url=answer.url, status=answer.status)
    return results


def _fetched(
    number: str,
    record: Mapping[str, Any],
    answer: HttpResponse,
    attachments: tuple[Fetched, ...],
    *,
    text_pending: bool = False,
) -> Fetched:
    url = record.get("json_url")
    own = part_of(answer, canonical(record), url if isinstance(url, str) and url else answer.url)
    return Fetched(number, ResourceType.PI_RECORD, own, TEXT_PENDING if text_pending else {}, attachments)


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
