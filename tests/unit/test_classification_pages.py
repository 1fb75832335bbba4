"""A change of a web page: the added and removed words decide, the page gives their subject."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import (
    Classification,
    Direction,
    Document,
    DocumentKind,
    JapanStanding,
    Level,
    Op,
    Operation,
    Unit,
    UnitKind,
)

TODAY = date(2026, 11, 20)
BIS = "The Bureau of Industry and Security gives guidance on export controls under the EAR."
TARIFFS = "The Trade Representative explains the reciprocal tariffs and the Section 232 duties."
INVESTORS = "The Treasury explains the outbound investment program and who must notify a transaction."
PARK = "The park is open all year and has a museum, a lake and a restaurant."


def page(about: str, added: str = "", gone: str = "", title: str = "Guidance page") -> Classification:
    units = [
        Unit("Guidance page", UnitKind.HEADING, title),
        Unit("Guidance page › ¶1", UnitKind.PARAGRAPH, about),
    ]
    operations = []
    if added:
        units.append(Unit("Guidance page › ¶2", UnitKind.PARAGRAPH, added))
        operations.append(Operation("Guidance page › ¶2", Op.ADDED, after=added))
    if gone:
        operations.append(Operation("Guidance page › ¶3", Op.REMOVED, before=gone))
    document = Document(
        key="https://example.gov/p",
        kind=DocumentKind.PAGE,
        title=title,
        url="https://example.gov/p",
        units=tuple(units),
    )
    return classify(document, operations, today=TODAY)


def ids(found: Classification) -> set[str]:
    return {topic.id for topic in found.topics}


@pytest.mark.parametrize(
    ("about", "words", "topic"),
    [
        (BIS, "From January 4, 2027, shipments of mass flow controllers to China require a license.", "semiconductor-subsystems"),
        (BIS, "License Exception APR may no longer be used for servers sent to Thailand.", "license-exceptions"),
        (BIS, "BIS has placed 14 Chinese firms on the Entity List.", "entity-list"),
        (TARIFFS, "Machine tools from Japan will be subject to a duty of 20 percent.", "secondary-tariffs"),
        (INVESTORS, "U.S. persons may not invest in a covered foreign person of a country of concern.", "investment-screening"),
    ],
)  # fmt: skip
def test_a_requirement_added_to_a_page_of_the_field_is_high(about: str, words: str, topic: str) -> None:
    found = page(about, words)
    assert found.level.rank >= Level.HIGH.rank
    assert found.direction is Direction.RESTRICTION
    assert topic in ids(found)


def test_the_same_requirement_removed_from_the_page_is_no_restriction() -> None:
    found = page(
        BIS,
        gone="Shipments of mass flow controllers from Japan to China require a license from July 4, 2027.",
    )
    assert (found.level, found.direction) == (Level.MEDIUM, Direction.RELIEF)
    assert found.acts[0].evidence.where == "removed: Guidance page › ¶3"
    assert found.dates == ()


def test_a_headline_that_falls_off_a_list_is_no_news_of_a_rule() -> None:
    found = page(BIS, gone="New rule on advanced computing chips and semiconductor manufacturing equipment")
    assert (found.level, found.direction) == (Level.LOW, Direction.UNDETERMINED)


@pytest.mark.parametrize(
    "words", ["Our telephone number has changed.", "Visitors today: 14", "Skip to content"]
)
def test_words_without_substance_match_nothing_on_any_page(words: str) -> None:
    for about in (BIS, TARIFFS):
        assert (
            page(about, words, title="Controls on semiconductor manufacturing equipment").level is Level.NONE
        )


def test_a_requirement_on_a_page_of_another_field_is_nothing() -> None:
    assert page(PARK, "Dogs must be kept on a leash and fishing requires a license.").level is Level.NONE


@pytest.mark.parametrize("place", ["Tokyo", "Japan"])
def test_japan_named_on_a_page_of_the_field_is_found_and_makes_no_act(place: str) -> None:
    found = page(BIS, f"The visit to {place} ended with a dinner.")
    assert found.japan_nexus
    assert found.level.rank <= Level.LOW.rank
    assert not any(act.japan is JapanStanding.TARGET for act in found.acts)


def test_a_relief_added_to_a_page_is_relief() -> None:
    found = page(BIS, "A license is no longer required for vacuum pumps sent to Japan.")
    assert (found.level, found.direction) == (Level.MEDIUM, Direction.RELIEF)


def test_the_page_lends_context_but_not_its_words() -> None:
    found = page(
        BIS + " It covers semiconductor manufacturing equipment.", "A license is required for chairs."
    )
    assert "semiconductor-subsystems" not in ids(found)
    assert found.direction is Direction.RESTRICTION
    assert found.level in (Level.LOW, Level.MEDIUM)


def test_the_frame_of_a_page_and_addresses_give_no_topic() -> None:
    frame = (
        Unit(
            "Links › Menu", UnitKind.LINK, "Menu → https://agency.example.gov/entity-list-semiconductors", 0
        ),
        Unit(
            "Rest of the page ¶1",
            UnitKind.PARAGRAPH,
            "Export controls on semiconductors: the Entity List.",
            0,
        ),
    )
    words = (Unit("Lunch ¶1", UnitKind.PARAGRAPH, "The cafeteria serves soup on Fridays.", 0),)
    bare = Document("k", DocumentKind.PAGE, "Lunch", "", words)
    framed = Document("k", DocumentKind.PAGE, "Lunch", "", (*words, *frame))
    assert classify(framed, today=TODAY) == classify(bare, today=TODAY)
