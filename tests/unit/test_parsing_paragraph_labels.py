"""(i) after (h), or roman one? Sequences of real sections."""

from __future__ import annotations

import json

import pytest

from tests.recorded import recorded
from tracker.parsing.paragraph_labels import INSTRUCTION_ORDER, PathLabel, leading_labels, levels


def paths(*leads: str, elided: bool = False) -> list[str]:
    return ["".join(found) for found in levels([leading_labels(lead) for lead in leads], elided=elided)]


def test_labels_continue_past_h() -> None:
    assert paths(*["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(h)", "(i)", "(j)"])[-2:] == [
        "(i)",
        "(j)",
    ]


def test_a_numeral_below_h_1_is_roman_when_two_follows() -> None:
    assert paths("(g)", "(h)", "(1)", "(i)", "(ii)", "(2)", "(i)", "(j)")[2:] == [
        "(h)(1)", "(h)(1)(i)", "(h)(1)(ii)", "(h)(2)", "(i)", "(j)",
    ]  # fmt: skip


def test_v_and_x_are_letters_after_u_and_w() -> None:
    letters = [f"({letter})" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert paths(*letters) == letters
    assert paths(*letters, "(aa)", "(bb)")[-2:] == ["(aa)", "(bb)"]


def test_romans_beyond_ten() -> None:
    numerals = ["(i)", "(ii)", "(iii)", "(iv)", "(v)", "(vi)", "(vii)", "(viii)", "(ix)", "(x)", "(xi)"]
    assert paths("(a)", "(1)", *numerals)[-1] == "(a)(1)(xi)"


def test_capital_i_after_h_and_italic_levels() -> None:
    capitals = [f"({letter})" for letter in "ABCDEFGHI"]
    found = paths("(a)", "(1)", "(i)", *capitals, "(\x011\x02)", "(\x012\x02)", "(\x01i\x02)", "(2)")
    assert found[-4:] == ["(a)(1)(i)(I)(1)", "(a)(1)(i)(I)(2)", "(a)(1)(i)(I)(2)(i)", "(a)(2)"]


def test_levels_that_a_section_skips() -> None:
    assert paths("(1)", "(i)", "(ii)", "(2)", "(i)") == ["(1)", "(1)(i)", "(1)(ii)", "(2)", "(2)(i)"]


def test_running_text_between_changes_nothing() -> None:
    assert paths("(a)", "text", "(1)", "", "(2)") == ["(a)", "", "(a)(1)", "", "(a)(2)"]


def test_omissions_marked_by_asterisks_are_skipped() -> None:
    found = paths(
        "(a) * * *",
        "(1) * * *",
        "(iv) * * *",
        "(B) Text",
        "(c) * * *",
        "(2) * * *",
        "(iii) Text",
        elided=True,
    )
    assert found == ["(a)", "(a)(1)", "(a)(1)(iv)", "(a)(1)(iv)(B)", "(c)", "(c)(2)", "(c)(2)(iii)"]


def test_instructions_have_an_order_of_their_own() -> None:
    heads = [(PathLabel(value),) for value in ("5", "a", "i", "ii", "b", "i", "c", "6")]
    found = ["".join(path) for path in levels(heads, order=INSTRUCTION_ORDER)]
    assert found == ["(5)", "(5)(a)", "(5)(a)(i)", "(5)(a)(ii)", "(5)(b)", "(5)(b)(i)", "(5)(c)", "(6)"]


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("(a)(1) Text", "(a)(1)"),
        ("(a) \x01Heading.\x02 (1) Text", "(a)(1)"),
        ("(c) \x01Policy\x02—(1) \x01General.\x02 (i) Text", "(c)(1)(i)"),
        ("(c) \x01Policy.\x02 See paragraph (1)", "(c)"),
        ("* (a) Text", "(a)"),
        ("(see above) Text", ""),
        ("(DIM) Text", ""),
        ("Text (a)", ""),
        ("(d)–(f) [Reserved]", "(d)-(f)"),
        ("( a ) Text", "(a)"),
    ],
)
def test_heads_of_a_paragraph(lead: str, expected: str) -> None:
    assert "".join(str(found) for found in leading_labels(lead)) == expected


def test_headings_without_italics_are_recognized_by_their_look() -> None:
    assert [str(d) for d in leading_labels("(d) License review standards. (1) Applications", plain=True)] == [
        "(d)",
        "(1)",
    ]
    assert [str(d) for d in leading_labels("(a) You must—(1) file; (2) pay")] == ["(a)"]


@pytest.mark.parametrize(("state", "repeated"), [("2025-08", {"740.21"}), ("2026-02-10", {"740.21"})])
def test_real_sections_of_the_ear_give_each_paragraph_one_path(state: str, repeated: set[str]) -> None:
    """740.21 prints its (b)(2) twice. 772.1 is left out: its numbers belong to its definitions."""
    sections = json.loads(recorded(f"ecfr/ear-sections/{state}.json.xz"))
    for number, section in sections.items():
        if number == "772.1" or not isinstance(section, dict):
            continue
        heads = [leading_labels(text, plain=True) for text in section["paragraphs"]]
        found = ["".join(path) for path in levels(heads) if path]
        assert len(found) == len(set(found)) or number in repeated, number
