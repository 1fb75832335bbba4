"""`tracker check --save`: polls each source as if for the first time, records every exchange, and reports what differed from
what its adapter expects. Nothing is stored in the state, and nothing is sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import tomli

from tracker import __version__, parsing, sources
from tracker.archive import recording
from tracker.archive.answer_report import SourceReport, describe, to_markdown
from tracker.config.models import Settings, Source
from tracker.errors import FetchError, TrackerError, UsageError
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES, RateLimiter
from tracker.http.recording import Exchange
from tracker.ingest.poll import StoredSourceView, in_field
from tracker.model import Fetched, ResourceType, Validators
from tracker.serialization import format_instant
from tracker.sources.events import ResourceError
from tracker.storage.resources import no_resources

WORKERS = 8
_AGAIN = 3  # answers per source that are requested again
_LISTED = 20  # errors listed per source


@dataclass(slots=True)
class PollSummary:
    """What a recorded poll of one source gave."""

    documents: int = 0
    units: int = 0
    listings: int = 0
    titles: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)  # of the parser, with how often
    errors: list[str] = field(default_factory=list)
    failed: str = ""  # why the source as a whole failed
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.failed and not self.errors and bool(self.documents or self.listings)

    def line(self) -> str:
        if self.failed:
            return self.failed
        parts = [f"{self.documents} documents, {self.units} units"]
        if self.errors:
            parts.append(f"{len(self.errors)} errors, the first: {self.errors[0]}")
        elif not self.documents and not self.listings:
            parts = ["answered, but showed nothing"]
        return ", ".join(parts)


def run_recorded_check(
    settings: Settings,
    chosen: Sequence[Source],
    folder: Path,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None],
) -> Iterator[dict[str, Any]]:
    """Yield one result per source, as `tracker check` prints it, and write the recording and its report into `folder`.
    `progress` gets the number of answers and bytes so far. Raises UsageError for a folder that has files already.
    """
    recording.create(folder, _tables(settings, chosen), settings.timezone, now())
    limiter = RateLimiter(settings.hosts, time.monotonic, time.sleep)
    reports: list[SourceReport] = []
    sizes: dict[str, tuple[int, int]] = {}

    def recorded(source: Source) -> SourceReport:
        poll_writer = recording.Writer(folder, source.id)
        again_writer = recording.Writer(folder, recording.again(source.id))
        writer = poll_writer

        def write(exchange: Exchange) -> None:
            writer.write(exchange)
            sizes[source.id] = (
                poll_writer.answers + again_writer.answers,
                poll_writer.bytes + again_writer.bytes,
            )
            progress(sum(one for one, _ in sizes.values()), sum(size for _, size in sizes.values()))

        def exchanges() -> Iterator[Exchange]:
            return recording.read_exchanges(recording.warc_path(folder, source.id))

        with Client(
            literal_hosts=settings.literal_hosts(), hosts=settings.hosts, contact=settings.contact, clock=now,
            limiter=limiter, record=write,
        ) as client:  # fmt: skip
            summary = _poll(source, client, now())
            writer = again_writer
            robots = {host: _robots(host, urls, client) for host, urls in _hosts(exchanges()).items()}
            again = _again(exchanges(), client)
        poll = asdict(summary) | {"ok": summary.ok, "line": summary.line()}
        return describe(source, exchanges(), sources.shapes(source.kind), poll, robots, again)

    with ThreadPoolExecutor(WORKERS) as pool:
        for report in pool.map(recorded, chosen):
            reports.append(report)
            yield {"what": "source", "id": report.source, "ok": report.ok, "said": report.line()}
    _write(folder, reports, now())


def _tables(settings: Settings, chosen: Iterable[Source]) -> list[dict[str, Any]]:
    """The tables of the sources as the settings file has them: secrets there are names of variables and files."""
    text = settings.path.read_text(encoding="utf-8")
    ids = {source.id for source in chosen}
    return [dict(table) for table in tomli.loads(text).get("source", []) if table.get("id") in ids]


def _poll(source: Source, client: Client, now: datetime) -> PollSummary:
    """Poll the source whole, as its first poll does, and read every document."""
    summary, began = PollSummary(), time.monotonic()
    view = StoredSourceView({}, no_resources(source.id))
    try:
        for item in sources.poll(source, view, client, now, wanted=partial(in_field, now=now)):
            if isinstance(item, ResourceError):
                summary.errors.append(f"{item.key}: {item.error.line()}")
            elif isinstance(item, Fetched) and item.role is ResourceType.LISTING:
                summary.listings += 1
            elif isinstance(item, Fetched):
                _read(item, summary)
    except TrackerError as error:
        summary.failed = error.line()
    summary.seconds = round(time.monotonic() - began, 1)
    return summary


def _read(fetched: Fetched, summary: PollSummary) -> None:
    try:
        document = parsing.read(fetched)
    except TrackerError as error:
        summary.errors.append(f"{fetched.key}: cannot be read: {error.line()}")
        return
    summary.documents += 1
    summary.units += len(document.units)
    for note in document.notes:
        summary.notes[note] = summary.notes.get(note, 0) + 1
    if len(summary.titles) < _LISTED:
        summary.titles.append(document.title)


def _hosts(exchanges: Iterable[Exchange]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for exchange in exchanges:
        scheme, _, rest = exchange.url.partition("://")
        host = f"{scheme}://{rest.partition('/')[0]}"
        if not exchange.url.endswith("/robots.txt"):
            found.setdefault(host, []).append(exchange.url)
    return found


def _robots(host: str, urls: Sequence[str], client: Client) -> str:
    """Return what robots.txt of a host says of the addresses that were requested."""
    deadline, forbidden = client.monotonic() + 60.0, 0
    for url in urls:
        try:
            client.robots.check(url, deadline)
        except FetchError as error:
            if not error.cause.startswith("robots.txt of the site forbids"):
                return f"{host}: {error.line()}"
            forbidden += 1
    if forbidden:
        return f"{host}: forbids {forbidden} of {len(urls)} addresses"
    return f"{host}: allows all {len(urls)} addresses"


def _again(exchanges: Iterable[Exchange], client: Client) -> list[dict[str, str]]:
    """Request the first answers once more, with their validators and without, and return what came."""
    first: list[Exchange] = []
    for exchange in exchanges:
        if exchange.status == 200 and not exchange.url.endswith("/robots.txt") and "***" not in exchange.url:
            first.append(exchange)
        if len(first) == _AGAIN:
            break
    return [_repeated(exchange, client) for exchange in first]


def _repeated(exchange: Exchange, client: Client) -> dict[str, str]:
    deadline = client.monotonic() + 60.0
    accept = next((value for name, value in exchange.request_headers if name.lower() == "accept"), "*/*")
    etag, modified = exchange.header("etag"), exchange.header("last-modified")
    found = {"url": exchange.url, "validators": " and ".join(filter(None, (etag and "ETag", modified and "Last-Modified"))) or "none"}  # fmt: skip
    try:
        if etag or modified:
            same = client.get(
                exchange.url, rate=PAGES, deadline=deadline, accept=accept,
                validators=Validators(etag=etag or None, last_modified=modified or None),
            )  # fmt: skip
            found["conditional"] = (
                "304 not modified" if same is None else "200, although nothing may have changed"
            )
        once = client.fetch(exchange.url, rate=PAGES, deadline=deadline, accept=accept)
        twice = client.fetch(exchange.url, rate=PAGES, deadline=deadline, accept=accept)
        found["repeated"] = "the same bytes" if once.body == twice.body else "other bytes each time"
    except FetchError as error:
        found["error"] = error.line()
    return found


def _write(folder: Path, reports: Sequence[SourceReport], at: datetime) -> None:
    value = {
        "version": __version__,
        "made_at": format_instant(at),
        "sources": [asdict(report) for report in reports],
    }
    try:
        (folder / "report.json").write_text(
            json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        (folder / "report.md").write_text(to_markdown(reports, at, __version__), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
