"""The rate limit per host that holds for all workers of one PostgreSQL database together."""

from __future__ import annotations

import time
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError

from tracker.config.models import HostLimit
from tracker.errors import Unreachable
from tracker.http.rate_limit import RateLimit, RateLimiter
from tracker.storage import host_turns
from tracker.storage.database import Store

_HELD = "(held)"  # with the name of a host: the turn after its Retry-After


class SharedRateLimiter(RateLimiter):
    """Assigns turns by `storage.host_turns`. A request without a turn, because the database cannot be asked, is not sent."""

    def __init__(self, hosts: Iterable[HostLimit], store: Store) -> None:
        super().__init__(hosts, time.monotonic, time.sleep)
        self._store = store

    def wait(self, host: str, rate: RateLimit, deadline: float) -> None:
        key, per_second = self._terms(host, rate)
        patience = deadline - self._monotonic()
        try:
            held, _ = host_turns.take(self._store, f"{host} {_HELD}", 0.0, patience)
            if per_second and held <= patience:
                turn, _ = host_turns.take(self._store, " ".join(key).strip(), 1.0 / per_second, patience)
                held = max(held, turn)
        except DBAPIError as error:
            raise Unreachable(
                f"{host} was not asked: the database that keeps its turns cannot be used"
            ) from error
        if held > patience:
            raise Unreachable(
                f"{host} can be requested again in {held:.0f} s only, which is after the time limit",
                retry_after=held,
            )
        if held > 0:
            self._sleep(held)

    def hold(self, host: str, seconds: float) -> None:
        host_turns.hold(self._store, f"{host} {_HELD}", seconds)
