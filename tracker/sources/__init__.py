"""Fetching: what a source shows now, as records of what came in.

`poll` asks one source and yields `Fetched`, `NotModified`, `Absent`, `Trouble`, and a `Cursor` last. An error of one
thing is a `Trouble`; an error of the source is raised, and then nothing about it may be concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from tracker.config.models import Source, SourceKind
from tracker.errors import UsageError
from tracker.http.client import Client
from tracker.model import Fetched
from tracker.sources import (
    ecfr,
    federal_register,
    federal_register_history,
    feed,
    page,
    public_inspection,
    screening_list,
)
from tracker.sources.events import CursorUpdate, HistoryPage, Item, ResourceError, Wanted, drain
from tracker.sources.state_view import StateView

__all__ = [
    "Client",
    "CursorUpdate",
    "HistoryPage",
    "Item",
    "ResourceError",
    "StateView",
    "Wanted",
    "drain",
    "poll",
    "poll_history",
    "refetch",
]


def poll(
    source: Source, memory: StateView, client: Client, now: datetime, wanted: Wanted = drain
) -> Iterator[Item]:
    """What the source shows now, within its time limit. `wanted` says which records of the Federal Register are in
    the field, so that their full text is fetched as well. Raises FetchError, at any point of the iteration."""
    match source.kind:
        case SourceKind.FEDERAL_REGISTER:
            return federal_register.poll(source, memory, client, now, wanted)
        case SourceKind.PUBLIC_INSPECTION:
            return public_inspection.poll(source, memory, client, now, wanted)
        case SourceKind.ECFR:
            return ecfr.poll(source, memory, client, now)
        case SourceKind.PAGE:
            return page.poll(source, memory, client, now)
        case SourceKind.FEED:
            return feed.poll(source, memory, client, now)
        case SourceKind.SCREENING_LIST:
            return screening_list.poll(source, memory, client, now)


def refetch(source: Source, fetched: Fetched, client: Client, _now: datetime) -> Fetched:
    """The same thing a second time, unconditionally: to learn what is noise, and to confirm what looks suspicious.
    Raises FetchError; UsageError for what cannot be asked for by itself (an entry of a feed)."""
    match source.kind:
        case SourceKind.FEDERAL_REGISTER:
            return federal_register.refetch(source, fetched, client)
        case SourceKind.PUBLIC_INSPECTION:
            return public_inspection.refetch(source, fetched, client)
        case SourceKind.ECFR:
            return ecfr.refetch(source, fetched, client)
        case SourceKind.PAGE:
            return page.refetch(source, fetched, client)
        case SourceKind.SCREENING_LIST:
            return screening_list.refetch(source, fetched, client)
        case SourceKind.FEED:
            raise UsageError(f"{source.id}: an entry of a feed cannot be asked for by itself")


def poll_history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime
) -> Iterator[HistoryPage]:
    """What was published from `since` on, oldest first, for `tracker backfill`. `cursor` is that of the last page that
    was stored, empty at first. Raises FetchError; UsageError for a kind that keeps no history."""
    if source.kind is not SourceKind.FEDERAL_REGISTER:
        raise UsageError(
            f"{source.id}: a source of kind {source.kind} keeps no history to load",
            cure="backfill takes sources of kind federal-register",
        )
    return federal_register_history.history(source, client, since, cursor, now)
