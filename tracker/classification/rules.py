"""The rules file as data: contexts, topics and levels, read once and compiled once.

`rules.toml` explains its own grammar at its head. A mistake in it is a `SettingsError` that names
the table, because trade people change that file.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tracker.documents.term_matching import Term, compile_terms
from tracker.errors import SettingsError
from tracker.model import ActVerb, Direction, Document, Evidence, Level, LocalizedText, Operand

ISSUER = (
    "agencies",
    "address",
)  # where a record says whose document it is, which says nothing of its subject
# Contexts that `features.py` computes, because they count or compare.
COMPUTED = frozenset({"change", "presidential", "full-text", "no-abstract", "ear-amendment", "in-field"})
FORCES = frozenset({"binding", "proposed", "studied", "statement"})
REACHES = frozenset({"japan", "all", "china", "russia", "major", "minor", "none"})
_TABLES = ("gate", "publishers", "contexts", "topic", "level")
_TERM_KEYS = ("title", "text", "all", "page", "none", "none_title")
_WORD_KEYS = ("agencies", "cites", "eccns", "kinds", "is_", "all_is", "is_not", "operands", "unless_topics")


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when every key that is named holds; `title` and `text` are separate demands."""

    title: tuple[Term, ...] = ()
    text: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    page: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    none_title: tuple[Term, ...] = ()
    agencies: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    eccns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    is_: tuple[str, ...] = ()
    all_is: tuple[str, ...] = ()
    is_not: tuple[str, ...] = ()
    operands: tuple[str, ...] = ()
    unless_topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    weight: float
    condition: Condition


@dataclass(frozen=True, slots=True)
class TopicRule:
    id: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class LevelRule:
    """The level of an act that has all the features that are named; `direction` replaces the act's own."""

    name: str
    level: Level
    direction: Direction | None = None
    operands: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    directions: frozenset[str] = frozenset()
    force: frozenset[str] = frozenset()
    reach: frozenset[str] = frozenset()
    goods: frozenset[str] = frozenset()
    actors: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    is_: frozenset[str] = frozenset()
    all_is: frozenset[str] = frozenset()
    is_not: frozenset[str] = frozenset()
    count: int = 0
    ja: str = ""

    @property
    def reason(self) -> LocalizedText:
        """Why a document without an act has this level, in both languages."""
        return LocalizedText(f"{self.ja or self.name}。", f"{self.name[:1].upper()}{self.name[1:]}.")


@dataclass(frozen=True, slots=True)
class Rules:
    version: str
    gate: tuple[str, ...]
    gate_agencies: tuple[str, ...]
    gate_references: frozenset[str]
    publishers: Mapping[str, str]
    threshold: float
    contexts: Mapping[str, tuple[Condition, ...]]
    topics: tuple[TopicRule, ...]
    levels: tuple[LevelRule, ...]

    def issuers(self, document: Document) -> tuple[Evidence, ...]:
        """Whose document it is: the agencies that a record names; of a page, which names none, the host that serves it."""
        if document.agencies:
            return tuple(Evidence(name, "agencies") for name in document.agencies)
        try:
            host = urlsplit(document.url).hostname or ""
        except ValueError:  # an address in brackets that is none
            host = ""
        return tuple(
            Evidence(f"{agency} ({host})", "address")
            for name, agency in self.publishers.items()
            if host == name or host.endswith(f".{name}")
        )


