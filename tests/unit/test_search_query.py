"""What a question asks for, and where it is found."""

from __future__ import annotations

import pytest

from tracker.search.marks import highlight, passage
from tracker.search.query import Terms, terms
from tracker.text.words import stems


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
        ("license licenses", (("license",), ("licenses",))),
        ("3B0 9903.01", (("3B0*",), ("9903.01*",))),
        ("9903.01.25 744.2", (("9903.01.25*",), ("744.2",))),
        ("大統領令14257", (("E.O. 14257", "Executive Order 14257"),)),
        ("the words of a widget", (("words",), ("widget",))),
        ("what is this", (("what",), ("is",), ("this",))),
        (
            "cyber-sectional reenactment",
            (("cyber-sectional", "cybersectional"), ("reenactment", "re-enactment")),
        ),
        ("unauthorised behaviour", (("unauthorised", "unauthorized"), ("behaviour", "behavior"))),
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
    assert len(terms(" ".join(f"w{number}" for number in range(90)))) == 20


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


@pytest.mark.parametrize(
    "spellings",
    [
        ("エンティティー・リスト", "エンティティリスト", "ｴﾝﾃｨﾃｨｰ･ﾘｽﾄ", "entity lists", "Entity-List"),
        ("FDPR", "ＦＤＰＲ", "外国直接製品", "foreign direct products", "foreign-produced direct product"),
        ("VEU", "認証エンドユーザ", "validated end users"),
        ("50%ルール", "５０％ルール", "Affiliates Rule", "50 percent rule"),
        ("みなし再輸出", "deemed reexports", "deemed re-export"),
        ("原則不許可", "presumptions of denial", "推定不許可"),
        ("許可例外STA", "License Exception STA", "license exceptions STA"),
        ("HBM", "high-bandwidth memory", "広帯域メモリー"),
    ],
)
def test_names_of_one_and_the_same_find_each_other(spellings: tuple[str, ...]) -> None:
    for spelling in spellings:
        (forms,) = terms(spelling)
        assert {stems(other) for other in spellings} <= {stems(form) for form in forms}


def test_a_japanese_sentence_is_searched_by_its_words() -> None:
    found = terms("半導体製造装置の輸出規制")
    assert [group[0] for group in found] == ["半導体製造装置", "輸出規制"]
    assert "semiconductor manufacturing equipment" in found[0]


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Licenses and licensing of exports", "license", ["Licenses", "licensing"]),
        ("エンティティー・リストに追加", "エンティティリスト", ["エンティティー・リスト"]),
        ("認証エンドユーザーの取消し", "認証エンドユーザ", ["認証エンドユーザー"]),
        ("headings 9903.01.25 and 9903.02", "9903.01", ["9903.01"]),
        ("ECCNs 3B001 and 3B993, 3A090", "3B", ["3B001", "3B993"]),
        ("a re-export", "reexport", ["re-export"]),
        ("第232条による措置", "232条", ["232条"]),
    ],
)
def test_marks_are_where_the_index_finds(text: str, query: str, marked: list[str]) -> None:
    runs = highlight(text, terms(query))
    assert "".join(words for _, words in runs) == text
    assert [words for hit, words in runs if hit] == marked


def test_the_passage_is_where_most_terms_are() -> None:
    text = "license " + "x " * 500 + "a license for valves " + "y " * 500
    assert [words for hit, words in passage(text, terms("license valves")) if hit] == ["license", "valves"]
