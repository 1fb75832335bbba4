"""Words from outside cannot act."""

from __future__ import annotations

import unicodedata

import pytest

from tracker.model import Language
from tracker.sanitize import first_sentence, safe_url, sanitize, sanitize_line, shorten


def test_control_direction_and_invisible_characters_are_removed() -> None:
    assert sanitize("a\x00b\x1b[31mc\u202ed\u2066e\u200bf\ufeffg\u00adh") == "ab[31mcdefgh"


def test_of_every_character_alone_and_among_others_only_those_without_a_form_are_removed() -> None:
    for code in (*range(0x3100), *range(0xD7F0, 0x10100), 0xE0001, 0xE0020, 0x10FFFF):
        character = chr(code)
        removed = (
            unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} and character not in "\n\t\r"
        )
        kept = "" if removed else "\n" if character in "\r\u2028\u2029" else character
        assert sanitize(character) == kept, code
        assert sanitize(f"a{character} b\nc") == f"a{kept} b\nc", code


def test_line_breaks_of_all_kinds_stay_in_text_and_go_from_lines() -> None:
    assert sanitize("a\r\nb\rc\u2028d\u2029e") == "a\nb\nc\nd\ne"
    assert sanitize_line(" a\r\n b\u2028c ") == "a b c"


def test_japanese_and_legal_signs_stay() -> None:
    text = "第744.11条(a)(1)§ “¶” — 〔別表〕 ｶﾞ ½"
    assert sanitize(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "https://www.federalregister.gov/d/2025-19001",
        "http://127.0.0.1:8000/changes/chg_0123456789abcdef?x=1&y=2#top",
    ],
)
def test_web_addresses_may_be_followed(address: str) -> None:
    assert safe_url(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.com/x",
        "https://",
        "https://[broken",
        "https://good.example\u202e/moc.live",
        "https://good.example/ \nx",
        "",
    ],
)
def test_other_addresses_may_not(address: str) -> None:
    assert safe_url(address) == ""


def test_an_address_cannot_leave_its_attribute_or_link() -> None:
    assert safe_url("https://x.example/\"><script>'") == "https://x.example/%22%3E%3Cscript%3E%27"


def test_long_texts_are_cut_between_words_and_marked() -> None:
    assert shorten("one two three four", 15) == "one two […]"
    assert shorten("short", 15) == "short"
    assert shorten("連続した日本語の文章は空白なしで切る", 12) == "連続した日本語の […]"


@pytest.mark.parametrize(
    ("language", "text", "first", "rest"),
    [
        ("ja", "規則「A rule. Of two。」。分野は関税。", "規則「A rule. Of two。」", "分野は関税。"),
        ("ja", "Supp. No. 4:1者を追加。以上。", "Supp. No. 4:1者を追加", "以上。"),
        ("ja", "閉じない「かぎ。まま", "閉じない「かぎ。まま", ""),
        ("en", "Rule: “A. B.”. It adds 3 parties.", "Rule: “A. B.”", "It adds 3 parties."),
        ("en", "Amends 744.11 and 734.9. Effective now.", "Amends 744.11 and 734.9", "Effective now."),
        ("en", "Supp. No. 4 of Some Co. Ltd. changed. Now.", "Supp. No. 4 of Some Co. Ltd. changed", "Now."),
        ("en", "A U.S. rule (see Sec. 3.) stays", "A U.S. rule (see Sec. 3.) stays", ""),
        ("en", "", "", ""),
    ],
)
def test_the_first_sentence_ends_at_its_own_full_stop(
    language: Language, text: str, first: str, rest: str
) -> None:
    assert first_sentence(text, language) == (first, rest)
