"""`tracker check`: polls each source and connects to each channel, without storing or sending anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tracker import parsing, sources
from tracker.alerts import watch_list
from tracker.assistants.model_client import ChatEndpoint
from tracker.config.models import Settings, Source, Summarizer
from tracker.config.source_kinds import source_kinds
from tracker.errors import KeyMissing, TrackerError
from tracker.http.client import Client
from tracker.ingest.poll import StoredSourceView
from tracker.model import Fetched, ResourceType
from tracker.notifications.targets import try_channel
from tracker.sanitize import sanitize_line
from tracker.scheduler import reload
from tracker.screening import screener
from tracker.search.index import SearchIndex
from tracker.sources.events import ResourceError
from tracker.storage import alert_queries, presence
from tracker.storage.database import Store
from tracker.storage.resources import no_resources

ENOUGH_SECONDS = 90
WORKERS = 8


def run_self_check(
    settings: Settings, state: Path, now: Callable[[], datetime], *, allow_empty: bool = False
) -> Iterator[dict[str, Any]]:
    """Yields one result per check: `{"what": "state|settings|source|profile|channel|summarizer", "id", "ok", "said"}`."""
    yield _state(state)
    if not allow_empty:
        yield from _less(settings, state)
    for warning in settings.warnings:
        yield {"what": "settings", "id": str(settings.path), "ok": True, "said": warning}
    if not settings.contact:
        result = "no contact: give [tracker] contact an address, so that a source's operator can write before blocking it"
        yield {"what": "settings", "id": str(settings.path), "ok": True, "said": result}
    yield from check_sources(settings, [source for source in settings.sources if source.enabled], now)
    yield from _listed(settings, state)
    for channel in settings.channels:
        try:
            result, good = try_channel(channel), True
        except TrackerError as error:
            result, good = error.line(), False
        yield {"what": "channel", "id": channel.id, "ok": good, "said": result}
    if settings.summarizer is not None:
        yield {"what": "summarizer", "id": settings.summarizer.model, **_summarizer(settings.summarizer, now)}


def check_sources(
    settings: Settings, chosen: Sequence[Source], now: Callable[[], datetime]
) -> Iterator[dict[str, Any]]:
    """Yields one result per source, in their order."""
    with (
        Client(
            literal_hosts=settings.literal_hosts(), hosts=settings.hosts, contact=settings.contact, clock=now
        ) as client,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        yield from pool.map(lambda source: _source(source, client, now()), chosen)


def _listed(settings: Settings, state: Path) -> Iterator[dict[str, Any]]:
    """The parties of each profile that the stored lists name already: their listing is no change that would alert."""
    if not presence.check(state):
        return
    kinds = source_kinds()
    with closing(Store(state)) as store:
        settings = watch_list.applied(settings, store)
        if not any(profile.parties for profile in settings.profiles):
            return
        finder = SearchIndex(store)
        finder.refresh([source.id for source in settings.sources if kinds[source.kind].texts], ENOUGH_SECONDS)
        lists = screener.Screener(finder)
    for profile, hits in screener.listed_partners(lists, settings.profiles).items():
        for name, hit in hits:
            party = lists.parties[hit.party]
            since = f", since {party.since}" if party.since else ""
            result = f"{screener.list_level(party.list)}: {name!r} is listed already: {party.name} ({party.list}{since}); see /parties"
            yield {"what": "profile", "id": profile, "ok": True, "said": sanitize_line(result)}


def _summarizer(wanted: Summarizer, now: Callable[[], datetime]) -> dict[str, Any]:
    began = time.monotonic()
    try:
        ChatEndpoint(wanted, now).write([{"role": "user", "content": "Answer with the one word: ready"}])
    except TrackerError as error:
        return {"ok": False, "said": error.line()}
    return {"ok": True, "said": f"answered ({time.monotonic() - began:.1f} s)"}


def _less(settings: Settings, state: Path) -> Iterator[dict[str, Any]]:
    """The reasons for which a tracker that runs on this state would refuse these settings at a reload."""
    sources, channels, sign_in = list[str](), list[str](), ""
    if presence.check(state):
        with closing(Store(state)) as store, store.read() as connection:
            sources, channels, sign_in = alert_queries.in_use(connection)
    problems = reload.missing(settings, sources=sources, channels=channels, sign_in=sign_in)
    if not problems and not any(source.enabled for source in settings.sources):
        problems = ["it enables no source: nothing is watched"]
    for problem in problems:
        result = f"{problem}; a running tracker refuses such settings ({reload.CURE})"
        yield {"what": "settings", "id": str(settings.path), "ok": False, "said": result}


def _state(state: Path) -> dict[str, Any]:
    probe = state / ".writable"
    try:
        state.mkdir(parents=True, exist_ok=True)
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return {
            "what": "state",
            "id": str(state),
            "ok": False,
            "said": f"cannot be written: {error.strerror}",
        }
    return {"what": "state", "id": str(state), "ok": True, "said": "can be written"}


def _source(source: Source, client: Client, now: datetime) -> dict[str, Any]:
    """Polls as if for the first time, and stops at the first document that can be read."""
    brief = replace(
        source, full_text=False, max_pages=1, annexes=0, time_limit=timedelta(seconds=ENOUGH_SECONDS)
    )
    began = time.monotonic()
    result, good = "answered, but showed nothing", False
    try:
        for item in sources.poll(brief, StoredSourceView({}, no_resources(source.id)), client, now):
            if isinstance(item, ResourceError):
                result = item.error.line()
            elif isinstance(item, Fetched) and item.role is ResourceType.LISTING:
                result, good = f"answered: {item.answer.url}", True
            elif isinstance(item, Fetched):
                document = parsing.read(item)
                result = f"read “{document.title[:70]}”, {len(document.units)} units, from {item.answer.url}"
                good = True
                break
    except KeyMissing as error:
        result, good = error.line(), True
    except TrackerError as error:
        result, good = error.line(), False
    return {
        "what": "source",
        "id": source.id,
        "ok": good,
        "said": f"{result} ({time.monotonic() - began:.1f} s)",
    }
