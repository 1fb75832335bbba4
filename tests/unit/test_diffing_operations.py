"""Which unit became which, and what is reported of it."""

from __future__ import annotations

import pytest

from tests.unit.diffing_samples import (
    DEFINED,
    EXPORT,
    INSERTED,
    LIST,
    NOTICE,
    POWER,
    REVIEW,
    SECTION,
    country,
    document,
    entities,
    heading,
    operations,
    paragraph,
    party,
    plain,
    section,
)
from tracker.diffing import apply, compare, substantive
from tracker.errors import UsageError
from tracker.model import Op, Unit, UnitKind


def named(before: list[Unit], after: list[Unit]) -> list[tuple[str, str | None, str]]:
    """(operation, local path before, local path) of what is not editorial; checks that it applies."""
    found = operations(before, after)
    got = [(unit.path, unit.text) for unit in apply(before, found)]
    assert got == [(unit.path, unit.text) for unit in after]

    def local(path: str | None) -> str | None:
        return path and path.replace(SECTION, "").replace(f"{LIST} › ", "")

    return [(op.op.value, local(op.from_path), local(op.path) or "") for op in substantive(found)]


def test_paragraphs_after_an_insertion_are_renumbered_over_other_words() -> None:
    before = section(EXPORT, DEFINED, REVIEW, POWER)
    after = section(EXPORT, INSERTED, DEFINED, REVIEW, POWER)
    assert named(before, after) == [
        ("added", None, "(b)"),
        ("renumbered", "(b)", "(c)"),
        ("renumbered", "(c)", "(d)"),
        ("renumbered", "(d)", "(e)"),
    ]
    assert {op.follows for op in operations(before, after)[1:]} == {f"{SECTION}(b)"}


def test_paragraphs_after_a_removal_are_renumbered() -> None:
    assert named(section(EXPORT, INSERTED, DEFINED, REVIEW), section(EXPORT, DEFINED, REVIEW)) == [
        ("removed", None, "(b)"),
        ("renumbered", "(c)", "(b)"),
        ("renumbered", "(d)", "(c)"),
    ]


def test_reserved_paragraphs_go_with_their_neighbours() -> None:
    before = section(EXPORT, "[Reserved]", "[Reserved]", REVIEW)
    after = section(INSERTED, EXPORT, "[Reserved]", "[Reserved]", REVIEW)
    assert [op for op, _, _ in named(before, after)] == ["added"] + 4 * ["renumbered"]


def test_a_renumbered_paragraph_whose_words_changed_too_is_one_operation() -> None:
    after = section(EXPORT, INSERTED, DEFINED, POWER.replace("4,800", "4,900"))
    found = operations(section(EXPORT, DEFINED, POWER), after)
    assert [(op.op, op.from_path, op.path) for op in found][-1] == (
        Op.RENUMBERED,
        f"{SECTION}(c)",
        f"{SECTION}(d)",
    )
    assert [span for span in found[-1].spans if span[0] != "equal"] == [
        ("delete", "(c)"),
        ("insert", "(d)"),
        ("delete", "4,800"),
        ("insert", "4,900"),
    ]


def test_children_of_a_renumbered_parent_follow_it() -> None:
    before = [
        heading(),
        paragraph("(a)", DEFINED),
        paragraph("(a)(1)", "[Reserved]"),
        paragraph("(a)(2)", POWER),
    ]
    after = [
        heading(), paragraph("(a)", INSERTED),
        paragraph("(b)", DEFINED), paragraph("(b)(1)", "[Reserved]"), paragraph("(b)(2)", POWER),
    ]  # fmt: skip
    assert named(before, after)[2:] == [
        ("renumbered", "(a)(1)", "(b)(1)"),
        ("renumbered", "(a)(2)", "(b)(2)"),
    ]
    assert [op.follows for op in operations(before, after)] == [None, f"{SECTION}(a)", *2 * [f"{SECTION}(b)"]]


