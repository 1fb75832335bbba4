"""`tracker check --save`: polls each source twice, for the first time and once more, as the daemon does, into a state of its
own that is then removed; records every exchange, and reports what differed from what the adapters expect. Nothing is sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli

from tracker import __version__, sources
from tracker.archive import recording
from tracker.archive.answer_report import PolledOnce, SourceReport, describe, to_markdown
from tracker.config.models import Settings, Source
from tracker.config.source_secrets import needs_secret
from tracker.errors import FetchError, UsageError
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES, RateLimiter
from tracker.http.recording import Exchange
from tracker.ingest.poll import PollContext, poll
from tracker.model import Validators
from tracker.serialization import format_instant
from tracker.storage import source_state
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

WORKERS = 8
_AGAIN = 3  # answers per source that are requested again
_TITLES = 20  # titles listed per source


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
            polls = _polls(source, PollContext(alone, store, client, now))
            writer = again_writer
            robots = {host: _robots(host, urls, client) for host, urls in _hosts(exchanges()).items()}
            # A recording has no key, so an answer that needs one cannot be requested again.
            again = [] if needs_secret(source) else _again(exchanges(), client)
        return describe(source, exchanges(), sources.shapes(source.kind), polls, robots, again)

    alone = replace(settings, channels=(), routes=(), store_url="")
    with TemporaryDirectory(prefix="tracker-check-") as state:
        store = Store(Path(state))
        source_state.ensure(store, [source.id for source in chosen])
        try:
            with ThreadPoolExecutor(WORKERS) as pool:
                for report in pool.map(recorded, chosen):
                    reports.append(report)
                    yield {"what": "source", "id": report.source, "ok": report.ok, "said": report.line()}
        finally:
            store.close()
    _write(folder, reports, now())


def _tables(settings: Settings, chosen: Iterable[Source]) -> list[dict[str, Any]]:
    """The tables of the sources as the settings file has them: secrets there are names of variables and files."""
    text = settings.path.read_text(encoding="utf-8")
    ids = {source.id for source in chosen}
    return [dict(table) for table in tomli.loads(text).get("source", []) if table.get("id") in ids]


def _polls(source: Source, context: PollContext) -> list[PolledOnce]:
    """Poll the source for the first time, then once more. The second is left out where the first failed as a whole."""
    polls: list[PolledOnce] = []
    while len(polls) < 2 and all(one.ok or one.documents for one in polls):
        report = poll(source, context)
        with open_reader(context.store.state) as reader:
            found = reader.changes(ChangeQuery(source=source.id, limit=_TITLES))
        polls.append(
            PolledOnce(
                report.ok, report.line(), report.baseline or report.documents, report.seconds,
                tuple(f"{one['key']}: {one['error']}" for one in (*report.errors, *report.held) if "error" in one),
                tuple(str(change["title"]) for change in found),
            )
        )  # fmt: skip
    return polls


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
