"""The content of the demo's server: Federal Register documents, versions of the CFR, pages and files.

Everything has a time from which it exists, and may be replaced at a later one, so that the server's clock alone
decides the answer to a request.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from tracker.clock import legal_instant
from tracker.demo.bills import BillStore
from tracker.demo.dockets import DocketStore
from tracker.demo.http_messages import HTML
from tracker.demo.sanctions import Sanctions
from tracker.demo.timeline import Timeline


def at_new_york(day: date, hour: int = 6, minute: int = 0) -> datetime:
    """Return a wall-clock time in New York as an instant in UTC. Issues go online at about 6:00."""
    return legal_instant(day, time(hour, minute))


@dataclass(slots=True)
class FrDocument:
    """One Federal Register document.

    `type` is the code of the API's filters (RULE, PRORULE, NOTICE, PRESDOCU). `agencies` are slugs, the parent
    first, as the API prints them. `facts` are further fields of the API by their own names (`action`, `dates`,
    `effective_on`, `start_page`, ...); missing ones are null in the answer. `xml` is the full text, replaced at
    an instant when it is corrected in place. `filed_at` puts the document on public inspection until its
    publication day, unless `withdrawn_at` is earlier.
    """

    number: str
    publication_date: date
    title: str
    type: str
    agencies: tuple[str, ...] = ()
    abstract: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    xml: Timeline[str] = field(default_factory=Timeline)
    visible_from: datetime | None = None  # in the API; none: 6:00 in New York on its day
    filed_at: datetime | None = None
    filing_type: str = "regular"
    withdrawn_at: datetime | None = None
    printed: bool = True  # in the issue as GovInfo lists it

    def __post_init__(self) -> None:
        if self.visible_from is None:
            self.visible_from = at_new_york(self.publication_date)

    def listed(self, now: datetime) -> bool:
        return self.visible_from is not None and self.visible_from <= now


class Documents:
    """Federal Register documents by number and in the order of their days."""

    def __init__(self) -> None:
        self._by_number: dict[str, FrDocument] = {}
        self._ordered: list[FrDocument] = []
        self._last_visible = datetime.min.replace(tzinfo=UTC)
        self._correcting: dict[str, list[FrDocument]] = {}

    def __len__(self) -> int:
        return len(self._by_number)

    def __iter__(self) -> Iterator[FrDocument]:
        return iter(self._ordered)

    def extend(self, documents: Iterable[FrDocument]) -> None:
        """Add documents; a document replaces an older one with the same number."""
        for document in documents:
            self._by_number[document.number] = document
        self._ordered = sorted(self._by_number.values(), key=_order)
        self._last_visible = max(
            (document.visible_from for document in self._ordered if document.visible_from),
            default=self._last_visible,
        )
        self._correcting = {}
        for document in self._ordered:
            if corrected := document.facts.get("correction_of"):
                self._correcting.setdefault(corrected, []).append(document)

    def add(self, document: FrDocument) -> None:
        self.extend([document])

    def get(self, number: str) -> FrDocument | None:
        return self._by_number.get(number)

    def correcting(self, number: str) -> list[FrDocument]:
        """Return the documents that correct this one, oldest first."""
        return self._correcting.get(number, [])

    def within(self, first: date | None, last: date | None, now: datetime) -> list[FrDocument]:
        """Return the documents of these days that the API lists at `now`, oldest first."""
        start = bisect_left(self._ordered, first, key=_day) if first else 0
        stop = bisect_right(self._ordered, last, key=_day) if last else len(self._ordered)
        window = self._ordered[start:stop]
        if now >= self._last_visible:
            return window
        return [document for document in window if document.listed(now)]


def _day(document: FrDocument) -> date:
    return document.publication_date


def _order(document: FrDocument) -> tuple[date, str]:
    return document.publication_date, document.number


@dataclass(frozen=True, slots=True)
class PageState:
    """The content at an address: a page, a PDF, a feed, a redirect, or its removal. `{base}` in a text body
    becomes the server's own address.
    """

    body: bytes = b""
    content_type: str = HTML
    status: int = 200
    location: str | None = None
    last_modified: datetime | None = None  # none: the start of this version


@dataclass(slots=True)
class TariffSchedule:
    """The Harmonized Tariff Schedule over time: the name of the current release, the rows of the export, and the
    print of chapter 99. Each has times of its own, because the service renews them one after the other.
    """

    release: Timeline[str] = field(default_factory=Timeline)
    rows: Timeline[list[dict[str, Any]]] = field(default_factory=Timeline)
    chapter_99: Timeline[bytes] = field(default_factory=Timeline)

    def publish(
        self, name: str, instant: datetime, rows: list[dict[str, Any]], chapter_99: bytes | None = None
    ) -> None:
        """Publish a release with its rows at once, and with its print of chapter 99 where there is one."""
        self.release.put(instant, name)
        self.rows.put(instant, rows)
        if chapter_99 is not None:
            self.chapter_99.put(instant, chapter_99)


@dataclass(slots=True)
class DemoRevision:
    """A revision of a law of Japan: its XML, and when the service lists it. `enforced` false: `day` only keeps the order, and
    `comment` says what the day depends on.
    """

    law_id: str
    law_number: str
    title: str
    day: date
    promulgated: date
    amendment_title: str
    amendment_number: str
    listed_from: datetime
    amendment_id: str = "508CO0000000001"
    abbreviation: str | None = None
    enforced: bool = True
    comment: str = ""
    text: Timeline[str] = field(default_factory=Timeline)

    @property
    def id(self) -> str:
        return f"{self.law_id}_{self.day:%Y%m%d}_{self.amendment_id}"


@dataclass(slots=True)
class Archive:
    """Everything that the server can answer with. `code` has the XML of one CFR part (its `DIV5`) by title and
    part, each version by its issue date; `lag` is how many days the eCFR is behind.
    """

    documents: Documents = field(default_factory=Documents)
    code: dict[tuple[int, str], dict[date, str]] = field(default_factory=dict)
    pages: dict[str, Timeline[PageState]] = field(default_factory=dict)
    lag: int = 2
    tariff: TariffSchedule = field(default_factory=TariffSchedule)
    dockets: DocketStore = field(default_factory=DocketStore)
    bills: BillStore = field(default_factory=BillStore)
    laws: dict[str, list[DemoRevision]] = field(default_factory=dict)
    sanctions: Sanctions = field(default_factory=Sanctions)

    def put_part(self, title: int, part: str, day: date, xml: str) -> None:
        self.code.setdefault((title, part), {})[day] = xml

    def put_page(self, path: str, instant: datetime, state: PageState) -> None:
        self.pages.setdefault(path, Timeline()).put(instant, state)
