"""Topics, level, direction and nexus of documents and of changed texts; names that mislead."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tracker.classification import classify, where_label
from tracker.classification.quotes import shorten
from tracker.model import (
    Classification,
    Direction,
    Document,
    DocumentKind,
    JapanStanding,
    Level,
    Op,
    Operation,
    UnitKind,
)

TODAY = date(2026, 3, 1)


def read(
    title: str, abstract: str = "", kind: DocumentKind = DocumentKind.NOTICE, **facts: Any
) -> Classification:
    document = Document(
        key="2026-00001", kind=kind, title=title, url="", abstract=abstract, document_number="2026-00001",
        published=TODAY, **facts,
    )  # fmt: skip
    return classify(document, today=TODAY)


def change(
    path: str, before: str, after: str, *, kind: UnitKind = UnitKind.PARAGRAPH, title: str = "PART 744"
) -> Classification:
    operation = Operation(
        path,
        Op.CHANGED if before and after else Op.ADDED if after else Op.REMOVED,
        before,
        after,
        spans=tuple(
            span
            for span in (("delete", before), ("insert", after))
            if span[1]  # a whole exchange of words
        ),
        kind=kind,
    )
    document = Document(key="15 CFR 744", kind=DocumentKind.CFR, title=title, url="")
    return classify(document, [operation], today=TODAY)


def ids(found: Classification) -> set[str]:
    return {topic.id for topic in found.topics}


def test_a_party_in_japan_on_the_entity_list_is_critical_and_quoted() -> None:
    found = read(
        "Additions to the Entity List",
        "In this rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations "
        "(EAR) by adding 30 entities to the Entity List under the destinations of China (28) and Japan (2).",
    )
    assert found.level is Level.CRITICAL
    assert found.direction is Direction.RESTRICTION
    assert "Japan (2)" in found.japan_nexus[0].quote
    act = found.acts[0]
    assert (act.party_count, set(act.of), act.japan) == (30, {"china", "japan"}, JapanStanding.TARGET)
    assert "adding 30 entities" in act.evidence.quote, "the sentence, not the title"
    for words in ("30者", "中国", "日本"):
        assert words in found.headline.ja
    assert "30 parties" in found.headline.en


def test_the_list_that_is_only_corrected_under_china_is_not_an_addition_there() -> None:
    found = read(
        "Additions to the Entity List; Revision of Entries",
        "BIS amends the Export Administration Regulations by adding five entities to the Entity List. These "
        "entities are listed under the destinations of Serbia and Malta. This rule also revises six existing "
        "entries under the destination of China.",
    )
    assert found.level is Level.MEDIUM
    assert found.acts[0].of == ("serbia", "malta")
    assert "セルビア・マルタ" in found.headline.ja
    assert "中国" not in found.headline.ja


@pytest.mark.parametrize(
    ("title", "abstract", "absent"),
    [
        ("Suspending Duty-Free De Minimis Treatment for All Countries", "", "fdpr"),
        (
            "Significant New Use Rules on Certain Chemical Substances",
            "EPA issues rules for 2,2-bis(hydroxymethyl)-1,3-propanediol and BIS(2-ethylhexyl) adipate.",
            "ear-other",
        ),
        (
            "Self-Regulatory Organizations; Sample Exchange LLC; Listing of a Semiconductor Fund",
            "Rules on shares of a semiconductor and artificial intelligence fund, comments requested.",
            "semiconductor-subsystems",
        ),
    ],
)
def test_names_that_mislead(title: str, abstract: str, absent: str) -> None:
    assert absent not in ids(read(title, abstract))


def test_the_forced_labor_list_is_a_party_list_but_not_part_744() -> None:
    found = read(
        "Notice Regarding the Uyghur Forced Labor Prevention Act Entity List",
        "The U.S. Department of Homeland Security announces the updated UFLPA Entity List.",
    )
    assert ids(found) == {"entity-list"}
    assert found.level is Level.MEDIUM
    assert "UFLPA" in found.headline.ja


def test_fisheries_are_outside_and_are_given_no_topic() -> None:
    found = read("Atlantic Herring Fishery; Possession Limit Adjustment", "NMFS adjusts the limit.")
    assert found.level is Level.NONE
    assert found.topics == ()


def test_an_antidumping_case_on_japanese_goods_is_low_with_its_nexus() -> None:
    found = read(
        "Sample Steel From Japan: Continuation of Antidumping Duty Order", "Commerce continues the order."
    )
    assert found.level is Level.LOW
    assert found.topics == ()
    assert found.japan_nexus[0].where == "title"


def test_every_topic_quotes_words_of_the_document() -> None:
    title = "Export Controls on Semiconductor Manufacturing Items"
    abstract = "BIS amends the EAR controls on semiconductor manufacturing equipment and invites comments."
    found = read(title, abstract)
    assert {"semiconductor-subsystems", "comment-opportunity"} <= ids(found)
    for topic in found.topics:
        for evidence in topic.evidence:
            assert evidence.quote in f"{title} {abstract}"


def test_agencies_and_cfr_references_help_where_the_words_are_few() -> None:
    found = read(
        "Clarification of Certain Provisions",
        "This final rule clarifies provisions.",
        DocumentKind.RULE,
        type="Rule",
        agencies=("Commerce Department", "Industry and Security Bureau", "Bureau of Industry and Security"),
        cfr_references=("15 CFR 744",),
    )
    assert found.level is not Level.NONE


# --- changed texts --------------------------------------------------------------------------------


def test_the_changed_sentence_decides_and_not_its_neighbor() -> None:
    beside = "A license is required to export items of advanced computing to parties on the Entity List. "
    before, after = (f"{beside}The filer keeps the record for {number} years." for number in ("five", "ten"))
    spans = (
        ("equal", f"{beside}The filer keeps the record for "),
        ("delete", "five"),
        ("insert", "ten"),
        ("equal", " years."),
    )
    operation = Operation("15 CFR 758.1(a)", Op.CHANGED, before, after, spans=spans)  # type: ignore[arg-type]
    document = Document(key="15 CFR 758", kind=DocumentKind.CFR, title="PART 758—EXPORT CLEARANCE", url="")
    found = classify(document, [operation], today=TODAY)
    assert ids(found).isdisjoint({"advanced-computing", "entity-list"})
    assert found.level is not Level.NONE, "an amendment of the EAR"


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("Supp. No. 4 to Part 744 › CHINA › Sample Co.", "entity-list"),
        ("15 CFR 734.9(e)", "fdpr"),
        ("15 CFR 740.2(a)(9)", "license-exceptions"),
        ("15 CFR 744.23(a)(3)", "end-use-end-user"),
        ("Supp. No. 1 to Part 774 › 3A090 › c", "advanced-computing"),
        ("Supp. No. 1 to Part 774 › 3B001 › c.1.a", "semiconductor-subsystems"),
        ("15 CFR 791.302(b)", "ict-supply-chain"),
    ],
)
def test_the_unit_that_is_touched_decides_too(path: str, topic: str) -> None:
    assert topic in ids(change(path, "old words", "other words"))


def test_section_744_21_is_not_744_2() -> None:
    assert "entity-list" not in ids(change("15 CFR 744.1(a)", "old words", "new words"))


def test_an_added_requirement_tightens_and_a_removed_one_eases() -> None:
    tighter = change("15 CFR 744.23(a)(3)", "", "A license is required for any vacuum valve.")
    assert (tighter.level, tighter.direction) == (Level.HIGH, Direction.RESTRICTION)
    milder = change("15 CFR 744.23(a)(3)", "A license is required for any vacuum valve.", "")
    assert (milder.level, milder.direction) == (Level.MEDIUM, Direction.RELIEF)
    assert milder.topics[0].evidence[0].where.startswith("removed: ") or milder.acts[
        0
    ].evidence.where.startswith("removed: ")


def test_a_new_item_of_the_control_list_is_a_restriction() -> None:
    found = change("Supp. No. 1 to Part 774 › 3B001 › c.1.b", "", "c.1.b. Vacuum valves.", kind=UnitKind.ITEM)
    assert found.level is Level.HIGH
    assert found.direction is Direction.RESTRICTION


def test_a_party_row_added_under_japan_is_critical_one_removed_is_low() -> None:
    path = "Supp. No. 4 to Part 744 › JAPAN › Sample Co., Ltd."
    row = "Sample Co., Ltd., 1-1 Sample-cho, Tokyo, Japan."
    assert change(path, "", row, kind=UnitKind.ROW).level is Level.CRITICAL
    removed = change(path, row, "", kind=UnitKind.ROW)
    assert (removed.level, removed.direction) == (Level.LOW, Direction.RELIEF)
    assert removed.japan_nexus


def test_only_editorial_differences_are_never_alerted() -> None:
    operation = Operation("15 CFR 744.21(a)", Op.CHANGED, "a – b", "a—b", editorial=True)
    document = Document(key="15 CFR 744", kind=DocumentKind.CFR, title="PART 744", url="")
    found = classify(document, [operation], today=TODAY)
    assert found.level is Level.NONE
    assert found.topics == ()


def test_a_document_corrected_in_place_is_read_whole() -> None:
    document = Document(
        key="2026-00002", kind=DocumentKind.RULE, title="Additions to the Entity List", url="", type="Rule",
        abstract="BIS amends the Export Administration Regulations (EAR) by adding two entities to the Entity List "
        "under the destination of China.",
    )  # fmt: skip
    operation = Operation("¶3", Op.CHANGED, "typo", "type", spans=(("delete", "typo"), ("insert", "type")))
    assert classify(document, [operation], today=TODAY).level is Level.HIGH


@pytest.mark.parametrize(
    ("path", "level", "direction"),
    [
        ("Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Sample", Level.HIGH, Direction.RESTRICTION),
        (
            "Supp. No. 6 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Sample",
            Level.MEDIUM,
            Direction.RESTRICTION,
        ),
        ("Supp. No. 6 to Part 744 › JAPAN › Sample", Level.CRITICAL, Direction.RESTRICTION),
        ("SDN › IRAN › Sample", Level.MEDIUM, Direction.RESTRICTION),
        ("SDN › JAPAN › Sample", Level.CRITICAL, Direction.RESTRICTION),
    ],
)
def test_a_row_that_enters_a_screening_list_is_judged_by_list_and_place(
    path: str, level: Level, direction: Direction
) -> None:
    document = Document(key="csl", kind=DocumentKind.LIST, title="Consolidated Screening List", url="")
    added = Operation(path, Op.ADDED, after="Sample. Somewhere.", kind=UnitKind.ROW)
    found = classify(document, [added], today=TODAY)
    assert (found.level, found.direction) == (level, direction)
    assert ids(found) == {"entity-list"}
    gone = Operation(path, Op.REMOVED, before="Sample. Somewhere.", kind=UnitKind.ROW)
    assert classify(document, [gone], today=TODAY).level is Level.LOW


@pytest.mark.parametrize(
    ("title", "place", "level"),
    [
        ("BIS adds 20 Chinese chip companies to the Entity List", "中国", Level.HIGH),
        ("BIS Places Three Japanese Firms on the Entity List", "日本", Level.CRITICAL),
        ("Commerce Adds Four Iranian Entities to the Entity List, BIS Says", "イラン", Level.MEDIUM),
    ],
)
def test_a_headline_names_the_nation_of_the_companies_that_are_listed(
    title: str, place: str, level: Level
) -> None:
    found = read(title, "", DocumentKind.PAGE)
    assert (found.level, found.direction) == (level, Direction.RESTRICTION)
    assert f"{place}所在の" in found.headline.ja
    assert "大統領" not in found.headline.ja, "the Bureau lists them"
    assert ids(found) == {"entity-list"}


# --- what takes back, and how it is reported ----------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "abstract", "topic"),
    [
        ("Controls on Advanced Computing Chips; Stay", "BIS stays the final rule at 91 FR 5.", "advanced-computing"),
        ("Controls on Vacuum Pumps; Partial Stay", "BIS stays part of its rule on vacuum pumps.", "semiconductor-subsystems"),
    ],
)  # fmt: skip
def test_a_stay_is_relief_with_the_topic_of_the_stayed_text(title: str, abstract: str, topic: str) -> None:
    found = read(
        title, f"{abstract} The export controls do not apply meanwhile.", DocumentKind.RULE, type="Rule",
        action="Final rule; stay.", agencies=("Bureau of Industry and Security", "Industry and Security Bureau"),
    )  # fmt: skip
    assert (found.level, found.direction) == (Level.MEDIUM, Direction.RELIEF)
    assert topic in ids(found)


def test_a_withdrawn_proposal_is_relief_and_no_request_for_comments() -> None:
    found = read(
        "Controls on Advanced Computing Chips; Withdrawal",
        "BIS withdraws the proposed rule on export controls of advanced computing chips, for which it sought comments.",
        DocumentKind.PROPOSED_RULE, type="Proposed Rule", action="Proposed rule; withdrawal.",
    )  # fmt: skip
    assert (found.level, found.direction) == (Level.MEDIUM, Direction.RELIEF)
    assert ids(found) == {"advanced-computing"}
    proposed = read(
        "Rescission of Export Controls on Chips", "BIS proposes to amend the EAR. Comments are invited.",
        DocumentKind.PROPOSED_RULE, type="Proposed Rule", action="Proposed rule.",
    )  # fmt: skip
    assert "comment-opportunity" in ids(proposed)


def test_a_proposal_is_labeled_and_a_final_rule_is_not() -> None:
    words = "a license requirement on exports of pumps to China."
    agencies = ("Industry and Security Bureau",)
    proposed = read(
        "Sample Controls", f"BIS proposes to impose {words}", DocumentKind.PROPOSED_RULE,
        type="Proposed Rule", action="Proposed rule.", agencies=agencies,
    )  # fmt: skip
    final = read(
        "Sample Controls", f"BIS imposes {words}", DocumentKind.RULE, type="Rule", action="Final rule.", agencies=agencies
    )  # fmt: skip
    assert "規則案" in proposed.headline.ja
    assert "案では" in proposed.summary.ja
    assert "proposes" in proposed.headline.en
    assert not re.search("案|proposes", f"{final.headline} {final.summary}")
    assert proposed.direction == final.direction == Direction.RESTRICTION


def test_the_deadline_of_an_investigation_is_that_of_the_comments() -> None:
    found = read(
        "Notice of Request for Public Comments on Section 232 National Security Investigation of Imports of Semiconductors",
        "The Secretary initiated an investigation to determine the effects of imports of semiconductors.",
        comments_close_on=date(2026, 12, 20),
    )
    assert "omments are due December 20, 2026" in f"{found.summary.en} {found.reason.en}"
    assert "意見提出期限:2026年12月20日" in f"{found.summary.ja} {found.reason.ja}"
    assert "半導体" in found.headline.ja
    assert "調査" in found.headline.ja


def test_the_agency_is_no_evidence_of_a_topic() -> None:
    found = read(
        "Controls on Lithography Equipment", "This rule controls lithography equipment.", DocumentKind.RULE,
        type="Rule", agencies=("Industry and Security Bureau",),
    )  # fmt: skip
    topic = next(topic for topic in found.topics if topic.id == "semiconductor-subsystems")
    assert {evidence.where for evidence in topic.evidence} <= {"title", "abstract"}


@pytest.mark.parametrize(
    ("where", "japanese"),
    [
        ("instruction 2", "改正指示2"),
        ("agencies", "発出機関"),
        ("Dates ¶1", "日付欄 ¶1"),
        ("removed: 15 CFR 744.11 › Effective Date Note", "削除された文言: 15 CFR 744.11 › 効力に関する注記"),
        ("Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › China Sample Co.", "Supp. No. 4 to Part 744 › 中国 › China Sample Co."),
        ("Supp. No. 1 to Part 774 › 3B001 › c.1", "Supp. No. 1 to Part 774 › 3B001 › c.1"),
    ],
)  # fmt: skip
def test_places_are_reported_in_japanese_and_citations_as_printed(where: str, japanese: str) -> None:
    assert where_label(where).ja == japanese


def test_a_summary_in_japanese_names_the_country_in_japanese() -> None:
    path = "Supp. No. 4 to Part 744 › JAPAN › Sample Co., Ltd."
    found = change(path, "", "Sample Co., Ltd., Tokyo.", kind=UnitKind.ROW)
    assert "日本所在のSample Co., Ltd." in found.headline.ja
    assert "日本所在のSample Co., Ltd." in found.summary.ja
    assert "JAPAN" not in found.summary.ja


def test_a_quote_is_not_cut_inside_of_a_name() -> None:
    text = "The Assistant Secretary for Preparedness and Response is issuing this guidance on screening of orders for nucleic acids, and more of it"
    assert shorten(text, 130).startswith("The Assistant Secretary for Preparedness and Response is issuing")


def test_a_summary_names_the_day_on_which_applications_close() -> None:
    found = read(
        "Technical Advisory Committees; Notice of Recruitment of Members",
        "The Bureau of Industry and Security is recruiting members of its committees. Applications are due by December 20, 2026.",
    )
    assert "応募期限:2026年12月20日" in found.summary.ja
    assert "Applications close December 20, 2026" in found.summary.en
