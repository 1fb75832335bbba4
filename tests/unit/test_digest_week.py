"""The content of a week: its items, actions, and changes of legal status."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.digest_samples import MONDAY, PERIOD, change, full_week, part, row, week
from tracker.digest.quarter import ChangeSighting
from tracker.digest.week import Review, SourceHealth, SourceOutage
from tracker.model import (
    DocumentKind,
    DocumentRelation,
    LegalDate,
    Level,
    Op,
    Operation,
    ProfileMatch,
    Status,
    UnitKind,
)


def test_the_most_important_is_first() -> None:
    alerted = week(change(1, Level.LOW), change(2, Level.CRITICAL), change(3, Level.MEDIUM))
    assert [item.level for item in alerted.items] == [Level.CRITICAL, Level.MEDIUM, Level.LOW]


def test_editorial_baseline_and_unrelated_changes_are_not_sent() -> None:
    quiet = [
        replace(change(1), editorial=True),
        replace(change(2), baseline=True),
        change(3, Level.NONE),
    ]
    assert week(*quiet).empty


def test_a_profile_sees_first_what_concerns_it_with_the_level_that_it_has_for_it() -> None:
    mine = replace(change(1, Level.LOW), profiles=(ProfileMatch("valves", Level.HIGH, ()),))
    alerted = week(change(2, Level.CRITICAL), mine, profile="valves")
    assert [(item.change.id, item.level, item.matched) for item in alerted.items] == [
        (mine.id, Level.HIGH, True),
        (change(2).id, Level.CRITICAL, False),
    ]
    assert alerted.matched == 1
    assert alerted.actions[0].item.change.id == mine.id
    everybody = week(change(2, Level.CRITICAL), mine)
    assert [item.level for item in everybody.items] == [Level.CRITICAL, Level.LOW]


def test_something_outside_the_field_is_sent_to_the_profile_that_it_touches() -> None:
    mine = replace(change(1, Level.NONE), profiles=(ProfileMatch("valves", Level.MEDIUM, ()),))
    assert week(mine).empty
    assert [item.level for item in week(mine, profile="valves").items] == [Level.MEDIUM]


def test_an_earlier_rule_with_news_is_an_update() -> None:
    old = replace(change(1), detected_at=PERIOD.start - timedelta(days=3), revision=2)
    alerted = week(change(2), updates=(old,))
    assert {item.change.id: item.update for item in alerted.items} == {old.id: True, change(2).id: False}


# --- actions ------------------------------------------------------------------------------------


def test_actions_are_sorted_by_deadline_after_binding_ones() -> None:
    binding = change(1, Level.CRITICAL, status=(Status("in-force", date(2026, 5, 12)),))
    later = change(2, Level.HIGH, dates=(LegalDate("comments-close", date(2026, 6, 12)),))
    sooner = change(3, Level.HIGH, dates=(LegalDate("comments-close", date(2026, 5, 29)),))
    open_end = change(4, Level.HIGH, kind=DocumentKind.PAGE)
    alerted = week(open_end, later, sooner, binding)
    assert [action.item.change.id for action in alerted.actions] == [
        entry.id for entry in (binding, sooner, later, open_end)
    ]
    assert [action.in_force for action in alerted.actions] == [True, False, False, False]


def test_a_date_of_an_older_rule_asks_for_action_within_two_weeks_only() -> None:
    old = PERIOD.start - timedelta(days=60)
    near = change(1, Level.MEDIUM, detected_at=old, dates=(LegalDate("compliance", date(2026, 5, 31)),))
    far = change(2, Level.MEDIUM, detected_at=old, dates=(LegalDate("compliance", date(2026, 6, 1)),))
    small = change(3, Level.LOW, detected_at=old, dates=(LegalDate("compliance", date(2026, 5, 20)),))
    alerted = week(planned=(near, far, small))
    assert [action.item.change.id for action in alerted.actions] == [near.id]
    assert [coming.item.change.id for coming in alerted.coming] == [small.id, far.id]


def test_a_decided_change_is_no_action_and_an_assigned_one_names_its_assignee() -> None:
    reviews = {change(1).id: Review(decided=True), change(2).id: Review(assignee="Sato")}
    alerted = week(change(1), change(2), reviews=reviews)
    assert [(action.item.change.id, action.assignee) for action in alerted.actions] == [
        (change(2).id, "Sato")
    ]


def test_superseded_and_past_dates_are_none() -> None:
    dates = (
        LegalDate("comments-close", date(2026, 5, 20), superseded=True),
        LegalDate("comments-close", date(2026, 5, 16)),
    )
    alerted = week(change(1, Level.MEDIUM, dates=dates))
    assert not alerted.actions
    assert not alerted.coming


def test_a_date_that_several_texts_give_in_the_same_words_is_one() -> None:
    stay = (LegalDate("stay-ends", date(2026, 6, 14), quote="until June 14, 2026"),)
    alerted = week(part(1, Level.MEDIUM, dates=stay), part(2, Level.MEDIUM, dates=stay))
    assert len(alerted.coming) == 1


# --- legal status -------------------------------------------------------------------------------


def test_a_stay_that_begins_names_what_it_ends() -> None:
    (turn, *_) = [turn for turn in full_week().turns if turn.status.state == "stayed"]
    assert (turn.day, turn.before, turn.ended) == (date(2026, 5, 14), "in-force", False)


def test_a_status_set_for_later_is_sent_in_the_week_of_the_document_that_sets_it() -> None:
    delayed = change(
        8,
        detected_at=PERIOD.start - timedelta(days=40),
        status=(Status("delayed", date(2026, 7, 1), date(2026, 8, 1), by="2026-00001"),),
    )
    alerted = week(change(1, links=(DocumentRelation("delays", "2026-00008"),)), affected=(delayed,))
    assert [turn.day for turn in alerted.turns] == [date(2026, 7, 1)]


def test_an_end_is_sent_unless_something_follows() -> None:
    ends = change(7, status=(Status("in-force", date(2026, 1, 1), date(2026, 5, 15)),))
    goes_on = change(
        8,
        status=(
            Status("in-force", date(2026, 1, 1), date(2026, 5, 15)),
            Status("stayed", date(2026, 5, 16), by="2026-00099"),
        ),
    )
    turns = week(affected=(ends, goes_on)).turns
    assert [(turn.item.change.id, turn.status.state, turn.day, turn.before) for turn in turns] == [
        (ends.id, "expired", date(2026, 5, 16), "in-force"),
        (goes_on.id, "stayed", date(2026, 5, 16), "in-force"),
    ]


def test_later_changes_are_no_part_of_an_earlier_week() -> None:
    later = change(
        1,
        detected_at=PERIOD.end + timedelta(days=1),
        dates=(LegalDate("effective", date(2026, 5, 20)),),
        status=(Status("in-force", date(2026, 5, 12)),),
    )
    alerted = week(planned=(later,), affected=(later,), now=PERIOD.end + timedelta(days=100))
    assert not alerted.turns
    assert not alerted.coming
    assert not alerted.actions
    assert alerted.as_of == date(2026, 5, 17)


def test_a_running_week_speaks_as_of_today() -> None:
    alerted = week(change(1), now=datetime(2026, 5, 13, 3, tzinfo=UTC))
    assert alerted.as_of == date(2026, 5, 12)  # in New York
    assert not alerted.over


# --- parties and sections -----------------------------------------------------------------------


def test_parties_in_japan_are_first() -> None:
    alerted = full_week()
    assert [party.name for party in alerted.parties] == ["Sample Seimitsu K.K.", "Another Sample Co."]


def test_a_list_that_repeats_the_regulations_is_sent_once() -> None:
    book, screening = part(1), change(2, Level.CRITICAL, kind=DocumentKind.LIST)
    rows = (row(Op.ADDED, "JAPAN", "Sample Seimitsu K.K."),)
    alerted = week(screening, book, operations={book.id: rows, screening.id: rows})
    assert [(item.change.id, item.also) for item in alerted.items] == [(book.id, ("fr-bis",))]
    assert [party.change.id for party in alerted.parties] == [book.id]
    assert alerted.quarter.weeks[-1].total == 1


def test_a_list_with_more_than_the_regulations_is_an_entry_of_its_own() -> None:
    book, screening = part(1), change(2, Level.CRITICAL, kind=DocumentKind.LIST)
    rows = (row(Op.ADDED, "JAPAN", "Sample Seimitsu K.K."),)
    more = (*rows, row(Op.ADDED, "IRAN", "Other Co.", "Specially Designated Nationals"))
    alerted = week(screening, book, operations={book.id: rows, screening.id: more})
    assert len(alerted.items) == 2
    assert {party.name for party in alerted.parties} == {"Sample Seimitsu K.K.", "Other Co."}


LAST_WEEK = PERIOD.start - timedelta(days=3)
LISTED = (row(Op.ADDED, "JAPAN", "Sample Seimitsu K.K."),)


def test_a_list_that_follows_a_week_later_is_not_sent_again() -> None:
    book = part(1, detected_at=LAST_WEEK)
    screening = change(2, Level.CRITICAL, kind=DocumentKind.LIST)
    alerted = week(screening, operations={screening.id: LISTED}, earlier=((book, LISTED),))
    assert (alerted.items, alerted.parties) == ((), ())


def test_a_text_that_follows_its_list_is_sent_without_the_parties_that_were() -> None:
    screening = change(2, Level.CRITICAL, kind=DocumentKind.LIST, detected_at=LAST_WEEK)
    book = part(1)
    more = (*LISTED, row(Op.ADDED, "IRAN", "Other Co."), row(Op.CHANGED, "JAPAN", "Third K.K."))
    alerted = week(book, operations={book.id: more}, earlier=((screening, (*LISTED, more[2])),))
    assert [item.change.id for item in alerted.items] == [book.id]
    assert [party.name for party in alerted.parties] == ["Third K.K.", "Other Co."]


def test_a_party_that_returns_is_sent_again() -> None:
    added = part(1, detected_at=LAST_WEEK - timedelta(days=7))
    gone = part(2, detected_at=LAST_WEEK)
    back = part(3)
    earlier = ((gone, (row(Op.REMOVED, "JAPAN", "Sample Seimitsu K.K."),)), (added, LISTED))
    assert [party.op for party in week(back, operations={back.id: LISTED}, earlier=earlier).parties] == [
        Op.ADDED
    ]


def test_sections_count_substantive_changes() -> None:
    book = part(1)
    operations = (
        Operation("15 CFR 744.23(a)", Op.CHANGED),
        Operation("15 CFR 744.23(b)", Op.ADDED),
        Operation("15 CFR 744.9(a)", Op.CHANGED),
        Operation("15 CFR 744.11(a)", Op.CHANGED, editorial=True),
        Operation("15 CFR 744.11 › History", Op.CHANGED, kind=UnitKind.CITATION),
    )
    found = week(book, operations={book.id: operations}).sections
    assert [(section.name, section.total) for section in found] == [("15 CFR 744.9", 1), ("15 CFR 744.23", 2)]


def test_proposals_are_named_as_such() -> None:
    assert [item.change.title for item in full_week().proposals] == ["A proposal"]


# --- sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "well"),
    [
        (SourceHealth("s", "healthy"), True),
        (SourceHealth("s", "failing", PERIOD.start), False),
        (SourceHealth("s", "failing", PERIOD.end + timedelta(days=2)), True),  # it failed later
        (
            SourceHealth(
                "s", "healthy", outages=(SourceOutage(PERIOD.start, PERIOD.end - timedelta(days=1), "504"),)
            ),
            True,
        ),
        (
            SourceHealth(
                "s", "healthy", outages=(SourceOutage(PERIOD.start, PERIOD.end + timedelta(days=1), "504"),)
            ),
            False,
        ),
        (
            SourceHealth("s", "failing", PERIOD.start, outages=(SourceOutage(PERIOD.start, None, "504"),)),
            False,
        ),
    ],
)
def test_a_source_is_failing_in_a_week_whose_changes_may_be_missing(source: SourceHealth, well: bool) -> None:
    assert (week(sources=(source,), now=MONDAY).ill == ()) is well


# --- the quarter --------------------------------------------------------------------------------


def test_the_quarter_counts_thirteen_weeks_and_leaves_out_the_rest() -> None:
    def seen(weeks_ago: int, **values: object) -> ChangeSighting:
        at = PERIOD.start - timedelta(weeks=weeks_ago, hours=-1)
        return ChangeSighting(at, Level.HIGH, ("fdpr",), **values)  # type: ignore[arg-type]

    alerted = week(change(1), sightings=(seen(1), seen(12), seen(13), seen(-1)))
    assert [tally.total for tally in alerted.quarter.weeks] == [1, *[0] * 10, 1, 1]
    assert alerted.quarter.topics == ("fdpr",)
    assert alerted.quarter.usual == pytest.approx(2 / 12)


def test_unwatched_weeks_do_not_count_as_quiet() -> None:
    alerted = week(change(1), watched_since=PERIOD.start - timedelta(days=10))
    assert [tally.period.name for tally in alerted.quarter.weeks] == ["2026-W18", "2026-W19", "2026-W20"]
    assert len(week(change(1), watched_since=PERIOD.end + timedelta(days=9)).quarter.weeks) == 1


def test_lead_time_is_counted_from_first_sight_to_effect() -> None:
    seen = PERIOD.start - timedelta(days=10)

    def effective(days: int) -> ChangeSighting:
        return ChangeSighting(seen, Level.HIGH, (), (seen + timedelta(days=days)).date())

    lead = week(sightings=[effective(days) for days in (-3, 0, 1, 7, 30, 31, 365)]).quarter.lead
    assert lead.counts == (2, 2, 1, 1, 1)
    assert lead.median == 7


def test_the_records_of_one_story_are_one_entry() -> None:
    due = (LegalDate("effective", date(2026, 5, 25)),)
    rule, text, other = change(1, Level.HIGH, dates=due), part(3, Level.HIGH, dates=due), change(2, Level.LOW)
    stories = {rule.id: "sty_1", text.id: "sty_1", other.id: "sty_2"}
    found = week(rule, text, other, stories=stories)
    assert [(item.change.id, [each.id for each in item.records]) for item in found.items] == [
        (rule.id, [text.id]),
        (other.id, []),
    ]
    assert found.count(Level.HIGH) == 1
    assert [action.item.change.id for action in found.actions] == [rule.id]
    apart = week(rule, text, other)
    assert len(apart.items) == 3
    assert [len(item.records) for item in apart.items] == [0, 0, 0]


def test_the_gravest_record_of_a_story_leads_for_the_reader() -> None:
    rule, text = change(1, Level.MEDIUM), part(3, Level.CRITICAL)
    stories = dict.fromkeys((rule.id, text.id), "sty_1")
    (item,) = week(rule, text, stories=stories).items
    assert (item.change.id, item.level, [each.id for each in item.records]) == (
        text.id,
        Level.CRITICAL,
        [rule.id],
    )


def test_a_story_is_one_date_ahead() -> None:
    far = (LegalDate("compliance", date(2026, 6, 10)),)
    rule = change(1, Level.LOW, dates=far, detected_at=PERIOD.start - timedelta(days=10))
    text = part(3, Level.LOW, dates=far, detected_at=PERIOD.start - timedelta(days=9))
    stories = dict.fromkeys((rule.id, text.id), "sty_1")
    assert len(week(planned=(rule, text), stories=stories).coming) == 1
    assert len(week(planned=(rule, text)).coming) == 2
