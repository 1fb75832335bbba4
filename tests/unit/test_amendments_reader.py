"""Reading amendatory instructions into actions. The samples are ours, in the shapes of the Register."""

from datetime import date

import pytest
from lxml import etree

from tests.amendment_samples import actions, amdpars, brief, rule
from tracker.amendments.actions import (
    Elision,
    LineKind,
    Order,
    Portion,
    StepKind,
    Verb,
)
from tracker.amendments.reader import read_rule, read_rule_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2. Section 744.11 is amended by revising paragraph (a)(1) to read as follows:", ["revise 15 CFR 744.11(a)(1)"]),
        ("2. In § 744.11, revise paragraph (b) to read as follows:", ["revise 15 CFR 744.11(b)"]),
        ("2. Revise § 744.17(c)(1) and (d) to read as follows:", ["revise 15 CFR 744.17(c)(1)", "revise 15 CFR 744.17(d)"]),
        ("2. Section 744.12 is removed and reserved.", ["remove-and-reserve 15 CFR 744.12"]),
        (
            "2. Amend § 744.6 by revising paragraphs (a)(1), (a)(2)(i), (ii), (iv), (3), and (9) to read as follows:",
            [
                "revise 15 CFR 744.6(a)(1)",
                "revise 15 CFR 744.6(a)(2)(i)",
                "revise 15 CFR 744.6(a)(2)(ii)",
                "revise 15 CFR 744.6(a)(2)(iv)",
                "revise 15 CFR 744.6(a)(3)",
                "revise 15 CFR 744.6(a)(9)",
            ],
        ),
        (
            "2. Amend § 744.6 by removing paragraphs (h) through (k).",
            [f"remove 15 CFR 744.6({letter})" for letter in "hijk"],
        ),
        (
            "2. Amend § 744.6 by removing paragraphs (e)(1)(iii) through (vi).",
            [f"remove 15 CFR 744.6(e)(1)({numeral})" for numeral in ("iii", "iv", "v", "vi")],
        ),
        (
            "2. Section 744.9 is amended by revising the headings of paragraphs (g) and (g)(1), and revising the note to paragraph (g), to read as follows:",
            [
                "revise 15 CFR 744.9(g) › heading",
                "revise 15 CFR 744.9(g)(1) › heading",
                "revise 15 CFR 744.9(g) › Note",
            ],
        ),
        (
            "2. Section 744.6 is amended by redesignating paragraphs (c) through (e) as paragraphs (d) through (f) and adding a new paragraph (c) to read as follows:",
            [
                "redesignate 15 CFR 744.6(c) as 15 CFR 744.6(d)",
                "redesignate 15 CFR 744.6(d) as 15 CFR 744.6(e)",
                "redesignate 15 CFR 744.6(e) as 15 CFR 744.6(f)",
                "add 15 CFR 744.6(c)",
            ],
        ),
        (
            "2. Section 744.9 is amended by redesignating Note 3 to paragraph (g) as Note 4 to paragraph (g), and Note 5 to paragraph (h)(2) as Note 6 to paragraph (h)(2).",
            [
                "redesignate 15 CFR 744.9(g) › Note 3 as 15 CFR 744.9(g) › Note 4",
                "redesignate 15 CFR 744.9(h)(2) › Note 5 as 15 CFR 744.9(h)(2) › Note 6",
            ],
        ),
        (
            "2. In §§ 744.2(a), 744.3(b)(1) and (2), and 744.4, remove “six” and add in its place “seven” wherever it appears.",
            [
                "replace 15 CFR 744.2(a): six → seven",
                "replace 15 CFR 744.3(b)(1): six → seven",
                "replace 15 CFR 744.3(b)(2): six → seven",
                "replace 15 CFR 744.4: six → seven",
            ],
        ),
        (
            "2. Sections 744.1 through 744.3 are designated as subpart A under the heading set forth above.",
            [f"designate 15 CFR 744.{n} as 15 CFR 744 › Subpart A" for n in (1, 2, 3)],
        ),
        (
            "2. Supplement No. 1 to part 774 is amended by revising ECCNs 3A090, 3B001 and 9A515 to read as follows:",
            [f"revise Supp. No. 1 to Part 774 › {eccn}" for eccn in ("3A090", "3B001", "9A515")],
        ),
        (
            "2. In supplement no. 1 to part 738, revise the entries for Pakistan and the United Kingdom in the Commerce Country Chart to read as follows:",
            [
                "revise Supp. No. 1 to Part 738 › Table Commerce Country Chart › Pakistan",
                "revise Supp. No. 1 to Part 738 › Table Commerce Country Chart › United Kingdom",
            ],
        ),
        (
            "2. Section 744.1 is amended by adding, in alphabetical order, the definitions of “Chip” and “Wafer” to read as follows:",
            ["add 15 CFR 744.1 › “Chip”", "add 15 CFR 744.1 › “Wafer”"],
        ),
        ("2. The heading of subpart B is revised to read as follows:", ["revise 15 CFR 744 › Subpart B › heading"]),
        ("2. Add part 1004 to read as follows:", ["add 15 CFR 1004"]),
        ("2. Add subpart C to part 760 to read as follows:", ["add 15 CFR 760 › Subpart C"]),
    ],
)  # fmt: skip
def test_units_of_one_instruction(text: str, expected: list[str]) -> None:
    assert brief(actions(text)) == expected


