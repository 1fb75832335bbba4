"""What every page needs: the settings, the store, the clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from tracker.clock import legal_day
from tracker.config.models import Settings
from tracker.storage.database import Store
from tracker.storage.read_queries import StoreReader

OPEN = 8  # connections that wait for the next page


@dataclass(frozen=True, slots=True)
class WebContext:
    """One for the application. `settings` is asked anew each time, because `tracker run` reloads them."""

    current: Callable[[], Settings]
    state: Path
    store: Store
    now: Callable[[], datetime]
    _idle: deque[StoreReader] = field(default_factory=deque, compare=False)

    @property
    def settings(self) -> Settings:
        return self.current()

    def today(self) -> date:
        """The day that legal dates are counted by: New York's."""
        return legal_day(self.now())

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """One of those that stay open: to open one costs more than most questions. After trouble it is not used again,
        because a question that was broken off would keep it at its moment."""
        try:
            opened = self._idle.pop()
        except IndexError:
            opened = StoreReader(self.state)
        try:
            yield opened
        except BaseException:
            opened.close()
            raise
        if len(self._idle) < OPEN:
            self._idle.append(opened)
        else:
            opened.close()


def context_of(request: Request) -> WebContext:
    return cast(WebContext, request.app.state.desk)


AtDesk = Annotated[WebContext, Depends(context_of)]
