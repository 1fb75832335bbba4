"""A changed text is judged by the added, removed or moved words; each act has its place."""

from __future__ import annotations

from datetime import date

import pytest

from tracker import diffing
from tracker.classification import classify
from tracker.model import (
    Act,
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    JapanStanding,
    Level,
    Op,
    Unit,
    UnitKind,
)
from tracker.text import fold_space

TODAY = date(2026, 6, 1)
CONTROLS = "PART 744—CONTROL POLICY: END-USER AND END-USE BASED"
EXCEPTIONS = "PART 740—LICENSE EXCEPTIONS"


def changed(
    path: str, before: str, after: str, title: str = CONTROLS, kind: UnitKind = UnitKind.PARAGRAPH
) -> Classification:
    """The classification of one unit of the CFR that was changed, added (no `before`) or removed (no `after`)."""
    rest = Unit("15 CFR 744.1", UnitKind.PARAGRAPH, "This part has rules on end users.")
    old, new = (
        Document(
            key="15 CFR 744", kind=DocumentKind.CFR, title=title, url="https://example.gov/",
            units=(rest, *((Unit(path, kind, text),) if text else ())),
        )
        for text in (before, after)
    )  # fmt: skip
    return classify(new, diffing.compare(old, new), today=TODAY)


def first(found: Classification) -> Act:
    assert found.acts, found.headline.en
    return found.acts[0]


@pytest.mark.parametrize(
    ("words", "comes"),
    [
        ("A license is required to export any furnace to Laos.", Direction.RESTRICTION),
        ("You may not export any furnace to an end user in Laos.", Direction.RESTRICTION),
        ("Applications for furnaces are reviewed under a presumption of denial.", Direction.RESTRICTION),
        ("License Exception TMP may be used for furnaces sent to Laos.", Direction.RELIEF),
        ("No license is required for exports of furnaces to Laos.", Direction.RELIEF),
        ("Furnaces for hospitals are excluded from the license requirement of this paragraph.", Direction.RELIEF),
    ],
)  # fmt: skip
def test_a_removed_sentence_is_undone(words: str, comes: Direction) -> None:
    goes = {
        Direction.RESTRICTION: Direction.RELIEF,
        Direction.RELIEF: Direction.RESTRICTION,
    }[comes]
    added, removed = changed("15 CFR 744.23(c)", "", words), changed("15 CFR 744.23(c)", words, "")
    assert (added.direction, removed.direction) == (comes, goes)
    assert first(added).evidence.where == "15 CFR 744.23(c)"
    assert first(removed).evidence.where == "removed: 15 CFR 744.23(c)"
    assert fold_space(first(removed).evidence.quote) in words


def test_a_sentence_removed_from_a_paragraph_is_undone() -> None:
    kept = "Furnaces are described in paragraph (d)."
    gone = "A license is required to export any furnace to Laos."
    found = changed("15 CFR 744.23(c)", f"{kept} {gone}", kept)
    assert found.direction is Direction.RELIEF
    assert found.level.rank >= Level.LOW.rank


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("A license is required to export furnaces to Laos.", "A license is not required to export furnaces to Laos.", Direction.RELIEF),
        ("A license is not required to export furnaces to Laos.", "A license is required to export furnaces to Laos.", Direction.RESTRICTION),
        ("You may export furnaces to Laos.", "You may not export furnaces to Laos.", Direction.RESTRICTION),
        ("Applications are reviewed case-by-case.", "Applications are reviewed under a presumption of denial.", Direction.RESTRICTION),
        ("Applications are reviewed under a presumption of denial.", "Applications are reviewed case-by-case.", Direction.RELIEF),
    ],
)  # fmt: skip
def test_a_reworded_sentence_is_compared_with_itself(before: str, after: str, direction: Direction) -> None:
    assert changed("15 CFR 744.23(c)", before, after).direction is direction


