from __future__ import annotations

from datetime import date

import pytest

from tests.tariff_samples import NOTES, THE_DUTY, Rows, added, brazil, chapter_99, chapters
from tracker.demo.hts import row
from tracker.tariff.duty import Duty, Origin, RegisterEntry, duty_of
from tracker.tariff.headings import headings_in, read_heading
from tracker.tariff.notes import Notes, read_notes
from tracker.tariff.rows import Schedule, rows_of_records

JAPAN = Origin("japan", "JP")
CHINA = Origin("china", "CN")
BRAZIL = Origin("brazil", "BR")
DAY = date(2026, 7, 25)


def notes(*more: str) -> Notes:
    return read_notes([[*NOTES, *more]])["III"]


def duty(
    number: str,
    rows: Rows,
    origin: Origin = JAPAN,
    on: date = DAY,
    said: Notes | None = None,
    **entries: RegisterEntry,
) -> Duty:
    schedule = Schedule(rows_of_records([*chapters(), *rows]))
    known = {name.removeprefix("h").replace("_", "."): entry for name, entry in entries.items()}
    return duty_of(schedule, said or notes(), number, origin, on, known.get)


def codes(found: Duty) -> list[str]:
    return [one.code for one in found.open]


def headings(found: Duty) -> list[str]:
    return [one.row.number for one in found.additional]


def test_a_line_without_chapter_99_pays_its_inherited_rate() -> None:
    found = duty("8481.80.30.10", [])
    assert found.base is not None
    assert (found.base.rate, found.base.row.number, found.base.special) == (
        "5.6%",
        "8481.80.30",
        "Free (AU,JP)",
    )
    assert (found.additional, found.open) == ((), ())


def test_a_duty_on_any_country_applies_unless_an_entry_is_declared_otherwise() -> None:
    rows = [
        added(
            "9903.01.25",
            "Articles the product of any country, except for products described in heading 9903.01.30",
            f"{THE_DUTY} + 10%",
        ),
        added(
            "9903.01.30",
            "Articles that are donations, by persons subject to the jurisdiction of the United States",
            THE_DUTY,
        ),
    ]
    found = duty("8708.40.11.10", rows)
    (one,) = found.additional
    assert (one.row.number, one.rate) == ("9903.01.25", f"{THE_DUTY} + 10%")
    assert one.unless[0].startswith("9903.01.30: Articles that are donations")
    assert found.open == ()


def test_a_duty_on_another_country_does_not_apply() -> None:
    assert (headings(duty("8708.40.11", brazil())), codes(duty("8708.40.11", brazil()))) == ([], [])


def test_an_exception_whose_note_is_not_read_leaves_the_duty_open() -> None:
    found = duty("8708.40.11", brazil(), BRAZIL)
    assert headings(found) == []
    assert "exception" in codes(found)


def test_the_exceptions_of_a_heading_are_one_question() -> None:
    found = duty("8708.40.11", [*brazil()[:1], *brazil()[2:]], BRAZIL)
    (one,) = [one for one in found.open if one.code == "exception"]
    assert (
        one.values["exception"]
        == "9903.05.03, 9903.05.04, 9903.05.05, 9903.05.06, 9903.05.07, 9903.05.08 … (7)"
    )


def test_the_list_of_a_note_decides() -> None:
    rows = [
        added(
            "9903.88.01",
            "Articles the product of China, as provided for in U.S. note 20(a) to this subchapter",
            f"{THE_DUTY} + 25%",
        )
    ]
    assert headings(duty("8542.31.00.45", rows, CHINA)) == ["9903.88.01"]
    assert (headings(duty("8708.40.11", rows, CHINA)), codes(duty("8708.40.11", rows, CHINA))) == ([], [])
    assert headings(duty("8542.31.00.45", rows, JAPAN)) == []


def test_goods_in_other_words_than_numbers_are_a_question() -> None:
    rows = [
        added(
            "9903.94.05",
            "Automobile parts, as provided for in subdivision (b) of U.S. note 20",
            f"{THE_DUTY} + 25%",
        )
    ]
    assert codes(duty("8708.40.11", rows)) == ["goods"]
    assert codes(duty("8481.80.90", rows)) == []
    said = notes(
        "33. (a) Heading 9903.94.05 applies to all imported products classified in the following subheadings: 8708.40.11"
    )
    rows = [
        added(
            "9903.94.05",
            "Automobile parts, as provided for in subdivision (a) of U.S. note 33",
            f"{THE_DUTY} + 25%",
        )
    ]
    assert headings(duty("8708.40.11", rows, said=said)) == ["9903.94.05"]


def test_a_note_that_is_not_stored_is_a_question() -> None:
    rows = [
        added(
            "9903.94.05",
            "Automobile parts, as provided for in subdivision (g) of U.S. note 33",
            f"{THE_DUTY} + 25%",
        )
    ]
    assert codes(duty("8708.40.11", rows)) == ["note-unread"]


