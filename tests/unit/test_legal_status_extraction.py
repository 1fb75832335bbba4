"""Ten cases of legal status, as far as one document's own words give it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.recorded import recorded
from tracker.classification import classify
from tracker.legal_status.current import current_status
from tracker.legal_status.extraction import covers_unit
from tracker.legal_status.propagation import apply_relations
from tracker.model import (
    Change,
    Classification,
    Document,
    DocumentKind,
    LegalDate,
    Level,
    Op,
    Operation,
    Status,
    Unit,
    UnitKind,
)
from tracker.parsing.files import read_file

TODAY = date(2025, 12, 1)
NOW = datetime(2025, 12, 1, tzinfo=UTC)


def document(kind: DocumentKind, title: str, abstract: str = "", *texts: str, **facts: Any) -> Document:
    units = tuple(
        Unit(f"¶{n}", UnitKind.INSTRUCTION if text[:2].strip(".").isdigit() else UnitKind.PARAGRAPH, text)
        for n, text in enumerate(texts, 1)
    )
    return Document(
        key=facts.get("document_number", "doc"), kind=kind, title=title, url="https://example.gov/doc",
        abstract=abstract, units=units, **facts,
    )  # fmt: skip


def rule(title: str, abstract: str = "", *texts: str, **facts: Any) -> Document:
    return document(DocumentKind.RULE, title, abstract, *texts, type="Rule", **facts)


def live_dates(found: Classification, kind: str) -> list[date]:
    return [entry.date for entry in found.dates if entry.type == kind and not entry.superseded]


def state(found: Iterable[Status], day: date, unit: str = "") -> str:
    """What holds on a day: for the document, or for a unit where some state is confined to it."""
    holding = current_status(found, day)
    part = next((one for one in holding.parts if any(covers_unit(path, unit) for path in one.units)), None)
    status = part or holding.now
    return status.state if status else ""


def change(found: Classification, **facts: Any) -> Change:
    values = {
        "id": "chg_1",
        "source": "fr",
        "kind": DocumentKind.RULE,
        "title": "T",
        "url": "",
        "detected_at": NOW,
    }
    return Change(tagging=found, **{**values, **facts})


def acted(doc: Document, found: Classification, target: Change) -> Change:
    """The target's record after what this document does."""
    named = {"document_number": doc.document_number, "citation": doc.citation, "published": doc.published}
    return apply_relations(target, change(found, id="chg_2", kind=doc.kind, title=doc.title, **named))


AFFILIATES = rule(
    "Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities",
    "BIS amends the Export Administration Regulations so that any entity at least 50 percent owned by one or "
    "more entities on the Entity List is itself subject to Entity List restrictions.",
    document_number="2025-19001",
    citation="90 FR 47201",
    published=date(2025, 9, 30),
    dates_text="This rule is effective September 29, 2025. Comments must be received by BIS no later than "
    "October 29, 2025.",
)
SUSPENSION = rule(
    "One Year Suspension of Expansion of End-User Controls for Affiliates of Certain Listed Entities",
    "BIS imposes a one-year suspension of the interim final rule published at 90 FR 47201. The suspension is "
    "set to end November 9, 2026, absent a future extension.",
    "1. The authority citation for 15 CFR part 744 continues to read as follows:",
    "2. In § 744.11, stay paragraph (a)(1) until November 9, 2026.",
    document_number="2025-19846",
    published=date(2025, 11, 12),
    dates_text="This rule is effective November 10, 2025, until November 9, 2026.",
)


def test_affiliates_rule_is_published_in_force_stayed_and_back_when_the_stay_ends() -> None:
    first = classify(AFFILIATES, today=date(2025, 9, 28))
    assert live_dates(first, "effective") == [date(2025, 9, 29)]
    assert live_dates(first, "comments-close") == [date(2025, 10, 29)]
    later = classify(SUSPENSION, today=TODAY)
    assert live_dates(later, "stay-ends") == [date(2026, 11, 9)]
    link = next(link for link in later.links if link.relation == "stays")
    assert link.target == "90 FR 47201"
    stay = acted(SUSPENSION, later, change(first, citation="90 FR 47201")).tagging.status[-1]
    assert (stay.state, stay.since, stay.until, stay.by) == (
        "stayed", date(2025, 11, 10), date(2026, 11, 9), "2025-19846",
    )  # fmt: skip
    whole = (*first.status, stay)
    assert state(classify(AFFILIATES, today=date(2025, 9, 27)).status, date(2025, 9, 27)) in ("published", "")
    assert state(whole, date(2025, 10, 15)) == "in-force"
    assert state(whole, date(2026, 3, 1)) == "stayed"
    assert state(whole, date(2026, 11, 9)) == "stayed"
    assert state(whole, date(2026, 11, 10)) == "in-force"


