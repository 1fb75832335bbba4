"""Text that is struck through is shown as struck, and striking it is a change of substance."""

from __future__ import annotations

import pytest

from tracker import diffing
from tracker.parsing import read_file


def page(words: str) -> bytes:
    return f"<html><body><h1>Notice</h1><p>The validity is {words}.</p></body></html>".encode()


STRUCK = [
    "<s>two years</s>",
    "<del>two <b>years</b></del>",
    "<strike>two years</strike>",
    '<span style="color: red; text-decoration:line-through">two years</span>',
    '<span style="text-decoration-line: underline line-through;">two years</span>',
    '<span class="line-through">two years</span>',
    "<s><del>two years</del></s>",
]


@pytest.mark.parametrize("words", STRUCK)
def test_struck_text_is_marked_and_a_change_of_substance(words: str) -> None:
    before, after = read_file("a.html", page("two years")), read_file("a.html", page(words))
    assert after.units[-1].text == "The validity is ~~two years~~."
    (operation,) = diffing.compare(before, after)
    assert not operation.editorial


def test_inserted_and_underlined_text_is_text() -> None:
    plain = read_file("a.html", page("two years"))
    assert read_file("a.html", page("<ins>two years</ins>")).units == plain.units
    assert (
        read_file("a.html", page('<u style="text-decoration: underline">two years</u>')).units == plain.units
    )


def test_each_struck_line_has_marks_of_its_own() -> None:
    html = b"<html><body><h1>A</h1><del><p>First one. </p><p><b>Second</b> one.</p><p> </p></del><p>Third.</p></body></html>"
    assert [unit.text for unit in read_file("a.html", html).units] == [
        "A",
        "~~First one.~~",
        "~~Second one.~~",
        "Third.",
    ]


def test_struck_text_in_a_cell_and_in_xml_is_marked() -> None:
    table = read_file("a.csv", b"id,rate\nA,<s>5%</s> 7%\nB,<del>8%</del>\n")
    assert [unit.text for unit in table.units[1:]] == ["A\u2003rate: ~~5%~~ 7%", "B\u2003rate: ~~8%~~"]
    section = '<DIV8 N="744.5" TYPE="SECTION"><HEAD>§ 744.5 Maritime.</HEAD><P>(a) Text <s>of <I>old</I></s> law.</P></DIV8>'
    assert read_file("a.xml", section.encode()).units[-1].text == "(a) Text ~~of old~~ law."
