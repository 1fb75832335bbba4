"""What a later document does to the record of an earlier one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from tracker.model import Change, DocumentKind, LegalDate, Level, Link, Status, Tagging
from tracker.timeline import applied, kept

NOW = datetime(2025, 11, 12, tzinfo=UTC)


def document(
    number: str, *, citation: str | None = None, published: date | None = None, **tags: object
) -> Change:
    return Change(
        id=f"chg_{number}", source="fr-bis", kind=DocumentKind.RULE, title=number, url="", detected_at=NOW,
        document_number=number, citation=citation, published=published,
        tagging=Tagging(Level.HIGH, **tags),  # type: ignore[arg-type]
    )  # fmt: skip


RULE = document(
    "2025-19001",
    citation="90 FR 47201",
    dates=(LegalDate("effective", date(2025, 9, 29)),),
    status=(Status("in-force", date(2025, 9, 29)),),
)
STAY = document(
    "2025-19846",
    published=date(2025, 11, 12),
    links=(Link("stays", "90 FR 47201", "stays the rule"),),
    dates=(
        LegalDate("effective", date(2025, 11, 10)),
        LegalDate("stay-ends", date(2026, 11, 9), quote="until"),
    ),
    status=(
        Status("stayed", date(2025, 11, 10), date(2026, 11, 9), quote="is stayed until November 9, 2026"),
    ),
)


def test_a_stay_stands_on_the_stayed_rule_with_its_end_and_its_words() -> None:
    stayed = applied(RULE, STAY)
    assert stayed.tagging.status[-1] == Status(
        "stayed",
        date(2025, 11, 10),
        date(2026, 11, 9),
        by="2025-19846",
        quote="is stayed until November 9, 2026",
    )
    assert stayed.tagging.dates[-1].type == "stay-ends"


def test_applying_twice_changes_nothing() -> None:
    stayed = applied(RULE, STAY)
    assert applied(stayed, STAY) is stayed


def test_a_document_does_nothing_to_strangers_or_to_itself() -> None:
    assert applied(document("2020-1"), STAY).tagging == document("2020-1").tagging
    assert applied(STAY, replace(STAY)) == STAY


def test_an_extension_moves_the_deadline() -> None:
    proposal = document("2026-1", dates=(LegalDate("comments-close", date(2026, 3, 1)),))
    extension = document(
        "2026-2", links=(Link("extends", "2026-1"),), dates=(LegalDate("comments-close", date(2026, 4, 1)),)
    )
    moved = applied(proposal, extension)
    assert [(day.date.month, day.superseded) for day in moved.tagging.dates] == [(3, True), (4, False)]
    assert moved.tagging.dates[1].note == "by 2026-2"
    again = document(
        "2026-3", links=(Link("extends", "2026-1"),), dates=(LegalDate("comments-close", date(2026, 5, 1)),)
    )
    twice = applied(moved, again)
    assert [day.date.month for day in twice.tagging.dates if not day.superseded] == [5]


def test_a_withdrawal_takes_the_dates_ahead_and_leaves_the_past() -> None:
    rule = document(
        "2026-1", dates=(LegalDate("effective", date(2026, 1, 1)), LegalDate("compliance", date(2026, 9, 1)))
    )
    end = document("2026-9", published=date(2026, 6, 1), links=(Link("withdraws", "2026-1"),))
    gone = applied(rule, end)
    assert [day.superseded for day in gone.tagging.dates] == [False, True]
    assert gone.tagging.status[-1].state == "withdrawn"
    assert gone.tagging.status[-1].by == "2026-9"


def test_a_record_read_anew_keeps_what_others_did_to_it() -> None:
    stayed = applied(RULE, STAY)
    assert kept(stayed, RULE).tagging == stayed.tagging


def test_a_rule_is_found_by_its_title_when_nothing_else_names_it() -> None:
    rule = replace(
        RULE, title="Expansion of End-User Controls To Cover Affiliates ", published=date(2025, 9, 30)
    )
    stay = replace(
        STAY,
        tagging=replace(
            STAY.tagging, links=(Link("stays", "“Expansion of End-User Controls to Cover Affiliates.”"),)
        ),
    )
    assert applied(rule, stay).tagging.status[-1].state == "stayed"
    later = replace(rule, published=date(2025, 12, 1))
    assert applied(later, stay) is later, "a document does not act on one that comes after it"
    old = replace(rule, published=date(2019, 9, 30))
    assert applied(old, stay) is old, "titles come again: one of years ago is another rule"
