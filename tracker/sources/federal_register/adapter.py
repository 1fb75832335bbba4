"""Polls published documents of the Federal Register, and those of the next issue, which the API lists ahead of
their day.

All documents of the agencies are read, newest first, until the list is older than `recheck` (and than the last
poll): at least the newest hundred, so that the first poll of an agency that publishes rarely has a useful
baseline. `tracker backfill` loads older ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tracker.clock import clamp_future, legal_day
from tracker.config.models import Source
from tracker.errors import FetchError, NotFound, UnexpectedResponse
from tracker.http.client import Client
from tracker.model import Fetched, HttpResponse, NotModified
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.federal_register.api import (
    LARGEST_PAGE,
    MAX_COUNT,
    MAX_PAGES,
    DocumentList,
    Record,
    canonical,
    conditions,
    fetch_document,
    is_same,
    key_of,
    listing_fetched,
    published_on,
    search_documents,
    to_fetched,
)
from tracker.sources.federal_register.full_text import TXT, XML, Budget, at_source, attachment_key, text_of
from tracker.sources.federal_register.history import history
from tracker.sources.federal_register.shapes import SHAPES
from tracker.sources.state_view import StateView, without_validators

LISTING = "listing/documents"
_FIRST_PAGE = 100
_OVERLAP = timedelta(days=7)  # days before the last poll that are read again: a document may be listed late
_EACH_POLL = 10  # newest texts checked in each poll; the others in the window are checked once a day
_DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Text:
    """The stored state of a watched full text. `checked` is when it was last requested; None while the text is
    pending.
    """

    xml: str
    txt: str
    published: date
    checked: datetime | None


def poll(source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted) -> Iterator[Item]:
    """Yield records that are new or changed, each with its full text where `wanted`; then the list; then the
    cursor.

    A text that cannot be fetched does not delay its record: the record is yielded without it, marked as
    pending. Raises FetchError when the list fails, or is empty although documents are known.
    """
    return _Poll(source, stored, client, now, wanted).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Return the record by its number, with the text in its former format. Raises FetchError."""
    deadline = client.deadline(source.time_limit)
    number = fetched.key.partition(" of ")[0]
    record, answer = fetch_document(source, client, number, deadline)
    attachments = []
    for attachment in fetched.attachments:
        form = attachment.key.rpartition("/")[2]
        text = text_of(client, fetched.key, form, attachment.answer.url, deadline)
        if text is not None:
            attachments.append(text)
    return to_fetched(record, fetched.key, canonical(record), answer, tuple(attachments))


def with_full_text(
    source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted, fetched: Fetched
) -> Iterator[Item]:
    """Return a record from another listing (`history`) as `poll` yields it: with its text where `wanted`."""
    record = json.loads(fetched.answer.body)
    yield from _Poll(source, stored, client, now, wanted).one(
        fetched.key, record, fetched.answer.body, fetched.answer
    )


