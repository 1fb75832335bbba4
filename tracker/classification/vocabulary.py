"""The vocabulary file as compiled patterns: verbs with their effect, operands with their sign.

`vocabulary.toml` explains its own grammar at its head. A mistake in it is a `SettingsError` that names the table,
because trade people change that file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tracker.errors import SettingsError
from tracker.model import ActVerb, Operand

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
class Token:
    """One word of the vocabulary and its place in a sentence."""

    start: int
    end: int
    entry: VerbEntry | OperandEntry


@dataclass(frozen=True)
class Vocabulary:
    verbs: Mapping[str, VerbEntry]
    operands: Mapping[str, OperandEntry]
    verb_pattern: tuple[re.Pattern[str], dict[str, str]]
    operand_pattern: tuple[re.Pattern[str], dict[str, str]]
    mask_pattern: re.Pattern[str]

    def masked(self, sentence: str) -> str:
        """The sentence with the names that only look like words of the vocabulary blanked out; as long as before."""
        return self.mask_pattern.sub(lambda match: "\u00b7" * len(match[0]), sentence)

    def verb_tokens(self, sentence: str) -> Iterator[Token]:
        """Every verb of the vocabulary in a sentence, in order."""
        pattern, owners = self.verb_pattern
        for match in pattern.finditer(sentence):
            yield Token(match.start(), match.end(), self.verbs[owners[match.lastgroup or ""]])

    def operand_tokens(self, sentence: str) -> Iterator[Token]:
        """Every operand of the vocabulary in a sentence, in order."""
        pattern, owners = self.operand_pattern
        for match in pattern.finditer(sentence):
            yield Token(match.start(), match.end(), self.operands[owners[match.lastgroup or ""]])


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The packaged vocabulary. Raises SettingsError when the file has a mistake."""
    try:
        data = tomllib.loads((files("tracker.classification") / "vocabulary.toml").read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"vocabulary.toml: {error}"]) from error
    problems: list[str] = []
    verbs = {name: _verb(name, table, problems) for name, table in data["verbs"].items()}
    operands = {name: _operand(name, table, problems) for name, table in data["operands"].items()}
    if problems:
        raise SettingsError(problems)
    return Vocabulary(
        verbs, operands, union(data["verbs"]), union(data["operands"]), union({"mask": data["masks"]})[0]
    )


def _verb(name: str, table: Mapping[str, Any], problems: list[str]) -> VerbEntry:
    act = str(table.get("as", name))
    if act not in {*ActVerb, "prohibit"}:
        problems.append(f'vocabulary.toml: verbs.{name}: no verb "{act}"')
    if table.get("effect") not in (-2, -1, 0, 1, 2):
        problems.append(f"vocabulary.toml: verbs.{name}: effect is -2 to 2")
    return VerbEntry(name, int(table.get("effect", 0)), act, bool(table.get("after", False)))


def _operand(name: str, table: Mapping[str, Any], problems: list[str]) -> OperandEntry:
    as_name = str(table.get("as", name))
    operand = None if as_name == "trade" else next((o for o in Operand if o.value == as_name), None)
    if operand is None and as_name != "trade":
        problems.append(f'vocabulary.toml: operands.{name}: no operand "{as_name}"')
    if table.get("sign") not in (-1, 0, 1):
        problems.append(f"vocabulary.toml: operands.{name}: sign is -1, 0 or 1")
    return OperandEntry(name, operand, int(table.get("sign", 0)), str(table.get("field", "any")))


def union(tables: Mapping[str, Mapping[str, Any]]) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern of all the words, the longest first, so that "tariff-rate quota" wins over "tariff"; and the entry of each of its
    groups."""
    ranked = sorted(
        ((word, name) for name, table in tables.items() for word in table["words"]),
        key=lambda pair: (-_weight(pair[0]), pair),
    )
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
