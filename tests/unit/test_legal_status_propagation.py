"""What a later document does to the record of an earlier one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tracker.legal_status.propagation import apply_relations, keep_earlier_status, supersede_dates
from tracker.model import (
    Change,
    Classification,
    DocumentKind,
    DocumentRelation,
    LegalDate,
    Level,
    LocalizedText,
    Status,
)
from tracker.rendering.alert_message import touched
from tracker.rendering.moved_dates import moved_dates
from tracker.serialization import change_from_json, change_to_json

NOW = datetime(2025, 11, 12, tzinfo=UTC)


def document(
    number: str, *, citation: str | None = None, published: date | None = None, **tags: object
) -> Change:
    return Change(
        id=f"chg_{number}", source="fr-bis", kind=DocumentKind.RULE, title=number, url="", detected_at=NOW,
        document_number=number, citation=citation, published=published,
        tagging=Classification(Level.HIGH, **tags),  # type: ignore[arg-type]
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
    links=(DocumentRelation("stays", "90 FR 47201", "stays the rule"),),
    dates=(
        LegalDate("effective", date(2025, 11, 10)),
        LegalDate("stay-ends", date(2026, 11, 9), quote="until"),
    ),
    status=(
        Status(
            "stayed",
            date(2025, 11, 10),
            date(2026, 11, 9),
            quote="is stayed until November 9, 2026",
            where="dates",
        ),
    ),
)


def test_a_stay_is_recorded_on_the_stayed_rule_with_its_end_and_its_words() -> None:
    stayed = apply_relations(RULE, STAY)
    assert stayed.tagging.status[-1] == Status(
        "stayed",
        date(2025, 11, 10),
        date(2026, 11, 9),
        by="2025-19846",
        quote="is stayed until November 9, 2026",
        where="2025-19846 › dates",
    )
    assert stayed.tagging.dates[-1].type == "stay-ends"


def test_applying_twice_changes_nothing() -> None:
    stayed = apply_relations(RULE, STAY)
    assert apply_relations(stayed, STAY) is stayed


def test_a_withdrawal_in_an_evening_in_new_york_supersedes_that_day() -> None:
    evening = datetime(2026, 6, 2, 1, 30, tzinfo=UTC)  # 21:30 on 1 June in New York
    closes = LegalDate("comments-close", date(2026, 6, 1))
    target = document("2026-1", dates=(closes,))
    end = replace(document("2026-9", links=(DocumentRelation("withdraws", "2026-1"),)), detected_at=evening)
    assert apply_relations(target, end).tagging.dates == (replace(closes, superseded=True),)


def test_a_document_has_no_effect_on_unrelated_documents_or_on_itself() -> None:
    assert apply_relations(document("2020-1"), STAY).tagging == document("2020-1").tagging
    assert apply_relations(STAY, replace(STAY)) == STAY


def test_an_extension_moves_the_deadline() -> None:
    proposal = document("2026-1", dates=(LegalDate("comments-close", date(2026, 3, 1)),))
    extension = document(
        "2026-2",
        links=(DocumentRelation("extends", "2026-1"),),
        dates=(LegalDate("comments-close", date(2026, 4, 1)),),
    )
    moved = apply_relations(proposal, extension)
    assert [(day.date.month, day.superseded) for day in moved.tagging.dates] == [(3, True), (4, False)]
    assert moved.tagging.dates[1].by == "2026-2"
    again = document(
        "2026-3",
        links=(DocumentRelation("extends", "2026-1"),),
        dates=(LegalDate("comments-close", date(2026, 5, 1)),),
    )
    twice = apply_relations(moved, again)
    assert [day.date.month for day in twice.tagging.dates if not day.superseded] == [5]


def test_a_withdrawal_takes_the_dates_ahead_and_leaves_the_past() -> None:
    rule = document(
        "2026-1", dates=(LegalDate("effective", date(2026, 1, 1)), LegalDate("compliance", date(2026, 9, 1)))
    )
    end = document("2026-9", published=date(2026, 6, 1), links=(DocumentRelation("withdraws", "2026-1"),))
    gone = apply_relations(rule, end)
    assert [day.superseded for day in gone.tagging.dates] == [False, True]
    assert gone.tagging.status[-1].state == "withdrawn"
    assert gone.tagging.status[-1].by == "2026-9"


def test_a_record_read_again_keeps_what_others_did_to_it() -> None:
    stayed = apply_relations(RULE, STAY)
    assert keep_earlier_status(stayed, RULE).tagging == stayed.tagging


def test_a_rule_is_found_by_its_title_when_nothing_else_names_it() -> None:
    rule = replace(
        RULE, title="Expansion of End-User Controls To Cover Affiliates ", published=date(2025, 9, 30)
    )
    stay = replace(
        STAY,
        tagging=replace(
            STAY.tagging,
            links=(DocumentRelation("stays", "“Expansion of End-User Controls to Cover Affiliates.”"),),
        ),
    )
    assert apply_relations(rule, stay).tagging.status[-1].state == "stayed"
    later = replace(rule, published=date(2025, 12, 1))
    assert apply_relations(later, stay) is later, "a document does not act on one that comes after it"
    old = replace(rule, published=date(2019, 9, 30))
    assert apply_relations(old, stay) is old, "titles come again: one of years ago is another rule"


# --- a delay of the effective date --------------------------------------------------------------

DUE = document(
    "2026-50001",
    citation="91 FR 100",
    published=date(2026, 1, 15),
    dates=(LegalDate("published", date(2026, 1, 15)), LegalDate("effective", date(2026, 3, 1))),
    status=(
        Status("published", date(2026, 1, 15), date(2026, 2, 28)),
        Status("in-force", date(2026, 3, 1)),
    ),
    summary=LocalizedText("施行日:2026年3月1日。", "Effective March 1, 2026."),
)
DELAY = document(
    "2026-50011",
    published=date(2026, 2, 9),
    links=(DocumentRelation("delays", "91 FR 100", "is delayed until June 1, 2026"),),
    dates=(
        LegalDate("effective", date(2026, 2, 10)),
        LegalDate("effective", date(2026, 3, 1), superseded=True),
        LegalDate("effective", date(2026, 6, 1), quote="delayed until June 1, 2026"),
    ),
)


def live(change: Change, kind: str) -> list[date]:
    return [day.date for day in change.tagging.dates if day.type == kind and not day.superseded]


def states(change: Change) -> list[tuple[str, date | None, date | None, str | None]]:
    return [(status.state, status.since, status.until, status.by) for status in change.tagging.status]


def test_a_delayed_rule_is_delayed_until_its_new_effective_date_and_in_force_from_it() -> None:
    delayed = apply_relations(DUE, DELAY)
    assert live(delayed, "effective") == [date(2026, 6, 1)], (
        "the delaying document's own day is not the rule's"
    )
    assert states(delayed) == [
        ("published", date(2026, 1, 15), date(2026, 2, 9), None),
        ("delayed", date(2026, 2, 10), date(2026, 5, 31), "2026-50011"),
        ("in-force", date(2026, 6, 1), None, "2026-50011"),
    ]
    assert delayed.tagging.status[-1].quote == "delayed until June 1, 2026"
    assert delayed.tagging.summary == DUE.tagging.summary
    assert moved_dates(delayed, "ja") == "その後の変更:施行 2026年6月1日(2026-50011)。"
    assert touched(delayed, "en")[1].endswith("Moved since: Effective June 1, 2026 (2026-50011).")
    assert change_from_json(change_to_json(delayed)) == delayed


def test_a_delay_applied_again_or_to_the_record_read_again_changes_nothing() -> None:
    delayed = apply_relations(DUE, DELAY)
    assert apply_relations(delayed, DELAY) is delayed
    reread = apply_relations(keep_earlier_status(delayed, DUE), DELAY)
    assert sorted(states(reread)) == sorted(states(delayed))
    assert live(reread, "effective") == [date(2026, 6, 1)]
    assert moved_dates(reread, "en") == moved_dates(delayed, "en")


def test_a_second_delay_overtakes_the_first_on_the_rule_and_on_the_first_ones_own_record() -> None:
    again = document(
        "2026-50021",
        published=date(2026, 5, 20),
        links=(DocumentRelation("delays", "91 FR 100"),),
        dates=(LegalDate("effective", date(2026, 5, 20)), LegalDate("effective", date(2026, 9, 1))),
    )
    twice = apply_relations(apply_relations(DUE, DELAY), again)
    assert live(twice, "effective") == [date(2026, 9, 1)]
    assert states(twice) == [
        ("published", date(2026, 1, 15), date(2026, 2, 9), None),
        ("delayed", date(2026, 2, 10), date(2026, 5, 19), "2026-50011"),
        ("delayed", date(2026, 5, 20), date(2026, 8, 31), "2026-50021"),
        ("in-force", date(2026, 9, 1), None, "2026-50021"),
    ]
    assert moved_dates(twice, "ja") == "その後の変更:施行 2026年9月1日(2026-50021)。", "only the last day"
    assert apply_relations(twice, DELAY) is twice, "the first delay coming in again moves nothing back"
    first = supersede_dates(DELAY, again, {"91 fr 100"})
    assert moved_dates(first, "en") == "Moved since: Effective September 1, 2026 (2026-50021)."
    assert live(first, "effective") == [date(2026, 2, 10)], "its own effective date stays"
    assert supersede_dates(again, DELAY, {"91 fr 100"}) is again


def test_a_delay_without_a_day_is_one_until_further_notice() -> None:
    open_ended = replace(DELAY, tagging=replace(DELAY.tagging, dates=DELAY.tagging.dates[:2]))
    delayed = apply_relations(DUE, open_ended)
    assert live(delayed, "effective") == []
    assert states(delayed)[-1] == ("delayed", date(2026, 2, 10), None, "2026-50011")
    assert "in-force" not in [status.state for status in delayed.tagging.status]


def test_a_delay_of_the_compliance_date_delays_that_alone() -> None:
    rule = replace(
        DUE,
        tagging=replace(DUE.tagging, dates=(*DUE.tagging.dates, LegalDate("compliance", date(2026, 4, 1)))),
    )
    later = document(
        "2026-50012",
        published=date(2026, 3, 20),
        links=(DocumentRelation("delays", "91 FR 100"),),
        dates=(LegalDate("effective", date(2026, 3, 20)), LegalDate("compliance", date(2026, 8, 1))),
    )
    moved = apply_relations(rule, later)
    assert live(moved, "compliance") == [date(2026, 8, 1)]
    assert live(moved, "effective") == [date(2026, 3, 1)]
    assert moved.tagging.status == rule.tagging.status
    assert apply_relations(moved, later) is moved


# --- the name under which a status is recorded ---------------------------------------------------


def test_effects_before_publication_are_recorded_under_the_citation_afterwards() -> None:
    stayed = apply_relations(RULE, STAY)
    printed = replace(STAY, citation="90 FR 50857")
    again = apply_relations(stayed, printed)
    assert [status.by for status in again.tagging.status] == [None, "90 FR 50857"]
    assert [day.by for day in again.tagging.dates] == ["", "90 FR 50857"]
    assert apply_relations(again, printed) is again
    delayed = apply_relations(apply_relations(DUE, DELAY), replace(DELAY, citation="91 FR 900"))
    assert moved_dates(delayed, "ja") == "その後の変更:施行 2026年6月1日(91 FR 900)。"
    assert {status.by for status in delayed.tagging.status} == {None, "91 FR 900"}


def test_words_that_stay_the_rule_stay_all_of_it_and_words_that_stay_a_paragraph_that() -> None:
    unit = ("15 CFR 744.11(a)(1)",)
    status = (replace(STAY.tagging.status[0], units=unit),)
    for quote, units in (
        ("the amendments made by the rule published at 90 FR 47201 are stayed", ()),
        ("stays § 744.11(a)(1) as added by the rule published at 90 FR 47201", unit),
        ("stays in part the rule published at 90 FR 47201", unit),
    ):
        links = (DocumentRelation("stays", "90 FR 47201", quote),)
        actor = replace(STAY, tagging=replace(STAY.tagging, status=status, links=links))
        assert apply_relations(RULE, actor).tagging.status[-1].units == units, quote


# --- enforcement ----------------------------------------------------------------------------------

DIFFUSION = replace(
    RULE,
    title="Framework for Artificial Intelligence Diffusion",
    document_number="2025-00636",
    citation="90 FR 4544",
    published=date(2025, 1, 15),
)


def statement(relation: str, target: str, day: date, title: str = "Statement on a Rule") -> Change:
    return Change(
        id=f"chg_{title}", source="bis", kind=DocumentKind.PAGE, title=title, url="", detected_at=NOW, published=day,
        tagging=Classification(Level.MEDIUM, links=(DocumentRelation(relation, target, "the official words", "Statement ¶1"),)),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["90 FR 4544", "2025-00636", "AI Diffusion Rule", "Biden AI Diffusion Rule"])
def test_a_rule_that_a_page_stops_enforcing_has_that_status_itself(name: str) -> None:
    held = apply_relations(DIFFUSION, statement("suspends-enforcement", name, date(2025, 5, 13)))
    assert held.tagging.status[-1] == Status(
        "not-enforced", date(2025, 5, 13), by="Statement on a Rule", quote="the official words",
        where="Statement on a Rule › Statement ¶1",
    )  # fmt: skip
    assert keep_earlier_status(held, DIFFUSION).tagging == held.tagging


@pytest.mark.parametrize("name", ["Diffusion", "AI Rule", "Affiliates Rule", "the rule", "AI Exports Rule"])
def test_a_name_that_is_too_short_or_of_another_document_does_not_match(name: str) -> None:
    page = statement("suspends-enforcement", name, date(2025, 5, 13))
    assert apply_relations(DIFFUSION, page) is DIFFUSION


def test_the_name_that_an_abstract_gives_to_its_rule_is_its_name() -> None:
    rule = replace(RULE, abstract="BIS extends the lists (the Affiliates Rule).", published=date(2025, 9, 30))
    page = statement("suspends-enforcement", "Affiliates Rule", date(2025, 11, 1))
    assert apply_relations(rule, page).tagging.status[-1].state == "not-enforced"
    correction = replace(rule, title="Expansion of Controls; Correction")
    assert apply_relations(correction, page) is correction
    assert (
        apply_relations(replace(rule, published=date(2026, 1, 1)), page).tagging.status == rule.tagging.status
    )


def test_enforcement_that_resumes_ends_the_pause_and_is_not_undone_by_the_old_words() -> None:
    pause = statement("suspends-enforcement", "90 FR 4544", date(2025, 5, 13))
    resumption = statement("resumes-enforcement", "90 FR 4544", date(2025, 9, 1), "Statement on Enforcement")
    again = apply_relations(apply_relations(DIFFUSION, pause), resumption)
    assert [(one.state, one.since, one.until, one.by) for one in again.tagging.status[1:]] == [
        ("not-enforced", date(2025, 5, 13), date(2025, 8, 31), "Statement on a Rule"),
        ("in-force", date(2025, 9, 1), None, "Statement on Enforcement"),
    ]
    assert apply_relations(again, resumption) is again
    assert apply_relations(again, pause) is again, "the old page read once more takes nothing back"
    assert apply_relations(DIFFUSION, resumption) is DIFFUSION, "what was never paused does not resume"


def test_an_order_is_found_by_its_number() -> None:
    order = replace(document("2025-06063", citation="90 FR 15041"), order="E.O. 14257")
    end = document("2026-9", published=date(2026, 2, 24), links=(DocumentRelation("rescinds", "E.O. 14257"),))
    assert apply_relations(order, end).tagging.status[-1].state == "rescinded"
