"""Loads the catalogs: all words of the program that people read, in Japanese and English.

Keys are flat: `level.critical`, `direction.relief`, `topic.fdpr`, `status.stayed`, `date.effective`,
`kind.rule`, and those of the outlets (`message.`, `health.`, ...). Official words are never translated here:
they are quoted unchanged.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tracker.model import Language


@cache
def catalog(language: Language) -> Mapping[str, str]:
    """Return all entries of one language."""
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def t(key: str, language: Language, **values: object) -> str:
    """Return the entry with its placeholders filled; for a `count` of 1 the entry `KEY.one`, where there is one. Raises
    KeyError for an unknown key or placeholder: an error in the code, which the catalog tests find. Values are never used
    as patterns.
    """
    entries = catalog(language)
    one = entries.get(f"{key}.one") if values.get("count") == 1 else None
    return (entries[key] if one is None else one).format_map(values)


def label(group: str, name: str, language: Language) -> str:
    """Return the words for an id: `label("topic", "fdpr", "ja")`. An unknown id (a topic of the firm's own
    rules file) is shown as it is, without unprintable characters.
    """
    known = catalog(language).get(f"{group}.{name}")
    return "".join(filter(str.isprintable, name)) if known is None else known