def test_a_parent_is_found_by_its_children_when_its_own_words_changed() -> None:
    children = [EXPORT, REVIEW, POWER]
    before = [heading("15 CFR 744.9", "§ 744.9 Cameras"),
              *(paragraph(f"({k})", text, section="15 CFR 744.9") for k, text in zip("abc", children, strict=True))]  # fmt: skip
    after = [heading("15 CFR 744.10", "§ 744.10 Sensors and imaging"),
             *(paragraph(f"({k})", text, section="15 CFR 744.10") for k, text in zip("abc", children, strict=True))]  # fmt: skip
    assert [(op, path) for op, _, path in named(before, after)] == [
        ("renumbered", "15 CFR 744.10"),
        ("renumbered", "15 CFR 744.10(a)"),
        ("renumbered", "15 CFR 744.10(b)"),
        ("renumbered", "15 CFR 744.10(c)"),
    ]


def test_a_paragraph_elsewhere_is_moved_and_its_old_neighbours_close_up() -> None:
    before = section(EXPORT, DEFINED, REVIEW, POWER, NOTICE)
    after = section(NOTICE, EXPORT, DEFINED, REVIEW, POWER)
    assert named(before, after)[0] == ("moved", "(e)", "(a)")
    assert [op for op, _, _ in named(before, after)[1:]] == 4 * ["renumbered"]


def test_a_paragraph_moved_and_changed_is_still_one_operation() -> None:
    other = "15 CFR 744.22"
    before = [
        *section(EXPORT, POWER),
        heading(other, "§ 744.22 Other"),
        paragraph("(a)", REVIEW, section=other),
    ]
    moved = paragraph("(b)", POWER.replace("or more", "and more"), section=other)
    after = [
        *section(EXPORT),
        heading(other, "§ 744.22 Other"),
        paragraph("(a)", REVIEW, section=other),
        moved,
    ]
    assert named(before, after) == [("moved", "(b)", "15 CFR 744.22(b)")]


def test_a_paragraph_rewritten_in_its_place_is_changed() -> None:
    assert named(section(EXPORT, DEFINED), section(EXPORT, INSERTED)) == [("changed", None, "(b)")]


def test_an_undesignated_paragraph_rewritten_is_removed_and_added() -> None:
    found = named([heading(), plain(1, "Zebras graze on the wide plains.")], [heading(), plain(1, EXPORT)])
    assert sorted(op for op, _, _ in found) == ["added", "removed"]


def test_the_ordinals_of_undesignated_paragraphs_are_not_law() -> None:
    before = [heading(), plain(1, EXPORT), plain(2, DEFINED)]
    after = [heading(), plain(1, INSERTED), plain(2, EXPORT), plain(3, DEFINED)]
    assert named(before, after) == [("added", None, " ¶1")]
    assert [op.editorial for op in operations(before, after)] == [False, True, True]


def test_rows_are_matched_by_party_in_any_order() -> None:
    first, second = party("CHINA", "Foo Co., Ltd.", "12 Road"), party("CHINA", "Goo Institute", "13 Road")
    changed = party("CHINA", "Foo Co., Ltd.", "14 Road")
    before, after = entities(country("CHINA"), first, second), entities(country("CHINA"), second, changed)
    assert [path for _, _, path in named(before, after)] == ["CHINA › Foo Co., Ltd."]
    assert not substantive(operations(before, entities(country("CHINA"), second, first)))


def test_two_parties_of_one_address_are_never_one_renamed() -> None:
    before = entities(country("JAPAN"), party("JAPAN", "Aoyama Trading", "1-2 Chiyoda, Tokyo, Japan"))
    after = entities(country("JAPAN"), party("JAPAN", "Shinjuku Metals", "1-2 Chiyoda, Tokyo, Japan"))
    assert sorted(op for op, _, _ in named(before, after)) == ["added", "removed"]


