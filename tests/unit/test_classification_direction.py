"""Which way a changed text of the code pushes: what is removed counts as removed."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.classification.direction import BindingForce, binding_force
from tracker.model import (
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    JapanStanding,
    Level,
    Op,
    Operand,
    Operation,
    UnitKind,
)

TODAY = date(2026, 11, 25)
NOTE = (
    "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, in § 744.11, paragraph (a)(1) was stayed, effective "
    "until Nov. 9, 2026."
)
NOTE_AT = "15 CFR 744.11 › Effective Date Note"


def operation(path: str, before: str, after: str, kind: UnitKind = UnitKind.PARAGRAPH) -> Operation:
    op = Op.CHANGED if before and after else Op.ADDED if after else Op.REMOVED
    spans = tuple(span for span in (("delete", before), ("insert", after)) if span[1])
    return Operation(path, op, before, after, kind=kind, spans=spans)  # type: ignore[arg-type]


def changed(*operations: Operation, part: str = "744") -> Classification:
    document = Document(key=f"15 CFR {part}", kind=DocumentKind.CFR, title=f"PART {part}", url="")
    return classify(document, operations, today=TODAY)


def test_a_removed_stay_note_lets_the_paragraphs_apply_again() -> None:
    found = changed(operation(NOTE_AT, NOTE, "", UnitKind.EFFECTIVE_NOTE))
    assert (found.level, found.direction) == (Level.HIGH, Direction.RESTRICTION)
    act = found.acts[0]
    assert (act.verb, act.evidence.where) == (ActVerb.RESUME, f"removed: {NOTE_AT}")
    assert "was stayed" in act.evidence.quote
    assert "再開" in found.headline.ja
    assert "744.11" in found.headline.ja
    assert "resumes" in found.headline.en
    assert found.topics[0].evidence[0].where == f"removed: {NOTE_AT}"
    assert found.status == ()
    assert found.dates == ()


def test_an_added_or_prolonged_stay_note_is_relief() -> None:
    added = changed(operation(NOTE_AT, "", NOTE, UnitKind.EFFECTIVE_NOTE))
    assert (added.level, added.direction) == (Level.MEDIUM, Direction.RELIEF)
    longer = changed(operation(NOTE_AT, NOTE, NOTE.replace("2026", "2027"), UnitKind.EFFECTIVE_NOTE))
    assert longer.direction is Direction.RELIEF
    shorter = changed(
        operation(NOTE_AT, NOTE, NOTE.replace("Nov. 9, 2026", "Mar. 1, 2026"), UnitKind.EFFECTIVE_NOTE)
    )
    assert shorter.direction is Direction.RESTRICTION


def test_a_stay_note_removed_with_its_paragraph_restores_nothing() -> None:
    found = changed(
        operation("15 CFR 744.11(a)(1)", "(1) A license is required for affiliates.", ""),
        operation(NOTE_AT, NOTE, "", UnitKind.EFFECTIVE_NOTE),
    )
    assert found.direction is Direction.RELIEF


def test_a_removed_restrictive_section_is_relief_with_any_exemptions() -> None:
    found = changed(
        operation("15 CFR 744.99", "§ 744.99 Restrictions on certain sample end uses.", "", UnitKind.HEADING),
        operation("15 CFR 744.99(a)", "(a) You may not export any item without a license.", ""),
        operation(
            "15 CFR 744.99(c)", "(c) License exception. Notwithstanding (a), you may export samples.", ""
        ),
    )
    assert found.direction is Direction.RELIEF
    assert found.acts[0].evidence.where == "removed: 15 CFR 744.99"
    assert found.acts[0].evidence.quote.startswith("§ 744.99 Restrictions")
    assert not any(act.operand is Operand.LICENSE_EXCEPTION for act in found.acts[:1])


def test_a_section_without_a_clear_heading_is_judged_by_its_demands() -> None:
    found = changed(
        operation("15 CFR 744.23", "", "§ 744.23 Semiconductor manufacturing end uses.", UnitKind.HEADING),
        operation("15 CFR 744.23(a)", "", "(a) Except as provided in (b), a license is required."),
    )
    assert (found.level, found.direction) == (Level.HIGH, Direction.RESTRICTION)


@pytest.mark.parametrize(("gone", "direction"), [(True, Direction.RESTRICTION), (False, Direction.RELIEF)])
def test_a_removed_license_exception_is_restriction_and_an_added_one_relief(
    gone: bool, direction: Direction
) -> None:
    texts = [
        ("15 CFR 740.99", "§ 740.99 Sample shipments (SMP).", UnitKind.HEADING),
        ("15 CFR 740.99(a)", "(a) You may export samples. You must keep records.", UnitKind.PARAGRAPH),
    ]
    found = changed(
        *(operation(path, text if gone else "", "" if gone else text, kind) for path, text, kind in texts),
        part="740",
    )
    assert found.direction is direction


def test_a_removed_exemption_for_countries_is_restriction() -> None:
    words = "(c) The requirements of paragraph (a) do not apply to items exported from Japan."
    gone = changed(operation("15 CFR 744.23(c)", words, ""))
    assert (gone.level, gone.direction) == (Level.CRITICAL, Direction.RESTRICTION), "it names Japan"
    assert gone.acts[0].evidence.where == "removed: 15 CFR 744.23(c)"
    assert gone.acts[0].japan is JapanStanding.TARGET
    assert changed(operation("15 CFR 744.23(c)", "", words)).direction is Direction.RELIEF


def test_an_entry_that_becomes_reserved_is_removed() -> None:
    path = "Supp. No. 1 to Part 774 › 3B001 › c.1.b"
    found = changed(operation(path, "c.1.b. Vacuum valves.", "c.1.b. [Reserved]", UnitKind.ITEM), part="774")
    assert found.direction is Direction.RELIEF


def test_a_small_word_is_judged_by_its_sentence() -> None:
    before, after = "(a) You may not use this entry.", "(a) You may use this entry."
    spans = (("equal", "(a) You may "), ("delete", "not "), ("equal", "use this entry."))
    found = changed(Operation("15 CFR 744.23(a)", Op.CHANGED, before, after, spans=spans))  # type: ignore[arg-type]
    assert found.direction is Direction.RELIEF


def test_a_change_that_tightens_and_eases_tightens() -> None:
    found = changed(
        operation("15 CFR 744.23(a)", "", "(a) No license is required for chairs."),
        operation("15 CFR 744.23(b)", "", "(b) A license is required for vacuum valves."),
    )
    assert (found.level, found.direction) == (Level.HIGH, Direction.RESTRICTION)


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("A license is required, except as provided in paragraph (b).", BindingForce.BINDS),
        ("No license is required for these items.", BindingForce.FREES),
        ("License requirements no longer apply to pumps.", BindingForce.FREES),
        ("License Exception SMP no longer applies to pumps.", BindingForce.BINDS),
        ("No license exceptions are available.", BindingForce.BINDS),
        ("Applications are reviewed under a presumption of denial.", BindingForce.BINDS),
        ("Applications are reviewed case-by-case.", BindingForce.FREES),
        ("Shipments of pumps require a license.", BindingForce.BINDS),
        ("Pumps are no longer subject to a license requirement.", BindingForce.FREES),
        ("The office is open on weekdays.", None),
    ],
)
def test_words_demand_or_exempt(words: str, which: BindingForce | None) -> None:
    found = binding_force(words)
    assert (found and found[0]) == which
