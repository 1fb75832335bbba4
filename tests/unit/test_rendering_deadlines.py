"""Dates ahead, and a calendar that moves its entries instead of doubling them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from tests.unit.rendering_samples import affiliates_rule, hostile_page
from tracker.model import Change, DocumentKind, LegalDate, Level, Status
from tracker.rendering.deadlines import Deadline, as_json, calendar, deadline_text, deadlines, upcoming
from tracker.rendering.location_text import date_note

TODAY = date(2025, 10, 1)
STAMP = datetime(2025, 10, 1, 3, 0, tzinfo=UTC)


def dated(*dates: LegalDate, **changed: object) -> Change:
    change = affiliates_rule()
    return replace(change, tagging=replace(change.tagging, dates=dates), **changed)  # type: ignore[arg-type]


def events(*entries: Deadline) -> list[dict[str, str]]:
    text = calendar(entries, "ja", viewer_url="http://127.0.0.1:8000", stamp=STAMP)
    return [
        {
            "uid": str(event["uid"]),
            "start": str(event.decoded("dtstart")),
            "end": str(event.decoded("dtend")),
            "summary": str(event["summary"]),
            "sequence": str(event["sequence"]),
            "description": str(event["description"]),
        }
        for event in Calendar.from_ical(text).walk("VEVENT")
    ]


def test_upcoming_dates_are_sorted_by_day_and_level() -> None:
    low = dated(LegalDate("hearing", date(2025, 10, 29)), id="chg_aaaaaaaaaaaaaaaa")
    low = replace(low, tagging=replace(low.tagging, level=Level.LOW))
    found = deadlines([low, affiliates_rule()], TODAY)
    assert [(entry.date.isoformat(), entry.type) for entry in found] == [
        ("2025-10-29", "comments-close"),
        ("2025-10-29", "hearing"),
        ("2026-11-09", "stay-ends"),
    ]


def test_past_superseded_and_editorial_dates_are_left_out() -> None:
    change = dated(
        LegalDate("comments-close", date(2025, 9, 30)),
        LegalDate("comments-close", date(2025, 10, 29), superseded=True),
    )
    assert deadlines([change, dated(LegalDate("expires", TODAY), editorial=True)], TODAY) == ()
    assert len(deadlines([dated(LegalDate("expires", TODAY))], TODAY)) == 1


def test_an_entry_keeps_its_uid_when_its_date_moves() -> None:
    (before,) = events(*deadlines([dated(LegalDate("comments-close", date(2025, 10, 29)))], TODAY))
    moved = dated(
        LegalDate("comments-close", date(2025, 10, 29), superseded=True),
        LegalDate("comments-close", date(2025, 11, 28)),
        revision=2,
    )
    (after,) = events(*deadlines([moved], TODAY))
    assert before["uid"] == after["uid"] == "chg_0123456789abcdef-comments-close@tracker"
    assert (before["sequence"], after["sequence"]) == ("0", "1")
    assert (after["start"], after["end"]) == ("2025-11-28", "2025-11-29")


def test_dates_of_one_type_have_uids_of_their_own_that_time_does_not_change() -> None:
    change = dated(
        LegalDate("effective", date(2025, 10, 2)),
        LegalDate("effective", date(2025, 12, 2)),
        LegalDate("effective", date(2025, 12, 9), note="instruction 3"),
    )
    early = {entry.key: entry.date for entry in deadlines([change], TODAY)}
    late = {entry.key: entry.date for entry in deadlines([change], date(2025, 11, 1))}
    assert len(early) == 3
    assert late == {key: day for key, day in early.items() if day > date(2025, 11, 1)}


def test_a_date_in_the_same_words_of_several_sections_is_one_date() -> None:
    stay = LegalDate("stay-ends", date(2026, 11, 9), note="15 CFR 744.11", quote="stayed until Nov. 9, 2026")
    first = dated(stay, kind=DocumentKind.CFR)
    later = replace(first, id="chg_aaaaaaaaaaaaaaaa", detected_at=first.detected_at + timedelta(days=1))
    rule = replace(first, id="chg_bbbbbbbbbbbbbbbb", kind=DocumentKind.RULE)
    found = deadlines([later, first, rule], TODAY)
    assert [entry.change_id for entry in found] == ["chg_0123456789abcdef", "chg_bbbbbbbbbbbbbbbb"]


def test_a_text_is_named_by_its_touched_units() -> None:
    change = dated(LegalDate("expires", date(2025, 12, 1)), kind=DocumentKind.CFR)
    assert deadlines([change], TODAY)[0].what("ja") == "50%ルール(関連会社規則)の導入"


def test_a_calendar_entry_has_subject_and_link() -> None:
    event = events(*deadlines([affiliates_rule()], TODAY))[0]
    assert (
        event["summary"]
        == "意見提出期限: Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities"
    )
    assert "http://127.0.0.1:8000/changes/chg_0123456789abcdef" in event["description"]
    assert "“no later than October 29, 2025”" in event["description"]
    assert "法的助言ではありません" in event["description"]


def test_source_words_cannot_break_the_calendar() -> None:
    (event,) = events(*deadlines([hostile_page()], TODAY))
    assert "BEGIN:" not in event["description"]
    text = calendar(deadlines([hostile_page()], TODAY), "en", viewer_url="http://x", stamp=STAMP).decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "javascript:alert(document" not in text
    assert all(len(row.encode()) <= 75 for row in text.split("\r\n"))


def test_an_empty_calendar_is_one() -> None:
    assert b"BEGIN:VCALENDAR" in calendar((), "en", viewer_url="http://x", stamp=STAMP)


def test_rows_have_labels_and_days_left() -> None:
    rows = deadline_text(deadlines([affiliates_rule()], TODAY), "ja", TODAY)
    assert rows[0] == {
        "期日": "2025-10-29",
        "残り": "あと28日",
        "影響度": "緊急",
        "種類": "意見提出期限",
        "内容": "Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities",
        "記録番号": "chg_0123456789abcdef",
    }
    assert (
        deadline_text(deadlines([dated(LegalDate("expires", TODAY))], TODAY), "en", TODAY)[0]["Left"]
        == "today"
    )
    late = deadlines([dated(LegalDate("expires", TODAY))], TODAY)
    assert deadline_text(late, "en", TODAY + timedelta(days=2))[0]["Left"] == "2 days ago"


def test_json_rows_are_json() -> None:
    row = json.loads(json.dumps(as_json(deadlines([affiliates_rule()], TODAY))))[0]
    assert row["date"] == "2025-10-29"
    assert row["change"] == "chg_0123456789abcdef"


# --- one end, sent by several records -------------------------------------------------------------

END = date(2026, 11, 9)
NOTES = tuple(f"15 CFR 744.{section}(a)" for section in (11, 16, 21))


def stayed() -> list[Change]:
    """Return the stayed rule, the rule that stays it, and the code's notes: records with the same end of one stay."""
    rule = dated(
        LegalDate("stay-ends", END, by="90 FR 50857", quote="are stayed until", where="90 FR 50857 › dates")
    )
    stay = dated(
        LegalDate("stay-ends", END, quote="are stayed until"), LegalDate("expires", END, quote="until November 9"),
        id="chg_bbbbbbbbbbbbbbbb", document_number="2025-19846", citation="90 FR 50857", title="One Year Suspension",
        detected_at=rule.detected_at + timedelta(days=40), revision=3,
    )  # fmt: skip
    stay = replace(
        stay, tagging=replace(stay.tagging, level=Level.MEDIUM, status=(Status("stayed", until=END, units=NOTES[:1]),))
    )  # fmt: skip
    code = dated(
        *(
            LegalDate("stay-ends", END, note=f"{unit} › Effective Date Note", quote=f"At 90 FR 50857, in {unit}")
            for unit in NOTES
        ),
        id="chg_cccccccccccccccc", kind=DocumentKind.CFR, document_number=None, citation=None,
        detected_at=rule.detected_at + timedelta(days=42),
    )  # fmt: skip
    held = tuple(Status("stayed", until=END, by="90 FR 50857", units=(unit,)) for unit in NOTES)
    return [replace(code, tagging=replace(code.tagging, status=held)), stay, rule]


