"""Days that a correction changes by their words: how they are read, and what becomes of the corrected document."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tracker.classification import classify
from tracker.legal_status.date_corrections import corrected_day, day_pairs
from tracker.legal_status.propagation import apply_relations
from tracker.model import Change, Document, DocumentKind, LegalDate, Unit, UnitKind

OLD, NEW = date(2026, 9, 8), date(2026, 9, 28)


@pytest.mark.parametrize(
    "words",
    [
        "On page 37901, in the DATES section, “September 8, 2026” should read “September 28, 2026”.",
        "On page 37901, in the third column, in the DATES section, “September 8, 2026” is corrected to read “September 28, 2026”.",
        "On page 37901, “September 8, 2026,” in the second line of the first column, should read “September 28, 2026.”",
        "On page 37901, the words “September 8” should have read “September 28”.",
        "On page 37901, “This rule is effective September 8, 2026.” should read “This rule is effective September 28, 2026.”",
        "On page 37901, correct “September 8, 2026” to read “September 28, 2026”.",
        "On page 37901, remove “September 8, 2026” and add “September 28, 2026” in its place.",
        "The effective date on page 37901 is corrected to read “September 28, 2026” instead of “September 8, 2026”.",
        "The effective date of September 8, 2026, is corrected to read September 28, 2026.",
        "The effective date is corrected from September 8, 2026, to September 28, 2026.",
        'On page 37901, "9/8/2026" should read "9/28/2026".',
    ],
)
def test_the_forms_of_a_corrected_day(words: str) -> None:
    assert corrected_day(words, OLD) == NEW
    assert day_pairs(words, 2026) == [(OLD, NEW)]
    assert corrected_day(words, date(2026, 9, 9)) is None


@pytest.mark.parametrize(
    "words",
    [
        "On page 37901, “Aplications” should read “Applications”.",
        "On page 37901, in the issue of September 8, 2026, “red” should read “blue”.",
        "On page 37901, “September 8, 2026” should read “the first day of the next month”.",
        "The rule published on September 8, 2026, was corrected on September 28, 2026.",
        "Comments were due September 8, 2026. This rule should read as of September 28, 2026.",
    ],
)
def test_other_corrections_change_no_day(words: str) -> None:
    assert corrected_day(words, OLD) is None
    assert day_pairs(words, 2026) == []


def record(document: Document) -> Change:
    day = document.published or date(2026, 6, 16)
    return Change(
        id=f"chg_{document.key}", source="fr-all", kind=document.kind, title=document.title, url="",
        detected_at=datetime(day.year, day.month, day.day, 13, tzinfo=UTC), document_number=document.document_number,
        citation=document.citation, published=day, tagging=classify(document, today=day),
    )  # fmt: skip


def rule(dates: str) -> Change:
    return record(
        Document(
            key="2026-70901", kind=DocumentKind.RULE, title="Screening of Cloud Customers", url="", dates_text=dates,
            action="Final rule.", document_number="2026-70901", citation="91 FR 37901", published=date(2026, 6, 16),
            agencies=("Industry and Security Bureau",), type="Rule",
        )
    )  # fmt: skip


def correction(*lines: str, abstract: str = "") -> Change:
    return record(
        Document(
            key="C1-2026-70901", kind=DocumentKind.CORRECTION, title="Screening of Cloud Customers", url="",
            action="Final rule; correction.", document_number="C1-2026-70901", citation="91 FR 37915",
            published=date(2026, 7, 15), agencies=("Industry and Security Bureau",), correction_of="2026-70901", abstract=abstract,
            units=tuple(Unit(f"Text ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(lines, 1)),
        )
    )  # fmt: skip


def days(change: Change, kind: str) -> list[LegalDate]:
    return sorted((day for day in change.tagging.dates if day.type == kind), key=lambda day: day.date)


DATES = "This rule is effective September 8, 2026. Comments must be received by August 14, 2026."
EFFECTIVE = "On page 37901, in the DATES section, “September 8, 2026” should read “September 28, 2026”."
COMMENTS = "On page 37901, in the DATES section, “August 14, 2026” should read “August 24, 2026”."


def test_a_corrected_effective_date_moves_the_date_and_the_days_of_force() -> None:
    found = apply_relations(rule(DATES), correction(EFFECTIVE))
    old, new = days(found, "effective")
    assert old.superseded
    assert old.moved is not None
    assert (old.moved.to, old.moved.by) == (NEW, "91 FR 37915")
    assert (new.date, new.by, new.quote, new.where) == (
        NEW,
        "91 FR 37915",
        EFFECTIVE,
        "91 FR 37915 › Text ¶1",
    )
    assert [day.superseded for day in days(found, "comments-close")] == [False]
    assert [(one.state, one.since, one.until) for one in found.tagging.status] == [
        ("published", date(2026, 6, 16), date(2026, 9, 27)),
        ("in-force", NEW, None),
    ]


def test_each_corrected_day_moves_its_own_type() -> None:
    found = apply_relations(rule(DATES), correction(EFFECTIVE, COMMENTS))
    assert [day.date for day in days(found, "effective") if not day.superseded] == [NEW]
    assert [(day.date, day.quote) for day in days(found, "comments-close") if not day.superseded] == [
        (date(2026, 8, 24), COMMENTS)
    ]


def test_a_correction_applied_twice_changes_nothing() -> None:
    once = apply_relations(rule(DATES), correction(EFFECTIVE, COMMENTS))
    assert apply_relations(once, correction(EFFECTIVE, COMMENTS)) is once


def test_a_day_of_two_types_moves_only_where_the_correction_names_one() -> None:
    both = rule("This rule is effective September 8, 2026. Comments must be received by September 8, 2026.")
    assert apply_relations(both, correction(EFFECTIVE)) is both
    named = correction(
        "On page 37901, the comment date “September 8, 2026” should read “September 28, 2026”."
    )
    found = apply_relations(both, named)
    assert [day.date for day in days(found, "effective") if not day.superseded] == [OLD]
    assert [day.date for day in days(found, "comments-close") if not day.superseded] == [NEW]


def test_a_corrected_compliance_date_leaves_the_days_of_force() -> None:
    before = rule("This rule is effective June 16, 2026. Firms must comply by September 8, 2026.")
    found = apply_relations(before, correction(EFFECTIVE))
    assert [day.date for day in days(found, "compliance") if not day.superseded] == [NEW]
    assert found.tagging.status == before.tagging.status


def test_a_day_that_the_corrected_document_does_not_have_moves_nothing() -> None:
    before = rule("This rule is effective October 1, 2026.")
    assert apply_relations(before, correction(EFFECTIVE)) is before


def test_the_headline_of_the_correction_names_the_new_day() -> None:
    tagging = correction(EFFECTIVE).tagging
    assert "September 28, 2026" in tagging.headline.en
    assert "2026年9月28日" in tagging.headline.ja
    assert tagging.summary.en.startswith("September 8, 2026 corrected to September 28, 2026. ")


def test_a_correction_in_the_abstract_moves_the_day() -> None:
    said = "BIS corrects the comment date “August 14, 2026” to read “August 24, 2026”."
    found = apply_relations(rule(DATES), correction("All else is unchanged.", abstract=said))
    assert [(day.date, day.where) for day in days(found, "comments-close") if not day.superseded] == [
        (date(2026, 8, 24), "91 FR 37915 › abstract")
    ]
