"""Expressions for the first letters of words."""

from __future__ import annotations

import re

import pytest

from tracker.text.beginnings import one_of_beginnings, one_of_letters


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (("Japan", "jordan"), "JAPAN", True),
        (("Japan", "jordan"), "Jolly", False),
        (("Japan", "jordan"), "Jorge", True),
        (("UK",), "ukraine", True),
        (("D'Artagnan",), "dent", True),
        (("Türkiye",), "TÜRKİYE", True),
        (("kia",), "\N{KELVIN SIGN}İA", True),
        (("sis",), "ſıs", True),
        (("a", "abc"), "axe", True),
        (("",), "anything", True),
    ],
)
def test_what_follows_begins_as_one_of_the_words(words: tuple[str, ...], text: str, found: bool) -> None:
    begins = one_of_beginnings(words)
    assert (re.match(begins, text) is not None) is found
    assert (re.match(begins, text, re.IGNORECASE) is not None) is found


def test_letters_are_found_in_any_case() -> None:
    pattern = re.compile(one_of_letters("日c-"))
    assert pattern.findall("日本 C c - d") == ["日", "C", "c", "-"]
