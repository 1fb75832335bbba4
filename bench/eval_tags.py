"""Scores the tagging on the labelled documents and writes the table of `docs/benchmarks.md`.

    python -m bench.eval_tags [--write] [--noise] [--labels FILE [--records FILE]]

Title, abstract, date and number only, as recorded. `--write` replaces the table between its markers
and keeps the figures for the next comparison; `--noise` also runs all recorded documents and counts
what comes out medium or above among those that no label names. Another list of labels, with the records that
it speaks of where they are not among the recorded ones (a JSON record a line), is scored and not written down.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import lzma
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench import report
from tracker.classification import RULES_VERSION, classify
from tracker.model import Classification, Document, DocumentKind, Level

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TRACKER_RECORDED") or ROOT.parent / "shared" / "data")
_ABOUT = (
    "The rules were written from the definitions of the topics, with this list at hand, so these figures say that "
    "nothing on it is got wrong, not what an unseen list would give. `required`: topics that both labellers had; "
    "`given topics right`: against what either accepted. The lowest of five shuffled parts shows how far a figure "
    "moves with the sample."
)
TARGETS = {
    "required topics found": 0.97,
    "given topics right": 0.90,
    "level right": 0.90,
    "high or above: recall": 0.97,
    "high or above: precision": 0.85,
}
HIGH = Level.HIGH.rank
FOLDS = 5


@dataclass(frozen=True)
class Label:
    number: str
    published: date
    must: frozenset[str]
    accepted: frozenset[str]
    levels: tuple[str, ...]
    directions: frozenset[str]
    nexus: str


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
    nexus_yes: int = 0
    nexus_found: int = 0
    nexus_wrong: int = 0
    misses: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "required topics found": _share(self.found, self.must),
            "given topics right": _share(self.right, self.given),
            "level right": _share(self.level, self.documents),
            "high or above: recall": _share(self.high_found, self.high),
            "high or above: precision": _share(self.high_right, self.high_given),
            "direction right": _share(self.direction, self.directed),
            "Japan nexus found": _share(self.nexus_found, self.nexus_yes),
            "Japan nexus, false": float(self.nexus_wrong),
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


RECORDS = DATA / "federal-register" / "titles-abstracts-2020-2026.jsonl.xz"


def documents(path: Path = RECORDS) -> Iterator[Document]:
    """The recorded documents, as an API record without agency and type would read."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield document_of(json.loads(line))


def document_of(row: dict[str, str]) -> Document:
    return Document(
        key=row["document_number"],
        kind=DocumentKind.NOTICE,
        title=row["title"],
        url=row.get("url", ""),
        abstract=row.get("abstract") or "",
        document_number=row["document_number"],
        published=date.fromisoformat(row["published"]),
    )


def labels(path: Path) -> list[Label]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Label(
                row["document_number"],
                date.fromisoformat(row["published"]),
                _set(row["must"]),
                _set(row["accepted"]),
                tuple(row["levels"].split(",")),
                _set(row["directions"]),
                row["japan_nexus"],
            )
            for row in csv.DictReader(lines, delimiter="\t")
        ]


def _set(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)


Answer = tuple[set[str], Level, str, bool]


