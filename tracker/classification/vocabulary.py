"""The vocabulary file as compiled patterns: verbs with their effect, operands with their sign.

`vocabulary.toml` explains its own grammar at its head. A mistake in it is a `SettingsError` that names the table,
because trade people change that file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tracker.errors import SettingsError
from tracker.model import ActVerb, Operand
from tracker.text.beginnings import one_of_beginnings

FIELDS = frozenset(
    {"ear", "tariff", "listing", "sanctions", "ict", "investment", "ai", "program", "procurement", "any"}
)
_TABLES = ("masks", "verbs", "operands", "places")
_VERB_KEYS = frozenset({"effect", "as", "after", "words"})
_OPERAND_KEYS = frozenset({"sign", "as", "field", "words"})
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_MOST_LETTERS = 3
_GAP = r"(?:[\s-]+[^\s;:.]+){0,6}?[\s-]+"


@dataclass(frozen=True, slots=True)
class VerbEntry:
    """`effect`: 1 adds, raises, keeps or brings back; -1 takes away, lowers, stops or puts off; 2 burdens and -2 frees whatever it acts
    on; 0 says no way. `act` is the verb of an act that it stands for."""

    id: str
    effect: int
    act: str
    after: bool = False  # a particle after the operand


@dataclass(frozen=True, slots=True)
class OperandEntry:
    """`sign`: 1 burdens trade, -1 frees it, 0 neither. `operand` is None for trade itself, which an act prohibits or permits."""

    id: str
    operand: Operand | None
    sign: int
    field: str


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """What a paragraph does by where it is in the EAR."""

    cites: tuple[str, ...]
    operand: OperandEntry


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the vocabulary and its place in a sentence."""

    start: int
    end: int
    entry: VerbEntry | OperandEntry


Union = tuple[re.Pattern[str], Mapping[str, str]]


class Words:
    """The words of many entries. Each word of a sentence is compared only with those that begin with its first letters: to try all of
    them at each place takes many times as long. They are compiled when a text first has their beginning."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        by_beginning: dict[str, list[tuple[str, str]]] = {}
        for name, table in tables.items():
            for words in table["words"]:
                for beginning in beginnings(words):
                    by_beginning.setdefault(beginning, []).append((words, name))
        self._by_beginning = by_beginning
        open_words = [pattern_of(words) for words, _ in by_beginning.get("", ())]
        begins = "|".join((one_of_beginnings(filter(None, by_beginning)), *open_words))
        self._starts = re.compile(rf"(?<![\w-])(?=[A-Za-z0-9])(?={begins})")
        self._unions: dict[str, Union] = {}
        self._found = lru_cache(maxsize=8_192)(self._that_begin)

    def found_in(self, sentence: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and entry of each, in order; the longest wins where several begin at one place."""
        end = 0
        for begin in self._starts.finditer(sentence):
            start = begin.start()
            if start < end or (group := self._found(sentence[start : start + _MOST_LETTERS].lower())) is None:
                continue
            pattern, owners = group
            if (match := pattern.match(sentence, start)) is not None:
                end = match.end()
                yield start, end, owners[match.lastgroup or ""]

    def _that_begin(self, letters: str) -> Union | None:
        """All words that can begin with these letters, or with the first of them; None where there are none."""
        known = [
            letters[:length] for length in range(len(letters) + 1) if letters[:length] in self._by_beginning
        ]
        if not known:
            return None
        longest = known[-1]
        if longest not in self._unions:
            ranked = [pair for beginning in known for pair in self._by_beginning[beginning]]
            self._unions[longest] = union(ranked)
        return self._unions[longest]


@dataclass(frozen=True)
class Vocabulary:
    verbs: Mapping[str, VerbEntry]
    operands: Mapping[str, OperandEntry]
    verb_words: Words
    operand_words: Words
    masks: Words
    places: tuple[PlaceEntry, ...]

    def masked(self, sentence: str) -> str:
        """The sentence with the names that only look like words of the vocabulary blanked out; as long as before."""
        for start, end, _ in self.masks.found_in(sentence):
            blank = "\u00b7" * (end - start)
            sentence = f"{sentence[:start]}{blank}{sentence[end:]}"
        return sentence

    def verb_tokens(self, sentence: str) -> Iterator[Token]:
        """Every verb of the vocabulary in a sentence, in order."""
        for start, end, name in self.verb_words.found_in(sentence):
            yield Token(start, end, self.verbs[name])

    def operand_tokens(self, sentence: str) -> Iterator[Token]:
        """Every operand of the vocabulary in a sentence, in order."""
        for start, end, name in self.operand_words.found_in(sentence):
            yield Token(start, end, self.operands[name])


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The packaged vocabulary. Raises SettingsError when the file has a mistake."""
    return read_vocabulary((files("tracker.classification") / "vocabulary.toml").read_text("utf-8"))


def read_vocabulary(text: str) -> Vocabulary:
    """A vocabulary file, compiled. Raises SettingsError with a line for each mistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"vocabulary.toml: {error}"]) from error
    problems = [f"vocabulary.toml: no table [{name}]" for name in _TABLES if name not in data]
    if problems:
        raise SettingsError(problems)
    for kind, keys in (("verbs", _VERB_KEYS), ("operands", _OPERAND_KEYS)):
        for name, table in data[kind].items():
            problems += _mistakes(f"{kind}.{name}", table, keys)
    problems += _mistakes("masks", data["masks"], frozenset({"words"}))
    verbs = {name: _verb(name, table, problems) for name, table in data["verbs"].items()}
    operands = {name: _operand(name, table, problems) for name, table in data["operands"].items()}
    places = tuple(_place(number, table, problems) for number, table in enumerate(data["places"], 1))
    if problems:
        raise SettingsError(problems)
    return Vocabulary(
        verbs,
        operands,
        Words(data["verbs"]),
        Words(data["operands"]),
        Words({"mask": data["masks"]}),
        places,
    )


