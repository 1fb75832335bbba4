"""Numbers that move: what they govern decides which way that pushes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tracker import diffing
from tracker.classification import classify
from tracker.model import Classification, Document, DocumentKind, Unit, UnitKind

TODAY = date(2026, 6, 1)
PART = "PART 734—SCOPE OF THE EXPORT ADMINISTRATION REGULATIONS"
FOREIGN_MADE = (
    "(1) Reexports of a foreign-made commodity incorporating controlled U.S.-origin commodities valued at {} or less "
    "of the total value of the foreign-made commodity;"
)
OWNED = "(1) An entity owned {} or more by one or more listed entities is subject to the license requirement."
TPP = "a.1. a ‘total processing performance’ of {} or more, or"
MEMORY = "c. Commodities having a ‘memory bandwidth density’ greater than {} gigabytes per second per square millimeter."
NODE = "(a) production of logic integrated circuits using a technology node of {} nanometers or less requires a license"
SHIPMENT = "(a) Under this license exception, the value of each shipment may not exceed {}."
FREE = "(b) Integrated circuits with a performance density of less than {} are excluded from this license requirement."


def changed(path: str, before: str, after: str) -> Classification:
    old, new = (
        Document(
            key="15 CFR 734", kind=DocumentKind.CFR, title=PART, url="https://example.gov/",
            units=(Unit(path, UnitKind.PARAGRAPH, text),),
        )
        for text in (before, after)
    )  # fmt: skip
    return classify(new, diffing.compare(old, new), today=TODAY)


@pytest.mark.parametrize(
    ("path", "text", "low", "high", "more"),
    [
        ("15 CFR 734.4(c)(1)", FOREIGN_MADE, "10%", "25%", "relief"),
        ("15 CFR 744.11(a)(1)", OWNED, "25 percent", "50 percent", "relief"),
        ("Supp. No. 1 to Part 774 › 3A090 › a.1", TPP, "4800", "6000", "relief"),
        ("Supp. No. 1 to Part 774 › 3A090 › c", MEMORY, "2", "3.5", "relief"),
        ("15 CFR 744.23(a)", NODE, "16", "28", "restriction"),
        ("15 CFR 740.24(a)", SHIPMENT, "$5,000", "$10,000", "relief"),
        ("15 CFR 740.24(b)", FREE, "1.6", "3.2", "relief"),
    ],
)
def test_a_number_that_moves_pushes_one_way_and_back_the_other(
    path: str, text: str, low: str, high: str, more: str
) -> None:
    other = {"relief": "restriction", "restriction": "relief"}[more]
    for before, after, direction in ((low, high, more), (high, low, other)):
        found = changed(path, text.format(before), text.format(after))
        assert found.direction == direction
        highest = (
            "critical" if "734.4" in path else "high"
        )  # it decides when US law reaches goods made in Japan
        assert found.level == (highest if direction == "restriction" else "medium")
        act = found.acts[0]
        assert (act.amount_before, act.amount_after) == (before, after)
        assert after in act.evidence.quote, "the official words are beside it"
        assert act.evidence.where == path
        shown = [re.escape(number.replace(" percent", "%")) for number in (before, after)]
        assert re.search(rf"{shown[0]}(?!\d).*{shown[1]}", found.headline.en)
        if "$" not in before:  # Japanese writes dollars in its own way
            assert re.search("{}.*{}".format(*shown), found.headline.ja)
        opposite = ("tighten", "widen", "強化") if direction == "relief" else ("narrow", "eases", "緩和")
        assert not any(word in f"{found.headline.en} {found.headline.ja}" for word in opposite)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(b) A factor of 3.2 applies to items of performance.", "(b) A factor of 4.2 applies to items of performance."),
        ("(b) See paragraph 3 of the performance note.", "(b) See paragraph 4 of the performance note."),
        ("(b) See § 740.2 or more.", "(b) See § 740.3 or more."),
        ("(b) See the performance note of May 4, 2026 or more.", "(b) See the performance note of May 9, 2026 or more."),
        ("(b) Performance of more than 3 and not more than 9.", "(b) Performance of more than 4 and not more than 9."),
    ],
)  # fmt: skip
def test_an_undetermined_direction_needs_reading(before: str, after: str) -> None:
    found = changed("15 CFR 744.23(b)", before, after)
    assert (found.level, found.direction) == ("medium", "undetermined")
    assert "確定できない" in found.reason.ja
    assert "cannot be determined" in found.reason.en


@pytest.mark.parametrize(
    ("before", "after", "direction", "wrong"),
    [("2030", "2029", "restriction", "lengthen|延長"), ("2029", "2030", "relief", "shorten|短縮")],
)
def test_a_moved_first_day_is_not_reported_as_moved_the_other_way(
    before: str, after: str, direction: str, wrong: str
) -> None:
    words = "(b) The prohibition applies to VCS hardware for model year {} and later vehicles."
    found = changed("15 CFR 791.302(b)", words.format(before), words.format(after))
    assert found.direction == direction
    assert re.search(wrong, f"{found.headline} {found.summary}") is None


def published(title: str, abstract: str, kind: DocumentKind = DocumentKind.RULE) -> Classification:
    document = Document(
        key="2026-1", kind=kind, title=title, abstract=abstract, url="", document_number="2026-1", published=TODAY,
        type="Rule" if kind is DocumentKind.RULE else "Presidential Document",
        agencies=("Industry and Security Bureau",) if kind is DocumentKind.RULE else (),
    )  # fmt: skip
    return classify(document, today=TODAY)


@pytest.mark.parametrize(
    ("title", "abstract", "level", "direction", "output"),
    [
        ("Adjusting Imports of Steel Into the United States", "The rate of duty on steel articles is increased from 25 percent to 50 percent ad valorem.", "critical", "restriction", "25%から50%へ引上げ"),
        ("Modifying Reciprocal Tariff Rates With Japan", "The additional ad valorem rate of duty on products of Japan is reduced from 25 percent to 15 percent.", "high", "relief", "25%から15%へ引下げ"),
        ("Modifying Reciprocal Tariff Rates", "The order lowers the additional ad valorem rate of duty on products of China to 10 percent.", "high", "relief", "10%へ引下げ"),
        ("Revisions to the De Minimis Rule", "BIS amends the EAR to lower the de minimis threshold from 25 percent to 10 percent.", "critical", "restriction", "25%から10%へ引下げ"),
        ("Revisions to the De Minimis Rule", "BIS amends the EAR to raise the de minimis threshold from 10 percent to 25 percent.", "medium", "relief", "10%から25%へ引上げ"),
        ("Expansion of the Affiliates Rule", "BIS amends the EAR and lowers the ownership threshold of the Affiliates Rule of the Entity List from 50 percent to 25 percent.", "critical", "restriction", "50%.*25%"),
        ("Revisions to Advanced Computing Controls", "BIS amends the EAR and raises the total processing performance threshold of ECCN 3A090 from 4800 to 6000.", "medium", "relief", "4800.*6000"),
    ],
)  # fmt: skip
def test_a_document_that_states_how_a_number_changes_is_judged_by_it(
    title: str, abstract: str, level: str, direction: str, output: str
) -> None:
    kind = DocumentKind.RULE if "BIS" in abstract else DocumentKind.PRESIDENTIAL
    found = published(title, abstract, kind)
    assert (found.level, found.direction) == (level, direction)
    assert re.search(output, found.headline.ja)
    assert found.acts[0].amount_after in found.acts[0].evidence.quote


def test_a_control_added_next_to_a_changed_number_is_an_act_of_its_own() -> None:
    path = "Supp. No. 1 to Part 774 › 3A090"
    old, new = (
        Document(
            key="15 CFR 774", kind=DocumentKind.CFR, title="PART 774—THE COMMERCE CONTROL LIST", url="https://example.gov/",
            units=(Unit(f"{path} › c", UnitKind.ITEM, MEMORY.format(number)), *more),
        )
        for number, more in (
            ("2", ()),
            ("1", (Unit("Supp. No. 1 to Part 774 › 3B001 › c.1", UnitKind.ITEM, "c.1. Vacuum valves “specially designed” for the equipment of 3B001.a"),)),
        )
    )  # fmt: skip
    found = classify(new, diffing.compare(old, new), today=TODAY)
    assert found.direction == "restriction"
    places = {act.evidence.where: act for act in found.acts}
    assert places[f"{path} › c"].amount_after == "1"
    added = places["Supp. No. 1 to Part 774 › 3B001 › c.1"]
    assert "Vacuum valves" in added.evidence.quote
    assert added.direction == "restriction"
