"""How a judgement is scored against labels, and what kind each miss is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from bench.judgement_cases import Case, half
from tracker.classification import classify
from tracker.documents.labeled_examples import Answer, Score, answer_of
from tracker.ingest.assess import assess
from tracker.model import Classification, Document, Level, SnapshotRef


@dataclass
class ListScore(Score):
    """The score of a list, with its misses in words."""

    misses: list[str] = field(default_factory=list)


def judged(case: Case) -> Classification:
    """Return the program's result for a case on the day of its publication: of a change, with the rules that need the whole
    document in addition to its changed words."""
    if not case.operations:
        return classify(case.document, today=case.day)
    now = datetime.combine(case.day, time(15), UTC)
    shot = SnapshotRef("", now)
    return assess(
        case.document, case.operations, change_id="", source="", profiles=(), baseline=False, now=now, before=shot, after=shot
    ).tagging  # fmt: skip


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


def score(cases: Iterable[tuple[Case, Answer]]) -> ListScore:
    total = ListScore()
    for case, answer in cases:
        found = total.take(case.label, answer)
        if found:
            lines = "; ".join(map(str, found))
            total.misses.append(f"{case.label.number}: {lines}\n    {_words(case)}")
    return total


def _words(case: Case) -> str:
    text = case.document.abstract or " ".join(unit.text for unit in case.document.units)
    if case.operations:
        text = " | ".join(f"- {one.before[:200]} + {one.after[:200]}" for one in case.operations[:3])
    return f"{case.document.title}\n    {text[:400]}"


@dataclass
class Measured:
    """The scores of one list: of all of it, of its two halves, and of the plain keywords."""

    name: str
    whole: ListScore
    halves: tuple[ListScore, ListScore]
    plain: ListScore
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
