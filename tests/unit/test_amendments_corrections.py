"""Corrections, instructions of earlier rules, and places that a list of units shares."""

import pytest

from tests.amendment_samples import actions, amdpars, brief, rule
from tracker.amendments.actions import Verb


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. On page 70113, in the third column, in § 744.23(b)(2), in the first line, “3B911.c” is corrected to read “3B991.c”.",
            ["correct 15 CFR 744.23(b)(2): 3B911.c → 3B991.c"],
        ),
        (
            "1. On page 51662, in Supplement No. 5 to Part 744, in the first column, in the twenty-first line from the bottom, “€” should read “(e)”.",
            ["correct Supp. No. 5 to Part 744: € → (e)"],
        ),
        (
            "1. On page 70114, in the left column, in supplement no. 4 to part 744, under MALTA, in the entry for “Blue Ltd.”, in line 3, “12 Quay” should read “21 Quay”.",
            ["correct Supp. No. 4 to Part 744 › MALTA › Blue Ltd.: 12 Quay → 21 Quay"],
        ),
        (
            "1. On page 30705, in the first column, § 744.33 is corrected by revising paragraph (c)(2)(iii) to read as follows:",
            ["revise 15 CFR 744.33(c)(2)(iii)"],
        ),
    ],
)
def test_corrections_of_printed_words(text: str, expected: list[str]) -> None:
    assert brief(actions(text)) == expected


def test_instructions_of_an_earlier_rule_change_no_text_of_the_code() -> None:
    found = rule(
        amdpars(
            "1. On page 75482, in the third column, instruction 2 reading “2. Section 744.5 is removed.” is corrected to read “2. Section 744.6 is removed.”",
            "2. In rule document 2026-20411, published on October 9, 2026 (91 FR 61234), add amendatory instruction 4.c to read as follows:",
            "“c. Removing paragraph (a).”",
            "3. In FR Doc. 2026-20411, amendatory instruction 5 is removed.",
        )
    ).instructions
    assert [(one.verb, one.actions, one.problem) for one in found] == [
        (Verb.CORRECT, (), ""),
        (Verb.ADD, (), ""),
        (Verb.REMOVE, (), ""),
    ]
    assert [(one.earlier.document, one.earlier.number, one.earlier.new) for one in found if one.earlier] == [
        ("", "2", "2. Section 744.6 is removed."),
        ("2026-20411", "4.c", "c. Removing paragraph (a)."),
        ("2026-20411", "5", ""),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2. Section 744.6 is amended by revising the section heading, the heading of paragraph (a), and paragraph (a)(1).",
            ["revise 15 CFR 744.6 › heading", "revise 15 CFR 744.6(a) › heading", "revise 15 CFR 744.6(a)(1)"],
        ),
        (
            "2. The heading and the introductory text of supplement no. 3 to part 740 are revised to read as follows:",
            ["revise Supp. No. 3 to Part 740 › heading", "revise Supp. No. 3 to Part 740 › introductory text"],
        ),
        (
            "2. Supplement no. 4 to part 744 is amended by removing, under CYPRUS, the entry for “Alpha Ltd.” and the heading CYPRUS.",
            ["remove Supp. No. 4 to Part 744 › CYPRUS › Alpha Ltd.", "remove Supp. No. 4 to Part 744 › CYPRUS › heading"],
        ),
        (
            "2. Supplement no. 4 to part 744 is amended by adding, in alphabetical order, a heading for MALTA and, under that heading, an entry for “Alpha S.A.”",
            ["add Supp. No. 4 to Part 744 › MALTA › heading", "add Supp. No. 4 to Part 744 › MALTA › Alpha S.A."],
        ),
        ("2. The stay of § 744.21(b)(2) is lifted.", ["lift 15 CFR 744.21(b)(2)"]),
        ("2. In § 744.6, add alphabetically a definition for “Chip” to read as follows:", ["add 15 CFR 744.6 › “Chip”"]),
        ("2. Add § 744.37 to subpart D to read as follows:", ["add 15 CFR 744.37"]),
        ("2. Add § 165.T11-157 to read as follows:", ["add 15 CFR 165.T11-157"]),
        (
            "2. Section 744.6 is amended by removing the semicolons at the ends of paragraphs (a) and (b) and adding periods in their places.",
            ["replace 15 CFR 744.6(a): ; → .", "replace 15 CFR 744.6(b): ; → ."],
        ),
        (
            "2. Amend § 744.6 by revising paragraph (c) and the authority citation at the end of the section to read as follows:",
            ["revise 15 CFR 744.6(c)", "revise 15 CFR 744.6 › authority"],
        ),
        (
            "2. In § 744.6, in the table in paragraph (d), revise footnote 1.",
            ["revise 15 CFR 744.6(d) › Table › Footnote 1"],
        ),
        (
            "2. Section 744.6 is amended by revising the introductory text and paragraph (c)(1) introductory text.",
            ["revise 15 CFR 744.6 › introductory text", "revise 15 CFR 744.6(c)(1) › introductory text"],
        ),
        (
            "2. Section 744.6 is amended by revising the first and last sentences of the introductory text of paragraph (a), and paragraphs (b); (c)(1) and (2).",
            ["revise 15 CFR 744.6(a) › introductory text › sentence", "revise 15 CFR 744.6(b)", "revise 15 CFR 744.6(c)(1)", "revise 15 CFR 744.6(c)(2)"],
        ),
        (
            "For the reasons in the preamble, the Bureau adds part 760 to chapter VII in title 15 of the Code of Federal Regulations to read as follows:",
            ["add 15 CFR 760"],
        ),
        ("2. Lift the stay of § 744.21(b)(2).", ["lift 15 CFR 744.21(b)(2)"]),
        (
            "2. In supplement no. 1 to part 740, in the Country Group D table, remove “Nicaragua” and add an entry for “Zembla” in alphabetical order.",
            [
                "remove Supp. No. 1 to Part 740 › Table Country Group D › Nicaragua",
                "add Supp. No. 1 to Part 740 › Table Country Group D › Zembla",
            ],
        ),
    ],
)  # fmt: skip
def test_places_shared_by_a_list(text: str, expected: list[str]) -> None:
    assert brief(actions(text)) == expected


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("first", (1,)),
        ("second to last", (-2,)),
        ("first and last", (1, -1)),
        ("second through fourth", (2, 3, 4)),
    ],
)
def test_ordinals_of_sentences(words: str, numbers: tuple[int, ...]) -> None:
    (found,) = actions(f"2. Section 744.6 is amended by revising the {words} sentence of paragraph (b).")
    assert found.target.sentences == numbers