def test_the_end_of_a_stay_is_one_deadline_for_all_its_records_and_names_all_units() -> None:
    (entry,) = deadlines(stayed(), TODAY)
    assert (entry.change_id, entry.type, entry.level) == ("chg_0123456789abcdef", "stay-ends", Level.CRITICAL)
    assert entry.changes == ("chg_0123456789abcdef", "chg_bbbbbbbbbbbbbbbb", "chg_cccccccccccccccc")
    assert entry.units == NOTES
    assert entry.revision == 3, "a calendar that has the entry takes the newer words"
    (event,) = events(entry)
    assert event["uid"] == "chg_0123456789abcdef-stay-ends@tracker"
    assert ", ".join(NOTES) in event["description"]
    (row,) = deadline_text([entry], "ja", TODAY)
    assert row["種類"] == f"効力停止の終了 (根拠: 90 FR 50857、対象: {', '.join(NOTES)})"
    (alerted,) = as_json([entry])
    assert (alerted["units"], len(alerted["changes"])) == (list(NOTES), 3)


def test_a_deadline_keeps_its_key_when_records_are_added_and_its_end_moves() -> None:
    code, stay, rule = stayed()
    assert {entry.key for few in ([rule], [stay, rule]) for entry in deadlines(few, TODAY)} == {
        deadlines([code, stay, rule], TODAY)[0].key
    }
    longer = LegalDate("stay-ends", date(2027, 11, 9), by="91 FR 70000")
    old = replace(rule.tagging.dates[0], superseded=True)
    (moved,) = deadlines([replace(rule, tagging=replace(rule.tagging, dates=(old, longer)))], TODAY)
    assert moved.key == "chg_0123456789abcdef-stay-ends"