def test_lettered_instructions_are_within_the_one_that_leads_them_in() -> None:
    found = rule(
        amdpars(
            "2. Section 744.11 is amended by:",
            "a. Revising paragraph (a) introductory text;",
            "b. Removing paragraph (c); and",
            "c. In paragraph (d):",
            "i. Removing “or” at the end of paragraph (d)(1);",
            "ii. Adding paragraph (3).",
            "3. Section 744.12 is amended by adding paragraph (e).",
        )
    )
    assert [(one.number, one.verb.value, brief(list(one.actions))) for one in found.instructions] == [
        ("2", "amend", []),
        ("2.a", "revise", ["revise 15 CFR 744.11(a) › introductory text"]),
        ("2.b", "remove", ["remove 15 CFR 744.11(c)"]),
        ("2.c", "amend", []),
        ("2.c.i", "remove", ["remove 15 CFR 744.11(d)(1): or → "]),
        ("2.c.ii", "add", ["add 15 CFR 744.11(d)(3)"]),
        ("3", "add", ["add 15 CFR 744.12(e)"]),
    ]


def test_a_list_of_places_completes_the_change_that_leads_it_in() -> None:
    found = actions(
        "2. In the following sections, remove “six months” and add in its place “one year”:",
        "a. Section 744.2(a);",
        "b. Section 744.5(b) and (c).",
    )
    assert brief(found) == [
        "replace 15 CFR 744.2(a): six months → one year",
        "replace 15 CFR 744.5(b): six months → one year",
        "replace 15 CFR 744.5(c): six months → one year",
    ]


def test_a_verb_alone_is_completed_by_the_units_below_it() -> None:
    found = actions("2. Section 744.11 is amended by revising:", "a. Paragraph (a); and", "b. Paragraph (b).")
    assert brief(found) == ["revise 15 CFR 744.11(a)", "revise 15 CFR 744.11(b)"]


def test_entries_of_a_party_list_are_under_their_country() -> None:
    found = actions(
        "2. Supplement No. 4 to part 744 is amended by:",
        "a. Under CHINA, PEOPLE'S REPUBLIC OF, adding in alphabetical order, entries for “Alpha Co., Ltd.;” and “Beta Trading”;",
        "b. Under RUSSIA:",
        "i. Revising the entry for “Gamma LLC”; and",
        "ii. Removing the entry for “Delta LLC.”",
    )
    base = "Supp. No. 4 to Part 744"
    assert brief(found) == [
        f"add {base} › CHINA, PEOPLE'S REPUBLIC OF › Alpha Co., Ltd.",
        f"add {base} › CHINA, PEOPLE'S REPUBLIC OF › Beta Trading",
        f"revise {base} › RUSSIA › Gamma LLC",
        f"remove {base} › RUSSIA › Delta LLC",
    ]
    assert [one.position.order for one in found if one.position] == [Order.ALPHABETICAL] * 2


def test_parts_of_an_eccn() -> None:
    found = actions(
        "2. In Supplement No. 1 to part 774, Category 3, ECCN 3A001 is amended by:",
        "a. Revising the License Requirements section and the List Based License Exceptions section;",
        "b. Adding paragraph b.12 in the Items paragraph; and",
        "c. Removing and reserving items a.5 and a.7.",
        part="774",
    )
    base = "Supp. No. 1 to Part 774 › 3A001"
    assert brief(found) == [
        f"revise {base} › License Requirements",
        f"revise {base} › List Based License Exceptions",
        f"add {base} › b.12",
        f"remove-and-reserve {base} › a.5",
        f"remove-and-reserve {base} › a.7",
    ]


