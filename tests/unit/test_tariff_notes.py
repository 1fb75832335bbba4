from __future__ import annotations

import pytest

from tests.recorded import recorded
from tests.tariff_samples import NOTES, notes_pdf
from tracker.errors import ParseError
from tracker.parsing.tariff_notes import note_units
from tracker.tariff.notes import enumerated, read_notes


def lines(*text: str) -> list[list[str]]:
    return [["SUBCHAPTER III", "U.S. Notes", *text]]


def places(*text: str) -> dict[str, str]:
    return {place: " ".join(part.own) for place, part in read_notes(lines(*text))["III"].parts.items()}


def test_a_letter_that_is_also_a_number_is_decided_by_the_label_after_it() -> None:
    assert list(places("1. (h) One.", "(i) Two.", "(ii) Three.")) == ["1", "1(i)", "1(ii)"]
    text = ["1.", *(f"({letter}) Words." for letter in "abcdefgh")]
    assert places(*text, "(i) Words.", "(j) Words.")["1(i)"] == "Words."
    assert places(*text, "(i) Words.", "(ii) Words.")["1(h)(i)"] == "Words."


def test_a_label_inside_a_sentence_begins_nothing() -> None:
    found = places("1. (a) As provided in subdivision", "(b) of this note, it applies.", "(b) Words.")
    assert found == {
        "1": "",
        "1(a)": "As provided in subdivision (b) of this note, it applies.",
        "1(b)": "Words.",
    }


def test_a_label_that_no_level_can_take_makes_the_rest_of_the_note_doubtful() -> None:
    notes = read_notes(
        lines("1. (a) One.", "(b) Two: the following: 8481.80.30", "(a) Again.", "2. (a) One.")
    )["III"]
    assert {place: bool(part.doubt) for place, part in notes.parts.items()} == {
        "1": True, "1(a)": False, "1(b)": True, "2": False, "2(a)": False,
    }  # fmt: skip


def test_page_heads_and_the_tables_of_headings_are_no_notes() -> None:
    pages = [
        *lines("1. One", "goes"),
        [
            "Harmonized Tariff Schedule of the United States Revision 6 (2026)",
            "XXII",
            "99 - III - 2",
            "U.S. Notes (con.)",
            "on.",
        ],
        ["Heading/ Stat. Article Description", "9903.01.25 Articles"],
    ]
    assert " ".join(read_notes(pages)["III"].parts["1"].own) == "One goes on."


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("applies to the provisions enumerated in this subdivision: 8703.22.01 8703.23.01, 8704.60 and 8705.", ("8703.22.01", "8703.23.01", "8704.60", "8705")),
        ("Articles of aluminum: 7601 7604 7616.99.5160", ("7601", "7604", "7616.99.5160")),
        ("Derivative articles of steel: 8481.80.30", ("8481.80.30",)),
        ("It applies. Then: 8481.80.30", None),
        ("the following subheadings: 8703.22.01, except cars", None),
        ("enumerated here", None),
        ("as of: 8703.22.01", None),
    ],
)  # fmt: skip
def test_a_list_is_read_where_nothing_but_numbers_follows(text: str, numbers: tuple[str, ...] | None) -> None:
    assert enumerated(read_notes(lines(f"1. (a) {text}"))["III"].parts["1(a)"]) == numbers


def test_the_notes_are_units_of_the_print() -> None:
    units, doubts = note_units(notes_pdf(), "chapter 99")
    paths = [unit.path for unit in units]
    assert "Subchapter III › U.S. note 20(a)" in paths
    assert doubts == ()
    with pytest.raises(ParseError, match="were found in this PDF"):
        note_units(notes_pdf(NOTES[:1]), "chapter 99")


def test_the_recorded_notes_give_the_lists_of_vehicles_and_parts() -> None:
    text = recorded("hts/chapter99-with-notes-2026-rev-6.txt.xz").decode("cp1252", "replace")
    pages: list[list[str]] = [[]]
    for line in text.split("\n"):
        if "Harmonized Tariff Schedule of the United States Revision" in line:
            pages.append([])
        pages[-1].append(line)
    notes = read_notes(pages)["III"]
    vehicles = enumerated(notes.parts["33(b)"])
    parts = enumerated(notes.parts["33(g)"])
    assert vehicles is not None
    assert parts is not None
    assert (len(vehicles), vehicles[0], vehicles[-1]) == (17, "8703.22.01", "8704.60.00")
    assert "8708.40.11" in parts
    assert any(part.doubt for place, part in notes.parts.items() if place.startswith("20(gg)("))
