"""Who is sent about a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tracker.alerts.routing import (
    DeliveryPlan,
    Mute,
    Scope,
    escalations,
    is_below_alerting,
    mismatches,
    plan_delivery,
    route,
)
from tracker.config.models import Channel, Route, Settings
from tracker.model import Change, Classification, Level, ProfileMatch

CHANNELS = (Channel("slack", "x"), Channel("mail", "y", "en"))


def settings(*routes: Route) -> Settings:
    return Settings(path=Path("sources.toml"), channels=CHANNELS, routes=routes)


def at(level: Level) -> Change:
    change = affiliates_rule()
    return replace(change, tagging=replace(change.tagging, level=level))


def alerted(change: Change, *routes: Route) -> list[str]:
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
    assert alerted(at(level)) == channels


@pytest.mark.parametrize("wanted", list(Level))
@pytest.mark.parametrize("level", list(Level))
def test_a_level_means_that_or_above_and_none_is_never_sent(wanted: Level, level: Level) -> None:
    expected = ["slack"] if level is not Level.NONE and level.rank >= wanted.rank else []
    assert alerted(at(level), Route(to=("slack",), level=wanted)) == expected


def test_a_change_outside_the_field_is_routed_by_a_profile_that_it_matches() -> None:
    named = ProfileMatch("vacuum-components", Level.MEDIUM, ())
    change = replace(at(Level.NONE), profiles=(named,))
    theirs = Route(to=("slack",), profile="vacuum-components", level=Level.MEDIUM)
    assert alerted(change, Route(to=("mail",), level=Level.LOW), theirs) == ["slack"]
    assert alerted(change, replace(theirs, level=Level.HIGH)) == []
    assert alerted(change) == []
    assert not is_below_alerting(change)


@pytest.mark.parametrize("silent", [{"baseline": True}, {"editorial": True}])
def test_baselines_and_editorial_changes_are_never_sent(silent: dict[str, bool]) -> None:
    assert alerted(replace(affiliates_rule(), **silent), Route(to=("slack",))) == []  # type: ignore[arg-type]


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
    assert alerted(affiliates_rule(), condition) == (["slack"] if holds else [])


def test_a_profile_route_uses_the_level_for_that_profile() -> None:
    change = replace(at(Level.LOW), profiles=(ProfileMatch("vacuum-components", Level.HIGH, ()),))
    assert alerted(change, Route(to=("slack",), level=Level.HIGH, profile="vacuum-components")) == ["slack"]
    assert alerted(change, Route(to=("slack",), level=Level.HIGH)) == []
    both = (Route(to=("slack",)), Route(to=("slack",), profile="vacuum-components"))
    assert [routed.level for routed in route(change, settings(*both))] == [Level.HIGH]
    lower = replace(at(Level.CRITICAL), profiles=(ProfileMatch("vacuum-components", Level.NONE, ()),))
    assert alerted(lower, Route(to=("slack",), profile="vacuum-components")) == []


def test_a_channel_is_sent_once_in_its_own_language_with_the_first_reason() -> None:
    first = Route(to=("mail", "slack"), level=Level.HIGH)
    second = Route(to=("slack", "mail"), topics=("fdpr",))
    routed = route(affiliates_rule(), settings(first, second))
    assert [(entry.channel, entry.language) for entry in routed] == [("mail", "en"), ("slack", "ja")]
    assert routed[0].reason == {"code": "route", "route": 1, "level": "critical", "at_least": "high"}


def test_a_change_without_direction_matches_no_direction() -> None:
    change = replace(affiliates_rule(), tagging=Classification(level=Level.HIGH))
    assert alerted(change, Route(to=("slack",), directions=("relief",))) == []
    assert alerted(change, Route(to=("slack",))) == ["slack"]


# --- when ---------------------------------------------------------------------------------------

NOW = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)  # 22:00 in Tokyo
NIGHT = (time(20), time(8))


def planned(
    channel: Channel, level: Level = Level.HIGH, now: datetime = NOW, zone: str = "Asia/Tokyo", *mutes: Mute
) -> DeliveryPlan:
    return plan_delivery(
        channel, level, now=now, timezone=zone, mutes=mutes, story="sty_1", source="fr", topics=("fdpr",)
    )


def test_without_quiet_hours_batching_or_mute_everything_is_sent_at_once() -> None:
    assert {planned(Channel("c", "x"), level) for level in Level} == {DeliveryPlan()}


@pytest.mark.parametrize(
    ("hour", "waits_until"),
    [(22, "2026-06-10T23:00Z"), (7, "2026-06-10T23:00Z"), (8, None), (12, None), (20, "2026-06-11T23:00Z")],
)
def test_quiet_hours_hold_until_their_end(hour: int, waits_until: str | None) -> None:
    local = hour - 9 if hour == 22 else hour + 15
    now = datetime(2026, 6, 10, tzinfo=UTC) + timedelta(hours=local)
    assert planned(Channel("c", "x", quiet_hours=NIGHT), now=now).batch == waits_until


@pytest.mark.parametrize(("hour", "day"), [(0, 11), (7, 11), (9, 12), (23, 12)])
def test_a_time_of_day_holds_until_the_next_one(hour: int, day: int) -> None:
    now = datetime(2026, 6, 11, hour, 0, tzinfo=UTC)
    found = planned(Channel("c", "x", batch_at=time(8)), now=now, zone="Etc/UTC")
    assert found.at == datetime(2026, 6, day, 8, 0, tzinfo=UTC)


def test_a_time_of_day_within_quiet_hours_waits_for_their_end() -> None:
    channel = Channel("c", "x", quiet_hours=(time(20), time(9)), batch_at=time(8))
    assert planned(channel).at == datetime(2026, 6, 11, 0, 0, tzinfo=UTC)


def test_a_critical_alert_does_not_wait() -> None:
    channel = Channel("c", "x", quiet_hours=NIGHT, batch_at=time(8))
    assert planned(channel, Level.CRITICAL) == DeliveryPlan()


def test_the_clock_on_the_wall_counts_when_summer_time_ends() -> None:
    channel = Channel("c", "x", batch_at=time(8))
    before = datetime(
        2026, 10, 31, 20, 0, tzinfo=UTC
    )  # the clocks of New York go back on November 1 at 6:00 UTC
    assert planned(channel, now=before, zone="America/New_York").at == datetime(
        2026, 11, 1, 13, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("scope", "value", "channel", "met"),
    [
        ("source", "fr", None, True), ("topic", "fdpr", "c", True), ("story", "sty_1", None, True),
        ("channel", "c", None, True), ("source", "ear", None, False), ("topic", "fdpr", "other", False),
    ],
)  # fmt: skip
def test_a_mute_withholds_its_scope_and_a_snooze_delays_it(
    scope: Scope, value: str, channel: str | None, met: bool
) -> None:
    until = NOW + timedelta(days=2)
    mute = Mute(1, scope, value, channel, False, until)
    assert planned(Channel("c", "x"), Level.HIGH, NOW, "Asia/Tokyo", mute).withheld is met
    snoozed = planned(Channel("c", "x"), Level.HIGH, NOW, "Asia/Tokyo", replace(mute, hold=True))
    assert (snoozed.withheld, snoozed.at) == (False, until if met else None)
    critical = planned(Channel("c", "x"), Level.CRITICAL, NOW, "Asia/Tokyo", mute)
    assert critical.withheld is (met and scope == "story")


def test_a_mute_that_has_ended_silences_nothing() -> None:
    assert not planned(
        Channel("c", "x"), Level.LOW, NOW, "Asia/Tokyo", Mute(1, "source", "fr", None, False, NOW)
    ).withheld


# --- why ----------------------------------------------------------------------------------------


def test_a_route_that_matches_nothing_lists_every_reason() -> None:
    (found,) = mismatches(
        at(Level.LOW), settings(Route(to=("slack",), level=Level.HIGH, topics=("biosecurity",)))
    )
    assert found.number == 1
    assert found.reasons == (
        "level low is not high or above",
        "topic entity-list, fdpr is not in biosecurity",
    )


def test_baseline_editorial_and_unrelated_changes_are_below_alerting() -> None:
    change = at(Level.HIGH)
    outside = replace(at(Level.NONE), profiles=())
    assert is_below_alerting(change) == ""
    assert all(
        map(is_below_alerting, (replace(change, baseline=True), replace(change, editorial=True), outside))
    )


@pytest.mark.parametrize(("level", "expected"), [(Level.MEDIUM, 0), (Level.HIGH, 1), (Level.CRITICAL, 1)])
def test_only_high_or_above_is_escalated(level: Level, expected: int) -> None:
    watched = Route(to=("slack",), acknowledge_within=timedelta(hours=4), escalate_to=("mail",))
    assert len(escalations(at(level), settings(watched))) == expected
