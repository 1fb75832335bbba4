"""Instructions applied to a base: computed exactly, or not computed with the reason."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.files import rule_tree
from tracker.amendments.reader import read_rule
from tracker.amendments.records import Amended, State

SECTION = """<DIV8 N="799.1" TYPE="SECTION">
<HEAD>&#xA7; 799.1 Scope.</HEAD>
<P>This section has a scope.</P>
<P>(a) <I>General.</I> (1) Lathes are controlled. Mills are not. Saws are.</P>
<P>(2) Presses are controlled; see paragraph (c) of this section.</P>
<P>(b) <I>Ovens.</I> Ovens and kilns are controlled.</P>
<P>(c) Pumps:</P>
<P>(1) Of steel; and</P>
<P>(2) Of brass.</P>
<CITA TYPE="N">[61 FR 1, Jan. 1, 1996]
</CITA>
</DIV8>"""
BASE = f"""<DIV5 N="799" TYPE="PART" hierarchy_metadata="{{&quot;citation&quot;:&quot;15 CFR Part 799&quot;}}">
<HEAD>PART 799&#x2014;SAMPLES</HEAD>
{SECTION}
<DIV8 N="799.3" TYPE="SECTION">
<HEAD>&#xA7; 799.3 End.</HEAD>
<P>Nothing else.</P>
</DIV8>
</DIV5>
"""


def applied(amendments: str, base: str = BASE, on: date | None = None) -> Amended:
    text = f"""<RULE><REGTEXT TITLE="15" PART="799">{amendments}</REGTEXT>
