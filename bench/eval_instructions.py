"""How many amendatory instructions of recorded rules are attributed to the right units.

`python -m bench.eval_instructions [--sample N --seed S] [--unjudged] [--write]`: the instructions of the 80 full texts and of the
rules of title 12. Each reading was judged by hand from the instruction's words alone; `data/instruction_verdicts.tsv` holds the
verdict with a digest of words and reading, so that a reading that changes has to be judged again. `--sample` prints
instructions drawn at random with their reading; `--unjudged` those without a verdict, and the paragraphs below the first
instruction that look like one and are not noticed as one.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from bench import report
from bench.judgement_cases import DATA
from tracker.amendments.actions import Action, AmendatoryRule, Instruction
from tracker.amendments.instruction_words import NUMBER
from tracker.amendments.reader import read_rule, read_rule_text
from tracker.parsing.gpo_xml import tree, words

NAME = "instructions"
VERDICTS = Path(__file__).parent / "data" / "instruction_verdicts.tsv"
_TEXTS = DATA / "federal-register" / "full-text-paragraphs.jsonl.xz"
_RULES = DATA / "amendments" / "title-12" / "rules"


_LOOKS = re.compile(
    r"(?:(?:Revis|Add|Remov|Redesignat|Reserv)(?:e|ing)\b|Under\s+[A-Z]|(?:In|Amend)\s+(?:supplement|appendix|§|section)|"
    r"(?:Sections?|§|Supplements?|Appendix|Paragraphs?|The\s+(?:heading|authority))\b)(?=.*?(?:\b(?:is|are)\s+(?:further\s+)?"
    r"(?:amended|revised|added|removed|redesignated|reserved)\b|\b(?:revis|add|remov|redesignat)(?:e|ing)\b|:\Z))",
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(r"\(\s?printed page \d+\s?\)")


def rules() -> Iterator[tuple[str, str, AmendatoryRule]]:
    """Yield the kind of source, the document, and its rule as read."""
    for kind, name, rule, _ in sources():
        yield kind, name, rule


def sources() -> Iterator[tuple[str, str, AmendatoryRule, list[str]]]:
    """Yield the kind of source, the document, its rule as read, and its paragraphs."""
    for path in sorted(_RULES.glob("*.xml.xz")):
        name = path.name.removesuffix(".xml.xz")
        root = tree(lzma.decompress(path.read_bytes()), name)
        paragraphs = [words(one) for one in root.iter("P", "FP", "AMDPAR")]
        yield "XML", name, read_rule(root), paragraphs
    with lzma.open(_TEXTS, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            number = record["document_number"]
            yield "text", number, read_rule_text(record["paragraphs"], number), record["paragraphs"]


def unnoticed(rule: AmendatoryRule, paragraphs: Sequence[str]) -> list[str]:
    """Return the paragraphs from the first instruction on that look like an instruction and are none of those read."""

    def key(text: str) -> str:
        return "".join(c for c in _PAGE.sub("", text) if c.isalnum())

    read = {key(one.text) for one in rule.instructions}
    start = next((n for n, text in enumerate(paragraphs) if key(text) in read), 0)
    return [
        text
        for text in paragraphs[start:]
        if (number := NUMBER.match(text)) and _LOOKS.match(text, number.end()) and key(text) not in read
    ]


def action_text(action: Action) -> str:
    """Return one action in words: what the digest covers."""
    target = action.target
    parts = [action.verb.value, target.path]
    if target.sentences:
        parts.append(f"sentences {', '.join(map(str, target.sentences))}")
    if action.moved_to:
        parts.append(f"as {action.moved_to.path}")
    if words := action.words:
        side = f" {words.side.value} {words.anchor!r}" if words.side else ""
        parts.append(f"{words.old!r} → {words.new!r}{' everywhere' if words.every else ''}{side}")
    if position := action.position:
        parts.append(position.order.value + (f" {position.neighbor.path}" if position.neighbor else ""))
    return " ".join(parts)


def reading(one: Instruction) -> list[str]:
    if one.problem:
        return [f"not read: {one.problem}"]
    if one.earlier:
        return [
            f"{one.verb.value} instruction {one.earlier.number} of {one.earlier.document or 'an earlier rule'}"
        ]
    if not one.actions:
        return [f"{one.verb.value} {one.target.path if one.target else ''}".strip()]
    return [action_text(action) for action in one.actions]


def digest(one: Instruction) -> str:
    return sha256("\n".join([one.text, *reading(one)]).encode()).hexdigest()[:16]


def verdicts() -> dict[tuple[str, str], str]:
    with VERDICTS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {(row["document"], row["digest"]): row["verdict"] for row in rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unjudged", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not _TEXTS.exists():
        print("the recorded rules are not here: nothing is measured", file=sys.stderr)
        return 0
    known = verdicts()
    found_rules = list(sources())
    items = [(kind, document, one) for kind, document, rule, _ in found_rules for one in rule.instructions]
    counts: dict[str, Counter[str]] = {"XML": Counter(), "text": Counter()}
    unjudged = []
    for kind, document, one in items:
        verdict = "unread" if one.problem else known.get((document, digest(one)), "unjudged")
        counts[kind][verdict] += 1
        if verdict == "unjudged":
            unjudged.append((kind, document, one))
    shown = unjudged if options.unjudged else []
    if options.sample:
        shown = random.Random(options.seed).sample(items, min(options.sample, len(items)))
    for _, document, one in shown:
        print(f"{document} [{one.number}] {digest(one)} {one.text[:400]}")
        for line in reading(one):
            print(f"    {line}")
    lost: dict[str, list[str]] = {kind: [] for kind in counts}
    for kind, document, rule, paragraphs in found_rules:
        lost[kind] += [f"{document} not noticed: {text[:400]}" for text in unnoticed(rule, paragraphs)]
    if options.unjudged:
        print("\n".join(line for lines in lost.values() for line in lines))
    rows = [
        [kind, *(str(found[name]) for name in ("right", "wrong", "unread", "unjudged")),
         f"{found['right'] / max(found.total(), 1):.3f}", str(len(lost[kind]))]
        for kind, found in counts.items()
    ]  # fmt: skip
    text = report.table(
        [
            "source",
            "right",
            "wrong",
            "not read",
            "not judged",
            "right, of all",
            "paragraphs that look so and are not noticed",
        ],
        rows,
    )
    print(text)
    if options.write:
        explained = (
            "Amendatory instructions of 37 rules of title 12 in XML and of 80 documents as plain paragraphs, each reading judged "
            "by hand from the instruction's words alone (`bench/data/instruction_verdicts.tsv`)."
        )
        report.write(NAME, f"{explained}\n\n{text}", command="python -m bench.eval_instructions --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
