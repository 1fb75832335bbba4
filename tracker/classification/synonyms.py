"""Product words of the trade with what else they are called, in both languages (`glossary.toml`)."""

from __future__ import annotations

import tomllib
from functools import lru_cache

from tracker.classification.rules import load_packaged_rules
from tracker.text import search_key


@lru_cache(maxsize=1)
def _entries() -> dict[str, tuple[str, ...]]:
    """Search form of each word to all the words of its line."""
    data = tomllib.loads(load_packaged_rules("glossary.toml").decode("utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for table in data.values():
        for words in table.values():
            for word in words:
                found[search_key(word)] = tuple(words)
    return found


def synonyms(product: str) -> tuple[str, ...]:
    """The word itself first, then what the glossary says is the same; a plural is looked up too."""
    form = search_key(product)
    words = _entries().get(form) or _entries().get(form.removesuffix("s")) or ()
    return tuple(dict.fromkeys((product.strip(), *words)))