<FRDOC>[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]</FRDOC></RULE>"""
    return amend(read_base(base.encode()), read_rule(rule_tree(text.encode(), "rule")), on)


def shown(*lines: str) -> str:
    body = "".join("<STARS/>" if line == "*" else f"<P>{line}</P>" for line in lines)
    return f"<SECTION><SECTNO>§ 799.1</SECTNO><SUBJECT>Scope.</SUBJECT>{body}</SECTION>"


def order(text: str, *lines: str) -> str:
    return f"<AMDPAR>1. {text}</AMDPAR>" + (shown(*lines) if lines else "")


@pytest.mark.parametrize(
    ("amendment", "old", "new"),
    [
        (
            order(
                "In § 799.1, revise paragraph (a)(1) to read as follows:",
                "(a) * * *",
                "(1) Only lathes.",
                "*",
            ),
            "(1) Lathes are controlled. Mills are not. Saws are.",
            "(1) Only lathes.",
        ),
        (
            order(
                "In § 799.1, revise paragraph (c) introductory text to read as follows:",
                "*",
                "(c) Any pump:",
                "*",
            ),
            "(c) Pumps:",
            "(c) Any pump:",
        ),
        (
            order(
                "In § 799.1, revise the heading of paragraph (b) to read as follows:",
                "*",
                '(b) <E T="03">Kilns.</E> * * *',
                "*",
            ),
            "<I>Ovens.</I>",
            "<I>Kilns.</I>",
        ),
        (
            order("In § 799.1, remove and reserve paragraph (b)."),
            "(b) <I>Ovens.</I> Ovens and kilns are controlled.",
            "(b) [Reserved]",
        ),
        (
            order("In § 799.1(b), remove “kilns” and add in its place “furnaces”."),
            "kilns",
            "furnaces",
        ),
        (order("In § 799.1, remove paragraph (c)(2)."), "<P>(2) Of brass.</P>\n", ""),
        (
            order("In § 799.1, add paragraph (d) to read as follows:", "*", "(d) Valves."),
            "<P>(2) Of brass.</P>",
            "<P>(2) Of brass.</P>\n<P>(d) Valves.</P>",
        ),
        (
            order(
                "In § 799.1, revise the second sentence of paragraph (a)(1) to read as follows:",
                "(a) * * *",
                "(1) * * * Mills are too. * * *",
                "*",
            ),
            "Mills are not.",
            "Mills are too.",
        ),
        (
            order(
                "In § 799.1, revise paragraph (c) to read as follows:",
                "*",
                "(c) Pumps:",
                "(1) Of steel;",
                "*",
                "(3) Of lead.",
            ),
            "(1) Of steel; and</P>\n<P>(2) Of brass.</P>",
            "(1) Of steel;</P>\n<P>(2) Of brass.</P>\n<P>(3) Of lead.</P>",
        ),
    ],
)
def test_an_instruction_changes_its_unit_and_nothing_else(amendment: str, old: str, new: str) -> None:
    result = applied(amendment)
    assert [outcome.reason for outcome in result.outcomes] == [""]
    assert BASE.count(old) == 1
    assert result.xml.decode() == BASE.replace(old, new)


def test_redesignated_paragraphs_keep_their_references() -> None:
    result = applied(order("In § 799.1, redesignate paragraphs (b) and (c) as paragraphs (c) and (d)."))
    text = result.xml.decode()
    assert "see paragraph (c) of this section" in text
    assert text == BASE.replace("(c) Pumps", "(d) Pumps").replace("(b) <I>Ovens", "(c) <I>Ovens")
    moved = [(unit.from_path, unit.path) for unit in result.units if unit.op == "renumbered"]
    assert ("15 CFR 799.1(c)(1)", "15 CFR 799.1(d)(1)") in moved


@pytest.mark.parametrize(
    ("amendment", "words"),
    [
        (
            order("In § 799.1, revise paragraph (e) to read as follows:", "*", "(e) Other."),
            "has no paragraph (e)",
        ),
        (order("In § 799.9, remove paragraph (a)."), "has no § 799.9"),
        (order("In § 799.1(b), remove “boilers” and add in its place “furnaces”."), "do not occur"),
        (order("In § 799.1(a), remove “are” and add in its place “were”."), "occur 4 times"),
        (order("In § 799.1, revise paragraph (b)."), "no text is set out"),
        (
            order("In § 799.1, add paragraph (b) to read as follows:", "*", "(b) Again.", "*"),
            "exists already",
        ),
        (order("In § 799.1, add paragraph (e) to read as follows:", "*", "(e) After a gap."), "not proved"),
        (order("In § 799.1, redesignate paragraph (b) as paragraph (c)."), "exists already"),
        (
            order(
                "In § 799.1, revise paragraph (c) to read as follows:", "*", "(c) Pumps:", "(1) Of steel; and"
            ),
            "breaks off",
        ),
        (
            order(
                "In § 799.1, revise the fourth sentence of paragraph (a)(1) to read as follows:",
                "(a) * * *",
                "(1) * * * More.",
                "*",
            ),
            "3 sentences",
        ),
    ],
)
def test_what_is_uncertain_or_defective_changes_nothing_and_says_why(amendment: str, words: str) -> None:
    result = applied(amendment)
    (outcome,) = result.outcomes
    assert outcome.state is State.NOT_COMPUTED
    assert words in outcome.reason
    assert result.xml.decode() == BASE


def test_instructions_that_exclude_each_other_are_both_left_out() -> None:
    first = order("In § 799.1, revise paragraph (b) to read as follows:", "*", "(b) One.", "*")
    second = order("In § 799.1, revise paragraph (b) to read as follows:", "*", "(b) Two.", "*").replace(
        "1. In", "2. In"
    )
    result = applied(first + second)
    assert {outcome.state for outcome in result.outcomes} == {State.NOT_COMPUTED}
    assert all("contradict" in outcome.note for outcome in result.outcomes)
    assert result.xml.decode() == BASE


def test_after_a_failed_redesignation_its_designators_are_uncertain() -> None:
    amendments = order("In § 799.1, redesignate paragraph (b) as paragraph (c).") + order(
        "In § 799.1, revise paragraph (c) to read as follows:",
        "*",
        "(c) Which one?",
        "(1) Of steel.",
        "(2) Of brass.",
    ).replace("1. In", "2. In")
    result = applied(amendments)
    assert [outcome.kind for outcome in result.outcomes] == ["exists-already", "depends"]
    assert result.xml.decode() == BASE


def test_a_stayed_paragraph_is_not_amended() -> None:
    note = (
        "<EFFDNOT>\n<HED>Effective Date Note:</HED><PSPACE>At 91 FR 1, July 7, 2026, in &#xA7; 799.1, paragraph (b) "
        "was stayed, effective until Nov. 9, 2027.</PSPACE></EFFDNOT>\n</DIV8>"
    )
    base = BASE.replace("</DIV8>", note, 1)
    amendment = order("In § 799.1, revise paragraph (b) to read as follows:", "*", "(b) Kilns.", "*")
    (outcome,) = applied(amendment, base).outcomes
    assert outcome.kind == "stayed"
    assert applied(amendment).outcomes[0].state is State.COMPUTED


def test_a_section_is_added_between_its_neighbors() -> None:
    result = applied(
        "<AMDPAR>1. Add § 799.2 to read as follows:</AMDPAR><SECTION><SECTNO>§ 799.2</SECTNO>"
        "<SUBJECT>Terms.</SUBJECT><P>(a) A term.</P><P>(b) Another.</P></SECTION>"
    )
    made = '<DIV8 N="799.2" TYPE="SECTION">\n<HEAD>&#xa7; 799.2 Terms.</HEAD>\n<P>(a) A term.</P>\n<P>(b) Another.</P>\n</DIV8>\n'
    assert result.xml.decode() == BASE.replace('<DIV8 N="799.3"', f'{made}<DIV8 N="799.3"')


APPENDIX = """<DIV9 N="Supplement No. 3 to Part 799" TYPE="APPENDIX">
<HEAD>Supplement No. 3 to Part 799&#x2014;Countries</HEAD>
<P>The countries are named below.</P>
<P>They are listed by name.</P>
<HD1>List</HD1>
<P>Arendal</P>
</DIV9>
"""


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("<P>The countries are these.</P><STARS/>", State.COMPUTED),
        ("<P>The countries are these.</P><P>And others.</P><STARS/>", State.COMPUTED),
        ('<P>The countries are these.</P><HD SOURCE="HD1">List</HD><STARS/>', State.NOT_COMPUTED),
        ("<P>The countries are these. * * *</P><STARS/>", State.NOT_COMPUTED),
    ],
)
def test_the_introductory_text_of_an_appendix_ends_at_its_first_heading(lines: str, state: State) -> None:
    base = BASE.replace("</DIV5>", f"{APPENDIX}</DIV5>")
    heading = '<HD SOURCE="HD1">Supplement No. 3 to Part 799—Countries</HD>'
    text = "Revise the introductory text of supplement no. 3 to part 799 to read as follows:"
    result = applied(order(text) + heading + lines, base)
    assert [outcome.state for outcome in result.outcomes] == [state]
    old = "<P>The countries are named below.</P>\n<P>They are listed by name.</P>"
    new = lines.removesuffix("<STARS/>").replace("</P><P>", "</P>\n<P>")
    assert result.xml.decode() == (base.replace(old, new) if state is State.COMPUTED else base)