def test_comments_are_within_their_subheading() -> None:
    found = actions(
        "5. In Supplement I to Part 1026—Official Interpretations:",
        'A. Under <E T="03">Section 1026.36—Prohibited Acts, Practices, and Requirements:</E>',
        'i. Under <E T="03">36(a) Definitions,</E> paragraphs 1, 4.ii.B, and 5 introductory text are revised.',
        'ii. <E T="03">36(b) Scope</E> and paragraph 1 are added.',
        'iii. Under subheading <E T="03">36(d) Payments,</E> subheading <E T="03">Paragraph 36(d)(1),</E> paragraph 3 is removed.',
        "iv. Redesignate comment 36(e)-1 as comment 36(e)-2.",
        part="1026",
        title="12",
    )
    base = "Supp. I to Part 1026 › Commentary on 1026.36"
    assert brief(found) == [
        f"revise {base} › 36(a) › comment 1",
        f"revise {base} › 36(a) › comment 4.ii.B",
        f"revise {base} › 36(a) › comment 5 › introductory text",
        f"add {base} › 36(b)",
        f"add {base} › 36(b) › comment 1",
        f"remove {base} › 36(d)(1) › comment 3",
        f"redesignate {base} › 36(e) › comment 1 as {base} › 36(e) › comment 2",
    ]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("removing the phrase “red” and adding in its place the phrase “blue” in paragraph (a)", ("red", "blue", False, "", None)),
        ("removing the word “and” at the end of paragraph (a) and adding in its place the word “or”", ("and", "or", False, "", Order.END)),
        ("removing the period at the end of paragraph (a) and adding “; or” in its place", (".", "; or", False, "", Order.END)),
        ("adding the word “not” after the words “shall” in paragraph (a)", ("", "not", False, "shall", Order.AFTER)),
        ("replacing “red” with “blue” each place it appears in paragraph (a)", ("red", "blue", True, "", None)),
        ("removing “red” in paragraph (a)", ("red", "", False, "", None)),
        ("in paragraph (a), removing “red” and adding “blue” in its place", ("red", "blue", False, "", None)),
    ],
)  # fmt: skip
def test_words_inside_a_unit(text: str, change: tuple[object, ...]) -> None:
    (found,) = actions(f"2. Section 744.11 is amended by {text}.")
    words = found.words
    assert words is not None
    assert (words.old, words.new, words.every, words.anchor, words.side) == change
    assert found.target.path == "15 CFR 744.11(a)"


def test_sentences_are_counted() -> None:
    found = actions(
        "2. Section 744.21 is amended by revising the last sentence of paragraph (a)(2) and the third and sixth sentences of the introductory text of paragraph (b)(1) to read as follows:",
        "3. Section 744.22 is amended by adding a new sentence at the end of paragraph (b) to read as follows:",
    )
    assert [(one.target.labels(StepKind.PARAGRAPH), one.target.sentences) for one in found] == [
        (("a", "2"), (-1,)),
        (("b", "1"), (3, 6)),
        (("b",), ()),
    ]
    assert found[2].target.portion is Portion.SENTENCE
    assert found[2].position is not None
    assert found[2].position.order is Order.END


@pytest.mark.parametrize(
    ("text", "verb", "portion"),
    [
        ("1. The authority citation for part 744 continues to read as follows:", Verb.NONE, Portion.AUTHORITY),
        ("1. The authority citation for 15 CFR part 744 is revised to read as follows:", Verb.REVISE, Portion.AUTHORITY),
        ("1. Revise the authority citation for part 744 to read as follows:", Verb.REVISE, Portion.AUTHORITY),
    ],
)  # fmt: skip
def test_authority_citations(text: str, verb: Verb, portion: Portion) -> None:
    (found,) = rule(amdpars(text)).instructions
    assert (found.verb, found.target and found.target.portion, found.problem) == (verb, portion, "")


def test_days_of_instructions() -> None:
    found = rule(
        amdpars(
            "2. Effective November 25, 2026, amend § 744.6 by removing paragraph (a).",
            "3. Section 744.7 is removed.",
            "4. Section 744.8 is stayed until March 1, 2027.",
            "5. Section 744.9 is amended by:",
            "a. Removing paragraph (a).",
        ),
        dates="This rule is effective October 1, 2026, except for amendatory instruction 5, which is effective January 4, 2027.",
    )
    assert found.effective == date(2026, 10, 1)
    assert [(one.number, one.effective, one.until) for one in found.instructions] == [
        ("2", date(2026, 11, 25), None),
        ("3", None, None),
        ("4", None, date(2027, 3, 1)),
        ("5", date(2027, 1, 4), None),
        ("5.a", date(2027, 1, 4), None),
    ]