@pytest.mark.parametrize(
    ("list_of", "joins"),
    [
        ("The license requirement applies to exports to the following destinations: {}.", Direction.RESTRICTION),
        ("License Exception TMP is available for exports to the following destinations: {}.", Direction.RELIEF),
    ],
)  # fmt: skip
def test_a_country_that_joins_a_list_or_leaves_it(list_of: str, joins: Direction) -> None:
    short, long = list_of.format("Laos and Oman"), list_of.format("Japan, Laos and Oman")
    came, went = changed("15 CFR 744.23(e)", short, long), changed("15 CFR 744.23(e)", long, short)
    leaves = Direction.RELIEF if joins is Direction.RESTRICTION else Direction.RESTRICTION
    assert (came.direction, went.direction) == (joins, leaves)
    for found, verb in ((came, ActVerb.INCLUDE), (went, ActVerb.END)):
        act = next(act for act in found.acts if act.of == ("japan",))
        assert (act.verb, act.japan) == (verb, JapanStanding.TARGET)
        restricts = found.direction is Direction.RESTRICTION
        assert found.level.rank >= (Level.HIGH if restricts else Level.MEDIUM).rank


def test_a_sentence_about_a_country_is_no_entry_of_a_list() -> None:
    found = changed("15 CFR 744.23(e)", "", "The office in Japan moved in May.")
    assert not any(act.verb is ActVerb.INCLUDE for act in found.acts)
    assert found.level.rank < Level.HIGH.rank


@pytest.mark.parametrize(
    ("text", "low", "high", "more"),
    [
        ("An additional duty of {} percent ad valorem applies to tiles.", "5", "15", Direction.RESTRICTION),
        ("Reports are filed within {} days of the shipment.", "30", "60", Direction.RELIEF),
        ("An entity owned {} percent or more by listed entities is subject to the license requirement.", "25", "50", Direction.RELIEF),
    ],
)  # fmt: skip
def test_numbers_and_days_push_one_way_up_and_the_other_down(
    text: str, low: str, high: str, more: Direction
) -> None:
    less = Direction.RELIEF if more is Direction.RESTRICTION else Direction.RESTRICTION
    up = changed("15 CFR 744.23(f)", text.format(low), text.format(high))
    down = changed("15 CFR 744.23(f)", text.format(high), text.format(low))
    assert (up.direction, down.direction) == (more, less)
    for found, before, after in ((up, low, high), (down, high, low)):
        assert first(found).amount_before.startswith(before)
        assert first(found).amount_after.startswith(after)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (UnitKind.CITATION, "[61 FR 12802, Mar. 25, 1996, as amended at 91 FR 100, June 1, 2026]"),
        (UnitKind.AUTHORITY, "Authority: 50 U.S.C. 4801-4852; a license is required by E.O. 13222."),
    ],
)
def test_sources_and_authorities_are_no_acts(kind: UnitKind, text: str) -> None:
    found = changed("15 CFR 744 › Source", "[61 FR 12802, Mar. 25, 1996]", text, kind=kind)
    assert found.direction not in (Direction.RESTRICTION, Direction.RELIEF)
    assert found.level.rank <= Level.LOW.rank


def test_an_amendment_without_direction_needs_reading_and_is_never_procedure() -> None:
    found = changed(
        "15 CFR 744.23(g)", "Furnaces of type A are covered here.", "Furnaces of type B are covered here."
    )
    assert found.direction is Direction.UNDETERMINED
    assert found.level is not Level.NONE
    assert first(found).verb is ActVerb.REVISE


def test_each_change_of_several_is_an_act_with_its_place() -> None:
    texts = {
        "15 CFR 744.23(a)": ("", "A license is required to export any furnace to Laos."),
        "15 CFR 744.23(b)": ("No license is required for chairs.", ""),
        "15 CFR 744.23(c)": ("Reports are filed within 30 days.", "Reports are filed within 15 days."),
    }
    old, new = (
        Document(
            key="15 CFR 744", kind=DocumentKind.CFR, title=CONTROLS, url="https://example.gov/",
            units=tuple(Unit(path, UnitKind.PARAGRAPH, pair[place]) for path, pair in texts.items() if pair[place]),
        )
        for place in (0, 1)
    )  # fmt: skip
    operations = diffing.compare(old, new)
    assert {operation.op for operation in operations} == {Op.ADDED, Op.REMOVED, Op.CHANGED}
    found = classify(new, operations, today=TODAY)
    assert {act.evidence.where.removeprefix("removed: ") for act in found.acts} == set(texts)
    assert {act.direction for act in found.acts} == {Direction.RESTRICTION}
