"""Who is told about a change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.present_samples import affiliates_rule
from tracker.model import Change, Level, ProfileMatch, Tagging
from tracker.routing import route
from tracker.sources import Channel, Route, Settings

CHANNELS = (Channel("slack", "x"), Channel("mail", "y", "en"))


def settings(*routes: Route) -> Settings:
    return Settings(path=Path("sources.toml"), channels=CHANNELS, routes=routes)


def at(level: Level) -> Change:
    change = affiliates_rule()
    return replace(change, tagging=replace(change.tagging, level=level))


def told(change: Change, *routes: Route) -> list[str]:
    return [routed.channel for routed in route(change, settings(*routes))]


@pytest.mark.parametrize(
    ("level", "channels"),
    [
        (Level.NONE, []),
        (Level.LOW, []),
        (Level.MEDIUM, ["slack", "mail"]),
        (Level.CRITICAL, ["slack", "mail"]),
    ],
)
def test_without_routes_every_channel_gets_medium_and_above(level: Level, channels: list[str]) -> None:
    assert told(at(level)) == channels


@pytest.mark.parametrize("wanted", list(Level))
@pytest.mark.parametrize("level", list(Level))
def test_a_level_means_that_or_above_and_none_is_never_told(wanted: Level, level: Level) -> None:
    expected = ["slack"] if level is not Level.NONE and level.rank >= wanted.rank else []
    assert told(at(level), Route(to=("slack",), level=wanted)) == expected


@pytest.mark.parametrize("silent", [{"baseline": True}, {"editorial": True}])
def test_baselines_and_editorial_changes_are_never_told(silent: dict[str, bool]) -> None:
    assert told(replace(affiliates_rule(), **silent), Route(to=("slack",))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Route(to=("slack",), topics=("fdpr", "biosecurity")), True),
        (Route(to=("slack",), topics=("biosecurity",)), False),
        (Route(to=("slack",), directions=("restriction",)), True),
        (Route(to=("slack",), directions=("relief",)), False),
        (Route(to=("slack",), sources=("fr-bis",)), True),
        (Route(to=("slack",), sources=("ear",)), False),
        (Route(to=("slack",), kinds=("rule", "notice")), True),
        (Route(to=("slack",), kinds=("page",)), False),
        (Route(to=("slack",), profile="vacuum-components"), True),
        (Route(to=("slack",), profile="somebody-else"), False),
        (Route(to=("slack",), topics=("fdpr",), kinds=("page",)), False),
    ],
)
def test_every_condition_must_hold(condition: Route, holds: bool) -> None:
    assert told(affiliates_rule(), condition) == (["slack"] if holds else [])


def test_a_profile_route_goes_by_the_level_for_that_profile() -> None:
    change = replace(at(Level.LOW), profiles=(ProfileMatch("vacuum-components", Level.HIGH, ()),))
    assert told(change, Route(to=("slack",), level=Level.HIGH, profile="vacuum-components")) == ["slack"]
    assert told(change, Route(to=("slack",), level=Level.HIGH)) == []
    lower = replace(at(Level.CRITICAL), profiles=(ProfileMatch("vacuum-components", Level.NONE, ()),))
    assert told(lower, Route(to=("slack",), profile="vacuum-components")) == []


def test_a_channel_is_told_once_in_its_own_language_with_the_first_reason() -> None:
    first = Route(to=("mail", "slack"), level=Level.HIGH)
    second = Route(to=("slack", "mail"), topics=("fdpr",))
    routed = route(affiliates_rule(), settings(first, second))
    assert [(entry.channel, entry.language) for entry in routed] == [("mail", "en"), ("slack", "ja")]
    assert routed[0].reason == "route 1: level critical is high or above"


def test_a_change_without_direction_matches_no_direction() -> None:
    change = replace(affiliates_rule(), tagging=Tagging(level=Level.HIGH))
    assert told(change, Route(to=("slack",), directions=("relief",))) == []
    assert told(change, Route(to=("slack",))) == ["slack"]