def test_the_days_of_an_earlier_rule_are_not_those_of_the_instruction() -> None:
    (found,) = rule(
        amdpars(
            "2. Section 744.35, as amended by the final rule published on January 22, 2026, 91 FR 4726, effective June 1, 2026, is further amended by removing paragraph (b)."
        )
    ).instructions
    assert (found.effective, found.amended_at) == (None, ("91 FR 4726",))


def test_a_subheading_of_another_section_is_not_read() -> None:
    found = rule(
        amdpars(
            "2. In Supplement I to Part 1026:",
            "a. Under Section 1026.34—Acts:",
            "i. Paragraph 36(i) is added.",
        ),
        part="1026",
        title="12",
    ).instructions
    assert [bool(one.problem) for one in found] == [False, False, True]


def test_how_often_words_occur_is_read_where_it_is_said() -> None:
    found = actions(
        "2. In § 744.6(d), remove “order” in both places it appears and add in its place “TDO”.",
        "3. In § 744.6(e), remove “20” in each of the three places it appears and add in its place “21”.",
    )
    assert [(one.words.every, one.words.times) for one in found if one.words] == [(True, 2), (True, 3)]


def test_an_instruction_that_is_delayed_indefinitely_has_no_day_and_is_not_read() -> None:
    (found,) = rule(amdpars("3. Delayed indefinitely, amend § 744.6 by removing paragraph (a).")).instructions
    assert found.actions == ()
    assert "no day" in found.problem


