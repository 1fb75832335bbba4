"""Decides which channels receive a change, and when. Pure; called in the transaction that stores the change.

Changes of level `none` (overall and for every profile), editorial changes and baselines are sent to no channel. Without
any `[[route]]`, every channel receives changes of level `medium` or above. A channel receives a change once, even when
several routes lead to it. It is sent at once, unless the channel's quiet hours, its batch time or a snooze delay it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tracker.clock import reader_day, reader_instant
from tracker.config.models import Channel, Route, Settings
from tracker.i18n import format_timestamp
from tracker.model import Change, Language, Level
from tracker.serialization import format_instant

DEFAULT_LEVEL = Level.MEDIUM
Scope = Literal["channel", "source", "topic", "story"]
Rule = Literal["mute", "snooze", "quiet", "batch"]


@dataclass(frozen=True, slots=True)
class RoutedChannel:
    """One channel that a change is sent to, in which language, and why: `reason` is a JSON object that
    `delivery_hold.reason_line` renders. `level` is the highest level of the change on any route to the channel."""

    channel: str
    language: Language
    reason: Mapping[str, Any]
    level: Level


@dataclass(frozen=True, slots=True)
class RouteMismatch:
    """A route that does not match a change, and the unmet conditions in English. `number` 0: no route is set."""

    number: int
    to: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mute:
    """A mute (deliveries are dropped until `until`) or, with `hold`, a snooze (they are sent at `until`). `channel`
    limits it to one channel."""

    id: int
    scope: Scope
    value: str
    channel: str | None
    hold: bool
    until: datetime

    def describe(self, timezone: str) -> str:
        place = f" on {self.channel}" if self.channel else ""
        return f"{'snoozed' if self.hold else 'muted'}{place} until {format_timestamp(self.until, timezone)}: {self.scope} {self.value}"


@dataclass(frozen=True, slots=True)
class DeliveryHold:
    """The rule that delays or withholds a delivery, and until when: a mute or snooze (with its number, scope and value),
    or the channel's own quiet hours or batch time."""

    rule: Rule
    until: datetime
    number: int = 0
    scope: Scope | None = None
    value: str = ""

    def record(self) -> dict[str, Any]:
        """The hold as a JSON object, as the delivery stores it."""
        found: dict[str, Any] = {"rule": self.rule, "until": format_instant(self.until)}
        return found | (
            {"number": self.number, "scope": self.scope, "value": self.value} if self.scope else {}
        )


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """When a delivery is sent. `at` None: at once, as its own message; otherwise then, in one message with all
    deliveries of the same `batch`. `withheld`: it is not sent. `hold`: the rule that delays or withholds it."""

    at: datetime | None = None
    batch: str | None = None
    withheld: bool = False
    hold: DeliveryHold | None = None


def route(change: Change, settings: Settings) -> tuple[RoutedChannel, ...]:
    """The channels that receive this change, in the order of the routes; empty where it is below alerting.

    A route with a profile uses the level that the change has for that profile.
    """
    if is_below_alerting(change):
        return ()
    chosen: dict[str, RoutedChannel] = {}
    for number, candidate in _routes(settings):
        if list(_unmet_conditions(change, candidate)):
            continue
        for channel_id in candidate.to:
            channel = settings.channel(channel_id)
            if channel is None:
                continue
            level = _level(change, candidate) or Level.NONE
            earlier = chosen.get(channel_id)
            if earlier is None:
                chosen[channel_id] = RoutedChannel(
                    channel_id,
                    channel.language or settings.languages[0],
                    _reason(candidate, level, number),
                    level,
                )
            elif level.rank > earlier.level.rank:
                chosen[channel_id] = replace(earlier, level=level, reason=_reason(candidate, level, number))
    return tuple(chosen.values())


def is_below_alerting(change: Change) -> str:
    """The reason why no route applies to a change, in English; empty where routes apply. A change outside the field that
    matches a profile has a level for that profile, so the routes of that profile apply."""
    if change.baseline:
        return "it was in the source at the first poll, or was loaded by backfill"
    if change.editorial:
        return "it is an editorial change"
    levels = (change.tagging.level, *(match.level for match in change.profiles))
    return "its level is none" if all(level is Level.NONE for level in levels) else ""


def mismatches(change: Change, settings: Settings) -> tuple[RouteMismatch, ...]:
    """The routes that do not match this change, each with all unmet conditions."""
    found = (
        RouteMismatch(number, candidate.to, tuple(_unmet_conditions(change, candidate)))
        for number, candidate in _routes(settings)
    )
    return tuple(entry for entry in found if entry.reasons)


def escalations(change: Change, settings: Settings) -> tuple[tuple[timedelta, tuple[str, ...]], ...]:
    """The time limits for acknowledging this change, each with the channels to notify after it."""
    if is_below_alerting(change):
        return ()
    return tuple(
        (candidate.acknowledge_within, candidate.escalate_to)
        for _, candidate in _routes(settings)
        if candidate.acknowledge_within is not None
        and not list(_unmet_conditions(change, candidate))
        and (_level(change, candidate) or Level.NONE).rank >= Level.HIGH.rank
    )


