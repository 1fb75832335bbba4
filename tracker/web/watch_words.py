"""The watch list and its log in the reader's words: no ids of topics, levels, sources or stories. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tracker.alerts.routing import route_conditions
from tracker.config.models import Route
from tracker.config.validators import duration
from tracker.i18n import format_day, format_span, label, t
from tracker.model import Language, Level
from tracker.rendering.delivery_hold import conditions_line
from tracker.screening.report import country_name
from tracker.storage.watch_entries import WatchEntry

Named = Callable[[str], str]  # the name of a source by its id
_MUTE = re.compile(
    r"(?P<number>\d+): (?P<scope>[a-z]+)=(?P<value>.+?)(?: \((?P<channel>[^()]+)\))? (?P<how>hold|mute) (?P<until>\d{4}-\d\d-\d\d)",
    re.DOTALL,
)


def span_words(value: timedelta | str, language: Language) -> str:
    """Return a time span in words; one that cannot be read as it was entered."""
    try:
        return format_span(duration(value) if isinstance(value, str) else value, language)
    except ValueError:
        return str(value)


def conditions_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of a route as the viewer holds it, also where it is not in use."""
    when = value.get("when", {})
    level = when.get("level", "low")
    return route_conditions(
        Route(
            to=(),
            level=Level(level) if level in list(Level) else Level.LOW,
            topics=tuple(_listed(when.get("topic"))),
            directions=tuple(_listed(when.get("direction"))),
            sources=tuple(_listed(when.get("source"))),
            kinds=tuple(_listed(when.get("kind"))),
            profile=when.get("profile"),
        )
    )


def said(entry: WatchEntry, language: Language, named: Named) -> list[tuple[str, list[str]]]:
    """Return the values of a logged entry in words, each with its key."""
    return [
        (name, _words(name, value, entry.value or {}, language, named))
        for name, value in (entry.value or {}).items()
    ]


def _words(name: str, value: Any, whole: Mapping[str, Any], language: Language, named: Named) -> list[str]:
    if name == "when":
        return [conditions_line(conditions_of(whole), language, named)]
    if name == "acknowledge_within":
        return [span_words(str(value), language)]
    words = [str(one) for one in _listed(value)]
    if name == "topics":
        return [label("topic", one, language) for one in words]
    return [country_name(one, language) for one in words] if name == "countries" else words


def muted_story(value: str) -> str:
    """Return the story of a logged mute; empty where it mutes something else."""
    found = _MUTE.fullmatch(value)
    return found["value"] if found and found["scope"] == "story" else ""


def mute_words(
    value: str, language: Language, named: Named, stories: Mapping[str, tuple[str, str]] | None = None
) -> str:
    """Return a logged mute in words: its number, its scope, its channel and its end. The end of a mute has its number only."""
    found = _MUTE.fullmatch(value)
    if found is None:
        return t("watch.mute-number", language, number=value) if value.isdecimal() else value
    return t(
        "watch.mute-line", language,
        number=found["number"],
        what=scope_words(found["scope"], found["value"], language, named, stories or {}),
        channel=found["channel"] or t("watch.all-channels", language),
        how=t("watch.held" if found["how"] == "hold" else "watch.muted", language),
        until=format_day(date.fromisoformat(found["until"]), language),
    )  # fmt: skip


def scope_words(
    scope: str, value: str, language: Language, named: Named, stories: Mapping[str, tuple[str, str]]
) -> str:
    """Return what a mute is about: `トピック: 外国直接製品ルール`."""
    if scope == "topic":
        words = label("topic", value, language)
    elif scope == "source":
        words = named(value)
    else:
        words = stories[value][1] if scope == "story" and value in stories else value
    return f"{label('watch.scope', scope, language)}: {words}"


def _listed(value: str | Sequence[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
