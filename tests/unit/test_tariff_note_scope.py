"""Which goods a subdivision of the notes covers, and which headings the notes let go first."""

from __future__ import annotations

from datetime import date

import pytest

from tests.tariff_samples import THE_DUTY, Rows, added, chapters
from tracker.tariff.duty import Duty, Origin, duty_of
from tracker.tariff.note_scope import NoteScope, Scope, Verdict, exceptions_in
from tracker.tariff.notes import Notes, read_notes
from tracker.tariff.rows import Schedule, rows_of_records

GEARS = (
    "70. (a) Except as provided in headings 9903.60.02 and 9903.60.03, heading 9903.60.01 provides the ordinary customs duty treatment "
    "of gear parts of all countries as described in subdivision (b) of this note.",
    "(b) The rates of duty set forth in heading 9903.60.01 apply to gear parts classifiable in the provisions of the HTSUS enumerated "
    "in this subdivision: 8708.40.11 8483.40.50",
    "(c) Heading 9903.60.02 applies to:",
    "(i) all entries of articles classifiable under provisions of the HTSUS enumerated in subdivision (b) of this note, but that are "
    "not gear parts; as well as",
    "(ii) the U.S. content of gear parts described in subdivision (b) of this note, upon approval from the Secretary of Commerce.",
    "(d) Heading 9903.60.04 applies to gear parts when certified by the importer of record that such parts will be used for repair. "
    "Heading 9903.60.04 does not apply to the following:",
    "(i) articles classifiable in HTSUS chapters 72, 73 or 76;",
    "(ii) articles classifiable in the provisions of subdivision (b) of this note.",
    "(e) As provided in heading 9903.60.03, the additional duty imposed by heading 9903.60.01 shall not apply to the following particular articles:",
    "(i) Bread, for religious purposes only (classifiable in subheading 1905.90.10);",
    "(ii) valves provided for in headings 9903.61.01 and 9903.61.02.",
)


def notes(*lines: str) -> Notes:
    return read_notes([["SUBCHAPTER III", "U.S. Notes", *lines]])["III"]


def scope(place: str, number: str, heading: str = "", *lines: str, of_heading: Verdict = Verdict.NO) -> Scope:
    return NoteScope(notes(*(lines or GEARS)), number, lambda _: Scope(of_heading)).of(place, heading)


@pytest.mark.parametrize(
    ("place", "heading", "number", "verdict", "is_fact"),
    [
        ("70(b)", "9903.60.01", "8708.40.11.50", Verdict.YES, False),
        ("70(b)", "9903.60.01", "8481.80.30", Verdict.NO, False),
        ("70(b)", "9903.60.01", "8708.40", Verdict.OPEN, False),
        ("70(a)", "9903.60.01", "8481.80.30", Verdict.NO, False),
        ("70(a)", "9903.60.01", "8708.40.11", Verdict.OPEN, False),
        ("70(c)", "9903.60.02", "8481.80.30", Verdict.NO, False),
        ("70(c)", "9903.60.02", "8708.40.11", Verdict.OPEN, False),
        ("70(d)", "9903.60.04", "8481.80.30", Verdict.OPEN, True),
        ("70(d)", "9903.60.04", "7308.90.30", Verdict.NO, False),
        ("70(d)", "9903.60.04", "8708.40.11", Verdict.NO, False),
        ("70(e)", "9903.60.03", "8481.80.30", Verdict.NO, False),
        ("70(e)", "9903.60.03", "1905.90.10", Verdict.OPEN, False),
        ("70(z)", "9903.60.01", "8481.80.30", Verdict.OPEN, False),
    ],
)
def test_a_subdivision_covers_the_goods_that_it_lists(
    place: str, heading: str, number: str, verdict: Verdict, is_fact: bool
) -> None:
    found = scope(place, number, heading)
    assert (found.verdict, found.is_fact) == (verdict, is_fact)
    assert found.is_unread == (place == "70(z)")


def test_an_item_that_names_headings_is_what_they_are() -> None:
    assert scope("70(e)", "8481.80.30", "9903.60.03", of_heading=Verdict.YES).verdict is Verdict.YES
    assert scope("70(e)", "8481.80.30", "9903.60.03", of_heading=Verdict.OPEN).verdict is Verdict.OPEN


def test_a_list_of_what_is_left_out_is_no_list_of_goods() -> None:
    text = "71. (a) Heading 9903.60.01 applies to all products except those classified in the following subheadings: 8708.40.11"
    assert scope("71(a)", "8481.80.30", "9903.60.01", text).verdict is Verdict.OPEN
    text = "71. (a) Heading 9903.60.01 does not apply to products classified in subdivision (b) of this note."
    more = "(b) The list is of the following subheadings: 8708.40.11"
    assert scope("71(a)", "8481.80.30", "9903.60.01", text, more).verdict is Verdict.OPEN


