"""Instructions without their markup or their words of issuance are noticed, and text that is set out is none."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.amendment_samples import brief
from tracker.amendments.actions import AmendatoryRule
from tracker.amendments.reader import read_rule, read_rule_text

END = "[FR Doc. 2026-1 Filed 1-2-26; 8:45 am]"


def xml_rule(body: str, cfr: str = "<CFR>12 CFR Part 1026</CFR>") -> AmendatoryRule:
    document = f'<RULE><PREAMB>{cfr}</PREAMB><SUPLINF><REGTEXT TITLE="12" PART="1026">{body}</REGTEXT></SUPLINF></RULE>'
    return read_rule(etree.fromstring(document))


def numbers(found: AmendatoryRule) -> list[str]:
    return [one.number for one in found.instructions]


@pytest.mark.parametrize("wrapped", [False, True])
def test_paragraphs_that_a_paragraph_leads_in_are_instructions(*, wrapped: bool) -> None:
    lines = """<P>h. Voluntary deductions.</P>
        <P>6. In Supplement I to Part 1026—Official Interpretations:</P>
        <P>A. Under <E T="03">Section 1026.25—Record Retention:</E></P>
        <P>i. Under <E T="03">25(a) General rule,</E> paragraph 2 is revised.</P>
        <P>B. Under revised <E T="03">Section 1026.32,</E> paragraph 1 is removed.</P>
        <P>The revisions read as follows:</P>
        <HD SOURCE="HD1">Supplement I to Part 1026—Official Interpretations</HD>
        <HD SOURCE="HD2">Section 1026.25—Record Retention</HD>
        <P>2. <E T="03">Methods.</E> Adding a page is enough, and none is removed.</P>"""
    lines = f"<EXTRACT>{lines}</EXTRACT>" if wrapped else lines
    found = xml_rule(
        f"""<AMDPAR>5. Section 1026.1 is revised to read as follows:</AMDPAR>
        <SECTION><SECTNO>§ 1026.1</SECTNO><SUBJECT>Scope.</SUBJECT>{lines}</SECTION>"""
    )
    assert numbers(found) == ["5", "6", "6.A", "6.A.i", "6.B"]
    assert brief(list(found.instructions[3].actions)) == [
        "revise Supp. I to Part 1026 › Commentary on 1026.25 › 25(a) › comment 2"
    ]
    shown = [[line.text for line in text.lines] for text in found.set_out]
    assert shown[0] == ["h. Voluntary deductions."]
    assert shown[1][-1].startswith("2. Methods.")


def test_a_comment_is_no_instruction() -> None:
    found = xml_rule(
        """<AMDPAR>5. In Supplement I to part 1026, under Section 1026.5, 5(a), paragraphs 1 and 2 are revised:</AMDPAR>
        <HD SOURCE="HD1">Supplement I to Part 1026—Official Interpretations</HD>
        <P>1. In general. Section 1026.5 was amended in 2010; in supplement I, the creditor is:</P>
        <P>2. Adding and removing. A page may be added.</P>"""
    )
    assert numbers(found) == ["5"]


def test_a_part_that_the_heading_does_not_name_is_a_mistake_of_the_markup() -> None:
    body = "<AMDPAR>3. The authority citation is removed.</AMDPAR><AMDPAR>4. Remove § 1026.4.</AMDPAR>"
    document = (
        f'<RULE><PREAMB>%s</PREAMB><SUPLINF><REGTEXT TITLE="12" PART="26">{body}</REGTEXT></SUPLINF></RULE>'
    )
    one = read_rule(etree.fromstring(document % "<CFR>12 CFR Part 1026</CFR>"))
    assert one.parts == ("12 CFR 1026",)
    several = read_rule(etree.fromstring(document % "<CFR>12 CFR Parts 1024 and 1026</CFR>"))
    assert several.instructions[0].problem == "it does not say of which part the citation is"
    assert several.parts[-1] == "12 CFR 1026"


def test_instructions_without_words_of_issuance_are_read() -> None:
    found = read_rule_text(
        [
            "This rule changes the Entity List (15 CFR part 744).",
            "2. Supplement no. 4 to part 744 is amended:",
            "a. Under JAPAN, by removing the entry for “Acme.”",
            END,
        ]
    )
    assert numbers(found) == ["2", "2.a"]
    assert brief(list(found.instructions[1].actions)) == ["remove Supp. No. 4 to Part 744 › JAPAN › Acme"]


def test_instructions_whose_lead_is_lost_are_noticed_and_not_read() -> None:
    found = read_rule_text(
        ["a. Under CHINA, PEOPLE'S REPUBLIC OF:", "i. Removing the entry for “Acme;” and", END]
    )
    assert numbers(found) == ["a", "a.i"]
    assert all(one.problem and not one.actions for one in found.instructions)


def test_a_sentence_of_introductory_text_says_so() -> None:
    (one,) = read_rule_text(
        [
            "Part 744 of 15 CFR is amended as follows:",
            "2. In § 744.1, revise the first and last sentences of the introductory text of paragraph (a) to read:",
            END,
        ]
    ).instructions
    assert [action.target.path for action in one.actions] == [
        "15 CFR 744.1(a) › introductory text › sentence"
    ]
    assert one.actions[0].target.of_introduction


def test_a_paragraph_after_a_revised_heading_is_not_read() -> None:
    found = read_rule_text(
        [
            "Part 1026 of 12 CFR is amended as follows:",
            "2. In supplement I to part 1026, under section 1026.32, under 32(b), the heading for paragraph 32(b)(1) is "
            "revised and paragraph 1 is added.",
            END,
        ]
    )
    assert found.instructions[0].problem.startswith(
        "it does not say whether the paragraph is under the heading"
    )
