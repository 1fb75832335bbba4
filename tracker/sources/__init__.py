"""Polls sources: one package per kind of source, each with its settings keys (`KIND`) and its adapter.

`poll` requests what a source shows now and yields `Fetched`, `NotModified`, `Absent` and `ResourceError`, and a
`CursorUpdate` last. An error of one resource is a `ResourceError`. An error of the whole source is raised, and
leaves the state of its resources open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from tracker.config.models import Source
from tracker.config.source_kinds import source_kinds
from tracker.errors import UsageError
from tracker.model import Fetched
from tracker.sources.events import CursorUpdate, HistoryPage, Item, ResourceError, Wanted, want_all
from tracker.sources.state_view import StateView

if TYPE_CHECKING:  # the settings are read without it
    from tracker.http.client import Client
    from tracker.sources.adapter import Adapter
    from tracker.sources.expectations import Shape

__all__ = [
    "CursorUpdate",
    "HistoryPage",
    "Item",
    "ResourceError",
    "StateView",
    "Wanted",
    "has_history",
    "poll",
    "poll_history",
    "refetch",
    "refetcher",
    "shapes",
    "want_all",
]


def poll(
    source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted = want_all
) -> Iterator[Item]:
    """Yield what the source shows now, within its time limit. `wanted` selects the Federal Register records
    whose full text is fetched too. Raises FetchError at any point of the iteration.
    """
    return _adapter(source.kind).poll(source, stored, client, now, wanted)


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same resource again, without validators: to find what changes on every request, and to
    confirm a suspicious answer. Raises FetchError; ParserCrashed for a feed that crashes its parser.
    """
    function = _adapter(source.kind).refetch
    if function is None:
        raise UsageError(f"{source.id}: a resource of kind {source.kind} cannot be requested alone")
    return function(source, fetched, client)


def refetcher(
    source: Source, client: Client, before: Callable[[], None] = lambda: None
) -> Callable[[Fetched], Fetched]:
    """Return `refetch` for the resources of one poll, which calls `before` before each request. Resources that
    are parts of one answer share one request.
    """
    function = _adapter(source.kind).refetcher
    if function is not None:
        return function(source, client, before)

    def again(fetched: Fetched) -> Fetched:
        before()
        return refetch(source, fetched, client)

    return again


def has_history(kind: str) -> bool:
    """Return whether `poll_history` can load the past of sources of this kind."""
    return _adapter(kind).history is not None


def poll_history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime
) -> Iterator[HistoryPage]:
    """Yield what was published from `since` on, oldest first, for `tracker backfill`. `cursor` is that of the
    last stored page; empty at the start. Raises FetchError; UsageError for a kind without history.
    """
    function = _adapter(source.kind).history
    if function is None:
        names = ", ".join(name for name in source_kinds() if has_history(name))
        raise UsageError(
            f"{source.id}: a source of kind {source.kind} has no history to load",
            cure=f"backfill takes sources of kind {names}",
        )
    return function(source, client, since, cursor, now)


def shapes(kind: str) -> tuple[Shape, ...]:
    """Return the forms of the answers that the adapter of a kind expects; none for pages and feeds."""
    return _adapter(kind).shapes


def _adapter(kind: str) -> Adapter:
    adapter: Adapter = import_module(source_kinds()[kind].adapter).ADAPTER
    return adapter
