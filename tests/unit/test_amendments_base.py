"""The base of an amendment: read into units, and written byte for byte."""

from __future__ import annotations

import pytest

from tracker.amendments.base import read_base
from tracker.amendments.chunks import chunks_of
from tracker.amendments.outline import outline_of
from tracker.errors import ParseError

PART = """<?xml version="1.0"?>
<DIV5 N="799" TYPE="PART">
<HEAD>PART 799&#x2014;SAMPLES
</HEAD>
<!-- a comment -->
<DIV8 N="799.1" TYPE="SECTION">
<HEAD>&#xA7; 799.1 Scope.</HEAD>
<P>Introductory words.</P>
<P>(a) <I>General.</I> (1) First of two.</P>
<P>(2) Second of two:</P>
<P>(i) One; and</P>
<P>(ii) Two.</P>
<P>(b) [Reserved]</P>
<CITA TYPE="N">[61 FR 1, Jan. 1, 1996]
</CITA>
</DIV8>

<DIV8 N="799.2" TYPE="SECTION">
<HEAD>&#xA7; 799.2 Terms.</HEAD>
<P><I>Alloy.</I> A mixture:</P>
<P>(1) Of metals; or</P>
<P>(2) Of others.</P>
<P><I>Beam.</I> A ray.</P>
<P>&#x201C;Cell&#x201D; means a unit.</P>
</DIV8>

<DIV9 N="Supplement I to Part 799" TYPE="APPENDIX">
<HEAD>Supplement I to Part 799&#x2014;Comments</HEAD>
<HD1>Section 799.1&#x2014;Scope</HD1>
<P>1. <I>About it.</I> Words.</P>
<P><I>1(a) General</I></P>
<P>1. <I>First.</I> Words.</P>
<P>i. Deeper.</P>
<P>A. Deepest.</P>
<P><I>Paragraph 1(a)(2)</I></P>
<P>1. <I>Second.</I> Words.</P>
</DIV9>
</DIV5>
"""


def test_an_untouched_base_is_written_byte_for_byte() -> None:
    data = PART.encode()
    assert read_base(data).write() == data
    assert read_base(b"\xef\xbb\xbf" + data).write() == b"\xef\xbb\xbf" + data


def test_each_unit_of_a_section_has_its_path_and_its_own_text() -> None:
    section = next(d for d in read_base(PART.encode()).divisions() if d.number == "799.1")
    assert [(c.path, c.text) for c in chunks_of(outline_of(section))] == [
        ((), "Introductory words."),
        (("a",), "(a) General."),
        (("a", "1"), "(1) First of two."),
        (("a", "2"), "(2) Second of two:"),
        (("a", "2", "i"), "(i) One; and"),
        (("a", "2", "ii"), "(ii) Two."),
        (("b",), "(b) [Reserved]"),
    ]


def test_designators_start_again_below_each_definition() -> None:
    section = next(d for d in read_base(PART.encode()).divisions() if d.number == "799.2")
    assert [mark.path for mark in outline_of(section).marks] == [
        ("“alloy",),
        ("“alloy", "1"),
        ("“alloy", "2"),
        ("“beam",),
        ("“cell",),
    ]


def test_comments_lie_below_the_headings_that_cite_their_paragraphs() -> None:
    supplement = next(d for d in read_base(PART.encode()).divisions() if d.is_appendix)
    assert [mark.path for mark in outline_of(supplement).marks] == [
        ("§799.1",),
        ("§799.1", "1"),
        ("§799.1", "1(a)"),
        ("§799.1", "1(a)", "1"),
        ("§799.1", "1(a)", "1", "i"),
        ("§799.1", "1(a)", "1", "i", "A"),
        ("§799.1", "1(a)", "1(a)(2)"),
        ("§799.1", "1(a)", "1(a)(2)", "1"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<P>no division</P>",
        b"<DIV8 N='1.1'><P>cut",
        b'<!DOCTYPE x [<!ENTITY e "e">]><DIV8 N="1.1"><P>&e;</P></DIV8>',
        b"<DIV8 N='1.1'><P><![CDATA[x]]></P></DIV8>",
        "<DIV8 N='1.1'><P>ä</P></DIV8>".encode("utf-16"),
    ],
)
def test_other_files_are_no_base(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_base(data)
