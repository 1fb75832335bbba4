"""Labeled examples: what readers hold to be right of a document, and how far an answer is from it.

A list is a table with tabs (`docs/commands.md`, `tracker eval`). `bench.eval_judgement` and `tracker eval` count by it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.model import TOPIC_IDS, Classification, Direction, Level

HIGH = Level.HIGH.rank
COLUMNS = ("published", "must", "accepted", "levels", "directions", "japan_nexus")
_NEXUS = ("yes", "no", "either")


@dataclass(frozen=True, slots=True)
class Label:
    """What counts as right for a document. `must`: topics that have to be found; `accepted`: all that count as right;
    `nexus`: yes, no or either. `record` is the id of a change in the reader's own store."""

    number: str
    published: date
    must: frozenset[str]
    accepted: frozenset[str]
    levels: tuple[str, ...]
    directions: frozenset[str]
    nexus: str
    record: str = ""

    @property
    def ranks(self) -> tuple[int, int]:
        """The lowest and the highest rank that count as right."""
        ranks = [Level(level).rank for level in self.levels]
        return min(ranks), max(ranks)


def parts(text: str) -> tuple[str, ...]:
    """What a cell holds, separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def label_of(row: Mapping[str, str | None]) -> Label:
    """The label in a row. Raises ValueError, with the cell, for a level, direction, topic, nexus or day that does not exist."""
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, "document_number", "key", "record")}
    levels = tuple(_known(parts(cells["levels"]), list(Level), "level"))
    if not levels:
        raise ValueError("no level is given")
    nexus = _known((cells["japan_nexus"] or "either",), _NEXUS, "japan_nexus")[0]
    try:
        published = date.fromisoformat(cells["published"])
    except ValueError:
        raise ValueError(f"published: {cells['published']!r} is no day") from None
    must = frozenset(_known(parts(cells["must"]), TOPIC_IDS, "topic"))
    return Label(
        number=cells["document_number"] or cells["key"] or cells["record"],
        published=published,
        must=must,
        accepted=frozenset(_known(parts(cells["accepted"]), TOPIC_IDS, "topic")) | must,
        levels=levels,
        directions=frozenset(_known(parts(cells["directions"]), list(Direction), "direction")),
        nexus=nexus,
        record=cells["record"],
    )


def _known(values: tuple[str, ...], allowed: Iterable[str], what: str) -> tuple[str, ...]:
    for value in values:
        if value not in set(allowed):
            raise ValueError(f"{what}: {value[:40]!r} does not exist")
    return values


def rows_of(
    lines: Iterable[str], needed: Iterable[str] = COLUMNS
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The rows of a table with tabs, with their line numbers. Raises ValueError where a needed column is missing."""
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"the column {missing[0]} is missing")
    for row in reader:
        yield reader.line_num, row


def labels_in(lines: Iterable[str]) -> list[Label]:
    """The labels of a table. Raises ValueError with the number of the line that is wrong."""
    found = []
    for number, row in rows_of(lines):
        try:
            found.append(label_of(row))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return found


# --- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    topics: frozenset[str]
    level: Level
    direction: str
    nexus: bool


def answer_of(found: Classification) -> Answer:
    return Answer(
        frozenset(topic.id for topic in found.topics),
        found.level,
        found.direction.value if found.direction else "",
        bool(found.japan_nexus),
    )


class MissKind(StrEnum):
    TOPIC_MISSING = "topic missing"
    TOPIC_EXTRA = "topic extra"
    LEVEL_LOW = "level too low"
    LEVEL_HIGH = "level too high"
    HIGH_MISSED = "high missed"
    FALSE_HIGH = "false high"
    DIRECTION = "direction"
    JAPAN_MISSING = "Japan nexus missing"
    JAPAN_FALSE = "Japan nexus false"


@dataclass(frozen=True, slots=True)
class Miss:
    """The result and the accepted answers, as ids: topics for topics, levels for levels."""

    kind: MissKind
    said: tuple[str, ...]
    wanted: tuple[str, ...] = ()

    def __str__(self) -> str:
        wanted = f", wanted {'/'.join(self.wanted)}" if self.wanted else ""
        return f"{self.kind}: {', '.join(self.said)}{wanted}"


