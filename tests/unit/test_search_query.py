"""What a question asks for, and where it is found."""

from __future__ import annotations

import pytest

from tracker.search.query import Terms, highlight, passage, terms


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("744.23", (("744.23",),)),
        ("§ 744.23(a)(2)", (("744.23(a)(2)",),)),
        ("15 CFR 744.23", (("15 CFR 744.23", "744.23"),)),
        ("15 CFR part 744 license", (("15 CFR part 744", "part 744"), ("license",))),
        ("90 FR 47201", (("90 FR 47201",),)),
        ("Supplement No. 4 to part 744", (("Supp. No. 4 to Part 744", "Supplement No. 4 to Part 744"),)),
        ('"vacuum valve" 3B001', (("vacuum valve",), ("3B001",))),
        ("", ()),
        ('"', (('"',),)),
    ],
)
def test_citations_phrases_and_words(query: str, wanted: Terms) -> None:
    assert terms(query) == wanted


def test_a_trade_term_is_searched_in_both_languages() -> None:
    (forms,) = terms("真空バルブ")
    assert forms[0] == "真空バルブ"
    assert "vacuum valve" in forms
    assert "真空バルブ" in terms("vacuum valve")[0]


def test_a_question_has_an_end() -> None:
    assert len(terms("a " * 90)) == 20


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Items in 3B001.c and 13B001", "3b001", ["3B001"]),
        ("see 744.23 and 1744.23, 744.231", "15 CFR 744.23", ["744.23"]),
        ("a Vacuum\n valve here", "真空バルブ", ["Vacuum\n valve"]),
        ("半導体製造装置の真空バルブを", "真空バルブ", ["真空バルブ"]),
        ("<script>a.*</script>", ".*", [".*"]),
        ("nothing", "", []),
    ],
)
def test_search_terms_are_marked_and_nothing_is_lost(text: str, query: str, marked: list[str]) -> None:
    runs = highlight(text, terms(query))
    assert "".join(words for _, words in runs) == text
    assert [words for hit, words in runs if hit] == marked


def test_a_long_text_is_cut_around_its_first_hit() -> None:
    runs = passage("x " * 500 + "needle" + " y" * 500, terms("needle"))
    assert (True, "needle") in runs
    assert len("".join(words for _, words in runs)) < 600
    assert runs[0][1].startswith("… ")