def test_the_last_day_of_a_stay_and_the_day_after_it_are_one_entry() -> None:
    _, stay, rule = stayed()
    after = END + timedelta(days=1)
    elsewhere = LegalDate("stay-ends", after, by="90 FR 50857", quote="suspended until November 10, 2026")
    page = replace(
        stay, id="chg_dddddddddddddddd", citation=None, document_number=None, kind=DocumentKind.PAGE
    )
    page = replace(page, tagging=replace(page.tagging, dates=(elsewhere,)))
    (entry,) = deadlines([stay, rule, page], TODAY)
    assert (entry.type, entry.date) == ("stay-ends", END)
    assert page.id in entry.changes
    again = LegalDate(
        "effective", after, quote="The stayed paragraphs take effect again on November 10, 2026."
    )
    own = dated(LegalDate("stay-ends", END, quote="stayed through November 9, 2026"), again)
    assert [(each.type, each.date) for each in upcoming(own, TODAY)] == [("stay-ends", END)]
    assert [(each.type, each.date) for each in deadlines([own], TODAY)] == [("stay-ends", END)]


def test_the_day_after_a_stay_stays_an_entry_where_it_is_another_date() -> None:
    after = END + timedelta(days=1)
    other = LegalDate("effective", after, quote="Part 748 is amended effective November 10, 2026.")
    own = dated(LegalDate("stay-ends", END, quote="stayed through November 9, 2026"), other)
    assert [each.date for each in upcoming(own, TODAY)] == [END, after]
    foreign = dated(LegalDate("stay-ends", after), id="chg_dddddddddddddddd", citation="90 FR 60000")
    assert len(deadlines([own, foreign], TODAY)) == 3


def test_records_of_one_story_have_one_entry_for_one_day() -> None:
    rule = dated(LegalDate("effective", END))
    page = dated(LegalDate("effective", END), id="chg_dddddddddddddddd", kind=DocumentKind.PAGE)
    assert len(deadlines([rule, page], TODAY)) == 2
    stories = {rule.id: "sty_0000000000000001", page.id: "sty_0000000000000001"}
    (entry,) = deadlines([rule, page], TODAY, stories)
    assert entry.changes == (rule.id, page.id)


def test_applications_have_a_type_of_their_own_in_each_language() -> None:
    rows = [
        deadline_text(deadlines([dated(LegalDate("applications-close", END))], TODAY), language, TODAY)[0]
        for language in ("ja", "en")
    ]
    assert "応募期限" in rows[0].values()
    assert "Applications close" in rows[1].values()


def test_other_acts_other_days_and_other_kinds_are_deadlines_of_their_own() -> None:
    _, stay, rule = stayed()
    other = replace(stay, id="chg_dddddddddddddddd", citation="90 FR 60000")
    both = dated(
        LegalDate("comments-close", END), LegalDate("applications-close", END),
        LegalDate("effective", END), id="chg_eeeeeeeeeeeeeeee",
    )  # fmt: skip
    found = deadlines([stay, rule, other, both], TODAY)
    assert sorted(entry.type for entry in found) == [
        "applications-close", "comments-close", "effective", "stay-ends", "stay-ends",
    ]  # fmt: skip


def test_one_day_in_several_notes_of_a_part_is_reported_once() -> None:
    code = stayed()[0]
    (entry,) = upcoming(code, TODAY)
    assert entry.note.count("; ") == 2
    assert date_note(entry.note, entry.by, "ja").startswith(
        "15 CFR 744.11(a) › 効力に関する注記、15 CFR 744.16(a)"
    )


@pytest.mark.parametrize(
    ("note", "by", "ja", "en"),
    [
        ("", "90 FR 50857", "根拠: 90 FR 50857", "by 90 FR 50857"),
        ("by hand", "", "by hand", "by hand"),
        ("delayed", "", "延期後", "as delayed"),
        ("instruction 5", "", "改正指示5", "instruction 5"),
        ("proposals or applications due", "", "提案・申請の期限", "proposals or applications due"),
        ("§ 744.11(a)", "", "§ 744.11(a)", "§ 744.11(a)"),
        ("", "", "", ""),
    ],
)
def test_the_scope_of_a_date_is_shown_in_the_readers_language(note: str, by: str, ja: str, en: str) -> None:
    assert (date_note(note, by, "ja"), date_note(note, by, "en")) == (ja, en)
