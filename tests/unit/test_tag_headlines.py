"""New pages of an agency's own site: a headline says little, and never says whose it is."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.model import Document, DocumentKind, Level, Tagging
from tracker.tag import tag

TODAY = date(2026, 11, 20)


def headline(title: str, host: str = "media.bis.gov") -> Tagging:
    address = f"https://{host}/press-release/x"
    return tag(Document(key=address, kind=DocumentKind.PAGE, title=title, url=address), today=TODAY)


@pytest.mark.parametrize(
    ("title", "topic", "level"),
    [
        ("BIS Imposes Penalty of $95 Million Against a Design Firm", "enforcement", Level.MEDIUM),
        ("Bureau adds 23 entities", "entity-list", Level.MEDIUM),
        ("Frequently asked questions on the 50% rule", "entity-list", Level.MEDIUM),
        ("BIS revokes licenses", None, Level.MEDIUM),
        ("BIS Issues Final Rule", None, Level.MEDIUM),
        ("BIS announces new leadership", None, Level.LOW),
    ],
)
def test_a_headline_of_the_bureau_is_in_the_field_whatever_it_names(
    title: str, topic: str | None, level: Level
) -> None:
    found = headline(title)
    assert found.level is level
    assert topic in {each.id for each in found.topics} or topic is None
    assert title in found.reason.en
    assert title in found.reason.ja


def test_the_same_headline_elsewhere_is_outside() -> None:
    assert headline("Agency announces new leadership", "parks.example.gov").level is Level.NONE
    assert headline("Agency adds 23 entities", "notbis.gov").level is Level.NONE


def test_a_technology_deal_with_japan_is_alignment_and_no_tariff_deal() -> None:
    found = headline("Joint Statement: US-Japan Technology Prosperity Deal", "www.whitehouse.gov")
    assert [each.id for each in found.topics] == ["allied-alignment"]
    assert found.level is Level.MEDIUM
    assert found.japan_nexus


def test_an_update_of_what_the_sdn_list_says_of_a_person_adds_nobody() -> None:
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
    found = tag(notice, today=TODAY)
    assert found.level is Level.LOW
    assert "update to the identifying information" in found.reason.en
