"""The watched instruments: the shipped list and those of the settings. Whatever affects one of them is reported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

from tracker.config.models import Instrument
from tracker.documents.effect_names import affected_names, affected_of, ancestors, canonical_path
from tracker.effects import Effect
from tracker.text import name_key


@cache
def shipped() -> tuple[Instrument, ...]:
    """Return the instruments that are watched for every installation."""
    text = resources.files(__package__).joinpath("watched_instruments.toml").read_text(encoding="utf-8")
    return tuple(Instrument(row["name"], row["title"]) for row in tomllib.loads(text)["instrument"])


def watched(own: Iterable[Instrument] = ()) -> tuple[Instrument, ...]:
    """Return the shipped instruments and those of the settings, which may give another title to a shipped one."""
    found = {affected_names(affected_of(one.name)): one for one in (*shipped(), *own)}
    return tuple(found.values())


def touched(effects: Iterable[Effect], instruments: Iterable[Instrument]) -> tuple[str, ...]:
    """Return the names of the watched instruments that these effects affect: the instrument itself, a unit of it, or a unit
    that contains it."""
    listed = list(instruments)
    found: dict[str, None] = {}
    for effect in effects:
        names = set(affected_names(effect.affected))
        within = set(map(name_key, _containing(effect.affected.path or "")))
        for one in listed:
            own, containing = _names(one), _wholes(one)
            if not names.isdisjoint(own | containing) or not within.isdisjoint(own):
                found[one.name] = None
    return tuple(found)


def _containing(path: str) -> tuple[str, ...]:
    return tuple(ancestors(canonical_path(path)))


@lru_cache(maxsize=1_000)
def _wholes(instrument: Instrument) -> frozenset[str]:
    """Return the names of the units that contain an instrument."""
    return frozenset(map(name_key, _containing(instrument.name)))


@lru_cache(maxsize=1_000)
def _names(instrument: Instrument) -> frozenset[str]:
    found = {name_key(instrument.name), *affected_names(affected_of(instrument.name))}
    # A title that several instruments have identifies none of them; a plan without a number has no other name.
    if instrument.title and not any(character.isdigit() for character in instrument.name):
        found.add(name_key(instrument.title))
    return frozenset(found)