def test_the_staying_rule_names_the_units_that_it_stays() -> None:
    found = classify(SUSPENSION, today=TODAY)
    stayed = next(status for status in found.status if status.state == "stayed")
    assert stayed.units == ("15 CFR 744.11(a)(1)",)
    assert stayed.until == date(2026, 11, 9)
    assert found.level is Level.MEDIUM
    assert found.direction == "relief"


def test_a_comment_period_extended_twice_leaves_one_deadline_each_time() -> None:
    def extension(number: str, old: str, new: str, published: date) -> Document:
        return document(
            DocumentKind.PROPOSED_RULE,
            "Export Controls on Sample Items; Extension of Comment Period",
            f"BIS extends the comment period of the proposed rule published at 90 FR 11111 from {old} to {new}.",
            document_number=number,
            published=published,
            action="Proposed rule; extension of comment period.",
            dates_text=f"The comment period for the proposed rule published at 90 FR 11111 is extended. Comments "
            f"must be received by {new}.",
        )

    one = extension("2025-00002", "March 3, 2025", "April 2, 2025", date(2025, 2, 20))
    two = extension("2025-00003", "April 2, 2025", "May 2, 2025", date(2025, 3, 25))
    for doc, deadline in ((one, date(2025, 4, 2)), (two, date(2025, 5, 2))):
        found = classify(doc, today=doc.published or TODAY)
        assert live_dates(found, "comments-close") == [deadline]
        assert any(link.relation == "extends" and link.target == "90 FR 11111" for link in found.links)
        assert [d.date for d in found.dates if d.superseded] != []


def test_one_instruction_of_a_rule_is_delayed_to_a_later_year() -> None:
    doc = rule(
        "Export Controls on Semiconductor Manufacturing Items",
        "BIS amends the Export Administration Regulations.",
        "1. The authority citation for 15 CFR part 744 continues to read as follows:",
        "4. Section 744.23 is amended by revising paragraph (a)(3).",
        "5. Section 740.2 is amended by adding paragraph (a)(9).",
        document_number="2023-99999",
        published=date(2023, 10, 25),
        dates_text="This rule is effective November 17, 2023, except for amendatory instruction 5, which is "
        "effective January 1, 2026.",
    )
    found = classify(doc, today=date(2024, 6, 1))
    effective = {entry.note: entry.date for entry in found.dates if entry.type == "effective"}
    assert effective == {"": date(2023, 11, 17), "instruction 5": date(2026, 1, 1)}
    delayed = next(status for status in found.status if status.state == "delayed")
    assert delayed.units == ("15 CFR 740.2(a)(9)",)
    assert delayed.until == date(2025, 12, 31)
    assert state(found.status, date(2024, 6, 1)) in ("in-force", "delayed")
    assert state(found.status, date(2024, 6, 1), "15 CFR 744.23(a)(3)") == "in-force"
    assert state(found.status, date(2024, 6, 1), "15 CFR 740.2(a)(9)(i)") == "delayed"
    assert state(found.status, date(2026, 1, 1), "15 CFR 740.2(a)(9)(i)") == "in-force"


