"""Terms of the trade with their other names, in both languages: what a search takes for the same. Pure; the tables are data.

Two spellings are one name where their stems are equal (`text.words.stems`): plurals, hyphens, long vowels and middle dots are
no difference.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tracker.classification.rules import load_packaged_rules
from tracker.countries import place_names
from tracker.terms.table import tables
from tracker.text import fold_space
from tracker.text.words import JAPANESE, folded, stems

MOST_FORMS = 16  # of one term
_PARENTHESES = re.compile(r"\s*[((]([^()()]*)[))]")
_ARTICLE = re.compile(r"\A(?:the|an?) ", re.IGNORECASE)
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """`by_stems`: the forms of each English or mixed name; `japanese`: those of each Japanese name, folded."""

    by_stems: dict[Key, tuple[str, ...]]
    japanese: dict[str, tuple[str, ...]]
    longest: int  # stems of the longest name
    longest_japanese: int  # characters of the longest Japanese name


def names_of(words: str) -> tuple[str, ...]:
    """Return the other names of a term, itself first; only itself where the tables do not have it."""
    table = names()
    found = table.japanese.get(_japanese_key(words)) if JAPANESE.search(words) else None
    return _once((words, *(found or table.by_stems.get(stems(words), ()))))[:MOST_FORMS]


@lru_cache(maxsize=1)
def names() -> Names:
    """Return the tables, read once."""
    groups: dict[Key, dict[str, None]] = {}
    for line in _lines():
        forms = [form for form in dict.fromkeys(map(fold_space, line)) if stems(form)]
        for form in forms:
            groups.setdefault(stems(form), {}).update(dict.fromkeys(forms))
    by_stems = {key: _once(forms) for key, forms in groups.items() if len(forms) > 1}
    japanese = {
        _japanese_key(form): by_stems[stems(form)]
        for forms in by_stems.values()
        for form in forms
        if JAPANESE.search(form)
    }
    return Names(by_stems, japanese, max(map(len, by_stems)), max(map(len, japanese)))


def _once(forms: Iterable[str]) -> tuple[str, ...]:
    """Return the forms without those that the index does not distinguish."""
    by_key: dict[Key, str] = {}
    for form in forms:
        by_key.setdefault(stems(form), form)
    return tuple(by_key.values())


def _japanese_key(form: str) -> str:
    return folded(form).replace(" ", "")


def _lines() -> Iterator[Iterable[str]]:
    """Each line holds names of one and the same."""
    own = tomllib.loads((files(__package__ or "tracker.search") / "names.toml").read_text("utf-8"))
    goods = tomllib.loads(load_packaged_rules("glossary.toml").decode("utf-8"))
    for entries in (*own.values(), *goods.values()):
        yield from entries.values()
    law = tables("law_terms")
    for symbol, (ja, en, *_) in law["license-exceptions"].items():
        yield (
            f"License Exception {symbol}",
            f"許可例外{symbol}",
            *(name for name in (ja, en) if _particular(name)),
        )
    yield from law["review-policies"].values()
    for group, (ja, en, *_) in law["country-groups"].items():
        yield (
            f"Country Group {group}",
            f"カントリーグループ{group}",
            *(name for name in (ja, en) if _particular(name)),
        )
    for kind in ("legal-bases", "lists"):
        for line in law[kind].values():
            yield _split(line)
    for line in law["agencies"].values():
        yield _split(line[:4])  # the others are words of a text that hint at the agency
    yield from place_names()
    by_japanese: dict[str, list[str]] = {}
    for name, named in tables("goods").items():
        if name != "generic":
            for english, (japanese, *_) in named.items():
                by_japanese.setdefault(japanese, []).append(english)
    for japanese, words in by_japanese.items():
        yield (japanese, *words)


def _particular(name: str) -> bool:
    """Whether a name means nothing else in a sentence: `computers` and 暗号 are common words."""
    return len(name) >= 5 if JAPANESE.search(name) else " " in name


def _split(line: Iterable[str]) -> list[str]:
    """`米国商務省産業安全保障局(BIS)` names the same with and without its parenthesis, and `BIS` alone."""
    found: dict[str, None] = {}
    for name in line:
        bare = _ARTICLE.sub("", _PARENTHESES.sub("", name)).removeprefix("米国")
        found[bare] = None
        found.update(dict.fromkeys(short for short in _PARENTHESES.findall(name) if " " not in short))
    return list(found)
