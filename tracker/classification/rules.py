"""The rules file as data: facts, topics and verdicts, read once and compiled once.

`rules.toml` explains its own grammar at its head. A mistake in it is a `SettingsError` that names
the table, because trade people change that file.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from tracker.documents.term_matching import Term, compile_terms
from tracker.errors import SettingsError
from tracker.model import Direction, Document, Evidence, Level, LocalizedText

ISSUER = (
    "agencies",
    "address",
)  # where it is said whose document it is, which says nothing of what it is about
_TERM_KEYS = ("title", "text", "changed", "page", "body", "all", "none", "none_title")
_WORD_KEYS = (
    "agencies",
    "cites",
    "eccns",
    "kinds",
    "facts",
    "any_facts",
    "no_facts",
    "topics",
    "all_topics",
    "no_topics",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when `title text changed body` are met where named, one of `agencies cites eccns` if any is named
    and nothing else is, and all the others."""

    title: tuple[Term, ...] = ()
    text: tuple[Term, ...] = ()
    changed: tuple[Term, ...] = ()
    page: tuple[Term, ...] = ()
    body: tuple[Term, ...] = ()
    agencies: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    eccns: tuple[str, ...] = ()
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    none_title: tuple[Term, ...] = ()
    kinds: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    any_facts: tuple[str, ...] = ()
    no_facts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    all_topics: tuple[str, ...] = ()
    no_topics: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    weight: float
    condition: Condition


@dataclass(frozen=True, slots=True)
class TopicRule:
    id: str
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    level: Level
    direction: Direction | None
    condition: Condition
    reason: LocalizedText


@dataclass(frozen=True, slots=True)
class Rules:
    version: str
    gate: tuple[str, ...]
    gate_agencies: tuple[str, ...]
    gate_references: frozenset[str]
    publishers: Mapping[str, str]
    threshold: float
    facts: Mapping[str, tuple[Condition, ...]]
    topics: tuple[TopicRule, ...]
    verdicts: tuple[Verdict, ...]
    nexus: Mapping[str, tuple[Condition, ...]]

    def issuers(self, document: Document) -> tuple[Evidence, ...]:
        """Whose document it is: the agencies that a record names; a page names none, its host does."""
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
    """The packaged rules. Raises SettingsError when the file has a mistake."""
    raw = load_packaged_rules("rules.toml")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"rules.toml: {error}"]) from error
    return _Reader(data, hashlib.sha256(raw).hexdigest()[:12]).read()


class _Reader:
    """Turns the parsed file into `Rules`, gathering every mistake before it complains."""

    def __init__(self, data: dict[str, Any], version: str) -> None:
        self.data = data
        self.version = version
        self.problems: list[str] = []
        self.known = {field.name for field in fields(Condition)}

    def read(self) -> Rules:
        data = self.data
        facts = {name: self._alternatives(f"facts.{name}", table) for name, table in data["facts"].items()}
        topics = tuple(self._topic(table) for table in data["topic"])
        verdicts = tuple(self._verdict(table) for table in data["verdict"])
        result = Rules(
            version=self.version,
            gate=tuple(data["gate"]["words"]),
            gate_agencies=tuple(data["gate"]["agencies"]),
            gate_references=frozenset(data["gate"]["references"]),
            publishers=dict(data["publishers"]),
            threshold=float(data["gate"]["threshold"]),
            facts=facts,
            topics=topics,
            verdicts=verdicts,
            nexus={k: self._alternatives(f"nexus.{k}", t) for k, t in data["nexus"].items()},
        )
        self._check_names(result)
        if self.problems:
            raise SettingsError(self.problems)
        return result

    def _alternatives(self, where: str, table: Any) -> tuple[Condition, ...]:
        tables = table if isinstance(table, list) else [table]
        return tuple(self._condition(where, dict(each)) for each in tables)

    def _condition(self, where: str, table: Mapping[str, Any]) -> Condition:
        for key in table:
            if key not in self.known:
                self.problems.append(f'rules.toml: {where}: unknown key "{key}"')
        values: dict[str, Any] = {key: compile_terms(table.get(key)) for key in _TERM_KEYS}
        values |= {key: tuple(table.get(key, ())) for key in _WORD_KEYS}
        values["before"] = self._day(where, table.get("before", ""))
        return Condition(**values)

    def _day(self, where: str, text: str) -> str:
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            self.problems.append(f'rules.toml: {where}: before "{text}" is no day')
            return ""

    def _topic(self, table: Mapping[str, Any]) -> TopicRule:
        name = table["id"]
        signals = tuple(
            Signal(
                float(each["weight"]),
                self._condition(f"topic {name}", {k: v for k, v in each.items() if k != "weight"}),
            )
            for each in table["signal"]
        )
        return TopicRule(name, signals)

    def _verdict(self, table: Mapping[str, Any]) -> Verdict:
        name = table["name"]
        direction = table.get("direction")
        return Verdict(
            name,
            Level(table["level"]),
            Direction(direction) if direction else None,
            self._condition(f"verdict {name}", table.get("when", {})),
            LocalizedText(ja=table["ja"], en=table["en"]),
        )

    def _check_names(self, found: Rules) -> None:
        topics = {rule.id for rule in found.topics}
        conditions = [(name, c) for name, alternatives in found.facts.items() for c in alternatives]
        conditions += [(name, c) for name, alternatives in found.nexus.items() for c in alternatives]
        conditions += [(rule.id, signal.condition) for rule in found.topics for signal in rule.signals]
        conditions += [(verdict.name, verdict.condition) for verdict in found.verdicts]
        for where, condition in conditions:
            for fact in (*condition.facts, *condition.any_facts, *condition.no_facts):
                if fact not in found.facts and fact not in COMPUTED:
                    self.problems.append(f'rules.toml: {where}: no fact "{fact}"')
            for topic in (*condition.topics, *condition.all_topics, *condition.no_topics):
                if topic not in topics:
                    self.problems.append(f'rules.toml: {where}: no topic "{topic}"')


# Facts that need counting or comparing, so that code states them (`listing.py`, `reading.py`).
COMPUTED = frozenset(
    {
        "adds-parties",
        "adds-china",
        "adds-japan",
        "removes-parties",
        "revises-parties",
        "japan",
        "is-change",
        "amends-ear",
        "full-text",
        "no-summary",
        "presidential",
        "tightens",
        "eases",
        "threshold-tightens",
        "threshold-eases",
        "stay-comes",
        "stay-goes",
        "names-field",
        "only-removed",
    }
)