def load_packaged_rules(name: str) -> bytes:
    """A data file that ships beside this module."""
    return (files("tracker.classification") / name).read_bytes()


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The packaged rules. Raises SettingsError when the file has a mistake. The version covers the vocabulary too."""
    raw = load_packaged_rules("rules.toml")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"rules.toml: {error}"]) from error
    version = hashlib.sha256(raw + load_packaged_rules("vocabulary.toml")).hexdigest()[:12]
    return _Reader(data, version).read()


_Named = TypeVar("_Named", Level, Direction)


class _Reader:
    """Turns the parsed file into `Rules`, gathering every mistake before it complains."""

    def __init__(self, data: dict[str, Any], version: str) -> None:
        self.data = data
        self.version = version
        self.problems: list[str] = []
        self.condition_keys = {field.name.rstrip("_") for field in fields(Condition)}
        self.level_keys = {field.name.rstrip("_") for field in fields(LevelRule)}

    def read(self) -> Rules:
        data = self.data
        if missing := [name for name in _TABLES if name not in data]:
            raise SettingsError([f"rules.toml: no table [{name}]" for name in missing])
        gate = data["gate"]
        result = Rules(
            version=self.version,
            gate=tuple(gate["words"]),
            gate_agencies=tuple(gate["agencies"]),
            gate_references=frozenset(gate["references"]),
            publishers=dict(data["publishers"]),
            threshold=float(gate["threshold"]),
            contexts={
                name: self._alternatives(f"contexts.{name}", table)
                for name, table in data["contexts"].items()
            },
            topics=tuple(self._topic(table) for table in data["topic"]),
            levels=tuple(self._level(table) for table in data["level"]),
        )
        self._check_names(result)
        if self.problems:
            raise SettingsError(self.problems)
        return result

    def _alternatives(self, where: str, table: Any) -> tuple[Condition, ...]:
        tables = table if isinstance(table, list) else [table]
        return tuple(self._condition(where, dict(each)) for each in tables)

    def _condition(self, where: str, table: Mapping[str, Any]) -> Condition:
        self._known(where, table, self.condition_keys)
        values: dict[str, Any] = {key: compile_terms(table.get(key)) for key in _TERM_KEYS}
        values |= {key: tuple(table.get(key.rstrip("_"), ())) for key in _WORD_KEYS}
        return Condition(**values)

    def _known(self, where: str, table: Iterable[str], keys: set[str]) -> None:
        self.problems += [f'rules.toml: {where}: unknown key "{key}"' for key in table if key not in keys]

    def _topic(self, table: Mapping[str, Any]) -> TopicRule:
        name = table["id"]
        return TopicRule(
            name,
            tuple(
                Signal(
                    self._weight(name, each.get("weight")),
                    self._condition(f"topic {name}", {k: v for k, v in each.items() if k != "weight"}),
                )
                for each in table["signal"]
            ),
        )

    def _weight(self, topic: str, value: Any) -> float:
        if not isinstance(value, int | float) or not 0 < value <= 1:
            self.problems.append(f"rules.toml: topic {topic}: weight is a number from 0 to 1")
            return 0.0
        return float(value)

    def _one_of(self, where: str, kind: type[_Named], value: Any) -> _Named:
        """The value of a field that has a fixed list of names; the first of them, and a problem, where it is none of these."""
        if value not in {each.value for each in kind}:
            self.problems.append(f'rules.toml: {where}: no {kind.__name__.lower()} "{value}"')
            return next(iter(kind))
        return kind(value)

    def _level(self, table: Mapping[str, Any]) -> LevelRule:
        name = str(table.get("name", ""))
        if not name:
            self.problems.append(f"rules.toml: level {name}: it has no name")
        count = table.get("count", 0)
        if not isinstance(count, int):
            self.problems.append(f"rules.toml: level {name}: count is a number")
            count = 0
        self._known(f"level {name}", table, self.level_keys)
        values: dict[str, Any] = {
            field.name: frozenset(table.get(field.name.rstrip("_"), ()))
            for field in fields(LevelRule)
            if field.name not in ("name", "level", "direction", "count", "ja")
        }
        direction = table.get("direction")
        return LevelRule(
            name=name,
            level=self._one_of(f"level {name}", Level, table.get("level", "")),
            direction=self._one_of(f"level {name}", Direction, direction) if direction else None,
            count=count,
            ja=str(table.get("ja", "")),
            **values,
        )

    def _check_names(self, found: Rules) -> None:
        topics = {rule.id for rule in found.topics}
        contexts = {*found.contexts, *COMPUTED}
        conditions = [(name, c) for name, alternatives in found.contexts.items() for c in alternatives]
        conditions += [(rule.id, signal.condition) for rule in found.topics for signal in rule.signals]
        allowed: list[tuple[str, str, Iterable[str], Iterable[str]]] = []
        for where, condition in conditions:
            allowed.append(
                (where, "context", (*condition.is_, *condition.all_is, *condition.is_not), contexts)
            )
            allowed.append((where, "operand", condition.operands, set(Operand)))
            allowed.append((where, "topic", condition.unless_topics, topics))
        for rule in found.levels:
            allowed.append((rule.name, "context", (*rule.is_, *rule.all_is, *rule.is_not), contexts))
            allowed.append((rule.name, "operand", rule.operands, {*Operand, "trade", "none"}))
            allowed.append((rule.name, "verb", rule.verbs, set(ActVerb)))
            allowed.append((rule.name, "direction", rule.directions, set(Direction)))
            allowed.append((rule.name, "force", rule.force, FORCES))
            allowed.append((rule.name, "reach", rule.reach, REACHES))
            allowed.append((rule.name, "topic", rule.topics, topics))
        self.problems += [
            f'rules.toml: {where}: no {kind} "{name}"'
            for where, kind, names, known in allowed
            for name in names
            if name not in known
        ]
