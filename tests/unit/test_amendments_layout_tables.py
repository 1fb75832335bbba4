"""Tables and other forms of texts without markup: what the layout or the base proves, and what neither does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import pytest

from tests.unit.amend_outcome import folder, read, squeezed, text
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.amendments.inspection_pages import with_marked_pages
from tracker.amendments.layout_tables import with_tables
from tracker.diffing import compare
from tracker.parsing.files import read_file

HEAD = ["Item                Limit       Note", ""]
PAGE = ["", " " * 38 + "2", ""]


def table(*lines: str) -> list[list[str]]:
    """Return the cells of the one table of some lines, its head first; nothing where none is certain."""
    found = [line for line in with_tables(with_marked_pages([*HEAD, *lines])) if "<GPOTABLE" in line]
    rows = re.findall(r"<BOXHD>.*?</BOXHD>|<ROW>.*?</ROW>", found[0]) if len(found) == 1 else []
    return [re.findall(r"<(?:CHED H=\"1\"|ENT)>(.*?)</", row) for row in rows]


def test_cells_are_joined_over_their_lines() -> None:
    assert table(
        "Lamps of any other  $1,000.00   None", "kind                or less", "", "Ovens               $5"
    ) == [
        ["Item", "Limit", "Note"],
        ["Lamps of any other kind", "$1,000.00 or less", "None"],
        ["Ovens", "$5", ""],
    ]


def test_a_row_goes_on_after_the_end_of_a_page() -> None:
    above = "Lamps that have the $1,000,     None"
    assert table(above, *PAGE, "laser and           2,000 in", "", "Ovens               $5")[1:] == [
        ["Lamps that have the laser and", "$1,000, 2,000 in", "None"],
        ["Ovens", "$5", ""],
    ]


def test_rows_on_two_pages_are_two_rows() -> None:
    assert table("Lamps               $1          None", *PAGE, "Ovens               $5          None")[
        1:
    ] == [
        ["Lamps", "$1", "None"],
        ["Ovens", "$5", "None"],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        # two rows without an empty line between them
        ["Lamps               $1          None", "Ovens               $5          None"],
        # text below a gap
        ["Lamps               $1          None", "                    a year", "and tubes           each"],
        # an empty line in a row
        ["Lamps that have the $1,000,     None", "", "laser and           2,000 in"],
        # a row that a page may divide
        ["Lamps that have the $1,000      None", *PAGE, "Ovens               $5"],
        # asterisks in a row
        [
            "Lamps that have the $1,000,     None",
            "* * * * * *",
            "                    2,000 in    few",
            "",
            "Ovens  x            $5",
        ],
        [
            "Lamps that have the $1,000,     None",
            "",
            "* * * * * *",
            "",
            "                                few",
        ],
        # a line that no page holds
        ["Lamps               $1          None", "", "Ovens               $5          " + "x" * 100_000],
        # the head again
        ["Lamps               $1          None", "", HEAD[0]],
        # text across the gap between two columns
        ["Lamps               $1          None", "", "Lamps and ovens, and other things   $5"],
    ],
)
def test_what_the_layout_leaves_open_is_no_table(lines: Sequence[str]) -> None:
    assert table(*lines) == []


def test_a_paragraph_is_no_row() -> None:
    prose = "The list above has ten items in two parts, and none of these may be exported, or"
    found = table("Lamps               $1          None", "", f"     {prose}", "sold.")
    assert [row[0] for row in found] == ["Item", "Lamps"]


def test_columns_that_the_base_does_not_have_are_not_computed() -> None:
    number = 8
    rule = text(number, "inspection.txt").replace("[D:4]", "[D:9]").replace("[A:2] Missile", "[A:2] Rocket ")
    result = amend(read_base(text(number, "before.xml").encode()), read_rule_file("rule.txt", rule.encode()))
    reasons = {one.instruction.number: one.reason for one in result.outcomes if one.reason}
    assert set(reasons) == {"2.a", "2.b"}
    assert all("columns" in reason for reason in reasons.values())


def layouts(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the text with an empty line more or less, or with another page, at some of its places."""
    start = next(number for number, line in enumerate(lines) if "Accordingly" in line)
    for place in range(start + 1, len(lines), len(lines) // 20):
        line = lines[place]
        before, after = list(lines[:place]), list(lines[place + 1 :])
        yield [*before, *after] if not line.strip() else [*before, "", line, *after]
        if line.strip():
            yield renumbered([*before, *PAGE, line, *after])


def renumbered(lines: Sequence[str]) -> list[str]:
    number, found = 1, []
    for line in lines:
        page = re.fullmatch(r"\s{15,}\d+", line)
        number += page is not None
        found.append(" " * 38 + str(number) if page else line)
    return found


@pytest.mark.parametrize("number", [1, 5, 15, 29, 30])
def test_another_layout_computes_the_same_or_nothing(number: int) -> None:
    before = read(folder(number) / "before.xml")
    base = text(number, "before.xml").encode()
    right = {
        (each.op, each.path, squeezed(each.after))
        for name in json.loads(text(number, "truth.json"))["after"]
        for each in compare(before, read(folder(number) / name))
    }
    rules = (
        read_rule_file("rule.txt", "\n".join(lines).encode())
        for lines in layouts(text(number, "inspection.txt").split("\n"))
    )
    for made in {amend(read_base(base), rule).final for rule in rules}:
        found = compare(before, read_file("after.xml", made))
        assert {(each.op, each.path, squeezed(each.after)) for each in found} <= right
