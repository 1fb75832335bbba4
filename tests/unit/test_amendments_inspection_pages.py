"""Pages and tables in the text of a public-inspection document."""

import pytest

from tests.unit.test_amendments_apply import BASE
from tracker.amendments.actions import LineKind
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.inspection_pages import with_marked_pages, without_pages
from tracker.amendments.layout_tables import with_tables
from tracker.amendments.reader import read_rule_lines, read_rule_text

NUMBER = " " * 38


def joined(lines: list[str]) -> list[str]:
    return without_pages(with_marked_pages(lines))


def test_numbers_of_pages_are_left_out_and_paragraphs_go_on() -> None:
    lines = [
        "     (a) A person",
        "",
        f"{NUMBER}2",
        "",
        "",
        "may ask.",
        "",
        f"{NUMBER}3",
        "",
        "     (b) Next.",
    ]
    assert joined(lines) == ["     (a) A person", "may ask.", "", "     (b) Next."]


def test_a_number_that_does_not_count_up_is_text() -> None:
    lines = ["Code", "", f"{NUMBER}70", "", "End"]
    assert joined(lines) == lines


def test_numbers_count_up_also_after_pages_whose_number_is_lost() -> None:
    pages = [
        "One",
        "",
        f"{NUMBER}45",
        "",
        "two",
        "",
        f"{NUMBER}46",
        "",
        "three",
        "",
        f"{NUMBER}61",
        "",
        "four",
    ]
    assert joined([*pages, "", f"{NUMBER}62"]) == ["One", "two", "three", "four"]


def test_a_number_alone_in_set_out_text_is_not_computed() -> None:
    """The number of a page whose neighbors are lost looks like a paragraph."""
    lines = [
        "For the reasons above, 15 CFR part 799 is amended as follows:",
        "",
        "     1. In § 799.1, revise paragraph (b) to read as follows:",
        "",
        "§ 799.1 Scope.",
        "",
        "* * * * *",
        "",
        "     (b) All ovens.",
        "",
        f"{NUMBER}61",
        "",
        "* * * * *",
        "",
        "[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]",
    ]
    result = amend(read_base(BASE.encode()), read_rule_lines(lines))
    assert result.xml.decode() == BASE
    (outcome,) = result.outcomes
    assert outcome.reason == "a number on a line of its own may be that of a page"
    assert not outcome.note


def test_rows_of_tables_are_lines_of_their_own_without_a_form() -> None:
    assert with_tables(["Code   Meaning", "* * * * *", "plain words"]) == [
        "",
        "\x03Code Meaning",
        "",
        "* * * * *",
        "plain words",
    ]
    found = read_rule_lines(
        [
            "Part 742 of 15 CFR part 742 is amended as follows:",
            "",
            "     2. Supplement no. 3 to part 742 is revised to read as follows:",
            "",
            "Supplement No. 3 to Part 742—Questions",
            "",
            "III. Codes",
            "",
            "     Code        Meaning",
            "     A           Answered",
            "",
            "     (a) Keep the answers.",
            "",
            "______________________________",
            "A. N. Official,",
        ]
    )
    (text,) = found.set_out
    assert [(line.kind, line.text) for line in text.lines] == [
        (LineKind.HEADING, "III. Codes"),
        (LineKind.TABLE, "Code Meaning"),
        (LineKind.TABLE, "A Answered"),
        (LineKind.PARAGRAPH, "(a) Keep the answers."),
    ]
    assert [one.problem for one in found.instructions] == [""]


def test_page_marks_of_published_texts_are_left_out() -> None:
    assert joined(["(a) A person", "", "[[Page 57068]]", "", "may ask."]) == [
        "(a) A person",
        "may ask.",
    ]
    found = read_rule_text(
        [
            "Part 744 of 15 CFR part 744 is amended as follows:",
            "2. Section 744.1 is amended by revising paragraph (a) to read as follows: ( printed page 93167)",
            "§ 744.1 Scope.",
            "(a) A person ( printed page 93168) may ask.",
            "[FR Doc. 2026-1 Filed 1-2-26; 8:45 am]",
        ]
    )
    assert [line.text for line in found.set_out[0].lines] == ["(a) A person may ask."]


def test_a_full_line_before_the_end_of_a_page_goes_on_after_it() -> None:
    paragraphs = ["     (a) The bureau keeps each record for as long as the law wants it.", ""] * 4
    full = ["     (b) Scope. A person may ask for a record, and the bureau answers.", *["", f"{NUMBER}2", ""]]
    assert joined([*paragraphs, *full, "Paragraphs (a) and (c) do not apply."])[-1].startswith("Paragraphs")
    assert joined([*paragraphs, *full, "Paragraphs (a) and (c) do not apply."])[-2].endswith("answers.")
    assert joined([*paragraphs, "     (b) Scope.", "", f"{NUMBER}2", "", "Paragraph heads"])[-2:] == [
        "",
        "Paragraph heads",
    ]
    assert joined([*paragraphs, *full, "Records Kept Elsewhere"])[-2:] == ["", "Records Kept Elsewhere"]


def test_a_designator_behind_a_heading_is_not_computed() -> None:
    """Without italics, "(1)" may begin a unit of its own or be words of (b)."""
    lines = [
        "For the reasons above, 15 CFR part 799 is amended as follows:",
        "",
        "     1. In § 799.1, revise paragraph (b) to read as follows:",
        "",
        "§ 799.1 Scope.",
        "",
        "* * * * *",
        "",
        "     (b) Ovens—(1) Large ones. All large ovens.",
        "",
        "* * * * *",
        "",
        "[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]",
    ]
    result = amend(read_base(BASE.encode()), read_rule_lines(lines))
    assert result.xml.decode() == BASE


@pytest.mark.parametrize(
    ("last", "is_computed"), [("     (2) Small ones. None.", True), ("     (i) Gas. None.", False)]
)
def test_a_designator_behind_a_heading_is_one_where_the_next_follows_it(last: str, is_computed: bool) -> None:
    lines = [
        "For the reasons above, 15 CFR part 799 is amended as follows:",
        "",
        "     1. Add § 799.9 to read as follows:",
        "",
        "§ 799.9 Ovens.",
        "",
        "     (a) Ovens—(1) Large ones. All large ovens.",
        "",
        last,
        "",
        "______________________________",
        "[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]",
    ]
    result = amend(read_base(BASE.encode()), read_rule_lines(lines))
    paths = [unit.path for unit in result.units if unit.state == "computed"]
    assert ("15 CFR 799.9(a)(1)" in paths) is is_computed
    assert is_computed or result.xml.decode() == BASE
