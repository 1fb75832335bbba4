"""The line under a headline says what the headline does not say."""

from __future__ import annotations

import pytest

from tracker.model import Language
from tracker.rendering.summary_sentences import beyond


@pytest.mark.parametrize(
    ("language", "headline", "summary", "wanted"),
    [
        ("ja", "BIS、エンティティー・リストに中国所在の個人・団体等を追加(2025年10月8日施行済み)",
         "BISがエンティティー・リストに中国所在の個人・団体等を追加。2025年10月8日施行済み。文書名:「追加」(仮訳)。ほかの措置:トルコを追加。",
         "文書名:「追加」(仮訳)。ほかの措置:トルコを追加。"),
        ("ja", "ITA、プログラムを変更:「AI Exports」(応募期限2026年6月30日)",
         "ITAがプログラムを変更。文書名:「AI Exports」。応募期限:2026年6月30日。", ""),
        ("ja", "規則の拡大(現在は2026年11月9日まで効力停止中)", "本文:1段落を変更。改正前「a」→改正後「b」(現在は2026年11月9日まで効力停止中)",
         "本文:1段落を変更。改正前「a」→改正後「b」"),
        ("en", "BIS adds parties (in force since October 8, 2025)", "BIS adds parties. In force since October 8, 2025. Also: adds others.",
         "Also: adds others."),
        ("en", "ITA revises the program: “AI Exports” (applications close June 30, 2026)",
         "ITA revises the program. Title: “AI Exports”. Applications close: June 30, 2026.", ""),
        ("en", "A headline", "Another sentence. A third (note)", "Another sentence. A third (note)"),
        ("ja", "BIS、規則を改正", "CBPが規則を改正。", "CBPが規則を改正。"),
    ],
)  # fmt: skip
def test_what_the_headline_says_is_not_repeated(
    language: Language, headline: str, summary: str, wanted: str
) -> None:
    assert beyond(headline, summary, language) == wanted