def misses(label: Label, answer: Answer) -> Iterator[Miss]:
    """Each way in which an answer differs from a label. `high` is the gravest difference of a level and hides the others."""
    if lost := label.must - answer.topics:
        yield Miss(MissKind.TOPIC_MISSING, tuple(sorted(lost)))
    if extra := answer.topics - label.accepted:
        yield Miss(MissKind.TOPIC_EXTRA, tuple(sorted(extra)))
    lowest, highest = label.ranks
    kind = None
    if lowest >= HIGH > answer.level.rank:
        kind = MissKind.HIGH_MISSED
    elif answer.level.rank >= HIGH > highest:
        kind = MissKind.FALSE_HIGH
    elif answer.level.value not in label.levels:
        kind = MissKind.LEVEL_LOW if answer.level.rank < lowest else MissKind.LEVEL_HIGH
    if kind:
        yield Miss(kind, (answer.level.value,), label.levels)
    if label.directions and answer.level is not Level.NONE and answer.direction not in label.directions:
        yield Miss(MissKind.DIRECTION, (answer.direction,), tuple(sorted(label.directions)))
    if label.nexus == "yes" and not answer.nexus:
        yield Miss(MissKind.JAPAN_MISSING, ("no",), ("yes",))
    if label.nexus == "no" and answer.nexus:
        yield Miss(MissKind.JAPAN_FALSE, ("yes",), ("no",))


@dataclass
class Score:
    """Counts over many examples. `figures` gives them as shares, by name."""

    must: int = 0
    found: int = 0
    given: int = 0
    right: int = 0
    documents: int = 0
    level: int = 0
    high: int = 0
    high_found: int = 0
    high_given: int = 0
    high_right: int = 0
    directed: int = 0
    direction: int = 0
    directed_all: int = 0
    nexus_yes: int = 0
    nexus_found: int = 0
    nexus_wrong: int = 0
    kinds: Counter[MissKind] = field(default_factory=Counter)

    def take(self, label: Label, answer: Answer) -> list[Miss]:
        """Counts one answer; what is wrong in it."""
        lowest, highest = label.ranks
        self.documents += 1
        self.must += len(label.must)
        self.found += len(label.must & answer.topics)
        self.given += len(answer.topics)
        self.right += len(answer.topics & label.accepted)
        self.level += answer.level.value in label.levels
        if lowest >= HIGH:
            self.high += 1
            self.high_found += answer.level.rank >= HIGH
        if answer.level.rank >= HIGH:
            self.high_given += 1
            self.high_right += highest >= HIGH
        if label.directions and answer.level is not Level.NONE:
            self.directed += 1
            self.direction += answer.direction in label.directions
        self.directed_all += bool(label.directions) and (answer.level is not Level.NONE or lowest > 0)
        self.nexus_yes += label.nexus == "yes"
        self.nexus_found += label.nexus == "yes" and answer.nexus
        self.nexus_wrong += label.nexus == "no" and answer.nexus
        found = list(misses(label, answer))
        self.kinds.update(miss.kind for miss in found)
        return found

    def counts(self) -> dict[str, tuple[int, int]]:
        """Of each figure the part and the whole."""
        return {
            "required topics found": (self.found, self.must),
            "given topics right": (self.right, self.given),
            "level right": (self.level, self.documents),
            "high or above: recall": (self.high_found, self.high),
            "high or above: precision": (self.high_right, self.high_given),
            "direction right": (self.direction, self.directed),
            "direction right, a missed document counted wrong": (self.direction, self.directed_all),
            "Japan nexus found": (self.nexus_found, self.nexus_yes),
        }

    def figures(self) -> dict[str, float]:
        """The figures as shares; that of nothing is 1."""
        shares = {name: share(*counted) for name, counted in self.counts().items()}
        return shares | {"Japan nexus, false": float(self.nexus_wrong)}


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