def _mistakes(where: str, table: Mapping[str, Any], keys: frozenset[str]) -> Iterator[str]:
    """Keys that are not known, and words that are no pattern."""
    for key in table.keys() - keys:
        yield f'vocabulary.toml: {where}: unknown key "{key}"'
    words = table.get("words")
    if not isinstance(words, list) or not words or not all(isinstance(each, str) and each for each in words):
        yield f"vocabulary.toml: {where}: words is a list of words"
        return
    for each in words:
        try:
            re.compile(pattern_of(each))
        except re.error as error:
            yield f'vocabulary.toml: {where}: "{each}" cannot be read: {error}'


def _place(number: int, table: Mapping[str, Any], problems: list[str]) -> PlaceEntry:
    name = str(table.get("operand", ""))
    operand = next((one for one in Operand if one.value == name), None)
    if operand is None or table.get("sign") not in (-1, 1):
        problems.append(f"vocabulary.toml: places, entry {number}: needs an operand, and a sign of -1 or 1")
    return PlaceEntry(
        tuple(table.get("cites", ())), OperandEntry(name, operand, _number(table.get("sign")), "ear")
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _verb(name: str, table: Mapping[str, Any], problems: list[str]) -> VerbEntry:
    act = str(table.get("as", name))
    if act not in {*ActVerb, "prohibit"}:
        problems.append(f'vocabulary.toml: verbs.{name}: no verb "{act}"')
    if table.get("effect") not in (-2, -1, 0, 1, 2):
        problems.append(f"vocabulary.toml: verbs.{name}: effect is -2 to 2")
    return VerbEntry(name, _number(table.get("effect")), act, bool(table.get("after", False)))


def _operand(name: str, table: Mapping[str, Any], problems: list[str]) -> OperandEntry:
    as_name = str(table.get("as", name))
    operand = None if as_name == "trade" else next((o for o in Operand if o.value == as_name), None)
    if operand is None and as_name != "trade":
        problems.append(f'vocabulary.toml: operands.{name}: no operand "{as_name}"')
    if table.get("sign") not in (-1, 0, 1):
        problems.append(f"vocabulary.toml: operands.{name}: sign is -1, 0 or 1")
    field = str(table.get("field", "any"))
    if field not in FIELDS:
        problems.append(f'vocabulary.toml: operands.{name}: no field "{field}"')
    return OperandEntry(name, operand, _number(table.get("sign")), field)


def beginnings(words: str, length: int = _MOST_LETTERS) -> frozenset[str]:
    """The first letters and digits, in lower case, of what an entry can match: `length` of them, fewer where anything can follow."""
    anything = frozenset({""})
    if words.startswith("re:") or not length:
        return anything
    if words.startswith("("):
        inside, rest = _bracket(words)
        firsts = _alternatives(inside)
        found = frozenset[str]().union(
            *(beginnings(each + rest.removeprefix("?"), length) for each in firsts)
        )
    elif words.startswith("\\d"):
        return frozenset("0123456789")
    elif words[:1].lower() in _LETTERS:
        rest = words[1:]
        following = beginnings(rest.removeprefix("?"), length - 1)
        found = frozenset(words[0].lower() + letters for letters in following)
    else:
        return anything
    if rest.startswith("?"):  # the space after an optional bracket is optional too
        found |= beginnings(rest[1:], length) | beginnings(rest[1:].lstrip(" -"), length)
    return found


def _bracket(words: str) -> tuple[str, str]:
    """What the bracket that begins some words holds, and what follows it."""
    depth = 0
    for place, character in enumerate(words):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if not depth:
            return words[1:place], words[place + 1 :]
    return words[1:], ""


def _alternatives(words: str) -> list[str]:
    """The alternatives of a bracket, those of inner brackets left together."""
    found, depth = [""], 0
    for character in words:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def union(words: Iterable[tuple[str, str]]) -> Union:
    """One pattern of words and their entries, the longest first, so that "tariff-rate quota" wins over "tariff"; and the entry of each
    of its groups."""
    ranked = sorted(words, key=lambda pair: (-_weight(pair[0]), pair))
    owners = {f"w{number}": name for number, (_, name) in enumerate(ranked)}
    groups = "|".join(f"(?P<w{number}>{pattern_of(word)})" for number, (word, _) in enumerate(ranked))
    return re.compile(rf"(?<![\w-])(?:{groups})(?!\w)"), owners


def _weight(word: str) -> int:
    return len(re.sub(r"\([^)]*\)\??", "xxxx", word))


def pattern_of(words: str) -> str:
    """The regular expression of one entry, without its borders; "re:" begins one that is written as such."""
    if words.startswith("re:"):
        return f"(?:{words.removeprefix('re:')})"
    flags = "" if any(c.isupper() for c in re.sub(r"\\.", "", words)) else "i"
    out: list[str] = []
    for chunk in re.split(r"(\s*\.\.\s*|[\s-]+|\*)", words):
        if not chunk:
            continue
        if ".." in chunk:
            out.append(_GAP)
        elif chunk == "*":
            out.append(r"\w*")
        elif not chunk.strip(" -"):
            out.append(r"[\s-]+")
        else:
            out.append(re.sub(r"(?<!\\)\((?!\?)", "(?:", chunk).replace("'", "['’]"))
    body = _optional_spaces("".join(out))
    return f"(?{flags}:{body})" if flags else f"(?:{body})"


def _optional_spaces(body: str) -> str:
    """A space after an optional bracket belongs to it: "(a )?b" is written "(a)? b"."""
    return re.sub(r"\)\?\[\\s-\]\+", r")?[\\s-]*", body)
