"""New pages of an agency's own site: a headline is short, and never names the agency."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import ActVerb, Classification, Direction, Document, DocumentKind, Level

TODAY = date(2026, 11, 20)


def headline(title: str, host: str = "media.bis.gov") -> Classification:
    address = f"https://{host}/press-release/x"
    return classify(Document(key=address, kind=DocumentKind.PAGE, title=title, url=address), today=TODAY)


@pytest.mark.parametrize(
    ("title", "topic", "level"),
    [
        pytest.param(
            "BIS Imposes Penalty of $95 Million Against a Design Firm",
            "enforcement",
            Level.MEDIUM,
            marks=pytest.mark.xfail(strict=True, reason="a penalty in a headline is not given its topic"),
        ),
        ("Bureau adds 23 entities", None, Level.MEDIUM),
        ("Frequently asked questions on the 50% rule", None, Level.LOW),
        ("BIS revokes licenses", None, Level.MEDIUM),
        ("BIS Issues Final Rule", None, Level.MEDIUM),
        ("BIS announces new leadership", None, Level.MEDIUM),
    ],
)
def test_a_headline_of_the_bureau_is_in_the_field(title: str, topic: str | None, level: Level) -> None:
    found = headline(title)
    assert found.level is level
    assert topic in {each.id for each in found.topics} or topic is None
    shown = found.headline if found.headline.en else found.summary
    assert title in shown.en or found.acts
    assert "President" not in f"{found.headline.en} {found.summary.en}", "the page is the Bureau's"


def test_the_same_headline_elsewhere_is_outside() -> None:
    assert headline("Agency announces new leadership", "parks.example.gov").level is Level.NONE
    assert headline("Agency adds 23 entities", "notbis.gov").level is Level.NONE


def test_a_technology_deal_with_japan_is_alignment_and_no_tariff_deal() -> None:
    found = headline("Joint Statement: US-Japan Technology Prosperity Deal", "www.whitehouse.gov")
    assert [each.id for each in found.topics] == ["allied-alignment"]
    assert found.level is Level.MEDIUM
    assert found.japan_nexus


def test_an_update_of_an_sdn_entry_adds_no_party() -> None:
    words = (
        "The Office of Foreign Assets Control (OFAC) is publishing an update to the identifying information of a person "
        "currently included in OFAC's Specially Designated Nationals and Blocked Persons List (SDN List). All property and "
        "interests in property subject to U.S. jurisdiction of these persons are blocked."
    )
    notice = Document(
        key="2026-1",
        kind=DocumentKind.NOTICE,
        title="Notice of OFAC Sanctions Actions",
        url="",
        abstract=words,
    )
    found = classify(notice, today=TODAY)
    assert found.level is Level.LOW
    assert ActVerb.ADD_PARTY not in {act.verb for act in found.acts}
    assert found.direction is not Direction.RESTRICTION
    assert "追加" not in found.headline.ja


def bare(title: str) -> Classification:
    """A record as the Federal Register has it for many orders and some rules: no abstract, no agency."""
    document = Document(
        key="2025-1", kind=DocumentKind.NOTICE, title=title, url="", abstract="No summary provided."
    )
    return classify(document, today=TODAY)


@pytest.mark.parametrize(
    ("title", "topic", "level"),
    [
        pytest.param(
            "Elimination of License Exception Civil End Users (CIV)",
            "license-exceptions",
            Level.HIGH,
            marks=pytest.mark.xfail(strict=True, reason="a license exception that ends is medium"),
        ),
        pytest.param(
            "Expansion of Export, Reexport, and Transfer (in-Country) Controls for Military End Use or Military End Users in "
            "the People's Republic of China, Russia, or Venezuela",
            "end-use-end-user",
            Level.HIGH,
            marks=pytest.mark.xfail(
                strict=True, reason="Russia in a title that names China leads to the entry of Russia"
            ),
        ),
        ("Foreign-Direct Product Rules: Organization, Clarification, and Correction", "fdpr", Level.LOW),
        ("Suspending Duty-Free De Minimis Treatment for All Countries", "secondary-tariffs", Level.CRITICAL),
        (
            "Regarding the Proposed Acquisition of Some Steel by a Japanese Company",
            "investment-screening",
            Level.HIGH,
        ),
    ],
)
def test_a_title_alone_is_enough_where_only_one_field_speaks_so(title: str, topic: str, level: Level) -> None:
    found = bare(title)
    assert topic in {each.id for each in found.topics}
    assert found.level is level


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(
            "Small Entity Government Use License Exception",
            marks=pytest.mark.xfail(
                strict=True, reason="a license exception of another law is read as one of the EAR"
            ),
        ),
        "Uniform Tariff of Tolls on the Waterway",
    ],
)
def test_the_same_words_in_another_field_match_nothing(title: str) -> None:
    assert bare(title).level is Level.NONE


def test_an_interim_final_rule_of_the_bureau_takes_comments_without_a_word_in_its_abstract() -> None:
    rule = Document(
        key="2025-2",
        kind=DocumentKind.NOTICE,
        title="Export Administration Regulations: Revisions to Space-Related Export Controls",
        url="",
        abstract="In this interim final rule (IFR), the Bureau of Industry and Security (BIS) makes changes to controls.",
    )
    comment = next(each for each in classify(rule, today=TODAY).topics if each.id == "comment-opportunity")
    assert "interim final rule" in comment.evidence[0].quote


@pytest.mark.parametrize(
    "title",
    [
        "Addressing the Threat to National Security From Imports of Copper",
        "Adjusting Imports of Machine Tools",
        "Addressing Threats to the United States by the Government of Sampleland",
    ],
)
def test_a_title_of_the_president_that_names_no_act_goes_to_a_person(title: str) -> None:
    found = bare(title)
    assert found.level.rank >= Level.MEDIUM.rank
    assert found.needs_reading or found.acts
    assert found.direction is not Direction.PROCEDURE
    assert "secondary-tariffs" in {each.id for each in found.topics}


@pytest.mark.parametrize(
    ("title", "abstract", "level"),
    [
        (
            "Request for Information; National Priorities for Artificial Intelligence",
            "The office requests comments to help update national priorities and future actions on AI.",
            Level.MEDIUM,
        ),
        (
            "Request for Information; Artificial Intelligence in Criminal Justice",
            "The institute seeks input on the use of artificial intelligence in the criminal justice system.",
            Level.NONE,
        ),
    ],
)
def test_an_inquiry_into_ai_as_such_is_in_the_field_and_one_into_a_trade_s_use_of_it_is_not(
    title: str, abstract: str, level: Level
) -> None:
    asked = Document(key="1", kind=DocumentKind.NOTICE, title=title, url="", abstract=abstract)
    assert classify(asked, today=TODAY).level is level
