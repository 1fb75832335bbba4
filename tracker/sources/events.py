"""The items that a poll yields besides the records of `tracker.model`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.errors import FetchError
from tracker.model import Absent, Fetched, NotModified

PARSER_CRASHED = "broke"  # in `Fetched.meta` of a listing that crashed its parser: the reason


@dataclass(frozen=True, slots=True)
class ResourceError:
    """One resource of a source could not be fetched. The error has no traceback, so that it keeps no frames
    alive.
    """

    key: str
    url: str
    error: FetchError

    def __post_init__(self) -> None:
        self.error.__traceback__ = None
        self.error.__context__ = None
        self.error.__cause__ = None


@dataclass(frozen=True, slots=True)
class CursorUpdate:
    """The next value of `StateView.cursor`. It replaces all earlier values and is yielded last; it is stored in
    the same transaction as the rest of the poll.
    """

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One step of a backfill: its records, the list that contains them, and the cursor after it. `done` and
    `total` count records for the progress line, as far as they are known.
    """

    fetched: tuple[Fetched, ...]
    listing: Fetched
    cursor: Mapping[str, str]
    done: int = 0
    total: int | None = None
    troubles: tuple[ResourceError, ...] = ()


Item = Fetched | NotModified | Absent | ResourceError | CursorUpdate

# Selects the Federal Register records whose full text is fetched.
Wanted = Callable[[Mapping[str, Any]], bool]


def want_all(_: Mapping[str, Any]) -> bool:
    return True
