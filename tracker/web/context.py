"""The settings, the database and the clock: what every page needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from tracker.alerts.watch_list import SettingsInUse
from tracker.clock import legal_day
from tracker.config.models import Settings
from tracker.storage.database import Store
from tracker.storage.read_queries import StoreReader

OPEN = 8  # idle connections kept open for the next page


@dataclass(frozen=True, slots=True)
class WebContext:
    """The context of the application. `settings` is called for each request, because `tracker run` reloads
    them.
    """

    current: Callable[[], Settings]
    state: Path
    store: Store
    now: Callable[[], datetime]
    _idle: deque[StoreReader] = field(default_factory=deque, compare=False)
    _in_use: SettingsInUse = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_in_use", SettingsInUse(self.store))

    @property
    def settings(self) -> Settings:
        """The settings of the file with the entries that operators made in the viewer."""
        return self._in_use.of(self.current())

    def watch_list_changed(self) -> None:
        """Use the entries of the viewer that this process has just written."""
        self._in_use.look_again()

    def today(self) -> date:
        """Return the current legal day, in New York."""
        return legal_day(self.now())

    @contextmanager
    def reading(self) -> Iterator[StoreReader]:
        """Yield a read connection from the pool, because opening one costs more than most queries. After an
        error it is closed: an interrupted query would pin it to its snapshot.
        """
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
    return cast(WebContext, request.app.state.web_context)


InjectedContext = Annotated[WebContext, Depends(context_of)]
