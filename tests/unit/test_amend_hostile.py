"""Hostile and defective rules: `tracker amend` computes the right text or says that it computes none, and never
fails with a traceback. The rules are those of `tests/data/amendments/`, bent.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.amend_outcome import Amend, amender, assert_nothing, assert_only_of, text


@pytest.fixture
def amend(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Amend:
    return amender(tmp_path, capsys, monkeypatch)


# --- cut off


@pytest.mark.parametrize("number", [2, 4, 9, 10, 14, 21, 29])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.8, 0.9, 0.97])
def test_a_rule_cut_off_within_its_markup(amend: Amend, number: int, share: float) -> None:
    rule = text(number, "rule.xml")
    assert_only_of(amend(rule[: int(len(rule) * share)], text(number, "before.xml")), number)


@pytest.mark.parametrize("number", [3, 4, 9, 10, 14, 21, 25, 29])
@pytest.mark.parametrize("place", [0.1, 0.25, 0.4, 0.55, 0.7, 0.85])
def test_an_inspection_text_cut_off_in_the_middle(amend: Amend, number: int, place: float) -> None:
    """A text without an end may lack the end of its last instruction: `removing paragraph (b)` of `(b)(3)`."""
    inspection = text(number, "inspection.txt")
    (lead,) = re.finditer(r"amended\s+as\s+follows:", inspection)
    start = lead.end()
    cut = inspection[: start + int((len(inspection) - start) * place)]
    assert_only_of(amend(cut, text(number, "before.xml"), name="rule.txt"), number)


def test_a_designator_cut_off_at_its_first_level(amend: Amend) -> None:
    inspection = text(14, "inspection.txt")
    cut = inspection[: inspection.index("paragraph (b)(3)") + len("paragraph (b)")]
    assert_nothing(amend(cut, text(14, "before.xml"), name="rule.txt"))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_base_cut_off_within_its_markup(amend: Amend, share: float) -> None:
    base = text(29, "before.xml")
    outcome = amend(text(29, "rule.xml"), base[: int(len(base) * share)])
    assert outcome.code
    assert_nothing(outcome)


def test_set_out_text_that_is_lost(amend: Amend) -> None:
    rule = re.sub(r"<SECTION>.*?</SECTION>", "", text(10, "rule.xml"), flags=re.DOTALL)
    outcome = amend(rule, text(10, "before.xml"))
    assert outcome.code == 1
    assert outcome.state("2.c") == outcome.state("2.d") == "not-computed"
    assert not any("Transit" in (each.after or "") for each in outcome.differs)


def paged(inspection: str, lines: int) -> str:
    """Return an inspection text with its pages turned after other lines."""
    old = inspection.splitlines()
    numbers = {index for index, line in enumerate(old) if re.fullmatch(r"\s{30,}\d+", line)}
    around = {index + step for index in numbers for step in (-1, 0, 1)}
    kept = [line for index, line in enumerate(old) if index not in around]
    pages = [kept[start : start + lines] for start in range(0, len(kept), lines)]
    return "".join("\n".join([*page, "", f"{number:>39}", "", ""]) for number, page in enumerate(pages, 2))


@pytest.mark.parametrize("number", [3, 9, 10, 11, 12, 14, 16, 17, 19, 21, 24, 26])
@pytest.mark.parametrize("lines", [17, 23, 31])
def test_an_inspection_text_with_other_pages(amend: Amend, number: int, lines: int) -> None:
    """The number of a page is no paragraph, and a paragraph that goes on behind it is one."""
    inspection = paged(text(number, "inspection.txt"), lines)
    assert_only_of(amend(inspection, text(number, "before.xml"), name="rule.txt"), number)


# --- out of order


@pytest.mark.parametrize("number", [9, 10, 14, 16, 21])
def test_instructions_printed_twice(amend: Amend, number: int) -> None:
    rule = re.sub(r"(<AMDPAR>(?!\d).*?</AMDPAR>)", r"\1\1", text(number, "rule.xml"), flags=re.DOTALL)
    assert_only_of(amend(rule, text(number, "before.xml")), number)


@pytest.mark.parametrize("number", [2, 4, 9, 10, 14, 16, 21, 22, 27, 29])
def test_instructions_in_reverse_within_each_part(amend: Amend, number: int) -> None:
    """`a. Revising paragraph (b)` before its "Section 744.11 is amended by:" has no section."""

    def backwards(match: re.Match[str]) -> str:
        pieces = re.split(r"(<AMDPAR>.*?</AMDPAR>)", match[0], flags=re.DOTALL)
        pieces[1::2] = pieces[1::2][::-1]
        return "".join(pieces)

    rule = re.sub(r"<REGTEXT.*?</REGTEXT>", backwards, text(number, "rule.xml"), flags=re.DOTALL)
    assert_only_of(amend(rule, text(number, "before.xml")), number)


@pytest.mark.parametrize("number", [11, 20, 29])
def test_parts_in_reverse(amend: Amend, number: int) -> None:
    pieces = re.split(r"(<REGTEXT.*?</REGTEXT>)", text(number, "rule.xml"), flags=re.DOTALL)
    pieces[1::2] = pieces[1::2][::-1]
    assert_only_of(amend("".join(pieces), text(number, "before.xml")), number)


def test_a_lead_that_is_lost(amend: Amend) -> None:
    rule = text(14, "rule.xml").replace("<AMDPAR>2. Section 740.10 is amended by:</AMDPAR>", "")
    outcome = amend(rule, text(14, "before.xml"))
    assert not any(each.path.startswith("15 CFR 740.10") for each in outcome.differs)


# --- words that contradict the text set out


@pytest.mark.parametrize(
    ("number", "old", "new", "place"),
    [
        (15, "d. Revising paragraph (c)(1).", "d. Revising paragraph (c)(2).", "15 CFR 740.9(c)"),
        (26, "revising paragraph (a) to read", "revising paragraph (c) to read", "15 CFR 744.15"),
        (
            2,
            "revising the entry for “Delta Wafer Supply”",
            "revising the entry for “Corvid Precision Systems”",
            "Supp. No. 4 to Part 744 › MALAYSIA",
        ),
        (2, "Under MALAYSIA, revising", "Under RUSSIA, revising", "Supp. No. 4 to Part 744 › MALAYSIA"),
        (
            4,
            "ECCN 3B911 is amended by:",
            "ECCN 3B912 is amended by:",
            "Supp. No. 1 to Part 774 › 3B91",
        ),
        (
            8,
            "revising the entry for “Zembla”",
            "revising the entry for “Arendal”",
            "Supp. No. 1 to Part 740 › Country Group A",
        ),
        (7, "definitions of “Advanced packaging” and", "definitions of “Airgap” and", "15 CFR 772.1 › A"),
        (
            1,
            "“Aster Freight Pte. Ltd.;”",
            "“Aster Shipping Pte. Ltd.;”",
            "Supp. No. 4 to Part 744 › SINGAPORE",
        ),
    ],
)
def test_an_instruction_that_its_own_text_contradicts(
    amend: Amend, number: int, old: str, new: str, place: str
) -> None:
    rule = text(number, "rule.xml")
    flat = re.sub(r"\s+", " ", rule)
    assert flat.count(old) == 1
    outcome = amend(flat.replace(old, new), text(number, "before.xml"))
    assert outcome.code == 1
    added = {
        "15 CFR 772.1 › Advanced packaging equipment",
        "Supp. No. 1 to Part 774 › 3B913 › a.1.b",
        "Supp. No. 1 to Part 774 › 3B913 › a",
    }
    touched = [each.path for each in outcome.differs if each.path.startswith(place)]
    assert [path for path in touched if not any(path.startswith(known) for known in added)] == []


@pytest.mark.parametrize(
    ("number", "old", "new", "place"),
    [
        (
            10,
            "(c) through (e) as paragraphs (d) through (f)",
            "(c) through (e) as paragraphs (d) through (g)",
            "15 CFR 742.6(d)",
        ),
        (10, "paragraphs (c) through (e) as", "paragraphs (e) through (c) as", "15 CFR 742.6(d)"),
        (16, "second sentence of paragraph (d)", "zeroth sentence of paragraph (d)", "15 CFR 744.6(d)"),
        (
            9,
            "in paragraph (b)(2) and adding",
            "in the third line of paragraph (b)(9) and adding",
            "15 CFR 748.4(b)(1)",
        ),
        (
            28,
            "entries for Nova Guinea and Zembla",
            "entries for Nova Guinea through Zembla",
            "Supp. No. 1 to Part 738 › Guinea Nova",
        ),
    ],
)
def test_an_instruction_that_makes_no_sense(
    amend: Amend, number: int, old: str, new: str, place: str
) -> None:
    rule = re.sub(r"\s+", " ", text(number, "rule.xml"))
    assert rule.count(old) == 1
    outcome = amend(rule.replace(old, new), text(number, "before.xml"))
    assert outcome.code == 1
    for each in outcome.differs:
        assert each.path != place


# --- bases that leave open which text is meant


def doubled(base: str, start: str, end: str) -> str:
    """Return the base with one piece of it printed twice."""
    first = base.index(start)
    last = base.index(end, first) + len(end)
    return base[:last] + "\n" + base[first:last] + base[last:]


@pytest.mark.parametrize(
    ("number", "start", "end", "place"),
    [
        (12, "<P>(3) <I>Addresses.", "</P>", "15 CFR 744.21(b)(3)"),
        (26, '<DIV8 N="744.15"', "</DIV8>", "15 CFR 744.15(a)"),
        (
            2,
            '<TR>\n<TD class="left border-right-single"> </TD>\n<TD class="left border-right-single">Delta Wafer Supply, Lot 3',
            "</TR>",
            "Supp. No. 4 to Part 744 › MALAYSIA › Delta Wafer Supply",
        ),
        (7, "<P><I>Void.</I>", "</P>", "15 CFR 772.1 › Void"),
        (4, "<P>a.1.b. With", "</P>", "Supp. No. 1 to Part 774 › 3B913 › a.1.b"),
    ],
)
def test_a_target_that_is_printed_twice(amend: Amend, number: int, start: str, end: str, place: str) -> None:
    outcome = amend(text(number, "rule.xml"), doubled(text(number, "before.xml"), start, end))
    assert outcome.code == 1
    assert not any(each.path.startswith(place) for each in outcome.differs)


def test_a_list_that_is_in_no_alphabetical_order(amend: Amend) -> None:
    base = text(1, "before.xml")
    rows = re.findall(r"<TR>\n<TD.*?</TR>", base, flags=re.DOTALL)
    mixed = base.replace(rows[1], "\x00").replace(rows[3], rows[1]).replace("\x00", rows[3])
    outcome = amend(text(1, "rule.xml"), mixed)
    assert outcome.state("2.a") == "not-computed"


def test_a_rule_for_another_title(amend: Amend) -> None:
    rule = text(12, "rule.xml").replace('TITLE="15"', 'TITLE="22"').replace("15 CFR", "22 CFR")
    outcome = amend(rule, text(12, "before.xml"))
    assert_nothing(outcome)
    assert {each["state"] for each in outcome.report["instructions"] if each["verb"] != "none"} == {
        "not-computed"
    }
    assert "another title" in str(outcome.report)


def test_a_base_of_two_titles(amend: Amend) -> None:
    """The part of the rule's title is amended, the part of the same number in the other title is not."""
    base = text(12, "before.xml")
    start = base.index("<DIV5")
    part = base[start:]
    other = part.replace("title-15", "title-22").replace("15 CFR", "22 CFR").replace("Title 15", "Title 22")
    both = f"{base[:start]}<ECFR>\n{other}\n{part}\n</ECFR>\n"
    alone = amend(text(12, "rule.xml"), base)
    outcome = amend(text(12, "rule.xml"), both)
    assert outcome.code == 0
    assert outcome.written == both.replace(part, alone.written[start:])