class _Poll:
    def __init__(
        self, source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted
    ) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._wanted = wanted
        limit = source.time_limit
        self._deadline = client.deadline(limit)
        self._budget = Budget(client, client.deadline(limit * 0.9))
        self._recheck_from = legal_day(now) - source.recheck
        self._texts = _texts(stored.cursor.get("texts", "")) if source.full_text else {}
        self._watched: dict[str, _Text] = {}

    def items(self) -> Iterator[Item]:
        known = without_validators(self._stored.validators(LISTING), self._source, self._now)
        first = search_documents(
            self._source, self._client, self._query(1, _FIRST_PAGE), self._deadline, known
        )
        through = self._stored.cursor.get("through", "")
        if first is None:
            yield NotModified(LISTING, self._source.base_url, self._client.clock())
            records: dict[str, tuple[Record, HttpResponse]] = {}
        else:
            if not first.records and self._knows_documents():
                raise UnexpectedResponse(
                    "an empty list, although documents of this source are known: a failure behind the API",
                    url=first.answer.url,
                    status=first.answer.status,
                )
            records, troubles, covered = self._collect(first)
            yield from troubles
            if covered:
                through = legal_day(self._now).isoformat()
        bodies = [canonical(record) for record, _ in records.values()]
        # The list is newest first. After an outage the oldest is yielded first, so that a correction follows
        # the document that it corrects.
        for (key, (record, answer)), body in reversed(list(zip(records.items(), bodies, strict=True))):
            yield from self.one(key, record, body, answer)
        yield from self._watch(records)
        if first is not None:
            yield listing_fetched(LISTING, first.answer, first.count, bodies)
        values = {"through": through, "texts": _packed(self._watched)}
        if values != dict(self._stored.cursor):
            yield CursorUpdate(values)

    def _query(self, page: int, per_page: int) -> list[tuple[str, str]]:
        return [
            *conditions(self._source),
            ("order", "newest"),
            ("per_page", str(per_page)),
            ("page", str(page)),
        ]

    def _knows_documents(self) -> bool:
        return any(not key.startswith("listing/") for key in self._stored.keys())  # noqa: SIM118 - no mapping

    def _collect(
        self, first: DocumentList
    ) -> tuple[dict[str, tuple[Record, HttpResponse]], list[Item], bool]:
        """Return all records down to the window's lower end, the errors, and whether the window is complete.

        Pages are counted here: the server's own sizes and page counts are only compared with the received
        records.
        """
        since = self._lower_end()
        found: dict[str, tuple[Record, HttpResponse]] = {}
        bad: dict[bytes, Item] = {}
        listing, page, per_page = first, 1, _FIRST_PAGE
        while True:
            before = len(found) + len(bad)
            _add(listing, found, bad)
            seen = len(found) + len(bad)
            if _reaches(listing, since) or seen >= min(listing.count, MAX_COUNT):
                return found, list(bad.values()), True
            if per_page == _FIRST_PAGE:
                found, bad = {}, {}
                page, per_page = 1, LARGEST_PAGE
            elif seen == before or page == MAX_PAGES:
                error = UnexpectedResponse(
                    f"page {page} of {per_page} has nothing new, with {seen} documents of {listing.count}:  "
                    "sizes or pages were clamped",
                    url=listing.answer.url,
                )
                return found, [*bad.values(), ResourceError(LISTING, listing.answer.url, error)], False
            else:
                page += 1
            following = search_documents(
                self._source, self._client, self._query(page, per_page), self._deadline
            )
            assert following is not None
            listing = following

    def _lower_end(self) -> date:
        through = self._stored.cursor.get("through", "")
        last = date.fromisoformat(through) - _OVERLAP if through else self._recheck_from
        return min(last, self._recheck_from)

    def one(self, key: str, record: Record, body: bytes, answer: HttpResponse) -> Iterator[Item]:
        """Return a record that is new or changed, complete with its text, whether or not the text changed."""
        known = self._stored.validators(key)
        published = published_on(record)
        assert published is not None
        text = None
        if self._source.full_text and self._wanted(record):
            xml = at_source(self._source, _address(record, "full_text_xml_url"))
            txt = at_source(self._source, _address(record, "raw_text_url"))
            if xml or txt:
                text = _Text(xml, txt, published, None)
        if known is not None and known.extraction_config == self._source.extraction_config():
            before = self._texts.get(key)
            if is_same(known, record):
                if text is not None and before is not None:
                    self._watched[key] = replace(text, checked=before.checked)
                elif text is not None and published >= self._recheck_from:
                    self._watched[key] = text
                return
        if text is None:
            yield to_fetched(record, key, body, answer)
            return
        found, settled, troubles = self._text(key, text, conditional=False)
        yield from troubles
        self._watched[key] = replace(text, checked=self._client.clock() if settled else None)
        yield to_fetched(record, key, body, answer, (found,) if found else (), text_pending=not settled)

    def _watch(self, records: dict[str, tuple[Record, HttpResponse]]) -> Iterator[Item]:
        """Yield texts that are due: pending or unreadable ones, the newest few, and once a day all others in
        the window.
        """
        for key, text in self._texts.items():
            if key not in records:
                self._watched[key] = text
        for key, text in list(self._watched.items()):
            if (
                text.checked is not None
                and text.published < self._recheck_from
                and not self._is_unreadable(key)
            ):
                del self._watched[key]
        order = sorted(self._watched.items(), key=lambda entry: (entry[1].published, entry[0]), reverse=True)
        newest = {key for key, _ in order[:_EACH_POLL]}
        for key, text in sorted(order, key=lambda entry: entry[1].checked is not None):
            fetched_now = text != self._texts.get(key)
            due = (
                text.checked is None
                or key in newest
                or not clamp_future(text.checked, self._now, _DAILY)
                or self._is_unreadable(key)
            )
            if due and not fetched_now and self._budget.left():
                yield from self._look_again(key, text, records)

    def _is_unreadable(self, key: str) -> bool:
        """Return whether the last text of this record could not be parsed, so that each poll requests it."""
        return any(self._stored.is_held(attachment_key(key, form)) for form in (XML, TXT))

    def _look_again(
        self, key: str, text: _Text, records: dict[str, tuple[Record, HttpResponse]]
    ) -> Iterator[Item]:
        found, settled, troubles = self._text(key, text, conditional=text.checked is not None)
        yield from troubles
        if found is not None:
            try:
                record, answer = records.get(key) or fetch_document(
                    self._source, self._client, key.partition(" of ")[0], self._deadline
                )
            except FetchError as error:
                yield ResourceError(key, error.url, error)
                return
            yield to_fetched(record, key, canonical(record), answer, (found,))
        if settled:
            self._watched[key] = replace(text, checked=self._client.clock())

    def _text(self, key: str, text: _Text, *, conditional: bool) -> tuple[Fetched | None, bool, list[Item]]:
        """Return the text if it has changed; whether it is settled for now; and the error.

        Once the XML was stored, raw text does not replace it.
        """
        troubles: list[Item] = []
        failed = False
        had_xml = self._stored.validators(attachment_key(key, XML)) is not None
        for form, url in ((XML, text.xml), (TXT, text.txt)):
            if not url or (form == TXT and had_xml):
                continue
            if not self._budget.left():
                return None, False, troubles
            known = self._stored.validators(attachment_key(key, form)) if conditional else None
            try:
                found = text_of(self._client, key, form, url, self._budget.deadline, known)
            except NotFound as error:
                if had_xml:
                    troubles.append(ResourceError(attachment_key(key, form), url, error))
            except FetchError as error:
                failed = True
                self._budget.failed(error)
                if not self._budget.is_over():
                    troubles.append(ResourceError(attachment_key(key, form), url, error))
            else:
                self._budget.succeeded()
                return found, True, troubles
        # Not available: for the next issue it will appear; for old issues it never will.
        return None, not failed and text.published < self._recheck_from, troubles


