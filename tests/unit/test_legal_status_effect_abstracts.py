"""What titles and abstracts state of other documents: proposals, new last days, corrections, named units, trade remedies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracker.documents.text_view import build_text_view
from tracker.effects import Certainty, DaySource, Effect, Extent, RecordedEffect
from tracker.legal_status.document_relations import document_relations
from tracker.legal_status.effect_days import with_last_day
from tracker.legal_status.effect_reader import read_effects
from tracker.legal_status.register import Subject, status_on
from tracker.model import Document, DocumentKind

PUBLISHED = date(2030, 3, 1)


def document(title: str, abstract: str = "", **facts: Any) -> Document:
    kind = facts.pop("kind", DocumentKind.RULE)
    return Document(
        key="d", kind=kind, title=title, url="https://example.gov/d", abstract=abstract, published=PUBLISHED, **facts
    )  # fmt: skip


def read(title: str, abstract: str = "", **facts: Any) -> tuple[Effect, ...]:
    return read_effects(build_text_view(document(title, abstract, **facts)))


def only(title: str, abstract: str = "", **facts: Any) -> Effect:
    found = read(title, abstract, **facts)
    assert len(found) == 1, found
    return found[0]


def name(effect: Effect) -> str:
    one = effect.affected
    return one.path or one.document_number or one.title or one.citation or ""


@pytest.mark.parametrize(
    ("title", "abstract", "verb"),
    [
        ("Sample Wages; Delay of Effective Date", "This action proposes to delay until May 7, 2030, the effective date of the rule entitled “Sample Wages,” published on January 7, 2030.", "delays"),
        ("Sample Wages: Proposed Delay of Effective Date", "The Department seeks comments.", "delays"),
        ("Sample Wages; Delay of Effective Date", "This action proposes, following a 5-day comment period, to further delay the effective date of the rule “Sample Wages and Tips”.", "delays"),
        ("Sample Directives", "This proposed AD would supersede AD 2028-19-27.", "supersedes"),
        ("Sample Roads", "The proposed rule would rescind the 2021 Roads Rule (86 FR 3244).", "ends"),
        ("Sample Reports", "This proposed rule revises the thresholds in 29 CFR 403.4(a).", "revises"),
        ("Sample Pipe From Japan: Preliminary Results of Review, and Intent To Revoke the Antidumping Duty Order", "", "ends"),
    ],
)  # fmt: skip
def test_what_is_only_proposed_is_no_effect_on_law(title: str, abstract: str, verb: str) -> None:
    effect = only(title, abstract)
    assert (effect.verb.value, effect.certainty, effect.from_, effect.from_source) == (
        verb, Certainty.PROPOSED, None, None
    )  # fmt: skip
    names = [name(effect)]
    recorded = RecordedEffect("eff_1", effect)
    assert status_on(Subject.of(names=names), [recorded], date(2030, 6, 1)) == ()
    assert document_relations(build_text_view(document(title, abstract))) == ()


def test_a_proposal_that_was_made_before_is_carried_out() -> None:
    abstract = "The Department proposed to delay the effective date of the rule. This action delays the effective date of the rule “Sample Wages and Tips” until May 7, 2030."
    effect = only("Sample Wages; Delay of Effective Date", abstract)
    assert (effect.certainty, effect.until) == (Certainty.STATED, date(2030, 5, 7))


@pytest.mark.parametrize(
    ("title", "abstract", "until"),
    [
        ("Sample Study; Extension of Comment Period", "The comment period, which closes on March 9, 2030, will now remain open until April 20, 2030.", date(2030, 4, 20)),
        ("Sample Study; Extension of Comment Period", "We are extending the comment period an additional 30 days from March 11, 2030 to April 10, 2030.", date(2030, 4, 10)),
        ("Sample Study; Reopening of Comment Period", "Comments must be submitted on or before April 4, 2030.", date(2030, 4, 4)),
        ("Sample Study; Extension of Comment Period", "The comment period is scheduled to end on March 31, 2030. We extend it by 30 days.", None),
        ("Sample Study; Extension of Comment Period", "The period is extended. A hearing on April 9, 2030, is open to all.", None),
        ("Sample Labels; Delayed Effective Date", "The new effective date of the rule is April 9, 2030.", date(2030, 4, 8)),
        ("Sample Labels; Delay of Effective Date", "The March 16, 2030, effective date is delayed. The rule will now become effective on June 17, 2030.", date(2030, 6, 16)),
        ("One-Year Suspension of Sample Controls Rule", "BIS imposes a suspension of the interim final rule “Sample Controls for All Affiliates”. The suspension is set to end November 9, 2030.", date(2030, 11, 9)),
    ],
)  # fmt: skip
def test_the_new_last_day_of_another_sentence(title: str, abstract: str, until: date | None) -> None:
    assert with_last_day(only(title, abstract), ()).until == until


def test_the_day_of_publication_in_the_words_is_no_first_day() -> None:
    effect = only(
        "Sample Dates", "OSHA is extending the compliance dates in its Sample Standard, published in the Federal Register on May 20, 2029 (94 FR 44144), by four months."
    )  # fmt: skip
    assert (effect.verb.value, effect.from_, effect.from_source) == (
        "delays",
        PUBLISHED,
        DaySource.PUBLISHED,
    )


@pytest.mark.parametrize(
    "words",
    [
        "that appeared in the Federal Register on February 18, 2030, and that will become effective on March 22, 2030.",
        "that was published on February 18, 2030, effective March 22, 2030.",
        "in the Federal Register on February 18, 2030.",
        "that went into effect on February 18, 2030.",
    ],
)
def test_a_day_of_the_other_document_is_no_first_day(words: str) -> None:
    effect = only("Sample Rates", f"The agency is correcting a final rule (95 FR 100) {words}")
    assert (effect.from_, effect.from_source) == (PUBLISHED, DaySource.PUBLISHED)


@pytest.mark.parametrize(
    ("facts", "words", "wanted"),
    [
        ({}, "is revoked, effective April 1, 2030", (date(2030, 4, 1), DaySource.STATED)),
        ({"effective_on": date(2030, 3, 9)}, "is revoked", (date(2030, 3, 9), DaySource.DOCUMENT)),
        ({}, "is revoked", (PUBLISHED, DaySource.PUBLISHED)),
    ],
)
def test_where_the_first_day_comes_from(
    facts: dict[str, Any], words: str, wanted: tuple[date, DaySource]
) -> None:
    effect = only("Sample Notice", f"General License 8B {words}.", **facts)
    assert (effect.from_, effect.from_source) == wanted


def test_a_correction_corrects_a_part_unless_it_replaces_the_document() -> None:
    assert (
        only("Sample Rates; Correction", "The notice contained an incorrect rate.").extent is Extent.PARTIAL
    )
    whole = only("Sample Rates; Correction", "The notice is corrected and reprinted in its entirety.")
    assert whole.extent is Extent.WHOLE
    assert read("Airworthiness Directives; Samples", document_number="R2-2030-00001") == ()
    printed = only("Sample Rates", document_number="C1-2030-00001")
    assert (name(printed), printed.extent) == ("2030-00001", Extent.PARTIAL)


@pytest.mark.parametrize(
    ("abstract", "wanted"),
    [
        ("BIS publishes this document to correct a final rule published in the Federal Register on February 24, 2030 (February 24th rule).", [("corrects", "final rule of February 24, 2030")]),
        ("The agency extends the comment period for its May 4, 2029, advance notice of supplemental proposed rulemaking.", [("extends", "advance notice of supplemental proposed rulemaking of May 4, 2029")]),
        ("BIS stays, until August 31, 2030, the final rule published June 15, 2029 (94 FR 40400).", [("stays", "94 FR 40400")]),
        ("This final rule adopts, with minor changes, an interim final rule published on January 6, 2029.", [("amends", "interim final rule of January 6, 2029")]),
        ("This final rule adopts, without change, an interim final rule published on January 6, 2029.", []),
        ("This final rule replaces the regulations that were published in abbreviated form on July 7, 2024.", [("supersedes", "regulations of July 7, 2024")]),
        ("This notice was published in error; this document corrects that error by withdrawing this FR notice, document number 2030-26141.", [("ends", "2030-26141")]),
        ("The bureau rescinds the “Management of the Sample Reserve” final rule, issued on May 7, 2028.", [("ends", "Management of the Sample Reserve")]),
        ("The agency amends its rules, as proposed in the May 7, 2028, notice of proposed rulemaking.", []),
        ("This AD continues to require the actions in AD 2028-19-27 and expands the applicability.", []),
        ("This AD continues the required actions in AD 2028-19-27.", []),
    ],
)  # fmt: skip
def test_documents_that_only_their_day_or_title_names(abstract: str, wanted: list[tuple[str, str]]) -> None:
    assert [(one.verb.value, name(one)) for one in read("Sample Rule", abstract)] == wanted


@pytest.mark.parametrize(
    ("abstract", "wanted"),
    [
        ("BIS amends the Export Administration Regulations (EAR) by adding four entities under nine entries to the Entity List. This rule also revises three entries on the Entity List. This rule removes this entity from the Unverified List (UVL).",
         [("adds", "Supp. No. 4 to Part 744", "four entities under nine entries"), ("revises", "Supp. No. 4 to Part 744", "three entries"), ("removes", "Supp. No. 6 to Part 744", "this entity")]),
        ("The Department of State is amending the International Traffic in Arms Regulations (ITAR) in Sec. 126.1.", [("amends", "22 CFR 126.1", None)]),
        ("The Department amends the ITAR to remove from U.S. Munitions List (USML) Category XI certain capacitors.", [("removes", "22 CFR 121.1 › Category XI", None)]),
        ("In response to the invasion on February 24, 2029, the Department of Commerce is amending the Export Administration Regulations (EAR) by adding 120 entities to the Entity List.", [("adds", "Supp. No. 4 to Part 744", "120 entities")]),
        ("This rule removes ECCN 3A999 from the EAR.", [("removes", "Supp. No. 1 to Part 774 › 3A999", None)]),
        ("BIS amends the EAR to address diversion by entities on the Entity List.", []),
        ("In 2029, BIS amended the EAR by adding two entities to the Entity List.", []),
    ],
)  # fmt: skip
def test_units_and_lists_that_an_abstract_names(
    abstract: str, wanted: list[tuple[str, str, str | None]]
) -> None:
    found = read("Sample Rule", abstract)
    assert [(one.verb.value, one.affected.path, one.affected.part) for one in found] == wanted


@pytest.mark.parametrize(
    ("title", "abstract", "wanted"),
    [
        ("Sample Rod From Japan: Continuation of Antidumping Duty Order and Countervailing Duty Order", "", ("extends", "Antidumping Duty Order and Countervailing Duty Order on Sample Rod From Japan", "whole")),
        ("Sample Lockers From Japan: Final Results of Reviews, and Revocation of the Antidumping and Countervailing Duty Orders, in Part", "", ("ends", "Antidumping and Countervailing Duty Orders on Sample Lockers From Japan", "partial")),
        ("Fresh Samples From Mexico: Termination of Suspension Agreement", "", ("ends", "Suspension Agreement on Fresh Samples From Mexico", "whole")),
        ("Notice of Modification of Section 301 Action: Sample Aircraft", "The Trade Representative has determined to modify the action by suspending the additional tariffs on goods of Japan for a period of four months.", ("suspends", "Section 301 Action: Sample Aircraft", "partial")),
        ("Notice of Product Exclusion Extensions: Sample Acts", "Certain section 301 exclusions are extended through May 31, 2030.", ("extends", "Section 301 Product Exclusions: Sample Acts", "partial")),
    ],
)  # fmt: skip
def test_trade_remedies(title: str, abstract: str, wanted: tuple[str, str, str]) -> None:
    effect = only(title, abstract, kind=DocumentKind.NOTICE)
    assert (effect.verb.value, name(effect), effect.extent.value) == wanted


@pytest.mark.parametrize(
    "title",
    [
        "Sample Rod From Japan: Consideration of Revocation of the Antidumping Duty Order",
        "Sample Rod From Japan: Final Results of the Sunset Review of the Antidumping Duty Order",
        "Request for Comments on Extension of Exclusions: Section 301 Sample Acts",
    ],
)
def test_what_a_trade_notice_only_considers(title: str) -> None:
    assert read(title, kind=DocumentKind.NOTICE) == ()


def test_a_document_that_its_number_names_too_is_one_document() -> None:
    effect = only(
        "Sample Rates; Correction", "We correct an error of the final rule of May 1, 2029.", dates_text="The final rule published at 94 FR 1200 is corrected."
    )  # fmt: skip
    assert effect.affected.citation == "94 FR 1200"


@pytest.mark.parametrize(
    "abstract",
    [
        "The agency is extending the comment period, which will close on April 2, 2030, by 60 days.",
        "This document reopens the comment period, which is scheduled to end on April 2, 2030, for an additional thirty days.",
        "We are extending the April 2, 2030, deadline for comments by 45 calendar days.",
    ],
)
def test_the_day_that_is_moved_by_a_span_is_no_new_day(abstract: str) -> None:
    assert only("Sample Trains; Extension of Comment Period", abstract).until is None
