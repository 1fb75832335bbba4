"""Names of partners against the stored lists, for the command, the pages and assistants."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import date

from tracker.config.models import Settings
from tracker.logs import Logger
from tracker.model import Profile
from tracker.screening.matcher import NameHit
from tracker.screening.screener import Partner, Screener, Screening, listed_partners, screen
from tracker.search.index import SearchIndex
from tracker.storage.database import Store
from tracker.storage.read_queries import StoreReader

# The lists that agencies publish themselves, by the kind of their source.
_OWN = {
    "denied-persons": "Denied Persons List (DPL)",
    "ofac-list": "Specially Designated Nationals (SDN)",
    "uflpa-list": "UFLPA Entity List",
}


log = Logger()
PATIENCE = 2.0  # seconds that a page waits for the parties of its profiles


class Screeners:
    """The lists of one process, read again when a version of one of them is new."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._held: Screener | None = None
        self._checking = threading.Lock()

    def at_hand(self, finder: SearchIndex) -> Screener | None:
        """Return the lists if they are read; else they are read in a thread, for the next request."""
        held = self._held
        if held is not None and held.versions == finder.lists():
            return held
        if not self._one.locked():
            threading.Thread(target=self._prepare, args=(finder,), name="lists", daemon=True).start()
        return None

    def _prepare(self, finder: SearchIndex) -> None:
        try:
            self.current(finder)
        except Exception:  # the next request tries again
            log.exception("the lists of parties cannot be read")

    def current(self, finder: SearchIndex) -> Screener:
        with self._one:
            if self._held is None or self._held.versions != finder.lists():
                self._held = Screener(finder)
            return self._held

    def listed(
        self, screener: Screener, profiles: Sequence[Profile], patience: float = PATIENCE
    ) -> tuple[dict[str, list[tuple[str, NameHit]]], bool]:
        """Return the parties of the profiles that are listed, and whether all were checked. Thousands take a while after each
        new version of a list: they are checked in a thread, for which a request waits a moment, and the next one has them.
        """
        wanted = [profile for profile in profiles if profile.parties and profile not in screener.listed]
        if wanted:
            thread = threading.Thread(
                target=self._check, args=(screener, wanted), name="parties of profiles", daemon=True
            )
            thread.start()
            thread.join(patience)
        done = [profile for profile in profiles if profile in screener.listed]
        waiting = any(profile.parties and profile not in screener.listed for profile in profiles)
        return listed_partners(screener, done), not waiting

    def _check(self, screener: Screener, profiles: Sequence[Profile]) -> None:
        with self._checking:  # one at a time: a second thread finds what the first one did
            listed_partners(screener, profiles)


def has_consolidated(settings: Settings) -> bool:
    """Whether the settings have a source of the Consolidated Screening List, so that it must be there."""
    return any(source.kind == "screening-list" for source in settings.sources)


def own_lists(settings: Settings) -> dict[str, str]:
    """Return the sources of agencies' own lists, which must be there, each with the name of its list."""
    return {source.id: _OWN[source.kind] for source in settings.sources if source.kind in _OWN}


def screened(
    screener: Screener,
    store: Store,
    reader: StoreReader,
    settings: Settings,
    partners: Iterable[Partner],
    today: date,
) -> Screening:
    """Check names against the lists as they are stored."""
    return screen(
        screener,
        store,
        reader,
        partners,
        today,
        consolidated=has_consolidated(settings),
        own=own_lists(settings),
    )
