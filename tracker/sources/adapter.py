"""The interface of an adapter for a kind of source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from tracker.config.models import Source
from tracker.http.client import Client
from tracker.model import Fetched
from tracker.sources.events import HistoryPage, Item, Wanted
from tracker.sources.expectations import Shape
from tracker.sources.state_view import StateView


class PollFunction(Protocol):
    def __call__(
        self, source: Source, stored: StateView, client: Client, now: datetime, wanted: Wanted, /
    ) -> Iterator[Item]:
        """Yield what the source shows now. Raises FetchError at any point of the iteration."""


class RefetchFunction(Protocol):
    def __call__(self, source: Source, fetched: Fetched, client: Client, /) -> Fetched:
        """Request the same resource again, without validators. Raises FetchError."""


class HistoryFunction(Protocol):
    def __call__(
        self, source: Source, client: Client, since: date, cursor: Mapping[str, str], now: datetime, /
    ) -> Iterator[HistoryPage]:
        """Yield what was published from `since` on, oldest first. Raises FetchError."""


class RefetcherFunction(Protocol):
    def __call__(self, source: Source, client: Client, before: Callable[[], None], /) -> Refetcher:
        """Return a function that requests resources again. It calls `before` before each request."""


Refetcher = Callable[[Fetched], Fetched]


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter. `refetch` is None where one resource cannot be requested alone, `history` where the past
    cannot be loaded. `refetcher` is for kinds where one request serves several resources. `shapes` are the forms
    of its answers, for the report of `tracker check --save`.
    """

    poll: PollFunction
    refetch: RefetchFunction | None = None
    history: HistoryFunction | None = None
    refetcher: RefetcherFunction | None = None
    shapes: tuple[Shape, ...] = ()
