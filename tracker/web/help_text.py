"""The text of the help: what each screen shows, and what levels and statuses mean, in both languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from tracker.model import Language

MEANINGS = "meaning"


@dataclass(frozen=True, slots=True)
class ScreenHelp:
    """The help of a screen: the beginning of its addresses, and its paragraphs in Japanese and English."""

    id: str
    path: str
    ja: tuple[str, ...]
    en: tuple[str, ...]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("tracker.web").joinpath("help.toml").read_text("utf-8"))


@cache
def screens() -> dict[str, ScreenHelp]:
    """Return the help of the screens by id."""
    return {
        name: ScreenHelp(name, row["path"], tuple(row["ja"]), tuple(row["en"]))
        for name, row in _data().items()
        if name != MEANINGS
    }


def meanings(group: str, language: Language) -> list[tuple[str, str]]:
    """Return what each level or status means."""
    return [(name, words[0 if language == "ja" else 1]) for name, words in _data()[MEANINGS][group].items()]


@cache
def screen_of(path: str) -> str:
    """Return the id of the screen of an address: of those that its path begins with, the longest."""
    if path.endswith("/redline"):
        return "redline"
    fitting = [one for one in screens().values() if one.path != "/" and _within(path, one.path)]
    return max(fitting, key=lambda one: len(one.path)).id if fitting else "inbox"


def _within(path: str, start: str) -> bool:
    start = start.rstrip("/")
    return path == start or path.startswith(f"{start}/")