def test_an_instruction_that_the_rule_sets_apart_without_a_day_is_not_read() -> None:
    found = rule(
        amdpars("2. Section 744.7 is removed.", "3. Section 744.8 is removed."),
        dates="This rule is effective October 1, 2026, except instruction 3, which is delayed indefinitely.",
    )
    assert [bool(one.problem) for one in found.instructions] == [False, True]
    assert found.instructions[1].actions == ()


def test_an_earlier_rule_that_an_instruction_builds_on() -> None:
    (found,) = rule(
        amdpars(
            "2. Section 744.11, as amended at 91 FR 1234 (Jan. 5, 2026), is amended by revising paragraph (a)."
        )
    ).instructions
    assert found.amended_at == ("91 FR 1234",)
    assert brief(list(found.actions)) == ["revise 15 CFR 744.11(a)"]


@pytest.mark.parametrize(
    "text",
    [
        "2. Revise paragraph (a) to read as follows:",  # of which section?
        "2. Section 744.11 is amended by revising paragraph (a) and the thing below it.",
        "2. Section 744.11 is amended by revising paragraphs (c) through (a).",
        "2. Section 744.11 is amended.",
        "2. Section 744.11 is amended by redesignating paragraphs (a) and (b) as paragraph (c).",
        "2. Section 744.11 is amended by adding “not”.",  # where?
        "2. Section 744.11 is amended by revising",
        "2.",
        "2. Whatever happens in § 744.11, revise it.",
    ],
)
def test_what_is_not_read_completely_has_no_actions_and_a_reason(text: str) -> None:
    (found,) = rule(amdpars(text)).instructions
    assert found.actions == ()
    assert found.problem


def test_instructions_under_one_that_is_not_read_are_not_guessed() -> None:
    found = rule(
        amdpars(
            "2. Section 744.11 is amended by:",
            "a. Revising paragraph (a).",
            "3. Somewhere it is amended by:",
            "a. Removing paragraph (b).",
        )
    ).instructions
    assert [bool(one.problem) for one in found] == [False, False, True, True]


SECTION = """<AMDPAR>2. Section 744.11 is amended by revising paragraphs (a)(1) and (b) to read as follows:</AMDPAR>
<SECTION><SECTNO>§ 744.11</SECTNO><SUBJECT>License requirements.</SUBJECT><STARS/>
<P>(a) * * *</P><P>(1) <E T="03">Scope.</E> New words.</P><STARS/><P>(b) Other. * * *</P>
<GPOTABLE COLS="2"><ROW><ENT>x</ENT><ENT>y</ENT></ROW></GPOTABLE></SECTION>"""


def test_set_out_text_keeps_designators_asterisks_and_tables() -> None:
    found = rule(SECTION)
    (text,) = found.set_out
    assert (text.target.path, text.heading) == ("15 CFR 744.11", "License requirements.")
    assert [(line.kind, line.labels, line.elision) for line in text.lines] == [
        (LineKind.STARS, (), Elision.NONE),
        (LineKind.PARAGRAPH, ("a",), Elision.ALL),
        (LineKind.PARAGRAPH, ("a", "1"), Elision.NONE),
        (LineKind.STARS, (), Elision.NONE),
        (LineKind.PARAGRAPH, ("b",), Elision.AFTER),
        (LineKind.TABLE, (), Elision.NONE),
    ]
    assert "<GPOTABLE" in text.lines[5].xml
    assert all(action.set_out == text for action in found.instructions[0].actions)


def test_set_out_commentary_keeps_the_numbers_of_comments() -> None:
    found = rule(
        amdpars(
            "2. In Supplement I to Part 1026:",
            'a. Under <E T="03">Section 1026.36—Acts,</E> under <E T="03">36(a) Terms,</E> paragraph 4.ii is revised.',
        )
        + "<P>The revision reads as follows:</P><HD SOURCE='HD1'>Supplement I to Part 1026—Official Interpretations</HD>"
        "<EXTRACT><STARS/><HD SOURCE='HD2'>Section 1026.36—Acts</HD><P><E T='03'>36(a) Terms.</E></P><STARS/>"
        + "<P>4. * * *</P><STARS/><P>ii. <E T='03'>Fees.</E> New words.</P></EXTRACT>",
        part="1026",
        title="12",
    )
    (text,) = found.set_out
    assert text.target.path == "Supp. I to Part 1026"
    assert [(line.kind, line.labels) for line in text.lines] == [
        (LineKind.STARS, ()),
        (LineKind.HEADING, ()),
        (LineKind.HEADING, ()),
        (LineKind.STARS, ()),
        (LineKind.PARAGRAPH, ("4",)),
        (LineKind.STARS, ()),
        (LineKind.PARAGRAPH, ("4", "ii")),
    ]
    assert found.instructions[1].actions[0].set_out == text


