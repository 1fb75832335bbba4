"""What all tools share: the stored data, the frame of an answer, and citations with hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from tracker.answers.partners import Screeners
from tracker.clock import YEARS, end_of_legal_day
from tracker.config.models import Settings
from tracker.errors import TrackerError, UsageError
from tracker.mcp import undetermined
from tracker.mcp.sizes import MOST, Cursor, Cuts, fit, paging, size
from tracker.mcp.source_words import NOTICE, delimited
from tracker.model import SnapshotRef
from tracker.rendering.deadlines import change_url
from tracker.rendering.status_report import status_report
from tracker.search.index import SearchIndex
from tracker.serialization import format_instant
from tracker.storage.read_queries import StoreReader
from tracker.web.context import WebContext

_NOTES = 15_000  # bytes of what could not be determined
_CITATIONS = 20_000


@dataclass(slots=True)
class Answering:
    """One answer while it is made: what is cited, left open and cut. `data` is the state of the data."""

    reader: StoreReader
    connection: Connection
    settings: Settings
    now: datetime
    data: int
    citations: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)
    cuts: Cuts = field(default_factory=Cuts)

    def start(self, cursor: str) -> int:
        """Return where a page begins; note it where the data changed since the page before."""
        read = Cursor.of(cursor)
        if read.data is not None and read.data != self.data:
            self.leave_open("data-changed")
        return read.offset

    def page(self, offset: int, shown: int, total: int) -> dict[str, Any]:
        return paging(offset, shown, total, self.data)

    def leave_open(self, code: str, **details: Any) -> None:
        self.open.append(undetermined.note(code, **details))

    def leave_open_records(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.open += undetermined.of_records(records)

    def leave_open_sources(self) -> None:
        """Note the sources that may have missed something: the answer is complete only for the others."""
        self.open += undetermined.of_sources(status_report(self.settings, self.reader, self.now)["sources"])

    def cite_change(self, record: Mapping[str, Any]) -> None:
        """Cite a record: its official names and address, the viewer's page, and the hash of what was read."""
        before, after = record["before"], record["after"]
        self.cite(
            change=record["id"],
            document_number=record["document_number"],
            citation=record["citation"],
            url=record["url"],
            viewer=change_url(self.settings.viewer_url, record["id"]),
            sha256=after and after["sha256"],
            fetched_at=after and after["fetched_at"],
            before_sha256=before and before["sha256"],
        )

    def cite_text(self, path: str, day: date | None, snapshot: SnapshotRef | None) -> None:
        """Cite the stored text of a unit."""
        if snapshot is not None:
            self.cite(
                path=path,
                as_of=day and day.isoformat(),
                sha256=snapshot.sha256,
                fetched_at=format_instant(snapshot.fetched_at),
            )

    def cite_ids(self, ids: Iterable[str | None]) -> None:
        """Cite the stored records with these ids, each once."""
        cited = {one.get("change") for one in self.citations}
        for name in dict.fromkeys(filter(None, ids)):
            if name not in cited and self.reader.titles([name]):
                self.cite_change(self.reader.change(name))

    def cite(self, **facts: Any) -> None:
        one = delimited({name: value for name, value in facts.items() if value is not None})
        if one not in self.citations:
            self.citations.append(one)

    def answer(self, tool: str, **payload: Any) -> dict[str, Any]:
        """Return the answer, bounded in size. Raises TrackerError where it is too large, which is a fault of ours."""
        citations = fit({"citations": self.citations}, _CITATIONS, self.cuts)["citations"]
        notes = fit({"undetermined": self.open}, _NOTES, self.cuts)["undetermined"]
        found = {
            "tool": tool,
            "at": format_instant(self.now),
            "notice": NOTICE,
            **payload,
            "citations": citations,
            "undetermined": notes,
        }
        if self.cuts.found:
            found["left_out"] = self.cuts.found
            if self.cuts.more:
                found["left_out_further"] = self.cuts.more
        if size(found) > MOST:
            raise TrackerError(
                f"the answer of {tool} has {size(found)} bytes", cure="ask for less with limit"
            )
        return found


class Answers:
    """The stored data that the tools answer from."""

    def __init__(self, context: WebContext) -> None:
        self.context = context
        self.finder = SearchIndex(context.store)
        self.screeners = Screeners()

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @contextmanager
    def answering(self) -> Iterator[Answering]:
        context = self.context
        with context.reading() as reader, context.store.read() as connection:
            yield Answering(reader, connection, context.settings, context.now(), reader.data_version())


def day_of(text: str, name: str) -> date | None:
    """Return the day of an argument; None where it is empty. Raises UsageError for anything else."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{name}: {text[:40]!r} is not a day", cure="write 2026-11-30") from error
    if day.year not in YEARS:
        raise UsageError(f"{name}: {text} is not in the years {YEARS.start} to {YEARS.stop - 1}")
    return day


def moment_of(text: str, name: str) -> datetime | None:
    """Return the end of a day in New York, or an instant; None where it is empty."""
    if "T" not in text:
        day = day_of(text, name)
        return end_of_legal_day(day) if day else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{name}: {text[:40]!r} is no instant", cure="write 2026-11-30T08:00:00Z") from error
    if moment.tzinfo is None:
        raise UsageError(f"{name}: {text} has no time zone", cure="write 2026-11-30T08:00:00Z")
    return moment


def limited(limit: int, most: int) -> int:
    if not 1 <= limit <= most:
        raise UsageError(f"limit: {limit} is not between 1 and {most}")
    return limit


def one_of(value: str, allowed: Sequence[str], name: str) -> str:
    if value not in allowed:
        raise UsageError(f"{name}: {value[:40]!r} is not one of {', '.join(allowed)}")
    return value
