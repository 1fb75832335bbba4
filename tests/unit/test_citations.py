"""Citations in running text, their order, and their Japanese forms."""

from __future__ import annotations

import random

import pytest

from tracker.citations import (
    CfrCitation,
    citation_values,
    find_citations,
    find_docket,
    format_japanese,
    next_designators,
    parse_cfr,
    roman,
    sort_key,
    to_roman,
)


def pairs(text: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.value) for hit in find_citations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 CFR 744.23(a)(2)(i)", [("cfr", "15 CFR 744.23(a)(2)(i)")]),
        ("15 C.F.R. § 744.23(a)", [("cfr", "15 CFR 744.23(a)")]),
        ("§ 744.11(a)(1) of the EAR", [("cfr", "15 CFR 744.11(a)(1)")]),
        ("Section 744.11 imposes", [("cfr", "15 CFR 744.11")]),
        ("§ 744.17 (d) of this part", [("cfr", "15 CFR 744.17(d)")]),
        ("31 CFR 850.101", [("cfr", "31 CFR 850.101")]),
        ("§ 1026.19(a)(1)", [("section", "§ 1026.19(a)(1)")]),
        ("17 CFR 240.10b-5", [("cfr", "17 CFR 240.10b-5")]),
        ("§§ 740.5, 740.15 and 746.1", [("cfr", f"15 CFR {n}") for n in ("740.5", "740.15", "746.1")]),
        ("sections 744.2, 744.3, and 744.4", [("cfr", f"15 CFR 744.{n}") for n in (2, 3, 4)]),
        ("§§ 744.2 through 744.4", [("cfr", "15 CFR 744.2-744.4")]),
        ("§ 744.23(a)(2)(i) and (ii)", [("cfr", "15 CFR 744.23(a)(2)(i)"), ("cfr", "15 CFR 744.23(a)(2)(ii)")]),
        ("§ 744.23(a)(2) and (b)", [("cfr", "15 CFR 744.23(a)(2)"), ("cfr", "15 CFR 744.23(b)")]),
        ("parts 734 and 744", [("cfr-part", "15 CFR 734"), ("cfr-part", "15 CFR 744")]),
        ("part 744 of the EAR", [("cfr-part", "15 CFR 744")]),
        ("parts 730 through 774", [("cfr-part", "15 CFR 730-774")]),
        ("15 CFR parts 730-774", [("cfr-part", "15 CFR 730-774")]),
        ("12 CFR part 1026", [("cfr-part", "12 CFR 1026")]),
        ("Supplement No. 4 to part 744", [("supplement", "Supp. No. 4 to Part 744")]),
        (
            "Supplement Nos. 1 and 2 to part 734",
            [("supplement", "Supp. No. 1 to Part 734"), ("supplement", "Supp. No. 2 to Part 734")],
        ),
        ("ECCN 3B001.c.1.a.", [("eccn", "3B001.c.1.a")]),
        ("ECCNs 3A090.a and .b", [("eccn", "3A090.a"), ("eccn", "3A090.b")]),
        ("0A501 and 4A090", [("eccn", "0A501"), ("eccn", "4A090")]),
        ("all 9x515 items", [("eccn-family", "9x515")]),
        ("9903.01.25", [("hts", "9903.01.25")]),
        ("subheading 8471.30 and 8486.20", [("hts", "8471.30"), ("hts", "8486.20")]),
        ("E.O. 14320", [("executive-order", "E.O. 14320")]),
        ("Executive Orders 14193, 14194, and 14195", [("executive-order", f"E.O. {n}") for n in (14193, 14194, 14195)]),
        ("Executive Order (E.O.) 13222", [("executive-order", "E.O. 13222")]),
        ("Proclamation 10908 of March 26, 2025", [("proclamation", "Proclamation 10908")]),
        ("90 FR 47201", [("fr", "90 FR 47201")]),
        ("90 Fed. Reg. 47,201", [("fr", "90 FR 47201")]),
        ("FR Doc. 2025–19001 Filed", [("document-number", "2025-19001")]),
        ("FR Doc. 94-16174", [("document-number", "94-16174")]),
        ("C1-2025-12345", [("document-number", "C1-2025-12345")]),
        ("E9-12940", [("document-number", "E9-12940")]),
        ("BIS-2025-0001", [("docket", "BIS-2025-0001")]),
        ("ITA-ITA-2025-0070", [("docket", "ITA-ITA-2025-0070")]),
        ("Docket No. 250926-0161", [("docket", "250926-0161")]),
        ("RIN 0694–AJ87", [("rin", "0694-AJ87")]),
        ("Country Group D:5", [("country-group", "D:5")]),
        ("Country Group E", [("country-group", "E")]),
    ],
)  # fmt: skip
def test_each_form_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "section 1758 of the ECRA",
        "in 2024-2025",
        "50 U.S.C. 4801-4852",
        "a fee of $8,471.30 a month",
        "version 3.10.2",
        "part 3 of this report",
        "at 10:30 a.m. on 5 May",
        "the ABC123 model, 12345",
        "ISO9001 and X3A0901",
    ],
)
def test_text_like_a_citation_is_not_a_citation(text: str) -> None:
    assert pairs(text) == []


