"""What holds on a day, by the register of effects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tracker.effects import (
    Affected,
    Affecting,
    Applied,
    Certainty,
    Effect,
    EffectVerb,
    Extent,
    RecordedEffect,
)
from tracker.legal_status.register import StateOnDay, Subject, next_states, status_on
from tracker.legal_status.removals import removes_unit
from tracker.model import Status

PARAGRAPH = "15 CFR 744.91(a)(1)"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def made(
    name: str,
    verb: EffectVerb,
    by: str,
    on: Affected,
    from_: date | None,
    until: date | None = None,
    known: date | None = None,
    certainty: Certainty = Certainty.STATED,
    extent: Extent = Extent.WHOLE,
    applied: Applied = Applied.PENDING,
) -> RecordedEffect:
    affecting = (
        Affecting(executive_order=by.removeprefix("E.O. "), quote=f"{by} {verb}")
        if by.startswith("E.O.")
        else Affecting(document_number=by, quote=f"{by} {verb}")
    )
    seen = noon(known or from_ or date(2026, 1, 1))
    return RecordedEffect(
        name, Effect(verb, affecting, on, from_, until, seen, applied, certainty, extent), f"chg_{name}"
    )


def states(found: tuple[StateOnDay, ...]) -> list[tuple[str, str, date | None, date | None]]:
    return [(one.state, one.by, one.since, one.until) for one in found]


UNIT = Subject.of(PARAGRAPH, own=[Status("in-force")])
STAY = made(
    "stay",
    EffectVerb.STAYS,
    "2026-00020",
    Affected(path=PARAGRAPH),
    date(2026, 2, 10),
    date(2026, 11, 9),
)


def test_a_stay_applies_on_its_first_and_its_last_day() -> None:
    before = status_on(UNIT, [STAY], date(2026, 2, 9))
    assert states(before) == [("in-force", "", None, date(2026, 2, 9))]
    for day in (date(2026, 2, 10), date(2026, 11, 9)):
        found = status_on(UNIT, [STAY], day)
        assert states(found) == [("stayed", "2026-00020", date(2026, 2, 10), date(2026, 11, 9))]
        assert found[0].quote == "2026-00020 stays"
    after = status_on(UNIT, [STAY], date(2026, 11, 10))
    assert states(after) == [("in-force", "", date(2026, 11, 10), None)]


def test_a_stay_of_a_section_is_one_of_its_paragraphs_and_of_a_paragraph_only_part_of_the_section() -> None:
    section = replace(STAY, effect=replace(STAY.effect, affected=Affected(path="15 CFR 744.91")))
    assert [one.state for one in status_on(UNIT, [section], date(2026, 3, 1))] == ["stayed"]
    whole = Subject.of("15 CFR 744.91", own=[Status("in-force")])
    found = status_on(whole, [STAY], date(2026, 3, 1))
    assert [(one.state, one.part) for one in found] == [("in-force", ""), ("stayed", PARAGRAPH)]
    neighbor = Subject.of("15 CFR 744.9", own=[Status("in-force")])
    assert [one.state for one in status_on(neighbor, [section], date(2026, 3, 1))] == ["in-force"]


def test_later_effects_do_not_count() -> None:
    known = datetime(2026, 2, 9, tzinfo=UTC)
    assert [one.state for one in status_on(UNIT, [STAY], date(2026, 3, 1), known)] == ["in-force"]


def test_an_extension_moves_the_end_and_a_lift_ends_the_stay() -> None:
    longer = made(
        "longer",
        EffectVerb.EXTENDS,
        "2026-00300",
        Affected(document_number="2026-00020"),
        date(2026, 11, 1),
        date(2027, 5, 9),
    )
    assert states(status_on(UNIT, [STAY, longer], date(2026, 12, 1))) == [
        ("stayed", "2026-00020", date(2026, 2, 10), date(2027, 5, 9))
    ]
    lift = made("lift", EffectVerb.LIFTS_STAY, "2026-00200", Affected(path="15 CFR 744.91"), date(2026, 6, 1))
    assert states(status_on(UNIT, [STAY, lift], date(2026, 5, 31))) == [
        ("stayed", "2026-00020", date(2026, 2, 10), date(2026, 5, 31))
    ]
    assert states(status_on(UNIT, [STAY, lift], date(2026, 6, 1))) == [
        ("in-force", "", date(2026, 6, 1), None)
    ]


ORDER = Subject.of(
    names=["E.O. 14901", "2026-00100"], own=[Status("in-force", date(2026, 1, 5), quote="takes effect")]
)
ENDS = made(
    "ends", EffectVerb.ENDS, "E.O. 14950", Affected(executive_order="14901"), date(2026, 7, 1), known=date(2026, 6, 20)
)  # fmt: skip


def test_an_order_whose_duties_another_ends_is_rescinded_from_that_day() -> None:
    assert states(status_on(ORDER, [ENDS], date(2026, 6, 30))) == [
        ("in-force", "", date(2026, 1, 5), date(2026, 6, 30))
    ]
    assert states(status_on(ORDER, [ENDS], date(2026, 7, 1))) == [
        ("rescinded", "E.O. 14950", date(2026, 7, 1), None)
    ]
    assert states(next_states(ORDER, [ENDS], date(2026, 6, 25))) == [
        ("rescinded", "E.O. 14950", date(2026, 7, 1), None)
    ]


def test_a_heading_that_an_order_added_ends_with_it() -> None:
    heading = Subject.of(names=["9903.91.01"], own=[Status("in-force")])
    adds = made(
        "adds", EffectVerb.ADDS, "E.O. 14901", Affected(hts="9903.91.01"), date(2026, 1, 5), known=date(2026, 1, 3)
    )  # fmt: skip
    effects = [adds, ENDS]
    bare = replace(heading, own=())
    assert [one.state for one in status_on(bare, effects, date(2026, 1, 4))] == ["published"]
    assert [one.state for one in status_on(heading, effects, date(2026, 3, 1))] == ["in-force"]
    assert [(one.state, one.by) for one in status_on(heading, effects, date(2026, 7, 1))] == [
        ("rescinded", "E.O. 14950")
    ]


def test_an_end_that_is_withdrawn_before_its_day_never_ends_anything() -> None:
    withdrawn = made(
        "withdrawn", EffectVerb.ENDS, "E.O. 14960", Affected(executive_order="14950"), date(2026, 6, 28)
    )
    assert [one.state for one in status_on(ORDER, [ENDS, withdrawn], date(2026, 8, 1))] == ["in-force"]
    late = replace(withdrawn, effect=replace(withdrawn.effect, from_=date(2026, 9, 1)))
    assert [one.state for one in status_on(ORDER, [ENDS, late], date(2026, 10, 1))] == ["rescinded"]


def test_a_stay_ends_with_the_document_that_ordered_it() -> None:
    ended = made(
        "ended", EffectVerb.ENDS, "2026-00400", Affected(document_number="2026-00020"), date(2026, 8, 1)
    )
    assert [one.state for one in status_on(UNIT, [STAY, ended], date(2026, 7, 31))] == ["stayed"]
    assert [one.state for one in status_on(UNIT, [STAY, ended], date(2026, 8, 1))] == ["in-force"]


def test_a_rule_that_is_stayed_does_not_change_its_units() -> None:
    adds = made("adds", EffectVerb.ADDS, "2026-00010", Affected(path=PARAGRAPH), date(2026, 1, 15))
    stay = made(
        "rule", EffectVerb.STAYS, "2026-00020", Affected(document_number="2026-00010"), date(2026, 2, 10), date(2026, 11, 9)
    )  # fmt: skip
    found = status_on(UNIT, [adds, stay], date(2026, 4, 1))
    assert states(found) == [("stayed", "2026-00020", date(2026, 2, 10), date(2026, 11, 9))]


def test_part_of_an_order_that_ends_leaves_the_rest_in_force() -> None:
    partial = replace(
        ENDS,
        effect=replace(
            ENDS.effect, extent=Extent.PARTIAL, affected=Affected(executive_order="14901", part="section 3")
        ),
    )
    found = status_on(ORDER, [partial], date(2026, 8, 1))
    assert [(one.state, one.part) for one in found] == [("in-force", ""), ("rescinded", "section 3")]


def test_unclear_and_conditional_effects_need_a_person() -> None:
    unclear = replace(ENDS, effect=replace(ENDS.effect, certainty=Certainty.UNCLEAR))
    conditional = replace(ENDS, effect=replace(ENDS.effect, extent=Extent.CONDITIONAL))
    for one in (unclear, conditional):
        found = status_on(ORDER, [one], date(2026, 8, 1))
        assert [(state.state, state.by) for state in found] == [("in-force", ""), ("unclear", "E.O. 14950")]


def test_a_listing_that_could_not_be_incorporated_is_said_beside_its_state() -> None:
    row = "Supp. No. 4 to Part 744 › JAPAN › Sample Works"
    effect = made(
        "row", EffectVerb.ADDS, "2026-00500", Affected(path=row), date(2026, 3, 2), applied=Applied.NOT_INCORPORATED
    )  # fmt: skip
    found = status_on(Subject.of(row), [effect], date(2026, 4, 1))
    assert [(one.state, one.by) for one in found] == [("not-incorporated", "2026-00500")]


def test_a_delay_without_an_end_is_over_when_a_later_one_names_the_day() -> None:
    rule = Subject.of(names=["2026-00010"], own=[Status("in-force", date(2026, 3, 1))])
    first = made("first", EffectVerb.DELAYS, "2026-00015", Affected(document_number="2026-00010"), date(2026, 2, 20))  # fmt: skip
    second = made(
        "second", EffectVerb.DELAYS, "2026-00025", Affected(document_number="2026-00010"), date(2026, 5, 1), date(2026, 6, 30)
    )  # fmt: skip
    assert [one.state for one in status_on(rule, [first], date(2026, 8, 1))] == ["delayed"]
    assert [one.state for one in status_on(rule, [first, second], date(2026, 6, 30))] == ["delayed"]
    assert states(status_on(rule, [first, second], date(2026, 7, 1))) == [
        ("in-force", "", date(2026, 7, 1), None)
    ]


def test_an_expiry_that_another_document_extends_moves() -> None:
    license_ = Subject.of(
        names=["2026-00700"],
        own=[
            Status("in-force", date(2026, 1, 1), date(2026, 6, 30)),
            Status("expired", date(2026, 7, 1)),
        ],
    )
    later = made(
        "later", EffectVerb.EXTENDS, "2026-00800", Affected(document_number="2026-00700"), date(2026, 6, 15), date(2026, 12, 31)
    )  # fmt: skip
    assert [one.state for one in status_on(license_, [], date(2026, 8, 1))] == ["expired"]
    assert states(status_on(license_, [later], date(2026, 8, 1))) == [
        ("in-force", "", date(2026, 1, 1), date(2026, 12, 31))
    ]
    assert [one.state for one in status_on(license_, [later], date(2027, 1, 1))] == ["expired"]


def test_a_retracted_effect_counts_only_for_those_who_could_not_know() -> None:
    wrong = replace(STAY, retracted_at=noon(date(2026, 4, 1)))
    day = date(2026, 5, 1)
    assert [one.state for one in status_on(UNIT, [wrong], day)] == ["in-force"]
    assert [one.state for one in status_on(UNIT, [wrong], day, noon(date(2026, 3, 1)))] == ["stayed"]
    ended = replace(wrong, ended_on=date(2026, 3, 31))
    assert [one.state for one in status_on(UNIT, [ended], date(2026, 3, 31))] == ["stayed"]
    assert [one.state for one in status_on(UNIT, [ended], date(2026, 4, 1))] == ["in-force"]


def test_words_that_are_removed_from_a_paragraph_do_not_end_it() -> None:
    removes = made("removes", EffectVerb.REMOVES, "2026-00600", Affected(path=PARAGRAPH), date(2026, 5, 1))
    for quote, state in (
        (
            "In § 744.91, paragraph (a)(1) is amended by removing “Sample” and adding “Other” in its place.",
            "in-force",
        ),
        ("Section 744.91 is amended by removing the words “any item” in paragraph (a)(1).", "in-force"),
        ("Section 744.91 is amended by removing and reserving paragraph (a)(1).", "rescinded"),
        ("In § 744.91, paragraph (a)(1) is removed.", "rescinded"),
        ("Section 744.91 is amended by removing paragraph (b).", "in-force"),
    ):
        affecting = replace(removes.effect.affecting, quote=quote)
        one = replace(removes, effect=replace(removes.effect, affecting=affecting))
        assert [each.state for each in status_on(UNIT, [one], date(2026, 5, 1))] == [state], quote


@pytest.mark.parametrize(
    ("path", "quote", "removed"),
    [
        (
            "Supp. No. 7 to Part 748",
            "Supplement No. 7 to part 748 is amended by removing the entries for “A Co.”",
            False,
        ),
        ("Supp. No. 7 to Part 748", "Remove and reserve supplement No. 7 to part 748.", True),
        ("15 CFR 744.91", "Section 744.91 is removed and reserved.", True),
        ("15 CFR 744.91", "Section 744.91 is amended by removing paragraph (c).", False),
        ("Supp. No. 4 to Part 744 › CHINA", "by removing under CHINA the entry for “A Co.”", False),
        ("Supp. No. 4 to Part 744 › CHINA", "by removing the entries under CHINA for “A Co.”", False),
        ("Supp. No. 4 to Part 744 › CHINA › A Co.", "by removing under CHINA the entry for “A Co.”", True),
        ("Supp. No. 4 to Part 744 › CHINA › A Co.", "by adding under CHINA the entry for “A Co.”", False),
        ("15 CFR 744.91(c)(2)", "by removing paragraphs (c)(1) and (2)", True),
        ("15 CFR 744.91(c)", "by removing paragraphs (c)(1) and (2)", False),
    ],
)
def test_what_an_instruction_removes(path: str, quote: str, removed: bool) -> None:
    assert removes_unit(path, quote) is removed


def test_the_stay_of_introductory_text_is_none_of_the_paragraphs_below() -> None:
    effect = replace(
        STAY.effect, affected=Affected(path=PARAGRAPH, part="introductory text"), extent=Extent.PARTIAL
    )
    stay = replace(STAY, effect=effect)
    found = status_on(UNIT, [stay], date(2026, 3, 1))
    assert [(one.state, one.part) for one in found] == [("in-force", ""), ("stayed", "introductory text")]
    below = Subject.of(f"{PARAGRAPH}(i)", own=[Status("in-force")])
    assert [one.state for one in status_on(below, [stay], date(2026, 3, 1))] == ["in-force"]
