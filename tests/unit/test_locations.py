"""The notation of locations: removed words and amendatory instructions."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.test_legal_status_extraction import rule
from tracker.classification import classify
from tracker.locations import (
    instruction_numbers,
    is_removed,
    join_locations,
    removed_from,
    split_locations,
    unit_path,
)


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("instruction 5", ("5",)),
        ("instruction 3.a, 5 and 7", ("3", "5", "7")),
        ("instruction 3 through 6, and 9", ("3", "4", "5", "6", "9")),
        ("instruction 3-5", ("3", "4", "5")),
        ("15 CFR 744.11(a)(1)", ()),
    ],
)
def test_instructions_are_listed_one_by_one(where: str, numbers: tuple[str, ...]) -> None:
    assert instruction_numbers(where) == numbers


def test_the_path_of_removed_words_is_that_of_their_unit() -> None:
    where = removed_from("15 CFR 744.11")
    assert (is_removed(where), unit_path(where)) == (True, "15 CFR 744.11")
    assert (is_removed("15 CFR 744.11"), unit_path("15 CFR 744.11")) == (False, "15 CFR 744.11")


def test_each_instruction_of_a_range_is_delayed() -> None:
    document = rule(
        "Export Controls on Semiconductor Manufacturing Items",
        "BIS amends the Export Administration Regulations.",
        *(f"{number}. Section 740.{number} is revised to read as follows:" for number in range(3, 7)),
        published=date(2023, 10, 25),
        dates_text="This rule is effective November 17, 2023, except for amendatory instructions 3 through 5, "
        "which are effective January 1, 2026.",
    )
    found = classify(document, today=date(2024, 6, 1))
    delayed = next(status for status in found.status if status.state == "delayed")
    assert delayed.units == ("15 CFR 740.3", "15 CFR 740.4", "15 CFR 740.5")


def test_several_locations_are_one_text_and_read_back() -> None:
    locations = ["instruction 5", "15 CFR 744.11(a)(1)"]
    assert split_locations(join_locations(locations)) == locations
    assert split_locations("") == []
