"""The rate limit per host that holds for all workers of one PostgreSQL database together."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from tracker.config.models import HostLimit
from tracker.errors import Unreachable
from tracker.http.rate_limit import RateLimit, RateLimiter
from tracker.storage import host_turns
from tracker.storage.database import Store


class SharedRateLimiter(RateLimiter):
    """Assigns turns by `storage.host_turns`. A request without a turn, because the database cannot be asked, is not sent."""

    def __init__(self, hosts: Iterable[HostLimit], store: Store) -> None:
        super().__init__(hosts, time.monotonic, time.sleep)
        self._store = store

    def wait(self, host: str, rate: RateLimit, deadline: float) -> None:
        (_, kind), per_second = self._terms(host, rate)
        patience = deadline - self._monotonic()
        gap = 1.0 / per_second if per_second else 0.0
        with _turns_kept(f"{host} was not asked"):
            held = host_turns.take(self._store, host, kind, gap, patience)
        if held > patience:
            raise Unreachable(
                f"{host} can be requested again in {held:.0f} s only, which is after the time limit",
                retry_after=held,
            )
        if held > 0:
            self._sleep(held)

    def hold(self, host: str, seconds: float) -> None:
        with _turns_kept(f"the wish of {host} to wait {seconds:.0f} s is not kept"):
            host_turns.hold(self._store, host, seconds)


@contextmanager
def _turns_kept(otherwise: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise Unreachable(f"{otherwise}: the database that keeps the turns cannot be used") from error
