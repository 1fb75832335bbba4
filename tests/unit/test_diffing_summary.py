"""The sentence that a person reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.diffing_samples import (
    DEFINED,
    EXPORT,
    INSERTED,
    NOTICE,
    POWER,
    REVIEW,
    SECTION,
    country,
    entities,
    heading,
    operations,
    paragraph,
    party,
    plain,
    section,
)
from tracker.diffing import summarize
from tracker.diffing.summary import split_path
from tracker.model import Unit, UnitKind


def test_paragraphs_are_counted_named_and_their_new_letters_given() -> None:
    before = section(EXPORT, DEFINED, REVIEW, POWER, NOTICE)
    after = section(EXPORT.replace("may not", "may"), DEFINED, REVIEW, INSERTED, POWER, NOTICE)
    output = summarize(operations(before, after))
    assert output.en.startswith("15 CFR 744.21: (a) changed, (d) added, (d)-(e) became (e)-(f).")
    assert output.ja.startswith("15 CFR 744.21:(a)を変更、(d)を追加、(d)~(e)を(e)~(f)に繰下げ。")


def test_paragraphs_after_a_removal_move_up() -> None:
    output = summarize(operations(section(EXPORT, DEFINED, REVIEW), section(EXPORT, REVIEW)))
    assert "(b) removed, (c) became (b)" in output.en
    assert "(c)を(b)に繰上げ" in output.ja


def test_two_insertions_make_two_runs() -> None:
    before = section(EXPORT, DEFINED, REVIEW, POWER, NOTICE)
    after = section(EXPORT, INSERTED, DEFINED, REVIEW, f"{INSERTED} Anew.", POWER, NOTICE)
    assert "(b)-(c) became (c)-(d), (d)-(e) became (f)-(g)." in summarize(operations(before, after)).en


def test_a_stay_is_named() -> None:
    stay = Unit(
        f"{SECTION} › Effective Date Note", UnitKind.EFFECTIVE_NOTE,
        "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, paragraph (a)(3) was stayed until Nov. 9, 2026.", 1,
    )  # fmt: skip
    output = summarize(operations(section(EXPORT), [*section(EXPORT), stay]))
    assert output.en.startswith(
        f"{SECTION}: 1 effective date note added (Effective Date Note). New: “Effective Date"
    )
    assert output.ja.startswith(f"{SECTION}:効力に関する注記1件を追加")


def test_children_are_reported_with_their_parent() -> None:
    before = [heading(), paragraph("(a)", DEFINED), paragraph("(a)(1)", POWER), paragraph("(a)(2)", NOTICE)]
    after = [heading(), paragraph("(a)", INSERTED),
             paragraph("(b)", DEFINED), paragraph("(b)(1)", POWER), paragraph("(b)(2)", NOTICE)]  # fmt: skip
    assert "(a) became (b)." in summarize(operations(before, after)).en


def test_parties_are_counted_by_country() -> None:
    here = [country("CHINA"), party("CHINA", "Foo Co., Ltd.", "12 Road")]
    before = entities(*here, country("JAPAN"))
    after = entities(
        *here, party("CHINA", "Goo", "1 Street"), party("CHINA", "Hoo", "2 Street"),
        country("JAPAN"), party("JAPAN", "Sakura Denki", "1-2 Chiyoda"),
    )  # fmt: skip
    output = summarize(operations(before, after))
    assert output.en.startswith("Supp. No. 4 to Part 744: 2 parties added under CHINA, 1 under JAPAN.")
    assert output.ja.startswith("Supp. No. 4 to Part 744:中国に2者を追加、日本に1者を追加。")


def test_a_heading_of_a_list_that_is_no_single_country_stays_as_printed() -> None:
    rows = [country("CRIMEA REGION OF UKRAINE"), party("CRIMEA REGION OF UKRAINE", "Foo", "1 Road")]
    output = summarize(operations(entities(*rows), entities(*rows[:1])))
    assert output.ja.startswith("Supp. No. 4 to Part 744:「CRIMEA REGION OF UKRAINE」の1者を削除。")


def test_the_most_specific_words_are_quoted_verbatim() -> None:
    before = section(EXPORT, DEFINED.replace("terms", "words"), POWER)
    after = section(EXPORT, DEFINED, POWER.replace("4,800", "4,900"))
    output = summarize(operations(before, after))
    assert "4,800 or more" in output.en.partition("; now: ")[0]
    assert "4,900 or more" in output.en.partition("; now: ")[2]
    assert "改正前「" in output.ja
    assert "4,900 or more" in output.ja.partition("改正後「")[2]


def test_of_several_edits_the_one_that_binds_is_quoted() -> None:
    after = EXPORT.replace("item", "article").replace("without a license", "with a notice")
    output = summarize(operations(section(EXPORT), section(after)))
    assert "without a license" in output.en.partition("; now: ")[0]
    assert "with a notice" in output.en.partition("; now: ")[2]


def test_removed_words_are_quoted_with_the_rest() -> None:
    output = summarize(operations(section(EXPORT), section(EXPORT.replace("may not", "may"))))
    assert "Was: “(a) You may not export any item" in output.en
    assert "now: “(a) You may export any item" in output.en


def test_the_law_is_quoted_before_its_source_line() -> None:
    source = Unit(f"{SECTION} › History", UnitKind.CITATION, "[61 FR 12802, Mar. 25, 1996]", 1)
    later = replace(source, text="[61 FR 12802, Mar. 25, 1996; 90 FR 47201, Sept. 30, 2025]")
    after = [*section(EXPORT.replace("listed", "named")), later]
    assert "item named in" in summarize(operations([*section(EXPORT), source], after)).en


def test_moved_words_are_not_quoted_as_new() -> None:
    output = summarize(operations(section(EXPORT, DEFINED, REVIEW), section(REVIEW, EXPORT, DEFINED)))
    assert output.en.endswith("became (b)-(c).")
    assert output.ja.endswith("に改番。")


def test_japanese_words_are_cut_where_there_is_no_space() -> None:
    long = "輸出管理規則の対象となる貨物及び技術の輸出には許可を要する" * 8
    output = summarize(
        operations([heading(), plain(1, f"{long}四千八百{long}")], [heading(), plain(1, f"{long}五千{long}")])
    )
    assert "四千八百" in output.ja.partition("→")[0]
    assert "五千" in output.ja.partition("→")[2]
    assert len(output.ja) < 300


def test_editorial_differences_are_only_counted() -> None:
    output = summarize(operations(section(EXPORT), section(EXPORT.replace("license.", "license"))))
    assert output.en == "Only punctuation and typography differ (1 place); no change of the law's words."
    assert output.ja == "句読点・表記のみの相違(1か所)。法文の変更なし。"


def test_no_operation_is_no_difference() -> None:
    assert summarize(()).en == "No difference."
    assert summarize(()).ja == "相違なし。"


def test_the_order_of_a_table_is_named() -> None:
    rows = [party("CHINA", "Foo", "1 Road"), party("CHINA", "Goo", "2 Road")]
    output = summarize(
        operations(entities(country("CHINA"), *rows), entities(country("CHINA"), *reversed(rows)))
    )
    assert output.en == "Only the order differs; no change of the law's words."


def test_many_places_are_counted() -> None:
    before, after = [], []
    for number in range(5):
        place = f"15 CFR 744.{number + 1}"
        before += [
            heading(place, f"§ 744.{number + 1} Rule"),
            paragraph("(a)", f"{EXPORT} {number}", section=place),
        ]
        after += [
            heading(place, f"§ 744.{number + 1} Rule"),
            paragraph("(a)", f"{EXPORT} 1{number}", section=place),
        ]
    output = summarize(operations(before, after))
    assert "and 2 more places" in output.en
    assert "ほか2か所" in output.ja


def test_a_moved_paragraph_is_reported_with_both_places() -> None:
    other = "15 CFR 744.22"
    before = [
        *section(EXPORT, POWER),
        heading(other, "§ 744.22 Other"),
        paragraph("(a)", REVIEW, section=other),
    ]
    after = [*section(EXPORT), heading(other, "§ 744.22 Other"), paragraph("(a)", REVIEW, section=other),
             paragraph("(b)", POWER, section=other)]  # fmt: skip
    output = summarize(operations(before, after))
    assert f"{SECTION}(b) moved to (b)" in output.en
    assert f"{SECTION}(b)を(b)へ移動" in output.ja


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("15 CFR 744.21(b)(2)", ("15 CFR 744.21", "(b)(2)")),
        ("15 CFR 744.21(h) ¶1", ("15 CFR 744.21", "(h) ¶1")),
        ("15 CFR 744.21", ("15 CFR 744.21", "")),
        ("15 CFR 744", ("15 CFR 744", "")),
        ("Supp. No. 4 to Part 744 › JAPAN › X (Y) Co.", ("Supp. No. 4 to Part 744", "JAPAN › X (Y) Co.")),
        ("PART 900—GENERAL ¶17", ("PART 900—GENERAL", "¶17")),
        ("3B001", ("3B001", "")),
    ],
)
def test_a_path_is_a_place_and_the_unit_in_it(path: str, parts: tuple[str, str]) -> None:
    assert split_path(path) == parts