def ours(document: Document) -> Answer:
    found: Classification = classify(document, today=document.published or date(2026, 1, 1))
    return (
        {topic.id for topic in found.topics},
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
    text = f"{document.title} {document.abstract}".lower()
    topics = {topic for topic, word in _KEYWORDS if word in text}
    strong = topics - {"comment-opportunity", "ai-governance"}
    return topics, Level.MEDIUM if strong else Level.NONE, "restriction", "japan" in text


def score(pairs: Iterable[tuple[Label, Document]], answer: Callable[[Document], Answer]) -> Score:
    total = Score()
    for label, document in pairs:
        topics, level, direction, nexus = answer(document)
        total.documents += 1
        total.must += len(label.must)
        total.found += len(label.must & topics)
        total.given += len(topics)
        total.right += len(topics & (label.accepted | label.must))
        right = level.value in label.levels
        total.level += right
        wanted = [Level(each).rank for each in label.levels]
        if max(wanted) >= HIGH and min(wanted) >= HIGH:
            total.high += 1
            total.high_found += level.rank >= HIGH
        if level.rank >= HIGH:
            total.high_given += 1
            total.high_right += max(wanted) >= HIGH
        if label.directions and level is not Level.NONE:
            total.directed += 1
            total.direction += direction in label.directions
        total.nexus_yes += label.nexus == "yes"
        total.nexus_found += label.nexus == "yes" and nexus
        total.nexus_wrong += label.nexus == "no" and nexus
        total.misses.extend(_misses(label, document, topics, level, direction, nexus))
    return total


def _misses(
    label: Label, document: Document, topics: set[str], level: Level, direction: str, nexus: bool
) -> Iterator[str]:
    what = []
    if lost := label.must - topics:
        what.append(f"not found: {', '.join(sorted(lost))}")
    if extra := topics - label.accepted - label.must:
        what.append(f"not accepted: {', '.join(sorted(extra))}")
    if level.value not in label.levels:
        what.append(f"level {level.value}, wanted {'/'.join(label.levels)}")
    if label.directions and level is not Level.NONE and direction not in label.directions:
        what.append(f"direction {direction}, wanted {'/'.join(sorted(label.directions))}")
    if (label.nexus == "yes") != nexus and label.nexus != "either":
        what.append(f"Japan nexus {'given' if nexus else 'missing'}")
    if what:
        yield f"{label.number}: {'; '.join(what)}\n    {document.title}\n    {document.abstract[:400]}"


def folds(pairs: list[tuple[Label, Document]]) -> dict[str, tuple[float, float]]:
    """Mean and lowest figure over five shuffled parts. Nothing is fitted here, so this shows how far
    the figures move with the sample, which is what a held-back half will do as well."""
    shuffled = pairs[:]
    random.Random(20261122).shuffle(shuffled)
    parts = [score(shuffled[n::FOLDS], ours).figures() for n in range(FOLDS)]
    return {name: (sum(p[name] for p in parts) / FOLDS, min(p[name] for p in parts)) for name in TARGETS}


def table(now: Score, plain: Score, across: dict[str, tuple[float, float]], before: dict[str, float]) -> str:
    ours_now, baseline = now.figures(), plain.figures()
    lines = [
        f"Rules {RULES_VERSION}, {now.documents} labelled documents, title and abstract only.",
        "",
        "| figure | target | now | previous run | lowest of 5 parts | plain keywords |",
        "|---|---|---|---|---|---|",
    ]
    for name, value in ours_now.items():
        target = f"{TARGETS[name]:.2f}" if name in TARGETS else ""
        low = f"{across[name][1]:.3f}" if name in across else ""
        earlier = f"{before[name]:.3f}" if name in before else ""
        lines.append(f"| {name} | {target} | {value:.3f} | {earlier} | {low} | {baseline[name]:.3f} |")
    return "\n".join(lines)


def noise(labelled: set[tuple[str, date]]) -> tuple[str, list[tuple[Level, Document, Classification]]]:
    """All other recorded documents: how many come out medium or above, and how fast."""
    rows = [d for d in documents() if (d.key, d.published) not in labelled]
    start = time.perf_counter()
    levels: Counter[str] = Counter()
    loud: list[tuple[Level, Document, Classification]] = []
    for document in rows:
        found = classify(document, today=document.published or date(2026, 1, 1))
        levels[found.level.value] += 1
        if found.level.rank >= Level.MEDIUM.rank:
            loud.append((found.level, document, found))
    took = time.perf_counter() - start
    line = (
        f"{len(rows)} other documents in {took:.1f} s ({took / len(rows) * 1000:.2f} ms each): "
        + ", ".join(f"{level.value} {levels[level.value]}" for level in Level)
        + f"; medium or above {len(loud) / len(rows):.2%}"
    )
    return line, loud


def previous() -> dict[str, float]:
    """The figures of the last run that was written down; none before the first."""
    if not report.PAGE.exists():
        return {}
    match = re.search(r"<!-- figures: (\{.*?\}) -->", report.PAGE.read_text(encoding="utf-8"))
    return dict(json.loads(match[1])) if match else {}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Scores the tagging on the labelled documents.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--noise", action="store_true", help="also run the other recorded documents")
    parser.add_argument("--labels", type=Path, default=DATA / "labels" / "dev.tsv")
    parser.add_argument(
        "--records", type=Path, default=RECORDS, help="the records that the labels speak of, one a line"
    )
    options = parser.parse_args(arguments)
    foreign = options.records != RECORDS or options.labels != DATA / "labels" / "dev.tsv"
    if foreign and (options.write or options.noise):
        parser.error("--write and --noise go with the project's own labels and records")
    if not options.labels.exists():
        sys.stderr.write(f"no labels at {options.labels}; set TRACKER_RECORDED\n")
        return 2
    wanted = {(label.number, label.published): label for label in labels(options.labels)}
    pairs = [
        (wanted[d.key, d.published], d)
        for d in documents(options.records)
        if d.published is not None and (d.key, d.published) in wanted
    ]
    now = score(pairs, ours)
    out = io.StringIO()
    print("\n\n".join(now.misses), file=out)
    text = table(now, score(pairs, keywords), folds(pairs), previous())
    print(f"\n{len(now.misses)} documents with a miss\n\n{text}", file=out)
    if options.noise:
        line, _ = noise(set(wanted))
        text += f"\n\n{line}."
        print(f"\n{line}", file=out)
    sys.stdout.write(out.getvalue())
    if options.write:
        kept = f"<!-- figures: {json.dumps(now.figures())} -->"
        command = "python -m bench.eval_tags --write" + (" --noise" if options.noise else "")
        report.write(
            "tags", f"## Tagging on labelled documents\n\n{_ABOUT}\n\n{text}\n\n{kept}", command=command
        )
    figures = now.figures()
    return 0 if all(figures[name] >= target for name, target in TARGETS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
