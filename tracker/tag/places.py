"""Destinations named in a text, with their names in both languages (`places.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from tracker.model import Language
from tracker.tag.rules import packaged


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    ja: str
    en: str

    def name(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[re.Pattern[str], dict[str, Place]]:
    table: dict[str, list[str]] = tomllib.loads(packaged("places.toml").decode("utf-8"))["places"]
    by_name: dict[str, Place] = {}
    for identity, (ja, en, *others) in table.items():
        place = Place(identity, ja, en)
        for name in (ja, en, *others):
            by_name[name.upper().removeprefix("THE ")] = place
    names = sorted(by_name, key=len, reverse=True)
    latin = [re.escape(name).replace("'", "['’]") for name in names if name.isascii() or "Ü" in name]
    wide = [re.escape(name) for name in names if not (name.isascii() or "Ü" in name)]
    pattern = re.compile(rf"(?<![\w])(?:{'|'.join(latin)})(?!\w)|{'|'.join(wide)}", re.IGNORECASE)
    return pattern, by_name


def places(text: str) -> tuple[Place, ...]:
    """The distinct destinations that a text names, in the order of their first mention."""
    pattern, by_name = _gazetteer()
    return tuple(
        dict.fromkeys(by_name[match[0].upper().replace("’", "'")] for match in pattern.finditer(text))
    )


def place(name: str) -> Place | None:
    """The destination of that name or id, in either language."""
    found = places(name.replace("-", " ")) or places(name)
    return found[0] if found else None
