"""Who is told about a change, and when. Pure decisions, taken in the transaction that stores the change.

`none` (for everybody and for every profile), editorial changes and baselines are told to nobody. Without any `[[route]]`, every channel gets
what is `medium` or above. A change goes to a channel once, whatever the number of routes that lead there.
It goes at once, unless the channel's quiet hours or time of day, or somebody's snooze, have it wait.
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
    """A route that does not lead a change anywhere, and why, in English; `number` 0: none is set."""

    number: int
    to: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mute:
    """What is not told until a moment, or, with `hold`, is told then. `channel`: there only."""

    id: int
    scope: Scope
    value: str
    channel: str | None
    hold: bool
    until: datetime

    def says(self, timezone: str) -> str:
        place = f" on {self.channel}" if self.channel else ""
        return f"{'snoozed' if self.hold else 'muted'}{place} until {format_timestamp(self.until, timezone)}: {self.scope} {self.value}"


@dataclass(frozen=True, slots=True)
class DeliveryHold:
    """What keeps something from a channel, and until when: somebody's mute or snooze, by its number and what it
    goes by, or the channel's own quiet hours or time of day."""

    rule: Rule
    until: datetime
    number: int = 0
    scope: Scope | None = None
    value: str = ""

    def record(self) -> dict[str, Any]:
        """As JSON, for the delivery that it is about."""
        found: dict[str, Any] = {"rule": self.rule, "until": format_instant(self.until)}
        return found | (
            {"number": self.number, "scope": self.scope, "value": self.value} if self.scope else {}
        )


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """When something goes to a channel. `at` None: at once, by itself; else then, in one message with
    whatever has the same `batch`. `told` False: not at all. `held`: by what, where it is not at once."""

    at: datetime | None = None
    batch: str | None = None
    told: bool = True
    held: DeliveryHold | None = None


def route(change: Change, settings: Settings) -> tuple[RoutedChannel, ...]:
    """The channels that get this change, in the order of the routes; none for what is not told.

    A route with a profile goes by the level that the change has for that profile.
    """
    if is_below_alerting(change):
        return ()
    chosen: dict[str, RoutedChannel] = {}
    for number, candidate in _routes(settings):
        if list(_obstacles(change, candidate)):
            continue
        for channel_id in candidate.to:
            channel = settings.channel(channel_id)
            if channel is None:
                continue
            level = _level(change, candidate) or Level.NONE
            known = chosen.get(channel_id)
            if known is None:
                chosen[channel_id] = RoutedChannel(
                    channel_id,
                    channel.language or settings.languages[0],
                    _reason(candidate, level, number),
                    level,
                )
            elif level.rank > known.level.rank:
                chosen[channel_id] = replace(known, level=level)
    return tuple(chosen.values())


def is_below_alerting(change: Change) -> str:
    """Why a change is told to nobody, whatever the routes; empty where a route may lead it somewhere. What is outside
    the field, but names what a profile holds, has a level for that profile, and goes where its routes lead."""
    if change.baseline:
        return "it was in the source when that was first polled, or came by backfill"
    if change.editorial:
        return "it is only editorial"
    levels = (change.tagging.level, *(match.level for match in change.profiles))
    return "its level is none" if all(level is Level.NONE for level in levels) else ""


def mismatches(change: Change, settings: Settings) -> tuple[RouteMismatch, ...]:
    """The routes that do not lead this change anywhere, each with all its reasons."""
    found = (
        RouteMismatch(number, candidate.to, tuple(_obstacles(change, candidate)))
        for number, candidate in _routes(settings)
    )
    return tuple(entry for entry in found if entry.why)


