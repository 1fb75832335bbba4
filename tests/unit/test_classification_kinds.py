"""Kinds of acts that a blind reader found misread: lists of OFAC, negated and open sentences, limits, deadlines, struck rates."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import (
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    Force,
    Level,
    Operand,
    Unit,
    UnitKind,
)
from tracker.terms import phrase_ja

DAY = date(2027, 3, 10)
OFAC = ("Treasury Department", "Foreign Assets Control Office")
BIS = ("Commerce Department", "Industry and Security Bureau")
USTR = ("Trade Representative, Office of United States",)
CBP = ("Homeland Security Department", "U.S. Customs and Border Protection")


def read(
    title: str,
    abstract: str,
    kind: DocumentKind = DocumentKind.NOTICE,
    agencies: tuple[str, ...] = USTR,
    action: str = "",
) -> Classification:
    document = Document(
        key="2027-1",
        kind=kind,
        title=title,
        url="",
        abstract=abstract,
        action=action,
        document_number="2027-00001",
        published=DAY,
        agencies=agencies,
    )
    return classify(document, today=DAY)


def ordered(title: str, *paragraphs: str) -> Classification:
    words = ("By the authority vested in me as President, it is hereby ordered:", *paragraphs)
    units = tuple(Unit(f"¶ {number}", UnitKind.PARAGRAPH, text) for number, text in enumerate(words, start=1))
    document = Document(
        key="order",
        kind=DocumentKind.PRESIDENTIAL,
        title=title,
        url="https://www.whitehouse.gov/presidential-actions/order",
        published=DAY,
        units=units,
    )
    return classify(document, today=DAY)


def test_persons_put_on_the_sdn_list_are_a_listing_with_its_consequences() -> None:
    found = read(
        "Notice of Sanctions Action",
        "OFAC gives notice of the names of two individuals, one entity, and three vessels that have been placed on the SDN List.",
        agencies=OFAC,
    )
    act = found.acts[0]
    assert (act.verb, act.operand, act.party_count) == (ActVerb.ADD_PARTY, Operand.LISTING, 6)
    assert (found.level, found.direction) == (Level.MEDIUM, Direction.RESTRICTION)
    assert "SDNリストに6者を追加" in found.headline.ja
    assert "凍結" in found.reason.ja
    assert "エンティティー・リスト" not in f"{found.headline.ja}{found.summary.ja}"


def test_one_or_more_persons_are_not_one_person() -> None:
    found = read(
        "Notice of Sanctions Action",
        "OFAC is publishing the names of one or more persons that have been placed on the Specially Designated Nationals and "
        "Blocked Persons List.",
        agencies=OFAC,
    )
    assert found.acts[0].party_count is None
    assert "1者" not in found.headline.ja


def test_persons_taken_off_the_sdn_list_are_relief() -> None:
    found = read(
        "Notice of Sanctions Action",
        "OFAC is publishing the names of persons whose property has been unblocked and who have been removed from the SDN List.",
        agencies=OFAC,
    )
    assert [act.verb for act in found.acts] == [ActVerb.REMOVE_PARTY]
    assert (found.level, found.direction) == (Level.LOW, Direction.RELIEF)
    assert "削除" in found.headline.ja


@pytest.mark.parametrize("verb", ["permit", "authorize", "provide for"])
def test_what_a_rule_says_that_it_does_not_do_is_no_act(verb: str) -> None:
    found = read(
        "Payment of Estimated Duties",
        f"CBP is extending the time for importers to deposit estimated duties. This rule does not {verb} refunds of duties.",
        DocumentKind.RULE,
        CBP,
    )
    assert found.direction is Direction.RELIEF
    assert [act.operand for act in found.acts] == [Operand.DEADLINE]


def test_less_time_to_pay_restricts() -> None:
    found = read(
        "Payment of Duties",
        "CBP is shortening the period for payment of duties on steel from 30 days to 10 days.",
        DocumentKind.RULE,
        CBP,
    )
    assert found.direction is Direction.RESTRICTION
    assert "30日から10日へ" in found.headline.ja
    assert "からの" not in found.headline.ja


def test_whether_to_do_something_is_not_doing_it() -> None:
    found = ordered(
        "Defending Firms From Unfair Taxes",
        "Sec. 2. The United States Trade Representative shall determine whether to renew investigations under section 301 of the "
        "Trade Act of 1974 of the digital services taxes of Spain and Italy.",
    )
    assert found.acts[0].force is Force.STUDIED
    assert "再開するかどうかの判断を指示" in found.headline.ja
    assert "whether to resume" in found.headline.en


def test_a_rate_that_is_a_limit_is_said_as_a_limit() -> None:
    found = read(
        "Proposed Action: Brazil",
        "The U.S. Trade Representative is proposing additional duties of up to 50 percent on products of Brazil.",
    )
    assert found.acts[0].amount_after == "up to 50 percent"
    assert "最大50%" in found.headline.ja


def test_an_order_that_strikes_a_rate_and_inserts_another_moves_it() -> None:
    found = ordered(
        "Further Amendment to Duties",
        "Section 1. Section 2(a) of Executive Order 14195 is hereby amended by striking the words “10 percent” and inserting in "
        "lieu thereof the words “20 percent”.",
    )
    act = found.acts[0]
    assert (act.verb, act.amount_before, act.amount_after) == (ActVerb.RAISE, "10 percent", "20 percent")
    assert found.direction is Direction.RESTRICTION
    assert "10%から20%へ引上げ" in found.headline.ja


def test_a_prohibited_acquisition_is_named() -> None:
    found = ordered(
        "Regarding the Acquisition of Sample Chips by Block Holdings",
        "Sec. 2. (a) The acquisition by Block Holdings LLC of the assets of Sample Chips Corporation is hereby prohibited.",
    )
    assert found.direction is Direction.RESTRICTION
    assert "買収を禁止" in found.headline.ja
    assert "Sample Chips Corporation" in found.headline.ja


def test_headings_that_are_excepted_are_named() -> None:
    found = ordered(
        "Clarification",
        "Sec. 2. The following headings of the HTSUS are excepted from the duties imposed by Executive Order 14257: 8471; 8486; 8542.",
    )
    assert found.direction is Direction.RELIEF
    assert found.acts[0].hts == ("8471", "8486", "8542")


def test_duties_that_were_collected_and_shall_be_refunded_are_relief() -> None:
    found = ordered(
        "Refunds",
        "Sec. 2. Any duties that were collected under Executive Order 14257 on imports of semiconductors shall be refunded.",
    )
    assert found.direction is Direction.RELIEF


def test_a_request_for_comments_takes_no_day_from_another_sentence() -> None:
    found = read(
        "Request for Comments on Reinstatement of Exclusions: China",
        "USTR seeks comments on whether to reinstate exclusions from the additional duties on goods of China. The exclusions expired "
        "on July 31, 2026. Effective July 6, 2018, the U.S. Trade Representative imposed additional duties on goods of China.",
    )
    assert found.direction is Direction.PROCEDURE
    words = f"{found.headline.ja}{found.summary.ja}"
    assert "2026年7月31日" not in words
    assert "2018年" not in words
    assert "再開を" not in found.headline.ja


def test_what_will_end_by_itself_is_no_act_of_the_document() -> None:
    found = read(
        "Extension of Exclusions",
        "The exclusions from the additional duties on goods of China are scheduled to expire on May 31, 2027. USTR is extending the "
        "exclusions through August 31, 2027.",
    )
    assert found.direction is Direction.RELIEF


def test_a_country_that_leaves_a_country_group_is_relief() -> None:
    found = read(
        "Conforming Change",
        "BIS amends the Export Administration Regulations to reflect that Cambodia is no longer a Country Group D:5 country.",
        DocumentKind.RULE,
        BIS,
    )
    assert found.direction is Direction.RELIEF


def test_a_withdrawn_proposal_ends_whatever_its_relative_clause_would_have_done() -> None:
    found = read(
        "Customer Identification by Cloud Providers",
        "The Department of Commerce withdraws the proposed rule of January 29, 2024 that would have required providers of "
        "infrastructure as a service to verify foreign customers.",
        DocumentKind.PROPOSED_RULE,
        BIS,
    )
    assert found.direction is Direction.RELIEF


def test_what_is_done_leads_before_how_comments_on_it_are_heard() -> None:
    found = read(
        "Proposed Action on Transshipment",
        "The U.S. Trade Representative proposes an additional duty of 40 percent on wiring harnesses of Vietnam. Written comments are "
        "due June 21, 2027; a hearing will take place July 7, 2027.",
    )
    assert found.acts[0].operand is Operand.DUTY
    assert found.direction is Direction.RESTRICTION


def test_a_cap_that_an_agreement_sets_is_relief() -> None:
    found = read(
        "Implementing the Framework",
        "This notice implements the Framework to apply the higher of either the most-favored-nation rate or a rate of 15 percent as "
        "duty on products of Switzerland.",
    )
    assert found.direction is Direction.RELIEF


def remedy(title: str, abstract: str) -> Classification:
    return read(title, abstract, agencies=("Commerce Department", "International Trade Administration"))


@pytest.mark.parametrize(
    ("abstract", "finding", "direction"),
    [
        (
            "As a result of this sunset review, Commerce finds that revocation of the antidumping duty order on sample film from Japan "
            "would be likely to lead to continuation or recurrence of dumping.",
            "命令を撤廃すればダンピングが継続・再発するおそれがあると認定",
            Direction.RESTRICTION,
        ),
        (
            "The Commission gives notice of the scheduling of an expedited review to determine whether revocation of the antidumping "
            "duty order on sample film from Japan would be likely to lead to continuation or recurrence of material injury.",
            "見直し・調査の日程を設定",
            Direction.PROCEDURE,
        ),
        (
            "Commerce preliminarily determines that producers of sample film from Japan made sales at less than normal value.",
            "予備的に、正常価額または公正価額未満での販売(ダンピング)を認定",
            Direction.PROCEDURE,
        ),
        (
            "Commerce determines that Sample Film K.K. did not make sales of subject merchandise at less than normal value. This "
            "antidumping review covers Japan.",
            "正常価額未満での販売を認めず",
            Direction.PROCEDURE,
        ),
    ],
)
def test_a_trade_remedy_document_leads_with_what_is_found(
    abstract: str, finding: str, direction: Direction
) -> None:
    found = remedy("Sample Film From Japan", abstract)
    assert finding in found.headline.ja
    assert found.summary.ja.startswith("ITAが、")
    assert found.direction is direction


def test_a_reason_is_no_act() -> None:
    found = read(
        "Removal of Sample Sanctions Regulations",
        "OFAC is removing from the Code of Federal Regulations the Burundi Sanctions Regulations as a result of the termination of the "
        "national emergency on which the regulations were based.",
        DocumentKind.RULE,
        OFAC,
    )
    assert Operand.EMERGENCY not in {act.operand for act in found.acts}
    assert "緊急事態" not in found.headline.ja


def test_duties_of_an_earlier_order_that_are_suspended_are_no_history() -> None:
    found = ordered(
        "Pausing Certain Country Rates",
        "Section 1. The duties imposed by Executive Order 15020 are suspended from July 6, 2027, through September 30, 2027.",
    )
    assert found.direction is Direction.RELIEF
    assert found.level.rank >= Level.MEDIUM.rank
    assert "大統領令第15020号により課された関税" in found.headline.ja
    assert "suspends the duties" in found.headline.en


def test_a_participle_without_its_noun_is_not_translated() -> None:
    assert phrase_ja("the Entity List to companies owned 50 percent") == ""
