"""The rate limit per host. One limiter for all threads assigns each request a point in time, in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.config.models import HostLimit
from tracker.errors import Unreachable
from tracker.http.address import is_local


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A class of requests: `per_second` to one host, and `patience`, the seconds that it waits for the next
    byte.

    `spare_local`: no limit for this machine and private networks.
    """

    name: str
    per_second: float
    patience: float = 30.0
    spare_local: bool = False


# The Federal Register's maintainer allows 5 requests per second for the API and 1 for full text (issue 13,
# 2019). The eCFR accepted 8 and answered 429 near 10; its 504 takes about 50 seconds.
FR_API = RateLimit("fr-api", 5.0, patience=60.0)
FR_TEXT = RateLimit("fr-text", 1.0, patience=60.0)
ECFR = RateLimit("ecfr", 8.0, patience=90.0)
GOVINFO = RateLimit("govinfo", 2.0, patience=60.0)
PAGES = RateLimit("pages", 2.0, spare_local=True)


class RateLimiter:
    """Assigns turns per `host:port` and class of requests. `hosts` are the rates in the settings, which apply
    to all classes together. Times are those of `monotonic`, in seconds.
    """

    def __init__(
        self, hosts: Iterable[HostLimit], monotonic: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._hosts = {host.name.lower(): host.rate for host in hosts}
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next: dict[tuple[str, str], float] = {}
        self._held: dict[str, float] = {}

    def wait(self, host: str, rate: RateLimit, deadline: float) -> None:
        """Wait for the turn of this request. Raises Unreachable when that would be after `deadline`."""
        key, per_second = self._terms(host, rate)
        if not per_second and not self._held:
            return
        now = self._monotonic()
        with self._lock:
            turn = max(now, self._held.get(host, 0.0), self._next.get(key, 0.0))
            if turn > deadline:
                raise Unreachable(
                    f"{host} can be requested again in {turn - now:.0f} s only, which is after the time limit",
                    retry_after=turn - now,
                )
            if per_second:
                self._next[key] = turn + 1.0 / per_second
        if turn > now:
            self._sleep(turn - now)

    def hold(self, host: str, seconds: float) -> None:
        """Send no request to the host for this many seconds (its Retry-After)."""
        with self._lock:
            until = self._monotonic() + seconds
            self._held[host] = max(until, self._held.get(host, 0.0))

    def _terms(self, host: str, rate: RateLimit) -> tuple[tuple[str, str], float]:
        if self._hosts:
            own = self._hosts.get(host) or self._hosts.get(host.rsplit(":", 1)[0])
            if own:
                return (host, ""), own
        if rate.spare_local and is_local(host):
            return (host, rate.name), 0.0
        return (host, rate.name), rate.per_second
