"""Which document made a change of the CFR: by citation, printed day, instruction and date; never by a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tracker.model import Op, Operation, UnitKind
from tracker.stories.printed_citations import new_citations, printed_citations
from tracker.stories.rule_join import Basis, JoinState, Rule, Window, join_operations, part_of

WINDOW = Window(date(2031, 3, 1), date(2031, 3, 20))
SECTION = "15 CFR 744.23"


def rule(number: str, *, citation: str | None = None, published: int = 10, effective: int = 12,
         parts: tuple[str, ...] = ("15 CFR 744",), targets: tuple[str, ...] = ()) -> Rule:  # fmt: skip
    return Rule(
        f"chg_{number}", number, citation, f"Rule {number}", "https://www.federalregister.gov/d/" + number,
        date(2031, 3, published), (date(2031, 3, effective),), parts, targets,
    )  # fmt: skip


def changed(path: str, before: str = "a", after: str = "b", kind: UnitKind = UnitKind.PARAGRAPH) -> Operation:
    return Operation(path, Op.CHANGED, before, after, kind=kind)


def history(after: str, before: str = "[61 FR 12802, Mar. 25, 1996]") -> Operation:
    return changed(f"{SECTION} › History", before, after, UnitKind.CITATION)


def test_citations_are_read_as_the_code_prints_them() -> None:
    text = "[61 FR 12802, Mar. 25, 1996, as amended at 88 FR 73448, 73494, Oct. 25, 2023; 96 FR [INSERT FR PAGE NUMBER], 3/10/31]"
    assert [(each.citation, each.day) for each in printed_citations(text)] == [
        ("61 FR 12802", date(1996, 3, 25)),
        ("88 FR 73448", date(2023, 10, 25)),
        ("88 FR 73494", date(2023, 10, 25)),
        ("", date(2031, 3, 10)),
    ]
    assert printed_citations("62 FR 4910, 2/3/97.")[0].day == date(1997, 2, 3)
    assert new_citations("84 FR 61541, 11/13/19.", "84 FR 61541, 11/13/19. 96 FR 1200, 3/10/31.")[
        0
    ].citation == ("96 FR 1200")


def test_a_page_within_a_stored_rule_names_that_rule() -> None:
    first, second = rule("2031-00001", citation="96 FR 1200"), rule("2031-00002", citation="96 FR 1400")
    ops = (
        changed(f"{SECTION}(a)"),
        history("[61 FR 12802, Mar. 25, 1996, as amended at 96 FR 1211, Mar. 10, 2031]"),
    )
    joins = join_operations(ops, (first, second), WINDOW)
    assert [(join.state, join.rule, join.basis) for join in joins] == [
        (JoinState.JOINED, first, Basis.CITATION)
    ] * 2
    assert joins[0].quote == "96 FR 1211, Mar. 10, 2031"
    assert joins[0].day == date(2031, 3, 12)


def test_a_page_beyond_the_last_of_a_rule_is_of_another_document() -> None:
    known = replace(rule("2031-00001", citation="96 FR 1200", parts=()), last_page=1240)
    ops = (
        changed(f"{SECTION}(a)"),
        history("[61 FR 12802, Mar. 25, 1996, as amended at 96 FR 1211, Mar. 10, 2031]"),
    )
    assert join_operations(ops, (known,), WINDOW)[0].rule == known
    short = replace(known, last_page=1210, parts=("15 CFR 744",))
    assert join_operations(ops, (short,), WINDOW)[0].name == "96 FR 1211"


def test_a_cited_document_that_is_not_stored_is_named_by_its_citation() -> None:
    ops = (
        changed(f"{SECTION}(a)"),
        history("[61 FR 12802, Mar. 25, 1996, as amended at 96 FR 1211, Mar. 10, 2031]"),
    )
    join = join_operations(ops, (rule("2031-00009", published=4, effective=4),), WINDOW)[0]
    assert (join.state, join.rule, join.name, join.day) == (
        JoinState.JOINED,
        None,
        "96 FR 1211",
        date(2031, 3, 10),
    )


def test_a_page_that_is_not_printed_yet_is_joined_by_its_day() -> None:
    row = Operation(
        "Supp. No. 4 to Part 744 › JAPAN › X",
        Op.ADDED,
        "",
        "X. 96 FR [INSERT FR PAGE NUMBER], 3/10/31.",
        kind=UnitKind.ROW,
    )
    join = join_operations((row,), (rule("2031-00001"), rule("2031-00002", published=11)), WINDOW)[0]
    assert (join.state, join.name, join.basis) == (JoinState.JOINED, "2031-00001", Basis.PRINTED_DAY)


def test_two_rules_of_one_section_are_told_apart_by_their_instructions_or_are_ambiguous() -> None:
    source = history(
        "[61 FR 12802, Mar. 25, 1996, as amended at 96 FR 1200, Mar. 10, 2031; 96 FR 1400, Mar. 10, 2031]"
    )
    one = rule("2031-00001", citation="96 FR 1200", targets=(f"{SECTION}(a)",))
    two = rule("2031-00002", citation="96 FR 1400", targets=(f"{SECTION}(b)",))
    joins = join_operations(
        (changed(f"{SECTION}(a)(1)"), changed(f"{SECTION}(b)"), changed(f"{SECTION}(c)"), source),
        (one, two),
        WINDOW,
    )
    assert [join.rule for join in joins] == [one, two, None, None]
    assert joins[2].state is JoinState.AMBIGUOUS
    assert joins[2].candidates == (one, two)


def test_a_cited_document_that_is_not_stored_beside_a_stored_one_is_ambiguous() -> None:
    source = history(
        "[61 FR 12802, Mar. 25, 1996, as amended at 96 FR 1200, Mar. 10, 2031; 96 FR 1700, Mar. 15, 2031]"
    )
    one = rule("2031-00001", citation="96 FR 1200", targets=(f"{SECTION}(a)",))
    join = join_operations((changed(f"{SECTION}(a)"), source), (one,), WINDOW)[0]
    assert (join.state, join.candidates, join.cited) == (JoinState.AMBIGUOUS, (one,), ("96 FR 1700",))


def test_without_a_citation_the_effective_date_and_the_instruction_decide() -> None:
    naming = rule("2031-00001", targets=(SECTION,))
    other, early, elsewhere = (
        rule("2031-00002"),
        rule("2031-00003", published=1, effective=1, targets=(SECTION,)),
        rule("2031-00004", parts=("15 CFR 740",), targets=("15 CFR 740.2",)),
    )
    join = join_operations((changed(f"{SECTION}(a)"),), (naming, other, early, elsewhere), WINDOW)[0]
    assert (join.rule, join.basis) == (naming, Basis.INSTRUCTION)
    join = join_operations((changed(f"{SECTION}(a)"),), (other, early, elsewhere), WINDOW)[0]
    assert (join.rule, join.basis) == (other, Basis.DATE)
    twice = join_operations((changed(f"{SECTION}(a)"),), (other, rule("2031-00005")), WINDOW)[0]
    assert (twice.state, len(twice.candidates)) == (JoinState.AMBIGUOUS, 2)
    assert (
        join_operations((changed(f"{SECTION}(a)"),), (early, elsewhere), WINDOW)[0].state is JoinState.UNKNOWN
    )


def test_a_rule_whose_instructions_name_other_sections_of_the_part_is_no_candidate() -> None:
    other = rule("2031-00002", targets=("15 CFR 744.11(a)",))
    assert join_operations((changed(f"{SECTION}(a)"),), (other,), WINDOW)[0].state is JoinState.UNKNOWN
    unread = rule("2031-00003")
    join = join_operations((changed(f"{SECTION}(a)"),), (other, unread), WINDOW)[0]
    assert (join.rule, join.basis) == (unread, Basis.DATE)
    partly = rule(
        "2031-00004", parts=("15 CFR 744", "15 CFR 774"), targets=("Supp. No. 1 to Part 774 › 3B001",)
    )
    assert join_operations((changed(f"{SECTION}(a)"),), (partly,), WINDOW)[0].rule == partly


def test_a_rule_published_after_its_effective_date_counts_from_its_publication() -> None:
    late = rule("2031-00001", published=4, effective=1)
    assert late.takes_effect_in(WINDOW)
    assert not late.takes_effect_in(Window(date(2031, 3, 4), date(2031, 3, 20)))


def test_the_day_on_which_the_section_was_amended_decides_between_rules() -> None:
    first, second = (
        rule("2031-00001", published=4, effective=4),
        rule("2031-00002", published=12, effective=12),
    )
    op = changed(f"{SECTION}(a)")
    assert join_operations((op,), (first, second), WINDOW)[0].state is JoinState.AMBIGUOUS
    amended = {SECTION: (date(2031, 3, 12), date(2020, 1, 1)), "15 CFR 744.11": (date(2031, 3, 4),)}
    join = join_operations((op,), (first, second), WINDOW, amended)[0]
    assert (join.rule, join.basis, join.day) == (second, Basis.DATE, date(2031, 3, 12))
    assert join.quote == "amended 2031-03-12"
    assert join_operations((op,), (first,), WINDOW, amended)[0].state is JoinState.UNKNOWN
    earlier = {SECTION: (date(2020, 1, 1),)}  # of another edition: says nothing of this change
    assert join_operations((op,), (first,), WINDOW, earlier)[0].rule == first


def test_an_instruction_for_a_paragraph_does_not_cover_its_namesake() -> None:
    one = rule("2031-00001", targets=("15 CFR 744.2(a)",))
    two = rule("2031-00002", targets=("15 CFR 744.23(a)",))
    assert join_operations((changed("15 CFR 744.23(a)(1)"),), (one, two), WINDOW)[0].rule == two


def test_a_typographical_change_has_no_rule() -> None:
    op = Operation(f"{SECTION}(a)", Op.CHANGED, "a , b", "a, b", editorial=True)
    assert join_operations((op,), (rule("2031-00001"),), WINDOW)[0].state is JoinState.EDITORIAL


def test_a_renumbered_paragraph_follows_the_one_that_pushed_it_on() -> None:
    row = "Supp. No. 4 to Part 744 › JAPAN › X"
    cause = Operation(row, Op.ADDED, "", "X. 96 FR 1200, 3/10/31.", kind=UnitKind.ROW)
    after = Operation(f"{row} [2]", Op.RENUMBERED, "Y.", "Y.", from_path=row, kind=UnitKind.ROW, follows=row)
    one = rule("2031-00001", citation="96 FR 1200")
    assert [join.rule for join in join_operations((cause, after), (one, rule("2031-00002")), WINDOW)] == [
        one,
        one,
    ]


def test_the_source_line_of_one_appendix_says_nothing_of_another() -> None:
    part = "12 CFR 1026"
    source = changed(
        f"{part} › Appendix A to Part 1026 › History",
        "[61 FR 1, Mar. 25, 1996]",
        "[96 FR 1200, Mar. 10, 2031]",
        UnitKind.CITATION,
    )
    ops = (
        changed(f"{part} › Appendix A to Part 1026 ¶2"),
        changed(f"{part} › Appendix B to Part 1026 ¶2"),
        source,
    )
    joins = join_operations(ops, (), WINDOW)
    assert [join.name for join in joins] == ["96 FR 1200", "", "96 FR 1200"]


def test_parts() -> None:
    assert part_of("15 CFR 744.21(b)(2)") == part_of("Supp. No. 4 to Part 744 › JAPAN › X") == "15 CFR 744"
    assert part_of("31 CFR 850 › Authority") == "31 CFR 850"
    assert part_of("Press release › Background ¶2") == ""
