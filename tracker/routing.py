"""Who is told about a change. A pure decision, taken in the transaction that stores the change.

`none`, editorial changes and baselines are told to nobody. Without any `[[route]]`, every channel gets
what is `medium` or above. A change goes to a channel once, whatever the number of routes that lead there.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.model import Change, Language, Level
from tracker.sources import Route, Settings

DEFAULT_LEVEL = Level.MEDIUM


@dataclass(frozen=True, slots=True)
class Routed:
    """One channel that a change goes to, in which language, and the route that says so, in English,
    for `tracker show` and logs."""

    channel: str
    language: Language
    reason: str


def route(change: Change, settings: Settings) -> tuple[Routed, ...]:
    """The channels that get this change, in the order of the routes; none for what is not told.

    A route with a profile goes by the level that the change has for that profile.
    """
    if change.baseline or change.editorial or change.tagging.level is Level.NONE:
        return ()
    routes = settings.routes or (
        Route(to=tuple(channel.id for channel in settings.channels), level=DEFAULT_LEVEL),
    )
    chosen: dict[str, Routed] = {}
    for number, candidate in enumerate(routes, start=1):
        level = _level(change, candidate)
        if level is None or not _wanted(change, candidate, level):
            continue
        for channel_id in candidate.to:
            channel = settings.channel(channel_id)
            if channel is not None and channel_id not in chosen:
                chosen[channel_id] = Routed(
                    channel_id,
                    channel.language or settings.languages[0],
                    _reason(candidate, level, number if settings.routes else 0),
                )
    return tuple(chosen.values())


def _level(change: Change, candidate: Route) -> Level | None:
    """The level that counts for this route; None where its profile is not touched."""
    if candidate.profile is None:
        return change.tagging.level
    levels = [match.level for match in change.profiles if match.profile == candidate.profile]
    return max(levels, key=lambda level: level.rank, default=None)


def _wanted(change: Change, candidate: Route, level: Level) -> bool:
    tagging = change.tagging
    return (
        level is not Level.NONE
        and level.rank >= candidate.level.rank
        and _among(candidate.topics, *(topic.id for topic in tagging.topics))
        and _among(candidate.directions, *((tagging.direction.value,) if tagging.direction else ()))
        and _among(candidate.sources, change.source)
        and _among(candidate.kinds, change.kind.value)
    )


def _among(wanted: tuple[str, ...], *present: str) -> bool:
    return not wanted or not set(wanted).isdisjoint(present)


def _reason(candidate: Route, level: Level, number: int) -> str:
    conditions = [f"level {level} is {candidate.level} or above"]
    for name, values in (
        ("topic", candidate.topics),
        ("direction", candidate.directions),
        ("source", candidate.sources),
        ("kind", candidate.kinds),
    ):
        if values:
            conditions.append(f"{name} in {', '.join(values)}")
    if candidate.profile is not None:
        conditions.append(f"profile {candidate.profile}")
    origin = f"route {number}" if number else "no route is set: every channel"
    return f"{origin}: {'; '.join(conditions)}"
