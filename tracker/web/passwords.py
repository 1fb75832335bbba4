"""Hashes passwords with Argon2id (RFC 9106), and limits how often one may be tried."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.errors import UsageError

SHORTEST = 12  # characters
LONGEST = 1_000
# One check takes 64 MiB and about 50 ms of a core: strangers must not run many at once.
_AT_ONCE = threading.BoundedSemaphore(2)

FORGOTTEN_AFTER = 900.0  # seconds
LONGEST_WAIT = 300.0
REMEMBERED = 10_000


def hash_password(password: str) -> str:
    """Return the hash. Raises UsageError for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} characters")
    return PasswordHasher().hash(password)


@cache
def _nobodys() -> str:
    return PasswordHasher().hash("a password that nobody has")


def verify_password(password: str, known: str) -> bool:
    """Return whether the password matches the hash. It takes as long for an unknown account (`known` empty), so
    that the time does not reveal which names exist.
    """
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return PasswordHasher().verify(known or _nobodys(), password) and bool(known)
        except (VerificationError, InvalidHashError):
            return False


class Throttle:
    """Computes the wait before the next attempt. After some free attempts each failure doubles the wait: by
    name and address together, by address (many names from one place) and, with more free attempts, by name
    (one name from many places).

    An address from which the account was used before (`familiar`) is not delayed by failures elsewhere:
    otherwise a stranger could lock an account out forever.
    """

    FREE: ClassVar = {"both": 5, "address": 20, "name": 50}

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[tuple[str, str], tuple[int, float, float]] = OrderedDict()

    def try_now(self, name: str, address: str, *, familiar: bool = False) -> float:
        """Return 0 where an attempt may be made, which counts as failed until `passed` is called; else the
        seconds to wait.
        """
        now = self.clock()
        keys = self._keys(name, address)[: 2 if familiar else 3]
        with self._lock:
            wait = max(self._until(key, now) - now for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                failures = self._failed.pop(key, (0, 0.0, 0.0))[0] + 1
                over = failures - self.FREE[key[0]]
                delay = min(2.0 ** min(over, 30), LONGEST_WAIT) if over >= 0 else 0.0
                self._failed[key] = (failures, now + delay, now)
            while len(self._failed) > REMEMBERED:
                self._failed.popitem(last=False)
            return 0.0

    def passed(self, name: str, address: str) -> None:
        with self._lock:
            for key in self._keys(name, address):
                self._failed.pop(key, None)

    def _until(self, key: tuple[str, str], now: float) -> float:
        _, until, last = self._failed.get(key, (0, 0.0, now))
        if now - last > FORGOTTEN_AFTER:
            del self._failed[key]
            return 0.0
        return until

    def _keys(self, name: str, address: str) -> tuple[tuple[str, str], ...]:
        return ("both", f"{name}\n{address}"), ("address", address), ("name", name)
