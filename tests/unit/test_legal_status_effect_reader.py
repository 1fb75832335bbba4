"""Which effects a text states, on which instrument, how much of it and from when; and what is no effect."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.recorded import recorded
from tracker.documents.text_view import build_text_view
from tracker.effects import Applied, Certainty, Effect, EffectVerb, Extent
from tracker.legal_status.effect_reader import read_effects
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.files import read_file

_INSTRUCTION = re.compile(r"(?:\d+|[a-z])\. ")
EASTERN = ZoneInfo("America/New_York")


def order(*texts: str, title: str = "Sample Order", **facts: Any) -> tuple[Effect, ...]:
    units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
    document = Document(
        key="order", kind=DocumentKind.PRESIDENTIAL, title=title, url="https://example.gov/order", units=units, **facts
    )  # fmt: skip
    return read_effects(build_text_view(document))


def agency(title: str, abstract: str = "", *texts: str, **facts: Any) -> tuple[Effect, ...]:
    units = tuple(
        Unit(f"¶{n}", UnitKind.INSTRUCTION if _INSTRUCTION.match(text) else UnitKind.PARAGRAPH, text)
        for n, text in enumerate(texts, 1)
    )
    kind = facts.pop("kind", DocumentKind.RULE)
    document = Document(
        key="rule", kind=kind, title=title, url="https://example.gov/rule", abstract=abstract, units=units, **facts
    )  # fmt: skip
    return read_effects(build_text_view(document))


def brief(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.verb.value, name(effect)) for effect in effects]


def name(effect: Effect) -> str:
    one = effect.affected
    if one.executive_order:
        return f"E.O. {one.executive_order}"
    return (
        f"Proclamation {one.proclamation}"
        if one.proclamation
        else one.citation or one.document_number or one.title or one.path or ""
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Executive Order 14901 of May 2, 2029 (Imposing Sample Duties), as amended by Executive Order 14905 of June 1, 2029 "
            "(Amendment to Sample Duties), is hereby revoked.",
            [("ends", "E.O. 14901")],
        ),
        (
            "The additional duties imposed pursuant to IEEPA in Executive Order 14901, as amended; Executive Order 14902; and "
            "Executive Order 14903, as amended, shall no longer be in effect.",
            [("ends", "E.O. 14901"), ("ends", "E.O. 14902"), ("ends", "E.O. 14903")],
        ),
        (
            "Sections 2 and 3 of Executive Order 14901 are amended by striking “10 percent”.",
            [("amends", "E.O. 14901")],
        ),
        ("This order supersedes Executive Order 14901.", [("supersedes", "E.O. 14901")]),
        (
            "I have determined that it is necessary and appropriate to continue the suspension effectuated by Executive Order "
            "14901 until 12:01 a.m. eastern standard time on November 10, 2029.",
            [("extends", "E.O. 14901")],
        ),
        (
            "The enforcement delay in section 2 of Executive Order 14901 of May 2, 2029 (A Sample), as extended by Executive Order "
            "14905 of June 1, 2029 (Another), is further extended until July 1, 2029.",
            [("extends", "E.O. 14901"), ("extends", "E.O. 14905")],
        ),
        (
            "All tariff provisions under chapter 44 are hereby removed from Annex II of Executive Order 14901.",
            [("amends", "E.O. 14901")],
        ),
        (
            "The provisions of Proclamation 10901 with respect to imports from Japan; Proclamation 10902 with respect to imports "
            "from the EU; and Proclamation 10903 with respect to imports from Brazil shall be ineffective as of March 12, 2029.",
            [("ends", "Proclamation 10901"), ("ends", "Proclamation 10902"), ("ends", "Proclamation 10903")],
        ),
        (
            "The tariffs imposed through the following Presidential actions shall no longer apply to aircraft: (i) Executive "
            "Order 14901, as amended; and (ii) Proclamation 10902, as amended.",
            [("ends", "E.O. 14901"), ("ends", "Proclamation 10902")],
        ),
        (
            "This memorandum supersedes and replaces both National Security Presidential Directive 91 of June 28, 2007 (A Sample), "
            "and Presidential Policy Directive 99 of October 14, 2016 (Another Sample).",
            [("supersedes", "NSPD-91"), ("supersedes", "PPD-99")],
        ),
        (
            "I am continuing for 1 year the national emergency declared in Executive Order 14901.",
            [("extends", "E.O. 14901")],
        ),
        (
            "(a) In section 2(a) of Executive Order 14901, the words “10 percent” are struck and “20 percent” is inserted.",
            [("amends", "E.O. 14901")],
        ),
        (
            "Certain products listed in Annex II to this order shall not be subject to the rates of duty imposed by Executive "
            "Order 14901.",
            [("amends", "E.O. 14901")],
        ),
        (
            "Executive Order 14901 (A Sample) and Executive Order 14902 (Another), both of May 2, 2029, are superseded.",
            [("supersedes", "E.O. 14901"), ("supersedes", "E.O. 14902")],
        ),
        (
            "I hereby revoke Executive Order 14901 and amend section 3 of Executive Order 14902.",
            [("amends", "E.O. 14902"), ("ends", "E.O. 14901")],
        ),
        (
            "I hereby expand the scope of the national emergency declared in Executive Order 14901.",
            [("amends", "E.O. 14901")],
        ),
        (
            "Pursuant to section 3 of Executive Order 14901, I have determined that the conditions have not changed.",
            [("implements", "E.O. 14901")],
        ),
    ],
)
def test_an_order_acts_on_an_instrument(text: str, wanted: list[tuple[str, str]]) -> None:
    assert sorted(brief(order(text))) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "In Executive Order 14901 of May 2, 2029 (A Sample), I suspended the duties imposed in Executive Order 14900.",
        "Nothing in this order shall be construed to alter or otherwise affect Executive Order 14901.",
        "The Executive Order of May 2, 2029 (A Sample), and Executive Order 14901 are unaffected by this order.",
        "The national emergencies declared in Executive Order 14901 remain in effect and shall not be affected by this order.",
        "Articles subject to this order shall not be subject to the duties imposed by Executive Order 14901.",
        "As used in this order, the term “covered goods” has the meaning in section 2 of Executive Order 14901.",
        "Executive Order 14901 was amended by Executive Order 14902 to raise the rate.",
        "If the Secretary finds a surge, the duties under Executive Order 14901 may be increased.",
        "The Secretary recommended that I modify the tariffs imposed by Proclamation 10901.",
        "The Secretary shall determine whether to terminate the exemption established by Proclamation 10901.",
        "Building on Executive Order 14901, agencies shall buy only what they need.",
        "This memorandum does not amend Executive Order 14901.",
        "Articles subject to the duty of this proclamation shall not be subject to the duties imposed by Executive Order 14901.",
        "I hereby direct the Secretary to rescind all rules issued under Executive Order 14901.",
        "All guidance issued pursuant to Executive Order 14901 is hereby rescinded.",
        "The rates should be lowered and Executive Order 14901 must be amended, the Secretary has informed me.",
        "Goods shall continue to be subject to the rate of duty established in Proclamation 10901.",
        "To deal with the emergency declared in Executive Order 14901, agencies shall amend their rules.",
        "“Section 2 of Executive Order 14901 is hereby revoked.”",
    ],
)
def test_a_mentioned_document_is_not_affected(text: str) -> None:
    assert order(text) == ()


def test_a_verb_that_is_not_known_makes_the_effect_unclear() -> None:
    (effect,) = order("Executive Order 14901 is hereby mothballed.")
    assert (effect.certainty, effect.affected.executive_order) == (Certainty.UNCLEAR, "14901")


@pytest.mark.parametrize(
    ("text", "extent", "part"),
    [
        ("Executive Order 14901 is revoked.", Extent.WHOLE, None),
        ("Section 2(a) of Executive Order 14901 is revoked.", Extent.PARTIAL, "Section 2(a)"),
        (
            "The additional duties imposed by Executive Order 14901, except those on steel, are terminated.",
            Extent.PARTIAL,
            "The additional duties",
        ),
        ("The Annex to Executive Order 14901 is replaced.", Extent.PARTIAL, None),
        ("The Committee established by Executive Order 14901 is terminated.", Extent.PARTIAL, None),
        ("(b) Accordingly, Executive Order 14901 is rescinded in its entirety.", Extent.WHOLE, None),
        ("Proclamation 10901 with respect to goods of Japan is revoked.", Extent.PARTIAL, None),
        (
            "If Congress so provides by law, Executive Order 14901 is revoked on that day.",
            Extent.CONDITIONAL,
            None,
        ),
    ],
)
def test_whole_partial_and_conditional(text: str, extent: Extent, part: str | None) -> None:
    (effect,) = order(text)
    assert (effect.extent, effect.affected.part) == (extent, part)


def test_each_instrument_of_a_list_has_its_own_part() -> None:
    found = order(
        "The provisions of clause 3 of Proclamation 10901, clause 1 of Proclamation 10902, and Proclamation 10903 are hereby revoked."
    )
    assert [effect.affected.part for effect in found] == ["clause 3", "clause 1", None]
    assert {effect.extent for effect in found} == {Extent.PARTIAL}
    shared = order("The duties imposed by Executive Order 14901 and Executive Order 14902 are terminated.")
    assert [effect.affected.part for effect in shared] == ["The duties", "The duties"]


def test_days_with_time_and_zone_else_the_day_of_the_document() -> None:
    first, second = order(
        "Effective with respect to goods entered on or after 12:01 a.m. eastern daylight time on June 8, 2029, until "
        "December 31, 2030, the lists in Annex I of Proclamation 10901 are modified.",
        "Executive Order 14901 is revoked.",
        signing_date=date(2029, 6, 1),
        published=date(2029, 6, 5),
    )
    assert first.from_ == datetime(2029, 6, 8, 0, 1, tzinfo=EASTERN)
    assert first.until == date(2030, 12, 31)
    assert (second.from_, second.applied) == (date(2029, 6, 1), Applied.NOT_APPLICABLE)
    assert second.known_at == datetime(2029, 6, 5, tzinfo=EASTERN)


def test_back_references_short_names_and_lists_that_a_sentence_announces() -> None:
    found = order(
        "In Executive Order 14901 of May 2, 2029 (A Sample) (the “Sample Tariff Order”), I imposed duties.",
        "The Order of August 14, 2028 (Regarding a Sample Acquisition) (Divestment Order), reserved my authority.",
        "Section 2(b) of the Divestment Order is amended to read as follows:",
        "“(b) Executive Order 14950 is revoked.",
        "(c) Executive Order 14951 is revoked.”",
        "The Sample Tariff Order is hereby revoked.",
        "The following Executive Orders are revoked:",
        "(a) Executive Order 14910 of May 1, 2028 (One);",
        "(b) Executive Order 14911 of May 2, 2028 (Two).",
        "(c) The Secretary shall report on Executive Order 14912.",
        "In Executive Order 14920 and Executive Order 14921 I ordered studies. Those orders are hereby rescinded.",
    )
    assert brief(found) == [
        ("amends", "Order of August 14, 2028 (Regarding a Sample Acquisition)"),
        ("ends", "E.O. 14901"),
        ("ends", "E.O. 14910"),
        ("ends", "E.O. 14911"),
        ("ends", "E.O. 14920"),
        ("ends", "E.O. 14921"),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "The HTSUS is modified as follows: heading 9903.91.25 of the HTSUS shall be amended by deleting “125%”.",
            [("amends", "9903.91.25")],
        ),
        (
            "The HTSUS shall also be modified by continuing to suspend headings 9903.91.43 through 9903.91.45 and 9903.91.64.",
            [("suspends", "9903.91.43"), ("suspends", "9903.91.44"), ("suspends", "9903.91.45"), ("suspends", "9903.91.64")],
        ),
        ("Subheadings 9903.91.01 and 9903.91.02 are hereby terminated.", [("ends", "9903.91.01"), ("ends", "9903.91.02")]),
        ("The President modified the HTSUS by adding heading 9903.91.01.", []),
        ("Goods of heading 9903.91.01 are subject to this order.", []),
        ("The Secretary shall determine whether heading 9903.91.01 is modified.", []),
    ],
)  # fmt: skip
def test_headings_of_the_tariff_schedule(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(effect.verb.value, effect.affected.hts) for effect in order(text)] == wanted


def test_the_instrument_whose_fault_is_stated_and_cured_is_corrected() -> None:
    found = order(
        "Proclamation 10901 inserted a new note, and Proclamation 10902 another one. Although both proclamations numbered the "
        "rest, they omitted conforming changes to the headings. I have determined that additional modifications are necessary "
        "to reflect these conforming changes."
    )
    assert brief(found) == [("corrects", "Proclamation 10901"), ("corrects", "Proclamation 10902")]


def test_an_agency_delays_corrects_and_supersedes_but_does_not_amend_an_order() -> None:
    delayed = agency(
        "Sample Controls; Delay of Effective Date",
        "The effective date of the final rule published at 94 FR 1200 on May 1, 2029, is delayed until June 30, 2029. This "
        "action is consistent with Executive Order 14901, which amended Executive Order 14900.",
        action="Final rule; delay of effective date.",
    )
    assert brief(delayed) == [("delays", "94 FR 1200")]
    assert delayed[0].until is None or delayed[0].until == date(2029, 6, 30)
    directive = agency(
        "Airworthiness Directives; Samples", "The FAA is superseding Airworthiness Directive (AD) 2028-19-27."
    )
    assert brief(directive) == [("supersedes", "AD 2028-19-27")]
    proposal = agency("Airworthiness Directives; Samples", "The FAA proposes to supersede AD 2028-19-27.")
    assert brief(proposal) == [("supersedes", "AD 2028-19-27")]
    assert proposal[0].certainty is Certainty.PROPOSED
    license_ = agency(
        "Publication of General Licenses",
        "OFAC is publishing Russia-related General License 8C, which was issued on May 1. This license supersedes Russia-related "
        "General License 8B.",
        kind=DocumentKind.NOTICE,
    )
    assert ("supersedes", "Russia-related General License 8B") in brief(license_)


def test_instructions_affect_the_units_that_they_name_unless_they_are_proposed() -> None:
    texts = (
        "1. Section 744.11 is amended by revising paragraph (a)(1) and adding paragraph (d).",
        "2. Section 744.16 is amended by staying paragraph (e) until November 9, 2029.",
        "3. Section 744.21 is removed.",
    )
    found = agency(
        "Sample Rule",
        "We amend the rules.",
        *texts,
        cfr_references=("15 CFR 744",),
        effective_on=date(2029, 1, 2),
    )
    assert [(effect.verb.value, effect.affected.path, effect.affecting.instruction) for effect in found] == [
        ("revises", "15 CFR 744.11(a)(1)", "1"),
        ("adds", "15 CFR 744.11(d)", "1"),
        ("stays", "15 CFR 744.16(e)", "2"),
        ("removes", "15 CFR 744.21", "3"),
    ]
    assert {(effect.applied, effect.from_) for effect in found} == {(Applied.PENDING, date(2029, 1, 2))}
    assert (
        agency("Sample Rule", "", *texts, cfr_references=("15 CFR 744",), kind=DocumentKind.PROPOSED_RULE)
        == ()
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3. Section 744.21 is removed and reserved.", [("removes", "15 CFR 744.21", None)]),
        ("3. Section 744.21 is amended by removing (b)(17).", [("removes", "15 CFR 744.21", "(b)(17)")]),
        (
            "3. Supplement no. 1 to part 744 is amended by removing and reserving paragraph (b).",
            [("removes", "Supp. No. 1 to Part 744", "paragraph (b)")],
        ),
        (
            "3. Section 744.21 is amended by removing the word “and” at the end of paragraph (b)(1).",
            [("amends", "15 CFR 744.21(b)(1)", None)],
        ),
        (
            "3. Section 744.21 is amended by adding a new sentence at the end of paragraph (b)(1).",
            [("amends", "15 CFR 744.21(b)(1)", None)],
        ),
        (
            "3. Section 744.21 is amended by removing note 1 to paragraph (b)(1).",
            [("removes", "15 CFR 744.21(b)(1)", "note 1")],
        ),
        (
            "3. Section 744.21 is amended by revising newly redesignated paragraph (c) introductory text.",
            [("revises", "15 CFR 744.21(c)", "introductory text")],
        ),
    ],
)
def test_an_instruction_on_a_part_of_a_unit_leaves_the_rest(
    text: str, wanted: list[tuple[str, str, str | None]]
) -> None:
    found = agency("Sample Rule", "We amend the rules.", text, cfr_references=("15 CFR 744",))
    read = [(effect.verb.value, effect.affected.path, effect.affected.part) for effect in found]
    assert read == wanted
    assert all((effect.extent is Extent.PARTIAL) == (effect.affected.part is not None) for effect in found)


def test_lettered_instructions_inherit_and_single_ones_have_their_own_day() -> None:
    found = agency(
        "Sample Rule",
        "We amend the rules.",
        "2. Supplement No. 4 to part 744 is amended by adding:",
        "a. Under JAPAN, in alphabetical order, an entry for “Alpha Limited;”",
        "3. Effective July 1, 2029, amend § 744.11 by revising paragraph (a).",
        "4. Section 744.12 is amended by revising paragraph (b).",
        cfr_references=("15 CFR 744",),
        dates_text="This rule is effective May 1, 2029, except for amendatory instruction 4, which is effective June 1, 2029.",
        effective_on=date(2029, 5, 1),
    )
    assert [(effect.verb.value, effect.affected.path, effect.from_) for effect in found] == [
        ("adds", "Supp. No. 4 to Part 744 › JAPAN › Alpha Limited", date(2029, 5, 1)),
        ("revises", "15 CFR 744.11(a)", date(2029, 7, 1)),
        ("revises", "15 CFR 744.12(b)", date(2029, 6, 1)),
    ]


def test_a_page_says_that_a_rule_is_not_enforced() -> None:
    found = agency("Guidance", "", "BIS will not enforce the AI Diffusion Rule.", kind=DocumentKind.PAGE)
    assert [(effect.verb, effect.affected.document_number) for effect in found] == [
        (EffectVerb.DOES_NOT_ENFORCE, "2025-00636")
    ]
    history = agency(
        "News", "", "The rule replaced Executive Order 14901 and 94 FR 1200.", kind=DocumentKind.PAGE
    )
    assert history == ()


def test_a_court_declares_an_order_unlawful() -> None:
    found = agency(
        "Opinion",
        "",
        "UNITED STATES COURT OF INTERNATIONAL TRADE",
        "The President issued Executive Order 14901 and Executive Order 14902 (collectively, the “Sample Tariff Orders”).",
        "The Sample Tariff Orders are unlawful and are set aside.",
        kind=DocumentKind.PAGE,
    )
    assert brief(found) == [("declares-unlawful", "E.O. 14901"), ("declares-unlawful", "E.O. 14902")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The Court holds that Executive Order 14901 exceeds the authority granted by the statute.", [("declares-unlawful", "E.O. 14901")]),
        ("The Sample Rule, 94 Fed. Reg. 4544 (Jan. 15, 2029), is VACATED.", [("declares-unlawful", "94 FR 4544")]),
        ("The effective date of the rule at 94 Fed. Reg. 4544 is stayed pending review.", [("stays", "94 FR 4544")]),
        ("The statute does not authorize the duties imposed by Executive Order 14901.", [("declares-unlawful", "E.O. 14901")]),
        ("Plaintiffs argue that Executive Order 14901 is unlawful.", []),
        ("The question is whether Executive Order 14901 is unlawful.", []),
        ("Executive Order 14901 was challenged in several suits.", []),
    ],
)  # fmt: skip
def test_what_a_court_decides_and_what_it_only_reports(text: str, wanted: list[tuple[str, str]]) -> None:
    found = agency("Opinion", "", "UNITED STATES COURT OF INTERNATIONAL TRADE", text, kind=DocumentKind.PAGE)
    assert brief(found) == wanted


def test_a_rule_cited_and_nicknamed_is_one_instrument_and_its_suspension_a_stay() -> None:
    (found,) = agency(
        "Suspension of Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities",
        "BIS is suspending for one year the Affiliates Rule, published at 90 FR 47201.",
    )
    assert (found.verb, found.affected.citation, found.affected.document_number, found.extent) == (
        EffectVerb.STAYS, "90 FR 47201", "2025-19001", Extent.WHOLE,
    )  # fmt: skip


def codified(*units: Unit) -> tuple[Effect, ...]:
    document = Document(
        key="15 CFR 744", kind=DocumentKind.CFR, title="Part 744", url="https://example.gov/744", units=units
    )
    return read_effects(build_text_view(document))


def test_notes_of_a_codified_text_are_effects_on_exactly_their_units() -> None:
    stay, not_added, not_revised = codified(
        Unit("15 CFR 744.11(a)(1)", UnitKind.PARAGRAPH, "(1) Text.", marker="(1)"),
        Unit(
            "15 CFR 744.11 › Effective Date Note", UnitKind.EFFECTIVE_NOTE,
            "Effective Date Note: At 94 FR 50857, Nov. 12, 2029, in § 744.11, the last sentence of paragraph (a)(1) was stayed, "
            "effective until Nov. 9, 2030.",
        ),
        Unit(
            "Supp. No. 4 to Part 744 › Editorial Note ¶1", UnitKind.EDITORIAL_NOTE,
            "2. At 93 FR 96836, Dec. 5, 2028, supplement no. 4 to part 744 was amended under JAPAN by adding an entry for “Alpha "
            "Limited” and by revising the entry for “Beta Co., Ltd.”; however, these amendments could not be incorporated because "
            "no text was supplied.",
        ),
        Unit("15 CFR 744.1 › Editorial Note", UnitKind.EDITORIAL_NOTE, "Editorial Note: For citations, see the list."),
    )  # fmt: skip
    assert (stay.verb, stay.affected.path, stay.affected.part) == (
        EffectVerb.STAYS,
        "15 CFR 744.11(a)(1)",
        "last sentence",
    )
    assert (stay.from_, stay.until, stay.affecting.citation) == (
        date(2029, 11, 12),
        date(2030, 11, 9),
        "94 FR 50857",
    )
    assert (not_added.verb, not_added.affected.path) == (
        EffectVerb.ADDS,
        "Supp. No. 4 to Part 744 › JAPAN › Alpha Limited",
    )
    assert (not_revised.verb, not_revised.affected.party) == (EffectVerb.REVISES, "Beta Co., Ltd.")
    assert {not_added.applied, not_revised.applied} == {Applied.NOT_INCORPORATED}


def test_the_recorded_notes_of_part_744_are_on_units_of_the_text() -> None:
    part = read_file("part.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    effects = read_effects(build_text_view(part))
    paths = {unit.path for unit in part.units}
    missing = [effect.affected.party for effect in effects if effect.affected.path not in paths]
    assert len(effects) == 12
    assert missing == ["S2C Limited"]


def test_days_between_the_verb_and_the_rule_limit_no_part_of_it() -> None:
    (stay,) = agency(
        "Sample Controls; Stay",
        "BIS stays, until August 31, 2029, the final rule published June 15, 2029 (94 FR 40400).",
        action="Final rule; stay.",
    )
    assert (stay.verb, stay.affected.citation, stay.extent) == (EffectVerb.STAYS, "94 FR 40400", Extent.WHOLE)
