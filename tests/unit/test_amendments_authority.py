"""Authority citations: computed as set out or by the words named; never "no text change" where the text changes."""

from __future__ import annotations

import pytest

from tests.unit.test_amendments_apply import BASE, applied
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.reader import read_rule_text
from tracker.amendments.records import State

CITED = "50 U.S.C. 4801-4852; 50 U.S.C. 4601 <I>et seq.;</I> E.O. 13222, 3 CFR, 2001 Comp., p. 783."
AUTH = f"<AUTH>\n<HED>Authority:</HED><PSPACE>{CITED}\n</PSPACE></AUTH>\n"
PART = BASE.replace("SAMPLES</HEAD>\n", f"SAMPLES</HEAD>\n{AUTH}")
NEW = "50 U.S.C. 4801-4852; 50 U.S.C. 4601 <I>et seq.</I>"
SET_OUT = '<AUTH><HD SOURCE="HED">Authority:</HD><P> 50 U.S.C. 4801-4852; 50 U.S.C. 4601 <E T="03">et seq.</E></P></AUTH>'


def order(text: str, after: str = "") -> str:
    return f"<AMDPAR>1. {text}</AMDPAR>{after}"


def test_a_citation_that_is_set_out() -> None:
    result = applied(
        order("The authority citation for part 799 is revised to read as follows:", SET_OUT), PART
    )
    assert [outcome.state for outcome in result.outcomes] == [State.COMPUTED]
    assert result.xml.decode() == PART.replace(CITED, NEW)
    assert [(unit.path, unit.op) for unit in result.units] == [("15 CFR 799 › Authority", "changed")]


def test_words_of_a_citation() -> None:
    text = "The authority citation for part 799 is amended by removing “2001 Comp., p. 783” and adding in its place “2002 Comp., p. 1”."
    result = applied(order(text), PART)
    assert [outcome.state for outcome in result.outcomes] == [State.COMPUTED]
    assert result.xml.decode() == PART.replace("2001 Comp., p. 783", "2002 Comp., p. 1")


def test_a_citation_that_continues_changes_nothing() -> None:
    text = order("The authority citation for part 799 continues to read as follows:", SET_OUT)
    result = applied(text, PART)
    assert [outcome.state for outcome in result.outcomes] == [State.NO_TEXT_CHANGE]
    assert result.xml.decode() == PART


@pytest.mark.parametrize(
    "amendment",
    [
        order("The authority citation for part 799 is revised to read as follows:"),
        order("The authority citation for part 799 is revised to read as follows:", SET_OUT * 2),
        order("The authority citation for part 799 is revised to read as follows:", SET_OUT.replace("</P>", "</P><P>More.</P>")),
        order("The authority citation for subpart B of part 799 is revised to read as follows:", SET_OUT),
        order("The authority citation for part 799 is amended by adding “E.O. 14000”."),
        order("The authority citation for part 799 is amended by removing “E.O. 1” and adding in its place “E.O. 2”."),
        order("The authority citation for part 799 is amended by removing “50 U.S.C.” and adding in its place “51 U.S.C.”."),
        order("The authority citation for part 799 is amended by removing “E.O. 13222” and adding in its place “E.O. 2” and by removing “50 U.S.C. 4801-4852”."),
        order("The authority citation for part 799 is removed."),
        order("The source note for part 799 is revised to read as follows:", "<SOURCE><HD SOURCE='HED'>Source:</HD><P>61 FR 1.</P></SOURCE>"),
    ],
)  # fmt: skip
def test_a_citation_that_is_not_certain_is_not_computed(amendment: str) -> None:
    result = applied(amendment, PART)
    assert [outcome.state for outcome in result.outcomes] == [State.NOT_COMPUTED]
    assert all(outcome.reason for outcome in result.outcomes)
    assert result.xml.decode() == PART


def test_a_base_without_its_citation_is_no_defect_of_the_rule() -> None:
    result = applied(
        order("The authority citation for part 799 is revised to read as follows:", SET_OUT), BASE
    )
    assert [(outcome.state, outcome.note) for outcome in result.outcomes] == [(State.NOT_COMPUTED, "")]


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (["2. In § 799.1, remove paragraph (c)(2)."], State.COMPUTED),
        (["of 1996 and of 1997."], State.NOT_COMPUTED),  # a line that may belong to it
        (["§ 799.1 Scope.", "(a) Lathes."], State.COMPUTED),
    ],
)
def test_a_citation_in_plain_text(after: list[str], state: State) -> None:
    rule = read_rule_text(
        [
            "For the reasons above, 15 CFR part 799 is amended as follows:",
            "1. The authority citation for part 799 is revised to read as follows:",
            "Authority: 50 U.S.C. 4801-4852; 50 U.S.C. 4601 et seq.",
            *after,
            "[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]",
        ],
        "2026-99999",
    )
    result = amend(read_base(PART.encode()), rule)
    assert result.outcomes[0].state is state
    changed = NEW.replace("<I>", "").replace("</I>", "") in result.xml.decode()
    assert changed == (state is State.COMPUTED)