def test_a_rule_for_another_part(amend: Amend) -> None:
    outcome = amend(text(12, "rule.xml"), text(24, "before.xml"))
    assert outcome.code == 1
    assert_nothing(outcome)


# --- words that look like instructions


def test_an_instruction_that_the_preamble_discusses(amend: Amend) -> None:
    said = "<P>2. Section 744.21 is amended by removing paragraph (c).</P>\n<P>3. Section 744.21 is amended by removing paragraph (e).</P>"
    rule = text(12, "rule.xml").replace("<P>This rule is described below.</P>", said)
    assert said in rule
    outcome = amend(rule, text(12, "before.xml"))
    assert_only_of(outcome, 12)


def test_an_instruction_within_the_text_that_is_set_out(amend: Amend) -> None:
    words = "An address is listed only where supplement no. 4 to this part says so."
    rule = text(12, "rule.xml").replace(
        words, f"{words} 4. Section 744.21 is amended by removing paragraph (c)."
    )
    outcome = amend(rule, text(12, "before.xml"))
    assert {each.path for each in outcome.differs} <= {"15 CFR 744.21(b)(3)"}


def test_the_same_number_twice(amend: Amend) -> None:
    rule = text(23, "rule.xml").replace("c. In paragraph (b)(1)", "a. In paragraph (b)(1)")
    assert_only_of(amend(rule, text(23, "before.xml")), 23)