def test_a_correction_that_adds_a_party_names_what_it_corrects_and_its_party() -> None:
    doc = document(
        DocumentKind.CORRECTION,
        "Additions to the Entity List; Correction",
        "",
        "In rule document 2025-05427 beginning on page 14046, make the following correction:",
        "2. Supplement No. 4 to part 744 is corrected by adding under JAPAN, in alphabetical order, an entry for "
        "“Sample Seimitsu K.K.” to read as follows:",
        document_number="C1-2025-05427",
        published=date(2025, 4, 10),
    )
    found = classify(doc, today=date(2025, 4, 10))
    assert [(link.relation, link.target) for link in found.links][:1] == [("corrects", "2025-05427")]
    assert "Supp. No. 4 to Part 744 › JAPAN › Sample Seimitsu K.K." in found.units
    assert found.japan_nexus
    assert any(topic.id == "entity-list" for topic in found.topics)


def test_a_temporary_licence_expires() -> None:
    doc = rule(
        "Temporary General License: Extension of Validity",
        "This final rule revises the temporary general license under the Export Administration Regulations to "
        "remove the expiration date of February 16, 2020, and substitute the date of April 1, 2020.",
        document_number="2020-03144",
        published=date(2020, 2, 18),
        dates_text="This rule is effective February 13, 2020, through April 1, 2020.",
    )
    found = classify(doc, today=date(2020, 3, 1))
    assert live_dates(found, "expires") == [date(2020, 4, 1)]
    assert state(found.status, date(2020, 3, 1)) == "in-force"
    ended = classify(doc, today=date(2020, 4, 2))
    assert state(ended.status, date(2020, 4, 2)) == "expired"


def test_an_order_that_ends_the_duties_of_others_rescinds_them_and_is_relief() -> None:
    doc = document(
        DocumentKind.PRESIDENTIAL,
        "Ending Certain Tariff Actions",
        "",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. The additional ad valorem duties imposed by Executive Order 14257 and Executive Order 14329 "
        "are terminated, and those orders are revoked to that extent, effective February 24, 2026.",
        document_number="2026-03900",
        executive_order="14389",
        published=date(2026, 2, 25),
        signing_date=date(2026, 2, 20),
    )
    found = classify(doc, today=date(2026, 2, 25))
    ended = {link.target for link in found.links if link.relation == "rescinds"}
    assert {"E.O. 14257", "E.O. 14329"} <= ended
    assert found.level is Level.HIGH
    assert found.direction == "relief"
    ended_order = acted(doc, found, change(Classification(Level.HIGH), order="E.O. 14257"))
    assert [status.state for status in ended_order.tagging.status] == ["rescinded"]


def test_a_revocation_of_validated_end_users_binds_only_from_its_own_day() -> None:
    doc = rule(
        "Revocation of Validated End-User Authorizations in the People's Republic of China",
        "BIS amends the Export Administration Regulations to remove semiconductor makers in China from the "
        "Validated End-User list.",
        document_number="2025-16735",
        published=date(2025, 9, 2),
        dates_text="This rule is effective December 31, 2025.",
    )
    found = classify(doc, today=date(2025, 9, 2))
    assert found.level is Level.HIGH
    assert state(found.status, date(2025, 9, 2)) == "published"
    assert state(found.status, date(2025, 12, 30)) == "published"
    assert state(found.status, date(2025, 12, 31)) == "in-force"


def test_a_rule_withdrawn_before_its_day_is_withdrawn_by_the_later_one() -> None:
    doc = rule(
        "Reporting Requirements for Sample Exports; Withdrawal",
        "BIS withdraws the final rule published on March 3, 2025 at 90 FR 22222, which was to take effect on "
        "June 2, 2025.",
        document_number="2025-30000",
        published=date(2025, 5, 20),
        action="Final rule; withdrawal.",
        dates_text="The final rule published at 90 FR 22222 is withdrawn as of May 20, 2025.",
    )
    found = classify(doc, today=date(2025, 5, 20))
    link = next(link for link in found.links if link.relation == "withdraws")
    assert link.target == "90 FR 22222"
    (status,) = acted(doc, found, change(Classification(Level.HIGH), citation="90 FR 22222")).tagging.status
    assert (status.state, status.since) == ("withdrawn", date(2025, 5, 20))


