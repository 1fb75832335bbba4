"""Recorded rules and sections of the EAR: the sections that a rule amended are joined to it, and no others."""

from __future__ import annotations

import json
from datetime import date

from tests.recorded import recorded
from tracker.amendments.instructions import read_instructions
from tracker.classification import classify
from tracker.diffing import compare
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.stories.rule_join import JoinState, Rule, Window, join_operations, part_of

SYRIA = "2025-16724"
AMENDED = {"740.5", "740.15", "740.19", "746.1", "746.9"}
WINDOW = Window(date(2025, 8, 15), date(2026, 2, 10))


def rules() -> list[Rule]:
    """The recorded full texts of the window that amend something."""
    facts = {
        record["document_number"]: record
        for record in map(
            json.loads, recorded("federal-register/titles-abstracts-2020-2026.jsonl.xz").splitlines()
        )
    }
    found = []
    for line in recorded("federal-register/full-text-paragraphs.jsonl.xz").splitlines():
        text = json.loads(line)
        record = facts.get(text["document_number"])
        if record is None or date.fromisoformat(record["published"]) <= date(2025, 7, 1):
            continue
        published = date.fromisoformat(record["published"])
        units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, words) for n, words in enumerate(text["paragraphs"]))
        document = Document(
            record["document_number"], DocumentKind.RULE, record["title"], "", units,
            document_number=record["document_number"], published=published,
        )  # fmt: skip
        targets = tuple(dict.fromkeys(path for each in read_instructions(document) for path in each.paths))
        effective = {day.date for day in classify(document, today=published).dates if day.type == "effective"}
        if targets:
            parts = tuple(sorted({part_of(path) for path in targets}))
            found.append(
                Rule(
                    "chg",
                    document.key,
                    None,
                    document.title,
                    "",
                    published,
                    tuple(sorted(effective)),
                    parts,
                    targets,
                )
            )
    return found


def section(number: str, paragraphs: list[str]) -> Document:
    units = tuple(
        Unit(f"15 CFR {number} ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(paragraphs, 1)
    )
    return Document(number, DocumentKind.CFR, number, "", units)


def test_the_sections_that_the_syria_rule_amended_are_joined_to_it_and_no_others() -> None:
    before, after = (
        json.loads(recorded(f"ecfr/ear-sections/{day}.json.xz")) for day in ("2025-08", "2026-02-10")
    )
    known = rules()
    assert SYRIA in {rule.document_number for rule in known}
    joined: dict[str, set[str]] = {}
    for number in before.keys() & after.keys():
        old, new = (section(number, each[number]["paragraphs"]) for each in (before, after))
        operations = [op for op in compare(old, new) if not op.editorial]
        for join in join_operations(operations, known, WINDOW):
            if join.state is JoinState.JOINED and join.rule:
                joined.setdefault(join.rule.document_number, set()).add(number)
    assert joined == {SYRIA: AMENDED}
