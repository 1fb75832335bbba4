"""The phrases of `phrases.toml`, and how their templates are filled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tracker.model import ActVerb, Language, Operand

_SLOT = re.compile(r"\{(\w+)\}")
_OPTION = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Noun:
    """What is acted on: its word, the style in which countries and goods attach to it, and the word between."""

    style: str
    word: str
    link: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A filled template, and the slots that it shows. `verb` is the Japanese noun at its end, else empty."""

    words: str
    verb: str
    shown: frozenset[str]


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads((files("tracker.wording") / "phrases.toml").read_text("utf-8"))


def noun(operand: Operand | None, language: Language) -> Noun:
    entry = _table()["operands"][operand or "none"]
    return Noun(entry["style"], entry[language], entry[f"link-{language}"])


def templates(verb: ActVerb, operand: Operand | None, language: Language) -> tuple[str, ...]:
    """The templates for a verb and an operand, the pair's own or else the verb's. The first whose needed slots are filled
    is used; the last needs none that can be empty."""
    forms = _table()["verbs"][verb]
    words = str(forms.get(operand or "none", forms["default"])[0 if language == "ja" else 1])
    return tuple(part.strip() for part in words.split("||"))


def choose(patterns: tuple[str, ...], slot: Callable[[str], str]) -> str:
    """The first template of which each slot outside `[...]` is filled; else the last."""
    for pattern in patterns[:-1]:
        if all(slot(name) for name in _SLOT.findall(_OPTION.sub("", pattern))):
            return pattern
    return patterns[-1]


_WITH_NOUN = re.compile(r"(?:\[[^\]]*\{x\}[^\]]*\])?\{n[ap]?\}(?:\[[^\]]*\{x\}[^\]]*\])?")


def on_phrase(pattern: str) -> str:
    """The template with one noun phrase in place of what is hit and the noun: "[{x}に]{na}を|新設" is "{np}を|新設"."""
    return _WITH_NOUN.sub("{np}", pattern, count=1)


def slots_of(pattern: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(pattern))


def fill(pattern: str, slot: Callable[[str], str]) -> Clause:
    """The template with its slots filled; `[...]` with an empty slot falls away."""
    shown: set[str] = set()

    def value(match: re.Match[str]) -> str:
        words = slot(match[1])
        if words:
            shown.add(match[1])
        return words

    def option(match: re.Match[str]) -> str:
        if any(not slot(name) for name in _SLOT.findall(match[1])):
            return ""
        return _SLOT.sub(value, match[1])

    words = _SLOT.sub(value, _OPTION.sub(option, pattern))
    words, _, verb = words.partition("|")
    return Clause(" ".join(words.split()) if not verb else words, verb, frozenset(shown))


def plain_form(verbal_noun: str) -> str:
    """The plain form of a Japanese verbal noun: 賦課 is 賦課する, 引上げ is 引き上げる."""
    return str(_table()["plain"].get(verbal_noun, f"{verbal_noun}する"))


def third_person(clause: str) -> str:
    """An English clause in the base form as the third person says it: "impose duties" is "imposes duties"."""
    verb, space, rest = clause.partition(" ")
    if re.search(r"[^aeiou]y\Z", verb):
        verb = verb[:-1] + "ies"
    elif verb.endswith(("s", "sh", "ch", "x", "z")):
        verb += "es"
    else:
        verb += "s"
    return verb + space + rest