def test_the_rate_of_column_1_decides_between_two_headings() -> None:
    words = "Articles the product of Japan with an ad valorem (or ad valorem equivalent) rate of duty under column 1"
    rows = [
        added("9903.02.72", f"{words} equal to or greater than 15 percent", THE_DUTY),
        added("9903.02.73", f"{words} less than 15 percent", "15%"),
    ]
    assert headings(duty("8708.40.11", rows)) == ["9903.02.73"]


def test_two_duties_are_added_only_where_a_note_says_so() -> None:
    rows = [
        added("9903.01.10", "Articles the product of Japan", f"{THE_DUTY} + 10%"),
        added("9903.02.10", "Articles the product of any country", f"{THE_DUTY} + 5%"),
    ]
    assert codes(duty("8708.40.11", rows)) == ["stacking"]
    said = notes(
        "34. (a) The duty in heading 9903.01.10 shall be collected in addition to the duty in heading 9903.02.10."
    )
    assert codes(duty("8708.40.11", rows, said=said)) == []


@pytest.mark.parametrize(
    ("words", "on", "applies"),
    [
        (
            "Effective with respect to entries on or after July 26, 2026, articles the product of Japan",
            DAY,
            False,
        ),
        (
            "Effective with respect to entries on or after July 25, 2026, articles the product of Japan",
            DAY,
            True,
        ),
        (
            "Articles the product of Japan entered for consumption before 12:01 a.m. eastern time on July 25, 2026",
            DAY,
            False,
        ),
        (
            "Articles the product of Japan entered for consumption before 12:01 a.m. eastern time on July 26, 2026",
            DAY,
            True,
        ),
        (
            "Articles the product of Japan [Compiler's note: provision terminated. See 90 Fed. Reg. 37963.]",
            DAY,
            False,
        ),
    ],
)
def test_the_days_of_a_heading_are_read(words: str, on: date, applies: bool) -> None:
    rows = [added("9903.01.10", words, f"{THE_DUTY} + 10%")]
    assert (headings(duty("8708.40.11", rows, on=on)) == ["9903.01.10"]) is applies


def test_the_register_gives_the_days_of_a_heading_and_ends_it() -> None:
    rows = [added("9903.01.10", "Articles the product of Japan", f"{THE_DUTY} + 10%")]
    entry = RegisterEntry(date(2026, 7, 1), date(2026, 7, 24), "2026-00001", "E.O. 14999", "the duties end")
    assert headings(duty("8708.40.11", rows, h9903_01_10=entry)) == []
    (one,) = duty("8708.40.11", rows, on=date(2026, 7, 24), h9903_01_10=entry).additional
    assert (one.since, one.until) == (date(2026, 7, 1), date(2026, 7, 24))


def test_a_heading_above_the_lines_and_a_strange_number_are_questions() -> None:
    assert codes(duty("8708.40", [])) == ["which-line"]
    assert codes(duty("8708.40.11.99", [])) == ["other-line"]
    assert codes(duty("9999.99.99", [])) == ["no-line"]


def test_a_temporary_provision_that_names_the_line_is_a_question() -> None:
    rows = [row("9902.17.01", "Used gear boxes (provided for in subheading 8708.40.11)", general="Free")]
    assert codes(duty("8708.40.11", rows)) == ["other-subchapter"]
    assert codes(duty("8481.80.90", rows)) == []


def test_headings_and_ranges_are_read() -> None:
    assert headings_in("headings 9903.01.28–9903.01.30 and 9903.02.01") == (
        "9903.01.28", "9903.01.29", "9903.01.30", "9903.02.01",
    )  # fmt: skip
    heading = read_heading(
        "Except as provided for in headings 9903.94.31 and 9903.94.40, passenger vehicles of the United Kingdom or Japan, as provided "
        "for in subdivisions (c)(i)–(iii) of U.S. note 33 to this subchapter"
    )
    assert heading.excepted == ("9903.94.31", "9903.94.40")
    assert [note.place for note in heading.notes] == ["33(c)(i)", "33(c)(ii)", "33(c)(iii)"]
    assert set(heading.of) == {"united-kingdom", "japan"}
    assert "passenger vehicles" in heading.rest


def test_a_country_that_is_not_known_here_is_not_every_country() -> None:
    rows = [added("9903.02.99", "Articles the product of Freedonia", f"{THE_DUTY} + 10%")]
    assert (headings(duty("8708.40.11", rows)), codes(duty("8708.40.11", rows))) == ([], [])


def test_the_sample_chapter_is_decided_but_for_its_unread_note() -> None:
    found = duty("8481.80.90", chapter_99(), CHINA)
    assert "exception" in codes(found)