def _add(
    listing: DocumentList, found: dict[str, tuple[Record, HttpResponse]], bad: dict[bytes, Item]
) -> None:
    """Add the records of a page to those found. A record that is not a document is an error of its own."""
    for record in listing.records:
        try:
            found.setdefault(key_of(record), (record, listing.answer))
        except UnexpectedResponse as error:
            name = str(record.get("document_number") or "without a number")
            bad[canonical(record)] = ResourceError(name, listing.answer.url, error)


def _reaches(listing: DocumentList, since: date) -> bool:
    """Return whether a page, sorted newest first, reaches below `since`. An unsorted page proves nothing."""
    days = [day for record in listing.records if (day := published_on(record))]
    return bool(days) and days == sorted(days, reverse=True) and days[-1] < since


def _address(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _texts(packed: str) -> dict[str, _Text]:
    if not packed:
        return {}
    return {
        key: _Text(
            xml, txt, date.fromisoformat(published), datetime.fromisoformat(checked) if checked else None
        )
        for key, (xml, txt, published, checked) in json.loads(packed).items()
    }


def _packed(texts: dict[str, _Text]) -> str:
    return json.dumps(
        {
            key: (text.xml, text.txt, text.published.isoformat(), _instant(text.checked))
            for key, text in sorted(texts.items())
        },
        separators=(",", ":"),
    )


def _instant(checked: datetime | None) -> str:
    return checked.isoformat() if checked else ""


ADAPTER = Adapter(poll, refetch, history, shapes=SHAPES)
