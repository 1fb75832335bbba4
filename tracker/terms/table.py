"""Reads the tables of names that lie beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from importlib.resources import files
from threading import RLock
from typing import TypeVar

Names = Mapping[str, tuple[str, ...]]
_Made = TypeVar("_Made")
_MAKING = RLock()


def once(make: Callable[[], _Made]) -> Callable[[], _Made]:
    """What `make` returns, made at the first call by one thread, for which the others wait: with `lru_cache` alone each thread
    of a poll would make its own."""
    made: list[_Made] = []

    @wraps(make)
    def found() -> _Made:
        if not made:
            with _MAKING:
                if not made:
                    made.append(make())
        return made[0]

    return found


def tables(name: str) -> Mapping[str, Names]:
    """The tables of `name.toml`; each value as a tuple of names, the Japanese one first."""
    with _MAKING:
        return _tables(name)


@lru_cache(maxsize=8)
def _tables(name: str) -> Mapping[str, Names]:
    raw = tomllib.loads((files(__package__ or "tracker.terms") / f"{name}.toml").read_text("utf-8"))
    return {
        table: {key: (value,) if isinstance(value, str) else tuple(value) for key, value in entries.items()}
        for table, entries in raw.items()
    }
