"""The words that differ within a unit."""

from __future__ import annotations

import pytest

from tracker.diffing.word_diff import likeness, tokens, word_spans


def edits(before: str, after: str, markers: tuple[str, str] = ("", "")) -> list[tuple[str, str]]:
    return [span for span in word_spans(before, after, markers) if span[0] != "equal"]


@pytest.mark.parametrize(
    "whole",
    [
        "744.11", "3A090.a", "4,800", "§ 744.21(b)", "15 CFR 744.11(a)(2)", "90 FR 47201", "(b)(2)", "end-user",
        "$1,000,000", "50%", "3B001.c.1.a", "and/or", "https://www.bis.gov/entity-list?page=2", "22 U.S.C. 7201",
    ],
)  # fmt: skip
def test_legal_references_are_one_token(whole: str) -> None:
    assert tokens(f"see {whole} here") == ["see", whole, "here"]


def test_a_full_stop_does_not_belong_to_the_number() -> None:
    assert tokens("under § 744.21(b).") == ["under", "§ 744.21(b)", "."]


def test_japanese_is_cut_by_character() -> None:
    assert tokens("輸出規制3A090.a") == ["輸", "出", "規", "制", "3A090.a"]
    assert edits("輸出規制の強化", "輸出管理の強化") == [("delete", "規制"), ("insert", "管理")]


def test_a_changed_number_is_shown_whole_with_deletion_first() -> None:
    assert edits("a rate of 4,800 or more", "a rate of 4,900 or more") == [
        ("delete", "4,800"),
        ("insert", "4,900"),
    ]


def test_a_changed_citation_is_shown_whole() -> None:
    assert edits("under § 744.21(b) only", "under § 744.21(c) only") == [
        ("delete", "§ 744.21(b)"),
        ("insert", "§ 744.21(c)"),
    ]


def test_markers_are_compared_with_each_other_only() -> None:
    spans = word_spans("(c) See (d) above.", "(d) See (d) above.", ("(c)", "(d)"))
    assert spans == (("delete", "(c)"), ("insert", "(d)"), ("equal", " See (d) above."))


def test_white_space_that_both_begin_with_is_not_part_of_the_edit() -> None:
    assert word_spans("the red fox", "the blue fox") == (
        ("equal", "the "),
        ("delete", "red"),
        ("insert", "blue"),
        ("equal", " fox"),
    )


def test_filling_shared_by_chance_does_not_break_a_rewritten_passage() -> None:
    before = "Start. Alpha beta gamma delta of epsilon zeta eta theta. End."
    after = "Start. Red green blue white of black grey pink brown. End."
    assert len(edits(before, after)) == 2


def test_a_unit_of_any_length_is_compared_within_bounds() -> None:
    words = [f"word{number % 977} and item {number}." for number in range(12000)]
    before = " ".join(words)
    after = " ".join([*words[:6000], "A new sentence stands here.", *words[6000:]])
    spans = word_spans(before, after)
    assert [text.strip() for kind, text in spans if kind == "insert"] == ["A new sentence stands here."]
    other = " ".join(f"thing{number}" for number in range(36000))
    assert [kind for kind, _ in word_spans(before, other)] == ["delete", "insert"]


def test_likeness_is_the_share_of_common_words_in_order() -> None:
    assert likeness(["a", "b", "c"], ["a", "b", "c"]) == 1.0
    assert likeness(["a", "b", "c", "d"], ["a", "b"]) == pytest.approx(2 / 3)
    assert likeness(["a", "b"], ["c", "d"]) == 0.0
    assert likeness(["a", "b", "c", "d"], ["a", "b"], 0.9) == 0.0
    many = [f"w{number}" for number in range(9000)]
    assert likeness(many, [*many[:-1], "x"]) > 0.99