def test_the_citations_of_several_parts_are_revised() -> None:
    found = actions("1. The authority citations for parts 742, 744, and 772 are revised to read as follows:")
    assert [one.target.part for one in found] == ["742", "744", "772"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2. In Supplement No. 1 to part 774 (the Commerce Control List), Category 5—Telecommunications and “Information Security,” Part 1—Telecommunications, ECCN 5A001 is amended by adding paragraph i to the Items paragraph.",
            ["add Supp. No. 1 to Part 774 › 5A001 › i"],
        ),
        (
            "2. In Supplement No. 1 to Part 774, Category 3—Electronics, Export Control Classification Number (ECCN) 3A001 is amended by revising the License Requirements section to read as follows:",
            ["revise Supp. No. 1 to Part 774 › 3A001 › License Requirements"],
        ),
        (
            "2. Section 744.6 is amended by: a. Revising paragraph (b); b. In paragraph (c), removing “red” and adding “blue” in its place; and c. Removing paragraph (d).",
            ["revise 15 CFR 744.6(b)", "replace 15 CFR 744.6(c): red → blue", "remove 15 CFR 744.6(d)"],
        ),
        (
            "2. In supplement no. 1 to part 740, Country Group A, amend the table by adding an “X” in column [A:5] for “Zembla”.",
            ["add Supp. No. 1 to Part 740 › Table Country Group A › Zembla › column A:5:  → X"],
        ),
        ("2. Amend part 744 by revising all references to “X” to read “Y”.", ["replace 15 CFR 744: X → Y"]),
    ],
)  # fmt: skip
def test_entries_of_the_commerce_control_list_and_places_of_clauses(text: str, expected: list[str]) -> None:
    assert brief(actions(text)) == expected


def test_several_sentences_are_counted_together() -> None:
    found = actions("2. Section 744.1 is amended by removing the last two sentences of paragraph (a).")
    assert found[0].target.sentences == (-2, -1)


TABLE = """<AMDPAR>2. In the table below, for each section indicated in the left column, remove the words in the middle column
wherever they appear, and add in their place the words in the right column:</AMDPAR>
<GPOTABLE COLS="3"><BOXHD><CHED H="1">Section</CHED><CHED H="1">Remove</CHED><CHED H="1">Add</CHED></BOXHD>
<ROW><ENT I="01">§ 744.2(a) and (b)</ENT><ENT>“Office A”</ENT><ENT>“Office B”</ENT></ROW>
<ROW><ENT I="01">{place}</ENT><ENT>two copies</ENT><ENT>one copy</ENT></ROW></GPOTABLE>"""


def test_a_table_of_replaced_words() -> None:
    (found,) = rule(TABLE.format(place="744.5, introductory text")).instructions
    assert found.problem == ""
    assert brief(list(found.actions)) == [
        "replace 15 CFR 744.2(a): Office A → Office B",
        "replace 15 CFR 744.2(b): Office A → Office B",
        "replace 15 CFR 744.5 › introductory text: two copies → one copy",
    ]
    assert all(one.words and one.words.every for one in found.actions)


@pytest.mark.parametrize("place", ["", "Do.", "744.5 and others", "the same"])
def test_a_table_with_a_row_that_is_not_read_is_not_read_at_all(place: str) -> None:
    (found,) = rule(TABLE.format(place=place)).instructions
    assert found.problem
    assert found.actions == ()


def test_an_instruction_without_a_number_may_be_the_first_of_its_letters() -> None:
    found = rule(
        amdpars(
            "3. In Supplement I to Part 1024:",
            "a. Under Section 1024.39—Early intervention:",
            "Paragraph 39(c) is removed",
            "ii. 39(d)(1) Bankruptcy and paragraph 1 are added.",
        ),
        part="1024",
        title="12",
    ).instructions
    base = "Supp. I to Part 1024 › Commentary on 1024.39"
    assert [line for one in found for line in brief(list(one.actions))] == [
        f"remove {base} › 39(c)",
        f"add {base} › 39(d)(1)",
        f"add {base} › 39(d)(1) › comment 1",
    ]