def test_places_are_those_of_the_words() -> None:
    text = "See § 744.11(a) and 3A090.a."
    assert [text[hit.start : hit.end] for hit in find_citations(text)] == ["§ 744.11(a)", "3A090.a"]


def test_values_are_distinct_and_in_order() -> None:
    assert citation_values("3A090, 4A090 and 3A090 under § 744.23", "eccn") == ["3A090", "4A090"]


def test_a_doubled_docket_is_normalised() -> None:
    assert find_docket("ITA-ITA-2025-0070") == "ITA-2025-0070"
    assert find_docket("BIS–2025–0001") == "BIS-2025-0001"


def test_a_path_is_parsed_into_its_place() -> None:
    assert parse_cfr("15 CFR 744.21(b)(2)(i) › Note 1") == CfrCitation(15, "744", "744.21", ("b", "2", "i"))
    assert parse_cfr("15 CFR 744 › Authority") == CfrCitation(15, "744")
    assert parse_cfr("Press release › ¶2") is None


@pytest.mark.parametrize(
    ("levels", "more", "expected"),
    [
        (("a", "1"), ("2",), ("a", "2")),
        (("a", "1", "i"), ("ii",), ("a", "1", "ii")),
        (("a", "1"), ("b",), ("b",)),
        (("a", "1", "i", "A"), ("B",), ("a", "1", "i", "B")),
        (("b", "1", "vii"), ("c", "1"), ("c", "1")),
        (("a", "1", "i", "A"), ("ii", "B"), ("a", "1", "ii", "B")),
    ],
)
def test_a_list_continues_at_the_level_of_its_label_style(
    levels: tuple[str, ...], more: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert next_designators(levels, more) == expected


def test_roman_numerals_both_ways() -> None:
    assert [roman(to_roman(number)) for number in range(1, 120)] == list(range(1, 120))
    assert roman("iiii") is None
    assert roman("abc") is None


def test_paths_are_ordered_as_a_book_prints_them() -> None:
    book = [
        "15 CFR 740.2",
        "15 CFR 740.15",
        "15 CFR 744",
        "15 CFR 744.2",
        "15 CFR 744.2(a)",
        "15 CFR 744.2(a)(2)",
        "15 CFR 744.2(a)(10)",
        "15 CFR 744.2(h)(1)(i)",
        "15 CFR 744.2(h)(1)(iv)",
        "15 CFR 744.2(h)(1)(ix)",
        "15 CFR 744.2(z)",
        "15 CFR 744.2(aa)",
        "15 CFR 744.11",
        "22 CFR 121.1",
    ]
    shuffled = book.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == book


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("15 CFR 744.21(b)(2)", "EAR第744.21条(b)(2)"),
        ("15 CFR 744", "EAR第744部"),
        ("15 CFR 730-774", "EAR第730部から第774部まで"),
        ("15 CFR 744.2-744.4", "EAR第744.2条から第744.4条まで"),
        ("31 CFR 850.101", "連邦規則集第31編第850.101条"),
        ("Supp. No. 4 to Part 744 › JAPAN › Some Co., Ltd.", "EAR第744部補遺第4号 › JAPAN › Some Co., Ltd."),
        ("15 CFR 744.5 ¶2", "EAR第744.5条 第2段落"),
        ("15 CFR 744.21 › History", "EAR第744.21条 › 改正履歴"),
        ("3B001.c.1.a", "ECCN 3B001.c.1.a"),
        ("90 FR 47201", "連邦官報第90巻47201頁"),
        ("E.O. 14320", "大統領令第14320号"),
        ("Proclamation 10908", "大統領布告第10908号"),
        ("D:5", "カントリーグループD:5"),
        ("instruction 3 › 15 CFR 744.11(a)(1)", "改正指示3 › EAR第744.11条(a)(1)"),
    ],
)
def test_the_japanese_form(path: str, expected: str) -> None:
    assert format_japanese(path) == expected
