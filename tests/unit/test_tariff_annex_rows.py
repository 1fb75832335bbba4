"""The rows of annexes: headings with rate and first day, and HTS numbers of goods."""

from __future__ import annotations

from datetime import date

from tests.recorded import recorded
from tracker.parsing.files import read_file
from tracker.tariff.annex_rows import AnnexAct, AnnexRow, annex_rows

ANNEX = (
    "Effective with respect to goods entered for consumption, or withdrawn from warehouse for consumption, on or after 12:01 a.m.",
    "eastern daylight time on June 18, 2026, subchapter III of chapter 99 of the HTSUS is modified as follows:",
    "1. Headings 9903.07.01 and 9903.07.02 are hereby terminated.",
    "2. The following new headings are inserted in numerical sequence:",
    "“9903.08.01 ..... Except for products described in headings 9903.08.02–9903.08.04, articles the product of Japan, with a rate of duty "
    "under column 1 less than 15 percent. 15% ..........",
    "No change.",
    "9903.08.02 . . . . Articles the product of Japan, as provided for in subdivision (b) of U.S. note 80 to this subchapter. The duty provided in the applicable subheading.",
    "The duty provided in the applicable subheading.",
    "9903.08.03 Articles the product of Brazil",
    "The duty provided in the applicable subheading + 25%",
    "3. U.S. note 80 is inserted:",
    "8481.80.30 8481.80.90 8708.40.1150",
    "0106.14.00 .......... Live rabbits and hares.",
    "4. Heading 9903.08.05 is modified by deleting “10%” and inserting “15%”.",
)


def rows(*texts: str) -> tuple[AnnexRow, ...]:
    return annex_rows((f"Annexes › ANNEX ¶{number}", text) for number, text in enumerate(texts, 1))


def test_headings_have_their_rate_their_day_and_their_place() -> None:
    found = {row.number: row for row in rows(*ANNEX)}
    first = found["9903.08.01"]
    assert (first.act, first.rate, first.since) == (AnnexAct.INSERTED, "15%", date(2026, 6, 18))
    assert first.time == "12:01 a.m. eastern daylight time"
    assert first.where == "Annexes › ANNEX ¶5"
    assert first.words.endswith("under column 1 less than 15 percent")
    assert found["9903.08.02"].rate == "The duty provided in the applicable subheading"
    assert found["9903.08.03"].rate == "The duty provided in the applicable subheading + 25%"
    assert (found["9903.07.02"].act, found["9903.07.02"].since) == (AnnexAct.ENDED, date(2026, 6, 18))
    assert found["9903.08.05"].act is AnnexAct.CHANGED


def test_numbers_of_goods_are_rows_with_their_description() -> None:
    found = [(row.number, row.words) for row in rows(*ANNEX) if row.act is AnnexAct.LISTED]
    assert found == [
        ("8481.80.30", ""), ("8481.80.90", ""), ("8708.40.1150", ""), ("0106.14.00", "Live rabbits and hares."),
    ]  # fmt: skip


def test_a_text_that_acts_on_no_heading_has_no_rows() -> None:
    assert rows("8481.80.30 8481.80.90", "Goods of heading 8541.10 are covered by this annex.") == ()


def test_a_heading_without_a_rate_keeps_it_empty() -> None:
    (row,) = rows("9903.08.01 Articles the product of Japan")
    assert (row.rate, row.since) == ("", None)


def test_the_recorded_annexes_give_their_headings() -> None:
    document = read_file("annexes.pdf", recorded("printed/brazil_eo_nov2025_annexes.pdf"))
    found = annex_rows((unit.path, unit.text) for unit in document.units)
    assert [(row.number, row.act.value, row.since) for row in found if row.act is not AnnexAct.LISTED] == [
        ("9903.01.77", "changed", date(2025, 11, 13)),
        ("9903.01.81", "changed", date(2025, 11, 13)),
        ("9903.01.90", "inserted", date(2025, 11, 13)),
    ]
    document = read_file("notice.pdf", recorded("printed/2025-23316.pdf"))
    found = annex_rows((unit.path, unit.text) for unit in document.units)
    inserted = {row.number: row.rate for row in found if row.act is AnnexAct.INSERTED}
    assert sorted(inserted) == [f"9903.02.{number}" for number in range(82, 92)]
    assert {number for number, rate in inserted.items() if rate == "15%"} == {"9903.02.83", "9903.02.88"}
    assert {row.since for row in found if row.act is AnnexAct.INSERTED} == {date(2025, 11, 14)}
