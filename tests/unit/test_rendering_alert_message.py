"""An alert has all required facts, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.unit.rendering_samples import affiliates_rule, hostile_page
from tracker.model import (
    Change,
    DocumentKind,
    Evidence,
    Language,
    LegalDate,
    Level,
    LocalizedText,
    ProfileMatch,
    Topic,
)
from tracker.rendering.alert_message import Message, build_message


def alerted(
    change: Change, language: Language = "ja", *, update: bool = False, repeated: bool = False
) -> Message:
    return build_message(
        change,
        language,
        now=datetime(2025, 10, 20, 22, 0, tzinfo=UTC),
        timezone="Asia/Tokyo",
        viewer_url="http://127.0.0.1:8000/",
        update=update,
        repeated=repeated,
    )


def values(message: Message, label: str) -> list[str]:
    return [fact.value for fact in (*message.points, *message.facts) if fact.label == label]


def test_the_japanese_alert_is_complete() -> None:
    alert = alerted(affiliates_rule())
    assert alert.badge == "緊急・規制強化"
    assert alert.subject == "[緊急・規制強化] 50%ルール(関連会社規則)の導入 (2025-19001)"
    assert alert.what == "50%ルール(関連会社規則)の導入"
    assert alert.title == "Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities"
    assert values(alert, "効力") == [
        "2025年9月29日から施行中(2025年10月20日現在、2025年11月9日まで)。2025年11月10日から効力停止"
    ]
    assert values(alert, "意見提出期限") == ["2025年10月29日(あと9日、米国東部時間)"]
    assert values(alert, "日本への影響")[0].startswith("エンティティー・リスト掲載者が")
    assert values(alert, "トピック") == ["エンティティー・リスト等、外国直接製品ルール(FDPR)・デミニミス"]
    assert values(alert, "プロファイル") == ["vacuum-components (緊急)"]
    assert values(alert, "検知") == ["2025年9月29日 21:45 JST"]
    assert [(quote.text, quote.where) for quote in alert.quotes] == [
        ("a subsidiary located in Japan", "15 CFR 744.11(a)(1)"),
        ("owned 50 percent or more by listed parties", "要旨"),
        ("foreign direct product rules", "15 CFR 734.9(e)"),
    ]
    assert [link.value for link in alert.links] == [
        "http://127.0.0.1:8000/changes/chg_0123456789abcdef",
        "https://www.federalregister.gov/d/2025-19001",
    ]
    assert "法的助言ではありません" in alert.notice


def test_the_english_alert_has_the_same_content() -> None:
    alert = alerted(affiliates_rule(), "en")
    assert alert.badge == "Critical, restriction"
    assert alert.what == "Affiliates of listed parties become subject to licensing"
    assert values(alert, "Comments close") == ["October 29, 2025 (9 days left, US Eastern time)"]
    assert "not legal advice" in alert.notice
    assert len(alert.points) == len(alerted(affiliates_rule()).points)


def test_due_dates_and_the_legal_status_are_highlighted() -> None:
    strong = [fact.label for fact in alerted(affiliates_rule(), "en").points if fact.strong]
    assert strong == ["Legal status", "Comments close"]


def test_a_stayed_rule_quotes_the_stay() -> None:
    alert = build_message(
        affiliates_rule(),
        "ja",
        now=datetime(2025, 12, 1, tzinfo=UTC),
        timezone="Asia/Tokyo",
        viewer_url="http://x",
    )
    assert alert.quotes[0].source == "2025-19846 (効力停止)"
    assert values(alert, "効力")[0].startswith("2025-19846により2026年11月9日まで効力停止(")


def test_an_alert_for_a_profile_alone_has_the_level_for_that_profile() -> None:
    outside = replace(affiliates_rule().tagging, level=Level.NONE, direction=None)
    change = replace(affiliates_rule(), tagging=outside, profiles=(ProfileMatch("valves", Level.MEDIUM, ()),))
    assert (alerted(change).badge, alerted(change).level) == ("valves: 中", Level.MEDIUM)
    assert alerted(replace(change, profiles=())).badge == "対象外"


def test_updates_and_repetitions_are_marked_before_all_else() -> None:
    alert = alerted(affiliates_rule(), update=True, repeated=True)
    assert alert.marks == ("更新", "(再送の可能性 / possibly repeated)")
    assert alert.subject.startswith("[緊急・規制強化・更新・(再送の可能性 / possibly repeated)]")


def test_superseded_and_past_dates_are_not_due() -> None:
    change = affiliates_rule()
    dates = (
        LegalDate("comments-close", date(2025, 10, 19)),
        LegalDate("comments-close", date(2025, 10, 29), superseded=True),
        LegalDate("comments-close", date(2025, 11, 28)),
        LegalDate("published", date(2025, 12, 1)),
    )
    alert = alerted(replace(change, tagging=replace(change.tagging, dates=dates)), "en")
    assert values(alert, "Comments close") == ["November 28, 2025 (39 days left, US Eastern time)"]
    assert not values(alert, "Publication")


def test_a_date_today_is_still_due() -> None:
    change = affiliates_rule()
    dates = (LegalDate("effective", date(2025, 10, 20)),)
    alert = alerted(replace(change, tagging=replace(change.tagging, dates=dates)), "en")
    assert values(alert, "Effective") == ["October 20, 2025 (today)"]  # New York is not yet on the 21st


@pytest.mark.parametrize(
    ("kind", "units", "what"),
    [
        (DocumentKind.CFR, ("15 CFR 744.11(a)",), "連邦規則集(CFR)の15 CFR 744.11(a)を変更"),
        (DocumentKind.LIST, ("A", "B", "C"), "リストのAなど3か所を変更"),
        (DocumentKind.RULE, ("15 CFR 744.11(a)",), "新しい規則: Title"),
        (DocumentKind.PAGE, (), "新しいウェブページ: Title"),
    ],
)
def test_without_a_summary_the_units_or_the_title_describe_the_change(
    kind: DocumentKind, units: tuple[str, ...], what: str
) -> None:
    change = affiliates_rule()
    tagging = replace(change.tagging, summary=LocalizedText("", ""), units=units)
    assert alerted(replace(change, kind=kind, title="Title", tagging=tagging)).what == what


def test_a_title_that_the_headline_has_is_not_reported_twice() -> None:
    change = affiliates_rule()
    summary = LocalizedText("BISの規則「A. Title」。分野は関税。", "Rule: “A. Title”. It adds 3 parties.")
    evidence = (Evidence("Title", "title"), Evidence("words of the abstract", "abstract"))
    tagging = replace(change.tagging, summary=summary, japan_nexus=(), topics=(Topic("fdpr", 0.9, evidence),))
    alert = alerted(replace(change, title="A. Title", profiles=(), tagging=tagging), "en")
    assert (alert.what, alert.title, alert.detail) == ("Rule: “A. Title”", "", "It adds 3 parties.")
    assert [quote.text for quote in alert.quotes] == ["words of the abstract"]


def test_where_no_evidence_is_left_the_abstract_is_quoted() -> None:
    change = affiliates_rule()
    tagging = replace(change.tagging, japan_nexus=(), topics=())
    (quote,) = alerted(replace(change, profiles=(), tagging=tagging)).quotes
    assert quote.text.startswith("Entities owned 50 percent")
    assert quote.source == "要旨"


def test_a_page_does_not_claim_a_legal_status() -> None:
    change = affiliates_rule()
    tagging = replace(change.tagging, status=())
    assert values(alerted(replace(change, tagging=tagging)), "効力") == ["記載なし"]
    assert not values(alerted(replace(change, kind=DocumentKind.PAGE, tagging=tagging)), "効力")


def test_long_lists_of_units_are_counted() -> None:
    change = affiliates_rule()
    units = tuple(f"15 CFR 744.{number}" for number in range(1, 31))
    alert = alerted(replace(change, tagging=replace(change.tagging, units=units)))
    assert values(alert, "対象条文")[0].endswith("15 CFR 744.6、ほか24件")


def test_removed_words_have_their_location() -> None:
    change = affiliates_rule()
    evidence = (Evidence("shall not apply", "removed: 15 CFR 744.11(a)(1)"),)
    tagging = replace(change.tagging, japan_nexus=(), topics=(Topic("fdpr", 0.9, evidence),))
    alert = alerted(replace(change, profiles=(), tagging=tagging))
    assert alert.quotes[0].where == "削除された文言: 15 CFR 744.11(a)(1)"


def test_a_script_link_is_no_link() -> None:
    assert [link.label for link in alerted(hostile_page()).links] == ["変更内容を見る"]
