"""Reads the tables of names that lie beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

Names = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=8)
def tables(name: str) -> Mapping[str, Names]:
    """The tables of `name.toml`; each value as a tuple of names, the Japanese one first."""
    raw = tomllib.loads((files(__package__ or "tracker.terms") / f"{name}.toml").read_text("utf-8"))
    return {
        table: {key: (value,) if isinstance(value, str) else tuple(value) for key, value in entries.items()}
        for table, entries in raw.items()
    }