def test_a_condition_that_spares_a_chapter_is_none_for_its_lines() -> None:
    text = (
        "72. (a) Headings 9903.62.01 and 9903.62.02 apply to the full customs value of articles classifiable in the provisions enumerated in the "
        "following lists. For articles classified in the listed provisions that are not in chapters 72 or 73 of the HTSUS, headings 9903.62.01 and "
        "9903.62.02 only apply where the weight of the metal is at least 15 percent.",
        "(i) Derivative steel articles: 7308.90.30 8481.80.30",
        "(ii) Articles of steel: 7208 7209",
    )
    assert scope("72(a)(i)", "7308.90.30", "9903.62.01", *text).covers_all
    assert not scope("72(a)(i)", "8481.80.30", "9903.62.01", *text).covers_all
    assert scope("72(a)", "8708.40.11", "9903.62.01", *text).verdict is Verdict.NO


def test_a_list_names_the_day_from_which_it_applies() -> None:
    text = (
        "73. (a) Heading 9903.63.01 applies to products of China that are classified in the subheadings enumerated in this subdivision, effective "
        "with respect to goods entered for consumption on or after 12:01 a.m. eastern daylight time on July 1, 2026: 8708.40.11"
    )
    assert scope("73(a)", "8708.40.11", "9903.63.01", text).since == date(2026, 7, 1)


def test_the_notes_name_exceptions_that_a_heading_does_not() -> None:
    assert exceptions_in(notes(*GEARS)) == {"9903.60.01": ("9903.60.02", "9903.60.03")}
    text = "74. (a) Except as provided for in headings 9903.64.02 and 9903.64.04, headings 9903.64.05, 9903.64.06 set forth the ordinary customs duty treatment."
    excepted = ("9903.64.02", "9903.64.04")
    assert exceptions_in(notes(text)) == {"9903.64.05": excepted, "9903.64.06": excepted}


def test_a_letter_at_the_end_of_a_note_goes_on_with_the_letters() -> None:
    lines = [
        "1.",
        *(f"({letter}) Words." for letter in "abcdefgh"),
        "(i) Words that:",
        "(1) are one.",
        "2. (a) Words.",
        "(b) Words.",
    ]
    assert "1(i)" in notes(*lines).parts


def duty(number: str, rows: Rows, lines: tuple[str, ...] = GEARS, on: date = date(2026, 7, 25)) -> Duty:
    schedule = Schedule(rows_of_records([*chapters(), *rows]))
    return duty_of(schedule, notes(*lines), number, Origin("japan", "JP"), on, lambda _: None)


def gears() -> Rows:
    note = "of U.S. note 70 to this subchapter"
    return [
        added("9903.60.01", f"Gear parts, as provided for in subdivision (b) {note}", f"{THE_DUTY} + 25%"),
        added("9903.60.02", f"Articles as provided for in subdivision (c) {note}", THE_DUTY),
        added("9903.60.03", f"Articles as provided for in subdivision (e) {note}", THE_DUTY),
        added("9903.60.04", f"Gear parts as provided for in subdivision (d) {note}", f"{THE_DUTY} + 15%"),
        added("9903.61.01", "Valves the product of Brazil", f"{THE_DUTY} + 5%"),
        added("9903.61.02", "Valves the product of China", f"{THE_DUTY} + 5%"),
        added(
            "9903.65.01",
            "Except for products described in headings 9903.60.03 and 9903.60.05, articles the product of any country",
            f"{THE_DUTY} + 10%",
        ),
        added("9903.60.05", f"Parts provided for in headings of subdivision (f) {note}", THE_DUTY),
    ]


EXCEPT_GEARS = (
    *GEARS,
    "(f) As provided in heading 9903.60.05, the additional duty imposed by heading 9903.65.01 shall not apply to:",
    "(i) gear parts provided for in headings 9903.60.01, 9903.60.02 and 9903.60.04.",
)


def test_a_line_in_no_list_pays_the_general_duty_and_hears_of_what_can_be_declared() -> None:
    found = duty("8481.80.90", gears(), EXCEPT_GEARS)
    assert ([one.row.number for one in found.additional], found.open) == (["9903.65.01"], ())
    assert found.additional[0].unless[0].startswith("9903.60.05: Parts provided for")
    assert [one.row.number for one in found.declared] == ["9903.60.04"]


def test_a_line_in_a_list_whose_goods_have_a_name_is_open_with_its_exceptions() -> None:
    found = duty("8708.40.11", gears(), EXCEPT_GEARS)
    assert found.additional == ()
    assert {(one.code, one.values["heading"]) for one in found.open} == {
        ("goods", "9903.60.01"),
        ("exception", "9903.65.01"),
    }


def test_of_two_subdivisions_one_that_is_open_leaves_the_heading_open() -> None:
    text = (
        "75. (a) Heading 9903.66.01 applies to all products classified in the following subheadings: 8708.40.11",
        "(b) Heading 9903.66.01 applies to gear boxes of which 95 percent of the steel was melted in the United States.",
    )
    rows = [
        added(
            "9903.66.01",
            "Articles as provided for in subdivisions (a) and (b) of U.S. note 75 to this subchapter",
            f"{THE_DUTY} + 10%",
        )
    ]
    found = duty("8708.40.11", rows, text)
    assert (found.additional, [one.code for one in found.open]) == ((), ["note-goods"])
