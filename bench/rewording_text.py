"""English for the rewordings: verb forms, titles in capitals, sentences of an act in several shapes."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "data"
WORDS = HERE / "rewording_words.toml"
FRAMES = HERE / "rewording_frames.tsv"
_DOUBLED = {"put": "putting", "cut": "cutting", "set": "setting", "let": "letting", "drop": "dropping", "bar": "barring",
            "begin": "beginning",
    "permit": "permitting",
    "forbid": "forbidding",
    "plan": "planning",
    "step": "stepping"}  # fmt: skip
_TWO_ARTICLES = re.compile(r"\b([Tt]he) an? ")
_FROM_TO = re.compile(r"\bfrom (zero|[\d.]+ percent) to (zero|[\d.]+ percent)")
_THIRD = {"do": "does", "have": "has"}
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "on",
        "in",
        "at",
        "by",
        "for",
        "from",
        "to",
        "and",
        "or",
        "as",
        "with",
        "that",
        "so",
        "than",
        "under",
        "off",
        "per",
        "its",
        "will",
        "be",
    ]
)


@dataclass(frozen=True)
class Frame:
    """The main act of a labeled document in parts: `actor` does `way` to `object` with `complement`. `of` is the one country
    that may be exchanged, `basis` the law, followed by a further sentence after a semicolon."""

    key: str
    way: str
    plural: bool
    actor: str
    object: str
    complement: str
    of: str
    why: str
    when: str
    basis: str

    @property
    def order(self) -> bool:
        """Whether the President speaks in it."""
        return self.actor == "P"


@dataclass(frozen=True)
class Phrase:
    """One way to say a verb: for a sentence with and without an actor, and for a title."""

    active: str
    passive: str
    noun: str


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text("utf-8"))


@cache
def frames() -> tuple[Frame, ...]:
    with FRAMES.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Frame(
                row["key"], row["way"], row["number"] == "p", row["actor"], row["object"], row["complement"], row["of"],
                row["why"], row["when"], row["basis"],
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        )  # fmt: skip


def phrases(way: str) -> list[Phrase]:
    return [Phrase(*entry) for entry in words()[way]["ways"]]


def gerund(phrase: str) -> str:
    """`levy {o}` as `levying {o}`."""
    adverb, verb, rest = _split(phrase)
    if verb in _DOUBLED:
        form = _DOUBLED[verb]
    elif verb.endswith("e") and not verb.endswith("ee"):
        form = verb[:-1] + "ing"
    else:
        form = verb + "ing"
    return f"{adverb}{form}{rest}"


def third(phrase: str) -> str:
    """`levy {o}` as `levies {o}`."""
    adverb, verb, rest = _split(phrase)
    if verb in _THIRD:
        form = _THIRD[verb]
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        form = verb[:-1] + "ies"
    elif verb.endswith(("s", "sh", "ch", "x", "z")):
        form = verb + "es"
    else:
        form = verb + "s"
    return f"{adverb}{form}{rest}"


def _split(phrase: str) -> tuple[str, str, str]:
    adverb = next((lead for lead in ("no longer ", "in general ") if phrase.startswith(lead)), "")
    verb, space, rest = phrase[len(adverb) :].partition(" ")
    return adverb, verb, space + rest


def fill(template: str, values: dict[str, str], *, plural: bool = False, order: bool = False) -> str:
    """A template with its parts, in the present or, for an order, with `shall be`."""
    present = {"be": "are" if plural else "is", "is": "is", "are": "are", "has": "has"}
    forms = {"be": "shall be", "is": "shall be", "are": "shall be", "has": "has"} if order else present
    text = (
        " ".join(template.format(**values, **forms).split()).replace(" ,", ",").rstrip(",").replace(",,", ",")
    )
    return _TWO_ARTICLES.sub(r"\1 ", text)


def turned_rates(text: str) -> str:
    """`from 20 percent to 10 percent` as `from 10 percent to 20 percent`."""
    return _FROM_TO.sub(r"from \2 to \1", text)


def title_case(text: str) -> str:
    """Capitals as a title of the Federal Register has them."""
    done = []
    for number, word in enumerate(text.split()):
        small = word.lower() in _SMALL and number > 0
        done.append(word if small or not word[:1].isalpha() else word[:1].upper() + word[1:])
    return " ".join(done)


def opened(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(clause: str, frame: Frame, *, first: bool = False, reasons: bool = True) -> str:
    """A clause with its reason and its day: behind it, or before it."""
    why = f"in response to {frame.why}" if frame.why and reasons else ""
    when = f"with effect from {frame.when}" if frame.when and reasons else ""
    if first:
        lead = [opened(part) if n == 0 else part for n, part in enumerate(filter(None, (when, why)))]
        return f"{', '.join([*lead, clause])}." if lead else f"{opened(clause)}."
    behind = "".join(f", {part}" for part in (when, why) if part)
    return f"{opened(clause)}{behind}."
