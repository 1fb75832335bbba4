"""Which changes of a known record are sent, and under which stays a change of a standing text lies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tracker.ingest import assess
from tracker.model import (
    Change,
    Classification,
    Document,
    DocumentKind,
    LegalDate,
    Level,
    Op,
    Operation,
    SnapshotRef,
    Status,
    Unit,
    UnitKind,
)

NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)
REF = SnapshotRef("0" * 64, NOW)
EFFECTIVE = LegalDate("effective", date(2026, 12, 16))
INSPECTED = LegalDate("filed-for-inspection", date(2026, 11, 12))
PUBLISHED = LegalDate("published", date(2026, 11, 16))


def record(*dates: LegalDate, level: Level = Level.HIGH, baseline: bool = False) -> Change:
    return Change(
        id="chg_1", source="inspection", kind=DocumentKind.RULE, title="Controls", url="", detected_at=NOW,
        document_number="2026-20100", published=date(2026, 11, 16), baseline=baseline, tagging=Classification(level, dates=dates),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "revision"),
    [
        (record(INSPECTED), record(PUBLISHED, EFFECTIVE), 2),
        (record(INSPECTED), record(PUBLISHED, LegalDate("comments-close", date(2026, 11, 16))), 2),
        (record(INSPECTED), record(PUBLISHED), 1),
        (record(INSPECTED, EFFECTIVE), record(PUBLISHED, EFFECTIVE), 1),
        (record(INSPECTED), record(PUBLISHED, LegalDate("effective", date(2026, 11, 12))), 1),
        (record(INSPECTED), record(PUBLISHED, replace(EFFECTIVE, superseded=True)), 1),
        (record(INSPECTED, baseline=True), record(PUBLISHED, EFFECTIVE), 1),
        (record(INSPECTED, level=Level.LOW), record(PUBLISHED), 2),
    ],
    ids=[
        "brings an effective date", "brings a deadline of today", "brings nothing", "brings what was known",
        "brings a day that is past", "brings a day that fell", "was there before we looked", "rises",
    ],
)  # fmt: skip
def test_publication_after_inspection_is_sent_when_it_brings_days_to_plan_by(
    old: Change, new: Change, revision: int
) -> None:
    alerted = assess.merge_update(old, new, (), same_kind=False)
    assert alerted.revision == revision
    assert alerted.id == old.id
    assert INSPECTED in alerted.tagging.dates


NOTE_8 = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, supplement no. 8 to part 744 was stayed, effective until Nov. 9, 2026."
NOTE_11 = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, in § 744.11, paragraph (a)(1) was stayed, effective until Nov. 9, 2026."
PART = Document(
    "15 CFR 744", DocumentKind.CFR, "PART 744", "https://www.example.gov/744",
    (
        Unit("15 CFR 744.11", UnitKind.HEADING, "§ 744.11 License requirements."),
        Unit("15 CFR 744.11(a)(1)", UnitKind.PARAGRAPH, "(1) Entities owned 50 percent or more.", 1),
        Unit("15 CFR 744.11 › Effective Date Note", UnitKind.EFFECTIVE_NOTE, NOTE_11, 1),
        Unit("15 CFR 744.13", UnitKind.HEADING, "§ 744.13 Restrictions."),
        Unit("15 CFR 744.13(a)", UnitKind.PARAGRAPH, "(a) Exports need a license.", 1),
        Unit("Supp. No. 8 to Part 744", UnitKind.HEADING, "Supplement No. 8 to Part 744"),
        Unit("Supp. No. 8 to Part 744 › (b)", UnitKind.PARAGRAPH, "(b) Owned 25 percent or more.", 1),
        Unit("Supp. No. 8 to Part 744 › Effective Date Note", UnitKind.EFFECTIVE_NOTE, NOTE_8, 1),
    ),
)  # fmt: skip


def changed(path: str) -> Change:
    operation = Operation(
        path,
        Op.CHANGED,
        "50 percent",
        "25 percent",
        spans=(("delete", "50 percent"), ("insert", "25 percent")),
    )
    return assess.assess(
        PART, (operation,), change_id="chg_1", source="ear", profiles=(), baseline=False,
        now=datetime(2026, 3, 2, 14, tzinfo=UTC), before=REF, after=REF,
    )  # fmt: skip


def test_a_change_inside_a_stayed_supplement_carries_the_stay_and_its_end() -> None:
    tagging = changed("Supp. No. 8 to Part 744 › (b)").tagging
    assert tagging.status == (
        Status(
            "stayed",
            date(2025, 11, 12),
            date(2026, 11, 9),
            "90 FR 50857",
            ("Supp. No. 8 to Part 744",),
            NOTE_8,
            "Supp. No. 8 to Part 744 › Effective Date Note",
        ),
    )
    assert [(day.type, day.date) for day in tagging.dates] == [("stay-ends", date(2026, 11, 9))]


def test_a_change_in_a_stayed_paragraph_carries_its_stay_once() -> None:
    assert [one.units for one in changed("15 CFR 744.11(a)(1)").tagging.status] == [("15 CFR 744.11(a)(1)",)]


def test_a_change_elsewhere_carries_no_stay() -> None:
    tagging = changed("15 CFR 744.13(a)").tagging
    assert tagging.status == ()
    assert tagging.dates == ()
