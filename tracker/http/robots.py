"""Reads robots.txt (RFC 9309), for pages and feeds, not for the APIs of the sources."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from tracker.clock import SKEW
from tracker.errors import AccessDenied, FetchError, LimitExceeded, NotFound, Unreachable
from tracker.http.rate_limit import PAGES

if TYPE_CHECKING:
    from tracker.http.client import Client

_NAME = "tracker"
_KEPT = timedelta(days=1)
_KEPT_WHEN_UNREACHABLE = timedelta(
    seconds=3
)  # for the rest of a round, so that the end of an outage is noticed at once
_MAX_BYTES = 500_000  # the least that RFC 9309 requires a client to read


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a host. `parser` is None where everything is allowed. `unreachable` is the reason why no
    request is allowed for now.
    """

    until: datetime
    parser: Protego | None = None
    unreachable: str = ""
    code: str = ""

    def hold(self, now: datetime) -> bool:
        """Return whether the rules are still valid. They are not when their time is too far ahead, which
        happens when the clock was set back.
        """
        return now < self.until <= now + _KEPT + SKEW


class Robots:
    """The rules of each host, fetched once a day for all threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rules: dict[str, _Rules] = {}
        self._guard = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}

    def check(self, url: str, deadline: float) -> None:
        """Raise AccessDenied where robots.txt forbids `url`, Unreachable where robots.txt could not be fetched:
        the host then gets no request in this poll cycle (RFC 9309, 2.3.1.4).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        rules = self._rules.get(origin)
        if rules is None or not rules.hold(self._client.clock()):
            with self._guard:
                asking = self._asking.setdefault(origin, threading.Lock())
            # Another thread waits for the response to the first.
            if not asking.acquire(timeout=max(0.0, deadline - self._client.monotonic())):
                raise LimitExceeded(
                    f"the time limit was over while waiting for robots.txt of {origin}", url=url
                )
            try:
                rules = self._rules.get(origin)
                if rules is None or not rules.hold(self._client.clock()):
                    rules = self._rules[origin] = self._ask(origin, rules, deadline)
            finally:
                asking.release()
        if rules.unreachable:
            raise Unreachable(rules.unreachable, url=url, code=rules.code)
        if rules.parser is not None and not rules.parser.can_fetch(url, _NAME):
            raise AccessDenied("robots.txt of the site forbids this address", url=url)

    def _ask(self, origin: str, before: _Rules | None, deadline: float) -> _Rules:
        now = self._client.clock()
        try:
            answer = self._client.fetch(
                f"{origin}/robots.txt", rate=PAGES, deadline=deadline, max_bytes=_MAX_BYTES
            )
        except NotFound:
            return _Rules(now + _KEPT)
        except AccessDenied as error:
            if error.status is None:  # the address guard refused, not the site
                raise
            return _Rules(now + _KEPT)
        except LimitExceeded:
            raise
        except FetchError as error:
            soon = self._client.clock() + _KEPT_WHEN_UNREACHABLE
            if before is not None and not before.unreachable:
                return replace(before, until=soon)  # the old rules are better than none
            return _Rules(
                soon,
                unreachable=f"robots.txt of {origin} could not be read: {error.cause}",
                code=error.code,
            )
        text = answer.body.decode("utf-8", "replace")
        if text.lstrip()[:1] == "<":  # an HTML page in place of robots.txt has no rules
            return _Rules(now + _KEPT)
        return _Rules(now + _KEPT, Protego.parse(text))