def escalations(change: Change, settings: Settings) -> tuple[tuple[timedelta, tuple[str, ...]], ...]:
    """How long nobody may leave this change unacknowledged, and who hears of it then."""
    if is_below_alerting(change):
        return ()
    return tuple(
        (candidate.acknowledge_within, candidate.escalate_to)
        for _, candidate in _routes(settings)
        if candidate.acknowledge_within is not None
        and not list(_obstacles(change, candidate))
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
    """When a channel gets something of this level.

    What is `critical` waits for nothing and is held back by nothing but a mute of its own story.
    """
    names = {
        ("channel", channel.id),
        ("source", source),
        ("story", story),
        *(("topic", name) for name in topics),
    }
    held: DeliveryHold | None = None
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
            return DeliveryPlan(told=False, held=found)
        if held is None or found.until > held.until:
            held = found
    waits = None
    if level is not Level.CRITICAL:
        waits = _waits(channel, held.until if held else now, timezone)
    if waits is not None:
        held = (
            replace(held, until=waits)
            if held
            else DeliveryHold("batch" if channel.batch_at else "quiet", waits)
        )
    if held is None:
        return DeliveryPlan()
    return DeliveryPlan(held.until, f"{held.until.astimezone(UTC):%Y-%m-%dT%H:%MZ}", held=held)


def _waits(channel: Channel, start: datetime, timezone: str) -> datetime | None:
    """The channel's own next moment after `start`; None where it takes things at any time."""
    moment = None
    if channel.batch_at is not None:
        moment = _next(start, channel.batch_at, timezone)
        if channel.quiet_hours is not None and _within(_time(moment, timezone), channel.quiet_hours):
            moment = _next(moment, channel.quiet_hours[1], timezone)
    elif channel.quiet_hours is not None and _within(_time(start, timezone), channel.quiet_hours):
        moment = _next(start, channel.quiet_hours[1], timezone)
    return moment


def _time(instant: datetime, timezone: str) -> time:
    """The time of day on the reader's clock."""
    return instant.astimezone(ZoneInfo(timezone)).time()


def _within(moment: time, hours: tuple[time, time]) -> bool:
    first, last = hours
    return first <= moment < last if first < last else moment >= first or moment < last


def _next(start: datetime, moment: time, timezone: str) -> datetime:
    """The next such time of day, by the clock on the wall (summer time included)."""
    today = reader_day(start, timezone)
    found = reader_instant(today, timezone, moment)
    return found if found > start else reader_instant(today + timedelta(days=1), timezone, moment)


def _routes(settings: Settings) -> Iterator[tuple[int, Route]]:
    if settings.routes:
        yield from enumerate(settings.routes, start=1)
    else:
        yield 0, Route(to=tuple(channel.id for channel in settings.channels), level=DEFAULT_LEVEL)


def _level(change: Change, candidate: Route) -> Level | None:
    """The level that counts for this route; None where its profile is not touched."""
    if candidate.profile is None:
        return change.tagging.level
    levels = [match.level for match in change.profiles if match.profile == candidate.profile]
    return max(levels, key=lambda level: level.rank, default=None)


def _obstacles(change: Change, candidate: Route) -> Iterator[str]:
    """Every condition of a route that a change does not meet."""
    level = _level(change, candidate)
    tagging = change.tagging
    if level is None:
        yield f"it does not concern the profile {candidate.profile}"
    elif level is Level.NONE or level.rank < candidate.level.rank:
        yield f"level {level} is not {candidate.level} or above"
    for name, wanted, present in (
        ("topic", candidate.topics, tuple(topic.id for topic in tagging.topics)),
        ("direction", candidate.directions, (tagging.direction.value,) if tagging.direction else ()),
        ("source", candidate.sources, (change.source,)),
        ("kind", candidate.kinds, (change.kind.value,)),
    ):
        if wanted and set(wanted).isdisjoint(present):
            yield f"{name} {', '.join(present) or 'none'} is not in {', '.join(wanted)}"


def _reason(candidate: Route, level: Level, number: int) -> dict[str, Any]:
    """The conditions of a route that a change of this level meets. `route` 0: the settings have no routes."""
    conditions: dict[str, Any] = {
        "topics": list(candidate.topics),
        "directions": list(candidate.directions),
        "sources": list(candidate.sources),
        "kinds": list(candidate.kinds),
        "profile": candidate.profile,
    }
    return {
        "code": "route",
        "route": number,
        "level": str(level),
        "at_least": str(candidate.level),
        **{name: value for name, value in conditions.items() if value},
    }