def plan_delivery(
    channel: Channel,
    level: Level,
    *,
    now: datetime,
    timezone: str,
    mutes: Iterable[Mute] = (),
    story: str = "",
    source: str = "",
    topics: Iterable[str] = (),
) -> DeliveryPlan:
    """When a channel receives a delivery of this level.

    `critical` is never delayed, and only a mute of its own story withholds it.
    """
    names = {
        ("channel", channel.id),
        ("source", source),
        ("story", story),
        *(("topic", name) for name in topics),
    }
    hold: DeliveryHold | None = None
    for mute in mutes:
        if (
            mute.until <= now
            or (mute.scope, mute.value) not in names
            or mute.channel not in (None, channel.id)
        ):
            continue
        if level is Level.CRITICAL and mute.scope != "story":
            continue
        found = DeliveryHold("snooze" if mute.hold else "mute", mute.until, mute.id, mute.scope, mute.value)
        if not mute.hold:
            return DeliveryPlan(withheld=True, hold=found)
        if hold is None or found.until > hold.until:
            hold = found
    opens_at = None
    if level is not Level.CRITICAL:
        opens_at = _next_opening(channel, hold.until if hold else now, timezone)
    if opens_at is not None:
        rule: Rule = "batch" if channel.batch_at else "quiet"
        hold = replace(hold, until=opens_at) if hold else DeliveryHold(rule, opens_at)
    if hold is None:
        return DeliveryPlan()
    return DeliveryPlan(hold.until, f"{hold.until.astimezone(UTC):%Y-%m-%dT%H:%MZ}", hold=hold)


def _next_opening(channel: Channel, start: datetime, timezone: str) -> datetime | None:
    """The first moment from `start` at which the channel's quiet hours and batch time allow sending; None: `start` itself."""
    moment = None
    if channel.batch_at is not None:
        moment = _next_time_of_day(start, channel.batch_at, timezone)
        if channel.quiet_hours is not None and _within(_time(moment, timezone), channel.quiet_hours):
            moment = _next_time_of_day(moment, channel.quiet_hours[1], timezone)
    elif channel.quiet_hours is not None and _within(_time(start, timezone), channel.quiet_hours):
        moment = _next_time_of_day(start, channel.quiet_hours[1], timezone)
    return moment


def _time(instant: datetime, timezone: str) -> time:
    """The local time of day in the reader's time zone."""
    return instant.astimezone(ZoneInfo(timezone)).time()


def _within(moment: time, hours: tuple[time, time]) -> bool:
    first, last = hours
    return first <= moment < last if first < last else moment >= first or moment < last


def _next_time_of_day(start: datetime, moment: time, timezone: str) -> datetime:
    """The next instant with this local time of day, daylight saving time included."""
    today = reader_day(start, timezone)
    found = reader_instant(today, timezone, moment)
    return found if found > start else reader_instant(today + timedelta(days=1), timezone, moment)


def _routes(settings: Settings) -> Iterator[tuple[int, Route]]:
    if settings.routes:
        yield from enumerate(settings.routes, start=1)
    else:
        yield 0, Route(to=tuple(channel.id for channel in settings.channels), level=DEFAULT_LEVEL)


def _level(change: Change, candidate: Route) -> Level | None:
    """The level that this route uses; None where the change does not match its profile."""
    if candidate.profile is None:
        return change.tagging.level
    levels = [match.level for match in change.profiles if match.profile == candidate.profile]
    return max(levels, key=lambda level: level.rank, default=None)


def _unmet_conditions(change: Change, candidate: Route) -> Iterator[str]:
    """Each condition of a route that a change does not meet, in English."""
    level = _level(change, candidate)
    tagging = change.tagging
    if level is None:
        yield f"it does not concern the profile {candidate.profile}"
    elif level is Level.NONE or level.rank < candidate.level.rank:
        yield f"level {level} is not {candidate.level} or above"
    for name, required, present in (
        ("topic", candidate.topics, tuple(topic.id for topic in tagging.topics)),
        ("direction", candidate.directions, (tagging.direction.value,) if tagging.direction else ()),
        ("source", candidate.sources, (change.source,)),
        ("kind", candidate.kinds, (change.kind.value,)),
    ):
        if required and set(required).isdisjoint(present):
            yield f"{name} {', '.join(present) or 'none'} is not in {', '.join(required)}"


def _reason(candidate: Route, level: Level, number: int) -> dict[str, Any]:
    """The conditions of a route that a change of this level meets. `route` 0: the settings have no routes."""
    return {"code": "route", "route": number, "level": str(level), **route_conditions(candidate)}


def route_conditions(candidate: Route) -> dict[str, Any]:
    """The conditions of a route, as a delivery's reason has them."""
    conditions: dict[str, Any] = {
        "topics": list(candidate.topics),
        "directions": list(candidate.directions),
        "sources": list(candidate.sources),
        "kinds": list(candidate.kinds),
        "profile": candidate.profile,
    }
    return {
        "at_least": str(candidate.level),
        **{name: value for name, value in conditions.items() if value},
    }