def test_a_party_spelt_with_another_comma_is_the_same_party() -> None:
    before = entities(country("JAPAN"), party("JAPAN", "Some Co., Ltd.", "1-2 Chiyoda"))
    after = entities(country("JAPAN"), party("JAPAN", "Some Co. Ltd", "1-2 Chiyoda"))
    assert named(before, after) == []
    assert [op.editorial for op in operations(before, after)] == [True]


def test_a_letter_of_a_listed_name_is_never_editorial() -> None:
    before = entities(country("JAPAN"), party("JAPAN", "Sakura Denki Co., Ltd.", "1-2 Chiyoda"))
    after = entities(country("JAPAN"), party("JAPAN", "Sakura Denka Co., Ltd.", "1-2 Chiyoda"))
    assert len(named(before, after)) == 1


def test_a_party_under_another_country_is_moved() -> None:
    here, there = party("CHINA", "Foo Institute", "12 Road"), party("HONG KONG", "Foo Institute", "12 Road")
    before = entities(country("CHINA"), here, country("HONG KONG"))
    after = entities(country("CHINA"), country("HONG KONG"), there)
    assert named(before, after) == [("moved", "CHINA › Foo Institute", "HONG KONG › Foo Institute")]


def test_a_text_cut_at_another_designator_is_the_same_law() -> None:
    before = [heading(), paragraph("(a)", f"Scope. (1) {EXPORT}")]
    after = [heading(), paragraph("(a)", "Scope."), paragraph("(a)(1)", EXPORT)]
    assert named(before, after) == []
    assert len(operations(before, after)) == 2
    assert named(after, before) == []


def test_a_paragraph_split_in_two_is_one_event() -> None:
    before, after = section(f"{EXPORT} {DEFINED}"), section(EXPORT, DEFINED)
    split = operations(before, after)
    assert [(op.op, op.follows) for op in split] == [(Op.CHANGED, None), (Op.ADDED, f"{SECTION}(a)")]
    merged = operations(after, before)
    assert [(op.op, op.follows) for op in merged] == [(Op.CHANGED, None), (Op.REMOVED, f"{SECTION}(a)")]


def test_designators_that_the_reader_left_in_the_words_are_seen() -> None:
    before = [heading(), plain(1, f"(c) {EXPORT}"), plain(2, f"(d) {REVIEW}")]
    after = [heading(), plain(1, f"(c) {INSERTED}"), plain(2, f"(d) {EXPORT}"), plain(3, f"(e) {REVIEW}")]
    assert [op for op, _, _ in named(before, after)] == ["added", "renumbered", "renumbered"]


def test_with_nothing_before_every_unit_is_added() -> None:
    after = section(EXPORT, DEFINED)
    assert [op.op for op in compare(None, document(*after))] == 3 * [Op.ADDED]
    assert apply([], compare(None, document(*after)))[1].text == f"(a) {EXPORT}"


def test_moved_and_renumbered_carry_both_paths_and_others_one() -> None:
    for op in operations(section(EXPORT, DEFINED, POWER), section(INSERTED, EXPORT, NOTICE)):
        assert (op.from_path is not None) == (op.op in (Op.MOVED, Op.RENUMBERED))


def test_operations_of_another_text_are_refused() -> None:
    found = operations(section(EXPORT, DEFINED), section(EXPORT))
    with pytest.raises(UsageError, match="does not have"):
        apply([heading()], found)


def test_duplicate_paths_do_not_stop_a_comparison() -> None:
    twice = [heading(), plain(1, EXPORT), plain(1, DEFINED)]
    assert compare(document(*twice), document(heading(), plain(1, DEFINED)))


def test_kinds_are_not_mixed() -> None:
    citation = Unit(f"{SECTION} › History", UnitKind.CITATION, "[90 FR 47201, Sept. 30, 2025]", 1)
    words = Unit(f"{SECTION} ¶1", UnitKind.PARAGRAPH, "[90 FR 47201, Sept. 30, 2025] and more", 1)
    found = operations([heading(), citation], [heading(), words])
    assert sorted(op.op for op in found) == [Op.ADDED, Op.REMOVED]