@pytest.mark.xfail(strict=True, reason="will not enforce a rule is no act yet: the level stays low")
def test_unnumbered_guidance_on_non_enforcement_is_quoted() -> None:
    doc = document(
        DocumentKind.PAGE,
        "Statement on the AI Diffusion Rule",
        "",
        "FOR IMMEDIATE RELEASE: May 13, 2025",
        "The Bureau of Industry and Security will not enforce the AI Diffusion Rule (90 FR 4544). A replacement "
        "will follow.",
    )
    found = classify(doc, today=date(2025, 5, 14))
    status = next(status for status in found.status if status.state == "not-enforced")
    assert status.since == date(2025, 5, 13)
    assert "will not enforce the AI Diffusion Rule" in status.quote
    assert any(topic.id == "ai-model-weights" for topic in found.topics)
    assert found.level.rank >= Level.MEDIUM.rank
    (link,) = found.links
    assert (link.relation, link.target, link.where) == ("suspends-enforcement", "90 FR 4544", "¶2")
    (held,) = acted(doc, found, change(Classification(Level.HIGH), citation="90 FR 4544")).tagging.status
    assert (held.state, held.since, held.by) == ("not-enforced", date(2025, 5, 13), doc.title)
    assert held.quote.startswith("The Bureau of Industry and Security will not enforce")
    assert held.where == f"{doc.title} › ¶2"


@pytest.mark.parametrize(
    ("words", "relation", "target"),
    [
        ("He has instructed BIS officials not to enforce the now rescinded Biden AI Diffusion Rule.", "suspends-enforcement", "Biden AI Diffusion Rule"),
        ("BIS will refrain from enforcing the Affiliates Rule.", "suspends-enforcement", "Affiliates Rule"),
        ("BIS will resume enforcement of the Affiliates Rule on May 1, 2026.", "resumes-enforcement", "Affiliates Rule"),
        ("BIS ends its non-enforcement of the rule published at 90 FR 4544.", "resumes-enforcement", "90 FR 4544"),
        ("Beginning on May 1, BIS will again enforce the AI Diffusion Rule.", "resumes-enforcement", "AI Diffusion Rule"),
        ("BIS will enforce the Affiliates Rule strictly.", "", ""),
        ("The Office of Export Enforcement does not comment.", "", ""),
    ],
)  # fmt: skip
def test_an_addition_to_a_page_states_whether_a_rule_is_enforced(
    words: str, relation: str, target: str
) -> None:
    page = document(
        DocumentKind.PAGE, "News of the Bureau of Industry and Security", "", "Export controls.", words
    )
    added = Operation("¶2", Op.ADDED, after=words)
    found = [(link.relation, link.target, link.where) for link in classify(page, [added], today=TODAY).links]
    assert found == ([(relation, target, "¶2")] if relation else [])
    gone = Operation("¶2", Op.REMOVED, before=words)
    assert not classify(page, [gone], today=TODAY).links


def test_each_status_names_the_location_of_its_words() -> None:
    proposal = document(
        DocumentKind.PROPOSED_RULE, "Controls on Pumps", "BIS proposes to amend the EAR.", action="Proposed rule."
    )  # fmt: skip
    final = rule("Controls on Pumps", "BIS amends the EAR.", dates_text="This rule is effective May 1, 2025.")
    for doc, where in ((proposal, "action"), (final, "dates")):
        (status,) = classify(doc, today=TODAY).status
        assert (status.quote in (doc.action, doc.dates_text), status.where) == (True, where)


def test_a_rule_that_changes_no_text_touches_no_unit_and_is_low() -> None:
    doc = rule(
        "Public Briefing on Framework for Artificial Intelligence Diffusion",
        "BIS will host a virtual public briefing on January 15, 2025. This document gives the procedures for "
        "participating.",
        document_number="2025-00637",
        published=date(2025, 1, 15),
    )
    found = classify(doc, today=date(2025, 1, 15))
    assert found.units == ()
    assert found.level is Level.LOW
    assert found.direction == "procedure"


