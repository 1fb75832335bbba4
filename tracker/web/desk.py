"""What every page needs: the settings, the store, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from tracker.clock import legal_day
from tracker.sources import Settings
from tracker.store.db import Store
from tracker.store.reading import Reader, reader


@dataclass(frozen=True, slots=True)
class Desk:
    """One for the application. `settings` is asked anew each time, because `tracker run` reloads them."""

    current: Callable[[], Settings]
    state: Path
    store: Store
    now: Callable[[], datetime]

    @property
    def settings(self) -> Settings:
        return self.current()

    def today(self) -> date:
        """The day that legal dates are counted by: New York's."""
        return legal_day(self.now())

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with reader(self.state) as opened:
            yield opened


def desk_of(request: Request) -> Desk:
    return cast(Desk, request.app.state.desk)


AtDesk = Annotated[Desk, Depends(desk_of)]