def test_plain_text_is_read_by_the_same_grammar() -> None:
    found = read_rule_text(
        [
            "DATES: This rule is effective October 1, 2026.",
            "a. Revising your records is wise.",
            "Accordingly, part 744 of the Export Administration Regulations (15 CFR parts 730 through 774) is amended as follows:",
            "PART 744—CONTROL POLICY",
            "1. The authority citation for part 744 continues to read as follows:",
            "Authority: 50 U.S.C. 4801-4852.",
            "2. Section 744.11 is amended by:",
            "a. Revising paragraph (a); and",
            "b. Removing paragraph (c).",
            "The revision reads as follows:",
            "§ 744.11 License requirements.",
            "(a) New words.",
            "* * * * *",
            "[FR Doc. 2026-12345 Filed 9-29-26; 8:45 am]",
            "c. Removing paragraph (d).",
        ]
    )
    assert found.effective == date(2026, 10, 1)
    assert [(one.number, brief(list(one.actions))) for one in found.instructions] == [
        ("1", []),
        ("2", []),
        ("2.a", ["revise 15 CFR 744.11(a)"]),
        ("2.b", ["remove 15 CFR 744.11(c)"]),
    ]
    assert [line.text for line in found.set_out[0].lines] == ["(a) New words.", "* * * * *"]


def set_out_paths(*regtexts: str) -> list[tuple[str, list[str]]]:
    found = rule(*regtexts, part="1026", title="12")
    return [(text.target.path, [line.text for line in text.lines]) for text in found.set_out]


def test_text_after_the_regulatory_text_is_not_set_out() -> None:
    appendix = "<AMDPAR>2. Appendix Q to part 1026 is revised to read as follows:</AMDPAR><HD SOURCE='HD1'>Appendix Q to Part 1026—Debt</HD><P>First.</P>"
    xml = f"<RULE><REGTEXT TITLE='12' PART='1026'>{appendix}</REGTEXT><HD SOURCE='HD1'>Authority and Issuance</HD><P>For the reasons above.</P></RULE>"
    (text,) = read_rule(etree.fromstring(xml)).set_out
    assert [line.text for line in text.lines] == ["First."]


def test_a_picture_does_not_divide_an_appendix() -> None:
    assert set_out_paths(
        "<AMDPAR>2. Appendix Q to part 1026 is revised to read as follows:</AMDPAR><HD SOURCE='HD1'>Appendix Q to Part 1026—Debt</HD>"
        "<P>First.</P><BILCOD>BILLING CODE 4810-AM-P</BILCOD><GPH><GID>ER24JY13.001</GID></GPH><P>Second.</P>"
    ) == [("Appendix Q to Part 1026", ["First.", "ER24JY13.001", "Second."])]


def test_commentary_with_the_markup_of_sections_is_commentary() -> None:
    assert set_out_paths(
        "<AMDPAR>2. In Supplement I to Part 1026, Section 1026.5 is added to read as follows:</AMDPAR>"
        "<HD SOURCE='HD1'>Supplement I to Part 1026—Official Interpretations</HD><EXTRACT><STARS/>"
        "<SECTION><SECTNO>§ 1026.5</SECTNO><SUBJECT>Coverage</SUBJECT><P>1. Words.</P></SECTION></EXTRACT>"
    ) == [("Supp. I to Part 1026", ["* * * * *", "Section 1026.5—Coverage", "1. Words."])]


def test_lines_without_a_heading_belong_to_the_one_section_that_is_named() -> None:
    assert set_out_paths(
        "<AMDPAR>1. On page 30705, § 1026.33 is corrected by revising paragraph (c)(2) to read as follows:</AMDPAR>"
        "<STARS/><P>(c) * * *</P><P>(2) Words.</P>"
    ) == [("12 CFR 1026.33", ["* * * * *", "(c) * * *", "(2) Words."])]


def test_stars_at_the_end_of_words_are_an_elision_with_and_without_a_space() -> None:
    found = rule(
        "<AMDPAR>2. Section 744.11 is amended by revising paragraph (b).</AMDPAR><SECTION><SECTNO>§ 744.11</SECTNO>"
        "<P>(a) Scope.* * *</P><P>(b) Scope. * * *</P><P>* * * Last words.</P></SECTION>"
    )
    assert [line.elision for line in found.set_out[0].lines] == [Elision.AFTER, Elision.AFTER, Elision.BEFORE]