def test_the_recorded_part_744_carries_each_stay_on_exactly_its_unit() -> None:
    part = read_file("part.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    found = classify(part, today=date(2026, 7, 20))
    assert [status.units for status in found.status] == [
        ("15 CFR 744.8(a)(2)",),
        ("15 CFR 744.8(b)",),
        ("15 CFR 744.11(a)(1)",),
        ("15 CFR 744.16(e)",),
        ("15 CFR 744.21(a)(3)",),
        ("15 CFR 744.21(b)(2)",),
        ("15 CFR 744.21(d)",),
        ("Supp. No. 4 to Part 744 ¶1",),
        ("Supp. No. 7 to Part 744 ¶1",),
        ("Supp. No. 8 to Part 744",),
    ]
    paths = {unit.path for unit in part.units}
    for status in found.status:
        assert (status.state, status.until, status.by) == ("stayed", date(2026, 11, 9), "90 FR 50857")
        assert set(status.units) <= paths
        assert "stayed, effective until Nov. 9, 2026" in status.quote


def noted_part(*operations: Operation) -> Classification:
    """A part whose § 744.11 carries a note, and what changed in it."""
    part = Document(
        key="15 CFR 744", kind=DocumentKind.CFR, title="PART 744", url="",
        units=(
            Unit("15 CFR 744.11", UnitKind.HEADING, "§ 744.11"),
            Unit("15 CFR 744.11(a)(1)", UnitKind.PARAGRAPH, "(1) Affiliates.", 1),
            Unit("15 CFR 744.11 › Effective Date Note", UnitKind.EFFECTIVE_NOTE, NOTE, 1),
            Unit("15 CFR 744.23(a)(3)", UnitKind.PARAGRAPH, "(3) Any vacuum valve.", 1),
        ),
    )  # fmt: skip
    return classify(part, operations, today=TODAY)


NOTE = (
    "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, in § 744.11, paragraph (a)(1) was stayed, effective "
    "until Nov. 9, 2026."
)


def test_a_note_that_appears_is_a_stay_with_its_dates() -> None:
    found = noted_part(
        Operation("15 CFR 744.11 › Effective Date Note", Op.ADDED, "", NOTE, kind=UnitKind.EFFECTIVE_NOTE)
    )
    assert [(s.state, s.until, s.units) for s in found.status] == [
        ("stayed", date(2026, 11, 9), ("15 CFR 744.11(a)(1)",))
    ]
    assert [(d.type, d.date) for d in found.dates] == [("stay-ends", date(2026, 11, 9))]
    assert "paragraph (a)(1) was stayed" in found.acts[0].evidence.quote
    assert found.direction == "relief"


def test_a_change_elsewhere_in_the_part_does_not_carry_that_stay() -> None:
    found = noted_part(
        Operation("15 CFR 744.23(a)(3)", Op.CHANGED, "(3) Any valve.", "(3) Any vacuum valve.",
                  spans=(("equal", "(3) Any "), ("insert", "vacuum "), ("equal", "valve.")))
    )  # fmt: skip
    assert found.status == ()
    assert found.dates == ()
    assert "Any vacuum valve" in found.acts[0].evidence.quote


# --- one rule's dates given by another rule -----------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "The effective date of the final rule published at 91 FR 100 on January 5, 2026, is delayed until June 1, 2026.",
        "BIS delays the effective date of the final rule published at 91 FR 100 from March 6, 2026, to June 1, 2026.",
        "The final rule published January 5, 2026, at 91 FR 100, is delayed until June 1, 2026.",
    ],
)
@pytest.mark.parametrize("recorded_day", [None, date(2026, 6, 1)])
def test_the_day_that_a_delay_names_is_the_delayed_rule_s(words: str, recorded_day: date | None) -> None:
    delay = rule(
        "Export Controls on Pumps; Delay of Effective Date", "BIS delays a rule on pumps.",
        document_number="2026-00009", published=date(2026, 3, 1), action="Final rule; delay of effective date.",
        dates_text=words, effective_on=recorded_day,
    )  # fmt: skip
    found = classify(delay, today=date(2026, 3, 2))
    moved = [d for d in found.dates if d.type == "effective" and not d.superseded]
    assert [(d.date, d.note) for d in moved] == [(date(2026, 6, 1), "delayed")]
    assert live_dates(found, "expires") == []
    assert all(status.state == "in-force" and status.until is None for status in found.status)
    assert all(status.since != date(2026, 6, 1) for status in found.status)
    link = next(link for link in found.links if link.relation == "delays")
    assert link.target == "91 FR 100"
    due = change(
        Classification(Level.HIGH, dates=(LegalDate("effective", date(2026, 3, 1)),)), citation="91 FR 100"
    )
    states = [(status.state, status.until) for status in acted(delay, found, due).tagging.status]
    assert ("delayed", date(2026, 5, 31)) in states
    assert "延期後の施行日:2026年6月1日" in found.summary.ja


