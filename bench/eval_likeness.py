"""What the optional likeness of words is worth, on the labeled documents; part of `make eval`.

    python -m bench.eval_likeness [--write] [--noise] [--labels FILE]

The rules find every topic of that list, so what it would find of what they miss cannot be read from it. What can: how
much it would mark if there were no rules, with which topic, and how much it would mark of what is outside the field.
`--noise` adds what it marks of all other recorded documents in which the rules find nothing: a reader's load.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench import report
from bench.judgement_cases import DATA, documents, labels
from tracker.assistants.compare import words
from tracker.assistants.similarity import MARGIN, THRESHOLD, Similarity, made_with, similarities
from tracker.classification import classify
from tracker.documents.labeled_examples import Label
from tracker.errors import UsageError
from tracker.model import Level

STEPS = ((0.35, 0.00), (0.35, 0.02), (0.35, 0.05), (0.35, 0.10), (0.40, 0.00), (0.45, 0.05))
BATCH = 500
_ABOUT = (
    "Off by default (`similarity = true`, extra `meaning`). Title and abstract of each labeled document, compared with the "
    "sentences of `tracker/assistants/references.toml`, which were written from the definitions of the topics; those about what "
    "is outside were extended after reading the marked ones of 12,000 recorded documents without labels. `of those with "
    "a topic`: the share that it would mark without the rules. `its topic right`: of those marked, against what either labeler "
    "accepted. `of those outside`: labeled `none`, most of them chosen because they are near the field. It marks changes for a "
    "person to check, and never sets a topic, a level or an alert, so the values in use lean towards finding."
)


def figures(pairs: Sequence[tuple[Label, Similarity | None]]) -> str:
    rows = []
    for threshold, margin in STEPS:
        marked = [
            (label, one)
            for label, one in pairs
            if one is not None and one.score >= threshold and one.score - one.outside >= margin
        ]
        ours = [(label, one) for label, one in marked if label.must]
        outside = [label for label, _ in marked if label.levels == ("none",)]
        right = sum(one.topic in label.accepted | label.must for label, one in ours)
        chosen = " (in use)" if (threshold, margin) == (THRESHOLD, MARGIN) else ""
        rows.append(
            [
                f"{threshold:.2f}, {margin:.2f}{chosen}",
                _of(len(ours), sum(bool(label.must) for label, _ in pairs)),
                _of(right, len(ours)),
                _of(len(outside), sum(label.levels == ("none",) for label, _ in pairs)),
            ]
        )
    head = [
        "likeness, and by how much more than to what is outside",
        "of those with a topic",
        "its topic right",
        "of those outside",
    ]
    return report.table(head, rows)


def noise(labeled: set[tuple[str, date]]) -> str:
    """How many of the other recorded documents in which the rules find nothing are marked, and how fast."""
    silent = [
        document
        for document in documents()
        if document.published is not None
        and (document.key, document.published) not in labeled
        and not (found := classify(document, today=document.published)).topics
        and found.level is Level.NONE
    ]
    began, marked = time.perf_counter(), 0
    for start in range(0, len(silent), BATCH):
        found_likenesses = similarities([words(document) for document in silent[start : start + BATCH]])
        marked += sum(one is not None and one.worth_a_look for one in found_likenesses)
    took = time.perf_counter() - began
    return (
        f"Of {len(silent)} other recorded documents of all agencies in which the rules find nothing, "
        f"{marked} ({marked / len(silent):.2%}) are marked; {took / len(silent) * 1000:.2f} ms each."
    )


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "0 of 0"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What the likeness of words would mark.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--noise", action="store_true", help="also run the other recorded documents")
    parser.add_argument("--labels", type=Path, default=DATA / "labels" / "dev.tsv")
    options = parser.parse_args(arguments)
    if not options.labels.exists():
        sys.stderr.write(f"no labels at {options.labels}; set TRACKER_RECORDED\n")
        return 2
    try:
        maker = made_with()
    except UsageError as error:
        print(f"likeness of words: not measured, {error.line()}")
        return 0
    wanted = {(label.number, label.published): label for label in labels(options.labels)}
    known = [d for d in documents() if d.published is not None and (d.key, d.published) in wanted]
    found = similarities([words(document) for document in known])
    pairs = [(wanted[d.key, d.published], one) for d, one in zip(known, found, strict=True) if d.published]
    text = f"{maker}; {len(pairs)} labeled documents, title and abstract only.\n\n{figures(pairs)}"
    if options.noise:
        text += f"\n\n{noise(set(wanted))}"
    print(f"\nlikeness of words: {text}")
    if options.write:
        command = "python -m bench.eval_likeness --write" + (" --noise" if options.noise else "")
        report.write(
            "likeness", f"## Similarity of words, beside the rules\n\n{_ABOUT}\n\n{text}", command=command
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
