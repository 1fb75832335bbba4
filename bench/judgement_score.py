"""How a judgement is scored against labels, and what kind each miss is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum

from bench.judgement_cases import Case, half
from tracker.classification import classify
from tracker.ingest.assess import assess
from tracker.model import Classification, Document, Level, SnapshotRef

HIGH = Level.HIGH.rank


class Miss(StrEnum):
    TOPIC_MISSING = "topic missing"
    TOPIC_EXTRA = "topic extra"
    LEVEL_LOW = "level too low"
    LEVEL_HIGH = "level too high"
    HIGH_MISSED = "high missed"
    FALSE_HIGH = "false high"
    DIRECTION = "direction"
    JAPAN_MISSING = "Japan nexus missing"
    JAPAN_FALSE = "Japan nexus false"


@dataclass(frozen=True)
class Answer:
    topics: frozenset[str]
    level: Level
    direction: str
    nexus: bool


@dataclass(frozen=True)
class Found:
    """One miss: what was wanted and what was said, in words."""

    kind: Miss
    said: str


@dataclass
class Score:
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
    kinds: Counter[Miss] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "required topics found": share(self.found, self.must),
            "given topics right": share(self.right, self.given),
            "level right": share(self.level, self.documents),
            "high or above: recall": share(self.high_found, self.high),
            "high or above: precision": share(self.high_right, self.high_given),
            "direction right": share(self.direction, self.directed),
            "direction right, a missed document counted wrong": share(self.direction, self.directed_all),
            "Japan nexus found": share(self.nexus_found, self.nexus_yes),
            "Japan nexus, false": float(self.nexus_wrong),
        }


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def judged(case: Case) -> Classification:
    """What the program says of a case on the day that it was published: of a change, with the rules that need the whole
    document beside its changed words."""
    if not case.operations:
        return classify(case.document, today=case.day)
    now = datetime.combine(case.day, time(15), UTC)
    shot = SnapshotRef("", now)
    return assess(
        case.document, case.operations, change_id="", source="", profiles=(), baseline=False, now=now, before=shot, after=shot
    ).tagging  # fmt: skip


def answer_of(found: Classification) -> Answer:
    return Answer(
        frozenset(topic.id for topic in found.topics),
        found.level,
        found.direction.value if found.direction else "",
        bool(found.japan_nexus),
    )


_KEYWORDS: tuple[tuple[str, str], ...] = (
    ("entity-list", "entity list"),
    ("secondary-tariffs", "tariff"),
    ("secondary-tariffs", "section 301"),
    ("secondary-tariffs", "section 232"),
    ("advanced-computing", "advanced computing"),
    ("semiconductor-subsystems", "semiconductor"),
    ("license-exceptions", "license exception"),
    ("fdpr", "foreign direct product"),
    ("fdpr", "de minimis"),
    ("end-use-end-user", "end use"),
    ("comment-opportunity", "comments"),
    ("ai-governance", "artificial intelligence"),
    ("investment-screening", "foreign investment"),
    ("biosecurity", "nucleic acid"),
    ("enforcement", "export privileges"),
    ("ict-supply-chain", "information and communications technology"),
    ("ear-other", "export administration regulations"),
)


def keywords(document: Document) -> Answer:
    """The plain baseline: a list of words, one level for any hit."""
    words = " ".join(unit.text for unit in document.units)
    text = f"{document.title} {document.abstract} {words}".lower()
    topics = frozenset(topic for topic, word in _KEYWORDS if word in text)
    strong = topics - {"comment-opportunity", "ai-governance"}
    return Answer(topics, Level.MEDIUM if strong else Level.NONE, "restriction", "japan" in text)


def score(cases: Iterable[tuple[Case, Answer]]) -> Score:
    total = Score()
    for case, answer in cases:
        _count(total, case, answer)
        found = list(misses(case, answer))
        total.kinds.update(miss.kind for miss in found)
        if found:
            lines = "; ".join(f"{miss.kind}: {miss.said}" for miss in found)
            total.misses.append(f"{case.label.number}: {lines}\n    {_words(case)}")
    return total


def _count(total: Score, case: Case, answer: Answer) -> None:
    label = case.label
    total.documents += 1
    total.must += len(label.must)
    total.found += len(label.must & answer.topics)
    total.given += len(answer.topics)
    total.right += len(answer.topics & label.accepted)
    total.level += answer.level.value in label.levels
    lowest, highest = _range(case)
    if lowest >= HIGH:
        total.high += 1
        total.high_found += answer.level.rank >= HIGH
    if answer.level.rank >= HIGH:
        total.high_given += 1
        total.high_right += highest >= HIGH
    if label.directions and answer.level is not Level.NONE:
        total.directed += 1
        total.direction += answer.direction in label.directions
    total.directed_all += bool(label.directions) and (answer.level is not Level.NONE or lowest > 0)
    total.nexus_yes += label.nexus == "yes"
    total.nexus_found += label.nexus == "yes" and answer.nexus
    total.nexus_wrong += label.nexus == "no" and answer.nexus


def misses(case: Case, answer: Answer) -> Iterator[Found]:
    label = case.label
    if lost := label.must - answer.topics:
        yield Found(Miss.TOPIC_MISSING, ", ".join(sorted(lost)))
    if extra := answer.topics - label.accepted:
        yield Found(Miss.TOPIC_EXTRA, ", ".join(sorted(extra)))
    lowest, highest = _range(case)
    said = f"{answer.level.value}, wanted {'/'.join(label.levels)}"
    if lowest >= HIGH > answer.level.rank:
        yield Found(Miss.HIGH_MISSED, said)
    elif answer.level.rank >= HIGH > highest:
        yield Found(Miss.FALSE_HIGH, said)
    elif answer.level.value not in label.levels:
        yield Found(Miss.LEVEL_LOW if answer.level.rank < lowest else Miss.LEVEL_HIGH, said)
    if label.directions and answer.level is not Level.NONE and answer.direction not in label.directions:
        yield Found(Miss.DIRECTION, f"{answer.direction}, wanted {'/'.join(sorted(label.directions))}")
    if label.nexus == "yes" and not answer.nexus:
        yield Found(Miss.JAPAN_MISSING, "no")
    if label.nexus == "no" and answer.nexus:
        yield Found(Miss.JAPAN_FALSE, "yes")


def _range(case: Case) -> tuple[int, int]:
    ranks = [Level(level).rank for level in case.label.levels]
    return min(ranks), max(ranks)


def _words(case: Case) -> str:
    text = case.document.abstract or " ".join(unit.text for unit in case.document.units)
    if case.operations:
        text = " | ".join(f"- {one.before[:200]} + {one.after[:200]}" for one in case.operations[:3])
    return f"{case.document.title}\n    {text[:400]}"


@dataclass
class Measured:
    """The scores of one list: of all of it, of its two halves, and of the plain keywords."""

    name: str
    whole: Score
    halves: tuple[Score, Score]
    plain: Score
    targets: dict[str, float]
    answers: list[tuple[Case, Classification]] = field(default_factory=list)
    extra: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)  # figures that must not be above these

    def figures(self) -> dict[str, float]:
        return {**self.whole.figures(), **self.extra}

    def missed(self) -> list[str]:
        """The figures that do not reach their target."""
        figures = self.figures()
        low = [name for name, target in self.targets.items() if figures[name] < target]
        return low + [name for name, limit in self.limits.items() if figures[name] > limit]


def measure(
    name: str,
    cases: Sequence[Case],
    targets: dict[str, float],
    judge: Callable[[Case], Classification] = judged,
) -> Measured:
    found = [(case, judge(case)) for case in cases]
    pairs = [(case, answer_of(classification)) for case, classification in found]
    parts = [score(pair for pair in pairs if half(pair[0].label.number) == n) for n in (0, 1)]
    plain = score((case, keywords(case.document)) for case in cases)
    return Measured(name, score(pairs), (parts[0], parts[1]), plain, targets, found)