def test_a_delay_has_an_effective_date_of_its_own_without_a_note() -> None:
    delay = rule(
        "Export Controls on Pumps; Delay of Effective Date", "",
        document_number="2026-00009", published=date(2026, 3, 1),
        dates_text="This rule is effective March 2, 2026. As of that day, the effective date of the final rule "
        "published at 91 FR 100 is delayed until June 1, 2026.",
    )  # fmt: skip
    found = classify(delay, today=date(2026, 3, 5))
    assert [(d.date, d.note) for d in found.dates if d.type == "effective"] == [
        (date(2026, 3, 2), ""),
        (date(2026, 6, 1), "delayed"),
    ]
    assert [(s.state, s.since, s.until) for s in found.status] == [("in-force", date(2026, 3, 2), None)]


def test_a_suspension_stays_its_target_for_the_days_that_it_is_effective() -> None:
    suspension = rule(
        "One-Year Suspension of Sample Controls on Pumps and Valves",
        "BIS suspends for one year the export controls of the interim final rule Sample Controls on Pumps and Valves for "
        "Listed Firms (Pump "
        "Rule), published on September 30, 2025, and effective September 29, 2025.",
        document_number="2025-30013", published=date(2025, 11, 12), effective_on=date(2025, 11, 10),
        dates_text="This rule is effective from November 10, 2025, through November 9, 2026.",
        docket_ids=("Docket No. 251104-0001",), rins=("0694-ZZ99",),
    )  # fmt: skip
    found = classify(suspension, today=TODAY)
    assert [(d.date, d.superseded) for d in found.dates if d.type == "effective"] == [
        (date(2025, 11, 10), False)
    ]
    assert live_dates(found, "stay-ends") == [date(2026, 11, 9)]
    assert live_dates(found, "expires") == []
    assert {status.state for status in found.status} == {"in-force"}
    (link,) = (link for link in found.links if link.relation == "stays")
    assert link.target == "Sample Controls on Pumps and Valves for Listed Firms"
    stayed = change(
        Classification(Level.HIGH), document_number="2025-1", title=link.target, published=date(2025, 9, 30)
    )
    (stay,) = acted(suspension, found, stayed).tagging.status
    assert (stay.state, stay.since, stay.until) == ("stayed", date(2025, 11, 10), date(2026, 11, 9))


def test_no_state_ends_before_it_begins_where_a_rule_acts_before_it_is_printed() -> None:
    early = rule(
        "Controls on Pumps", "BIS amends the EAR.", document_number="2026-00008",
        published=date(2026, 11, 25), effective_on=date(2026, 11, 23),
    )  # fmt: skip
    for today in (date(2026, 11, 20), date(2026, 11, 23), date(2026, 12, 1)):
        for status in classify(early, today=today).status:
            assert status.since is None or status.until is None or status.since <= status.until


def test_an_instruction_takes_its_title_from_the_words_of_issuance_where_the_heading_has_none() -> None:
    units = (
        Unit("Dates", UnitKind.PARAGRAPH, "The Bureau amends 15 CFR parts 740 and 744 as follows:"),
        Unit("instruction 1", UnitKind.INSTRUCTION, "1. Section 744.11 is amended by revising paragraph (a) to read as follows:"),
        Unit("instruction 2", UnitKind.INSTRUCTION, "2. Amend § 740.2 by revising paragraph (c) and the authority citation at its end to read as follows:"),
        Unit("instruction 3", UnitKind.INSTRUCTION, "3. The authority citation for part 744 continues to read as follows:"),
    )  # fmt: skip
    doc = Document(key="k", kind=DocumentKind.RULE, title="Export Controls", url="", units=units, type="Rule")
    assert classify(doc, today=TODAY).units == ("15 CFR 744.11(a)", "15 CFR 740.2(c)")
