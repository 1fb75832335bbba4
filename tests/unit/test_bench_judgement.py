"""The measure of the judgement: reading of lists, counting, kinds of misses, kept figures. All samples are our own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench import judgement_figures
from bench.eval_judgement import main, outside, table
from bench.judgement_cases import (
    Case,
    Facts,
    as_presidential,
    document_of,
    facts_in,
    facts_of,
    half,
    page_document,
    page_html,
)
from bench.judgement_figures import Sight
from bench.judgement_lists import list_case, list_cases
from bench.judgement_score import measure, score
from tracker.documents.labeled_examples import Answer, Label, MissKind, label_of, misses
from tracker.model import Classification, Direction, Document, DocumentKind, Level, Op, UnitKind

ROW = {
    "document_number": "T-1",
    "published": "2026-05-01",
    "must": "fdpr",
    "accepted": "fdpr,entity-list",
    "levels": "medium,high",
    "directions": "restriction",
    "japan_nexus": "yes",
    "act": "impose",
    "of": "China, Hong Kong",
    "object": "wafers",
    "rate": "25 percent",
    "date": "2026-06-01",
}
RECORD: dict[str, Any] = {
    "document_number": "T-1",
    "kind": "rule",
    "title": "Controls on Wafers",
    "abstract": "",
    "published": "2026-05-01",
    "agencies": ["Commerce Department", "Industry and Security Bureau"],
    "action": "",
    "url": "",
    "cfr_references": ["15 CFR 744"],
    "paragraphs": [],
}


def label(**changed: Any) -> Label:
    return replace(label_of(ROW), **changed)


def case(**changed: Any) -> Case:
    return Case(
        label(**changed), Document("T-1", DocumentKind.NOTICE, "Wafers", "", published=date(2026, 5, 1))
    )


def answer(
    *topics: str, level: Level = Level.HIGH, direction: str = "restriction", nexus: bool = True
) -> Answer:
    return Answer(frozenset(topics), level, direction, nexus)


def test_a_row_of_labels_gives_what_counts_as_right_and_the_facts() -> None:
    read = label()
    assert read.accepted == {"fdpr", "entity-list"}
    assert read.levels == ("medium", "high")
    assert facts_in(ROW) == Facts(("China", "Hong Kong"), ("wafers",), ("25 percent",), (date(2026, 6, 1),))
    assert facts_in({**ROW, "date": "", "of": ""}).dates == ()


def test_facts_of_a_recorded_order_keep_the_rate_of_japan_once() -> None:
    known = {"of": ["all", "Japan"], "on": None, "rates": ["25 percent"], "japan_rate": "25 percent",
             "effective": [{"date": "2025-03-12"}, {"date": "2025-03-12"}]}  # fmt: skip
    assert facts_of(known) == Facts(("all", "Japan"), (), ("25 percent",), (date(2025, 3, 12),))


def test_a_federal_register_record_is_read_with_its_instructions_and_preamble() -> None:
    paragraphs = [
        "AGENCY: Bureau of Industry and Security, Commerce.",
        "ACTION: Final rule.",
        "SUMMARY: BIS revises a control.",
        "DATES: This rule is effective June 1, 2026.",
        "PART 744—CONTROL POLICY",
        "2. Section 744.11 is amended by revising paragraph (a) to read as follows:",
    ]
    document = list_case({**RECORD, "paragraphs": paragraphs}, label()).document
    assert (document.kind, document.action, document.abstract) == (
        DocumentKind.RULE,
        "Final rule.",
        "BIS revises a control.",
    )
    assert document.dates_text == "This rule is effective June 1, 2026."
    assert document.agencies[:2] == ("Commerce Department", "commerce-department")
    assert [unit.path for unit in document.units if unit.kind is UnitKind.INSTRUCTION] == ["instruction 2"]


def test_a_presidential_action_at_whitehouse_gov_is_read_as_the_page_that_the_program_watches() -> None:
    record = {**RECORD, "kind": "presidential", "url": "https://www.whitehouse.gov/presidential-actions/2026/05/wafers/",
              "paragraphs": ["Section 1. A duty of 25 percent <applies>."]}  # fmt: skip
    document = list_case(record, label()).document
    assert (document.kind, document.title) == (DocumentKind.PAGE, "Controls on Wafers")
    assert document.units[1].text == "Section 1. A duty of 25 percent <applies>."
    elsewhere = list_case({**record, "url": "https://www.federalregister.gov/d/2026-1"}, label()).document
    assert elsewhere.kind is DocumentKind.PRESIDENTIAL


def test_a_change_of_a_section_is_compared_by_paragraph() -> None:
    record = {**RECORD, "kind": "cfr", "title": "15 CFR 744.23 Supercomputers",
              "before": ["(a) A license is required.", "(b) None."],
              "after": ["(a) A license is required for Japan.", "(b) None."]}  # fmt: skip
    found = list_case(record, label())
    assert [(one.op, one.path) for one in found.operations] == [(Op.CHANGED, "15 CFR 744.23(a)")]
    assert found.document.kind is DocumentKind.CFR


def test_designators_below_a_paragraph_are_read_as_the_cfr_prints_them() -> None:
    after = [
        "§ 740.9 Temporary exports.",
        "(a) Exports.",
        "(a)(14) Return.",
        "(a)(14)(i) Sale.",
        "(b) Imports.",
    ]
    record = {**RECORD, "kind": "cfr", "title": "15 CFR 740.9", "before": after[:-1], "after": after}
    paths = [unit.path for unit in list_case(record, label()).document.units]
    assert paths == [f"15 CFR 740.9{end}" for end in ("", "(a)", "(a)(14)", "(a)(14)(i)", "(b)")]


def test_a_piece_of_the_commerce_control_list_is_read_by_entry() -> None:
    before = ["3B001 Equipment for semiconductors.", "Items:", "f. Lithography as follows: 45 nm."]
    record = {**RECORD, "kind": "list", "title": "Commerce Control List, ECCN 3B001 (extract)",
              "before": before, "after": [*before[:-1], "f. Lithography as follows: 30 nm."]}  # fmt: skip
    found = list_case(record, label())
    assert found.document.kind is DocumentKind.CFR
    assert [one.path for one in found.operations] == ["Supp. No. 1 to Part 774 › 3B001 › f"]


@pytest.mark.parametrize(
    ("title", "row", "path"),
    [
        ("Supplement No. 4 to Part 744 (Entity List)", "JAPAN — Alpha Co., Ltd., Osaka", "Supp. No. 4 to Part 744 › JAPAN › Alpha Co., Ltd."),
        ("Supplement No. 4 to Part 744 — CHINA (extract)", "Beta Institute, Harbin. For all items", "Supp. No. 4 to Part 744 › CHINA › Beta Institute"),
        ("Screening list", "Gamma FZE, Dubai", "Gamma FZE"),
    ],
)  # fmt: skip
def test_rows_of_a_list_are_matched_by_name(title: str, row: str, path: str) -> None:
    record = {**RECORD, "kind": "list", "title": title, "before": [], "after": [row, row]}
    found = list_case(record, label())
    assert [unit.path for unit in found.document.units] == [path, f"{path} (2)"]
    assert [one.op for one in found.operations] == [Op.ADDED, Op.ADDED]


def test_a_label_without_record_is_an_error(tmp_path: Path) -> None:
    records, wanted = tmp_path / "records.jsonl", tmp_path / "labels.tsv"
    records.write_text(json.dumps({**RECORD, "document_number": "T-2"}) + "\n", "utf-8")
    wanted.write_text("\t".join(ROW) + "\n" + "\t".join(ROW.values()) + "\n", "utf-8")
    with pytest.raises(ValueError, match="no record of T-1"):
        list_cases(records, wanted)


@pytest.mark.parametrize(
    ("given", "levels", "kinds"),
    [
        (answer("fdpr"), ("medium", "high"), []),
        (answer(), ("high",), [MissKind.TOPIC_MISSING]),
        (answer("fdpr", "biosecurity"), ("high",), [MissKind.TOPIC_EXTRA]),
        (answer("fdpr", level=Level.MEDIUM), ("high", "critical"), [MissKind.HIGH_MISSED]),
        (answer("fdpr"), ("low", "medium"), [MissKind.FALSE_HIGH]),
        (answer("fdpr", level=Level.LOW), ("medium",), [MissKind.LEVEL_LOW]),
        (answer("fdpr", level=Level.MEDIUM), ("low",), [MissKind.LEVEL_HIGH]),
        (answer("fdpr", direction="relief"), ("high",), [MissKind.DIRECTION]),
        (answer("fdpr", nexus=False), ("high",), [MissKind.JAPAN_MISSING]),
    ],
)
def test_each_miss_has_its_kind(given: Answer, levels: tuple[str, ...], kinds: list[MissKind]) -> None:
    assert [miss.kind for miss in misses(label(levels=levels), given)] == kinds


def test_shares_count_the_words_of_both_sides() -> None:
    total = score(
        [
            (case(levels=("high",)), answer("fdpr", "entity-list")),
            (case(levels=("high",)), answer("biosecurity", level=Level.NONE, direction="", nexus=False)),
            (
                case(levels=("none",), must=frozenset(), directions=frozenset(), nexus="no"),
                answer(nexus=True),
            ),
        ]
    )
    figures = total.figures()
    assert figures["required topics found"] == 0.5
    assert figures["given topics right"] == pytest.approx(2 / 3)
    assert figures["level right"] == pytest.approx(1 / 3)
    assert (figures["high or above: recall"], figures["high or above: precision"]) == (0.5, 0.5)
    assert figures["direction right"] == 1.0
    assert figures["direction right, a missed document counted wrong"] == 0.5
    assert (figures["Japan nexus found"], figures["Japan nexus, false"]) == (0.5, 1.0)
    assert len(total.misses) == 2


def test_a_missed_target_and_an_exceeded_limit_are_named() -> None:
    found = measure(
        "sample",
        [case()],
        {"level right": 0.9},
        lambda _: Classification(Level.LOW, direction=Direction.RELIEF),
    )
    found.extra, found.limits = {"false days": 0.1}, {"false days": 0.03}
    assert found.missed() == ["level right", "false days"]
    shown = table(found, {"level right": 1.0}, {"before": {"sample": {"level right": 0.25}}})
    assert "| level right | 0.90 | 0.250 | 1.000 | 0.000 |" in shown
    assert sum(part.documents for part in found.halves) == 1
    assert found.halves[half("T-1")].documents == 1


def test_the_same_page_can_be_read_as_a_presidential_document() -> None:
    page = page_document(
        page_html("Duties – The White House", ["Section 1."]), "https://www.whitehouse.gov/a/"
    )
    order = as_presidential(page, date(2026, 5, 1))
    assert (order.kind, order.title, order.signing_date) == (
        DocumentKind.PRESIDENTIAL,
        "Duties",
        date(2026, 5, 1),
    )
    assert order.units == page.units


def test_a_document_outside_the_field_has_no_wording_of_the_field() -> None:
    row = {"document_number": "1", "published": "2026-01-01", "abstract": ""}
    assert outside(document_of({**row, "title": "Fisheries of the Northeast; Cod"}))
    assert not outside(document_of({**row, "title": "Tariff Rates"}))


def test_first_figures_of_a_list_are_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "first_sight.json"
    first = Sight(100, {"level right": 0.7}, ["A-1: direction: relief, wanted restriction"])
    assert judgement_figures.keep_sight("A", first, "2026-11-30", path)
    assert not judgement_figures.keep_sight(
        "A", replace(first, figures={"level right": 0.9}, misses=[]), "2026-12-01", path
    )
    text = judgement_figures.first_sight_text(path)
    assert "| A | 100 | 2026-11-30 | level right | 0.700 | 0.900 (2026-12-01) |" in text
    assert "- A-1: direction: relief, wanted restriction" in text


def test_a_saved_run_keeps_the_lists_measured_before_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    judgement_figures.save("before", {"one": {"level right": 0.5}}, path)
    judgement_figures.save("before", {"two": {"level right": 0.6}}, path)
    assert sorted(judgement_figures.saved(path)["before"]) == ["one", "two"]


def test_a_list_of_ones_own_is_measured_and_ends_with_1_below_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records, wanted = tmp_path / "records.jsonl", tmp_path / "labels.tsv"
    records.write_text(
        json.dumps(
            {**RECORD, "kind": "notice", "title": "Cod Fisheries", "agencies": [], "cfr_references": []}
        )
        + "\n",
        "utf-8",
    )
    wanted.write_text("\t".join(ROW) + "\n" + "\t".join(ROW.values()) + "\n", "utf-8")
    assert main(["--labels", str(wanted), "--records", str(records)]) == 1
    out = capsys.readouterr().out
    assert "topic missing: fdpr" in out
    assert "TARGET MISSED: labels: level right 0.000" in out
