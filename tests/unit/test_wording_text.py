"""Words other than those of acts: unread documents, changes of text, amounts, the reasons of levels."""

from __future__ import annotations

import pytest

from tracker.model import DocumentKind, Op
from tracker.wording import DocumentFacts, ReadState, change_headline, unread
from tracker.wording.amounts import amount


def test_an_unread_document_is_marked_with_its_next_check() -> None:
    facts = DocumentFacts(DocumentKind.PRESIDENTIAL, "Conditions for the Export of Advanced AI Models")
    for state in ReadState:
        words = unread(facts, state)
        assert "「先端AIモデルの輸出に関する条件」" in words.headline.ja
        assert "原題「Conditions for the Export of Advanced AI Models」" in words.summary.ja
        assert "日本の扱い" in words.summary.ja
        assert "確認" in words.reason.ja
        assert "対応不要" not in words.summary.ja + words.reason.ja
    assert "未入手" in unread(facts, ReadState.NO_TEXT).summary.ja
    assert "入手済み" in unread(facts, ReadState.NO_ACT).summary.ja
    rule = DocumentFacts(DocumentKind.RULE, "Revisions", ("Industry and Security Bureau",))
    assert unread(rule, ReadState.NO_TEXT).headline.ja == "BISの規則「改定」:本文は未確認"
    assert unread(rule, ReadState.NO_TEXT).headline.en == "BIS rule “Revisions”: text not yet read"


@pytest.mark.parametrize(
    ("places", "title", "ja"),
    [
        ([("15 CFR 744.23(a)(4)", Op.CHANGED), ("15 CFR 744.23(a)(4)(i)", Op.CHANGED)], "",
         "EAR第744.23条(a)(4)(半導体製造装置の最終用途規制)を変更"),
        ([("Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › A Co.", Op.ADDED),
          ("Supp. No. 4 to Part 744 › JAPAN › B K.K.", Op.ADDED),
          ("Supp. No. 4 to Part 744 › JAPAN › C K.K.", Op.ADDED)], "",
         "エンティティー・リスト:A Co.(中国)、B K.K.(日本)ほか1件を追加"),
        ([("Supp. No. 1 to Part 774 › 3B001 › c.1.a", Op.CHANGED)], "", "ECCN 3B001.c.1.a(半導体製造装置)を変更"),
        ([("Background › ¶2", Op.CHANGED), ("Background › ¶3", Op.CHANGED)], "Guidance on Chips",
         "「Guidance on Chips」の「Background」を変更"),
    ],
)  # fmt: skip
def test_a_change_of_text_is_named_by_the_touched_units(
    places: list[tuple[str, Op]], title: str, ja: str
) -> None:
    assert change_headline(places, title).ja == ja


@pytest.mark.parametrize(
    ("words", "ja", "en"),
    [
        ("25 percent", "25%", "25%"),
        ("25 percent ad valorem", "25%", "25%"),
        ("$1.5 million", "150万ドル", "$1.5 million"),
        ("$95 million", "9,500万ドル", "$95 million"),
        ("$2,500", "2,500ドル", "$2,500"),
        ("$0.80", "0.8ドル", "$0.80"),
        ("ninety days", "90日", "ninety days"),
        ("twenty-four months", "24か月", "twenty-four months"),
        ("up to 40 percent", "最大40%", "up to 40%"),
        ("Canada energy 10 percent", "カナダのエネルギー10%", "Canada energy 10%"),
        ("4800 TOPS", "4800 TOPS", "4800 TOPS"),
        ("2029", "2029年", "2029"),
        ("", "", ""),
    ],
)
def test_amounts(words: str, ja: str, en: str) -> None:
    assert amount(words, "ja") == ja
    assert amount(words, "en") == en
