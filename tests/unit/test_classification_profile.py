"""Profiles: what concerns a firm, why, at which level; and what leaves it alone."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify, match_profiles
from tracker.classification.profile import eccn_matches
from tracker.classification.synonyms import synonyms
from tracker.model import Document, DocumentKind, Level, Op, Operation, Profile, ProfileMatch, Unit, UnitKind

TODAY = date(2026, 3, 1)
ITEM = "Supp. No. 1 to Part 774 › 3B001 › c.1.b"


def one(profile: Profile, document: Document, *operations: Operation) -> ProfileMatch | None:
    tagging = classify(document, operations, today=TODAY)
    found = match_profiles([profile], document, operations, tagging)
    return found[0] if found else None


def notice(title: str, abstract: str = "") -> Document:
    return Document(key="n", kind=DocumentKind.NOTICE, title=title, url="", abstract=abstract)


PART = Document(key="15 CFR 774", kind=DocumentKind.CFR, title="PART 774—THE COMMERCE CONTROL LIST", url="")
LIST = Document(key="csl", kind=DocumentKind.LIST, title="Consolidated Screening List", url="")
VALVE = Operation(ITEM, Op.ADDED, after="c.1.b. Vacuum gate valves for such equipment.", kind=UnitKind.ITEM)
PARTY = Operation(
    "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Semiconductor Manufacturing International Corporation",
    Op.ADDED,
    after="Semiconductor Manufacturing International Corporation, a.k.a., the following one alias: SMIC. Shanghai, China.",
    kind=UnitKind.ROW,
)


@pytest.mark.parametrize(
    ("wanted", "eccn", "meets"),
    [
        ("3B001", "3B001.c.1.a", True),
        ("3B001.c", "3B001", True),
        ("3B001.c", "3B001.d", False),
        ("3B", "3B991", True),
        ("3B0*", "3B001", True),
        ("3B001", "3B0011", False),
        ("3B001-3B009", "3B005.a", True),
        ("3B001-3B009", "3B991", False),
        ("3b001", "3B001", True),
        ("not an ECCN", "3B001", False),
    ],
)
def test_eccns_match_by_entry_prefix_and_range(wanted: str, eccn: str, meets: bool) -> None:
    assert eccn_matches(wanted, eccn) is meets


def test_an_eccn_profile_is_caught_by_the_entry_that_is_touched() -> None:
    found = one(Profile("p", eccns=("3B001",)), PART, VALVE)
    assert found is not None
    assert found.evidence[0].where == ITEM


def test_a_japanese_product_word_finds_the_english_law_and_shows_why() -> None:
    found = one(Profile("p", products=("真空バルブ",)), PART, VALVE)
    assert found is not None
    assert "Vacuum gate valves" in found.evidence[0].quote


def test_a_match_by_name_raises_the_level_for_that_profile_only() -> None:
    document = notice(
        "Suspension of Certain Controls",
        "BIS amends the Export Administration Regulations; License Exception STA covers mass flow controllers.",
    )
    tagging = classify(document, today=TODAY)
    caught = Profile("caught", products=("マスフローコントローラー",))
    by_topic = Profile("by-topic", topics=("license-exceptions",))
    found = {m.profile: m.level for m in match_profiles([caught, by_topic], document, (), tagging)}
    assert found["caught"].rank == tagging.level.rank + 1
    assert found["by-topic"] is tagging.level


@pytest.mark.parametrize(
    "party",
    ["Semiconductor Manufacturing International", "SMIC", "Semiconductor Manufacturing Intl. Corporation"],
)
def test_parties_are_found_by_name_by_alias_and_nearly(party: str) -> None:
    found = one(Profile("p", parties=(party,)), LIST, PARTY)
    assert found is not None
    assert "Semiconductor Manufacturing International" in found.evidence[0].quote


def test_a_party_of_another_name_is_not_found() -> None:
    assert one(Profile("p", parties=("Sample Semiconductor Manufacturing",)), LIST, PARTY) is None


def test_a_profile_matches_nothing_outside_the_field() -> None:
    firm = Profile("p", eccns=("3B001",), products=("vacuum valve",), parties=("Sample Pump Co., Ltd.",))
    document = notice(
        "Airworthiness Directives; Sample Airplanes",
        "The FAA requires inspection of the vacuum valve supplied by Sample Pump Co., Ltd.",
    )
    assert one(firm, document) is None


def test_tariff_codes_match_from_heading_to_subheading() -> None:
    document = notice(
        "Adjusting Imports of Steel Into the United States",
        "Articles of HTS subheading 8481.80.90 are subject to duties under section 232.",
    )
    assert one(Profile("p", hts=("8481.80",)), document) is not None
    assert one(Profile("p", hts=("8482.80",)), document) is None


def test_countries_and_topics_match_without_raising_the_level() -> None:
    document = notice(
        "Additions to the Entity List",
        "BIS amends the EAR by adding two entities to the Entity List under the destination of Turkey.",
    )
    found = one(Profile("p", countries=("トルコ",)), document)
    assert found is not None
    assert found.level is Level.MEDIUM


def test_the_glossary_speaks_both_languages() -> None:
    assert "真空バルブ" in synonyms("vacuum valve")
    assert "electrostatic chuck" in synonyms("静電チャック")
    assert "photoresist" in synonyms("レジスト")
    assert synonyms("unknown word") == ("unknown word",)


def test_aliases_and_numbers_that_the_list_gives_are_used() -> None:
    path = "SDN › IRAN › Sample Trading Company"
    row = Unit(
        path, UnitKind.ROW, "Sample Trading Company. Tehran.", 1, key="sample trading company",
        meta=(("party", "Sample Trading Company"), ("alias", "Nadir Pump Works"), ("id", "IR-4711")),
    )  # fmt: skip
    listed = Document(
        key="csl", kind=DocumentKind.LIST, title="Consolidated Screening List", url="", units=(row,)
    )
    added = Operation(path, Op.ADDED, after=row.text, kind=UnitKind.ROW)
    assert one(Profile("alias", parties=("Nadir Pump Works Co., Ltd.",)), listed, added) is not None
    assert one(Profile("number", parties=("IR-4711",)), listed, added) is not None
    assert one(Profile("other", parties=("IR-4712",)), listed, added) is None


@pytest.mark.parametrize(
    ("watched", "meets"),
    [
        ("3B001", True),
        ("3B001.c", True),
        ("3B001.c.1.b", True),
        ("3B001.d", False),
        ("Supp. No. 1 to Part 774 › 3B001 › c.1.b", True),
        ("15 CFR 774", True),
        ("15 CFR 744.21", False),
        ("E.O. 14257", False),
    ],
)
def test_a_watched_unit_is_met_by_its_parts_and_by_the_whole_of_it(watched: str, meets: bool) -> None:
    found = one(Profile("p", units=(watched,)), PART, VALVE)
    assert (found is not None) is meets
    if found is not None:
        assert found.evidence[0].where == ITEM
        assert "Vacuum gate valves" in found.evidence[0].quote
    whole = Operation(
        "Supp. No. 1 to Part 774 › 3B001", Op.REMOVED, before="3B001 Equipment", kind=UnitKind.ECCN
    )
    assert (one(Profile("p", units=("3B001.c.1",)), PART, whole) is not None) is True
