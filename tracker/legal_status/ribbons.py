"""A state of the register in words, in both languages. Every outlet takes its words for a state from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.i18n import format_day, label, t
from tracker.legal_status.register import RegisterState, StateOnDay
from tracker.model import Language, Status
from tracker.sanitize import sanitize_line

_DAY = timedelta(days=1)
_UNTIL = frozenset({"published", "delayed", "stayed", "not-enforced"})
_SINCE = frozenset({"rescinded", "withdrawn", "expired", "declared-unlawful"})
WAITING = frozenset({"published", "delayed"})  # applies on the day after its last day
_SILENT = frozenset({"in-force", "proposed"})


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A state that a reader must see beside a text. `effect` is the id of the effect that made it so."""

    state: str
    words: str
    effect: str = ""


def ribbons(states: Iterable[StateOnDay], language: Language) -> tuple[Ribbon, ...]:
    """Return the ribbons of a unit or document: one for each state other than being in force or proposed."""
    found = [
        Ribbon(one.state, state_words(one, language), one.effect)
        for one in states
        if one.state not in _SILENT
    ]
    return tuple(dict.fromkeys(found))


def asked_words(day: date, language: Language) -> str:
    """Return what no ribbon says: that the register was asked, and the rest is in force."""
    return t("ribbon.asked", language, day=format_day(day, language))


def state_words(one: StateOnDay, language: Language) -> str:
    """Return a state in words: "Stayed until November 9, 2026 by 2025-19846"."""
    by = t("ribbon.by", language, by=sanitize_line(one.by)) if one.by else ""
    if one.state == RegisterState.UNCLEAR:
        words = t("ribbon.unclear", language, who=sanitize_line(one.by))
    elif one.state == RegisterState.NOT_INCORPORATED:
        words = t("ribbon.not-incorporated", language, by=by)
    elif one.state in _UNTIL:
        end = None if one.until is None else one.until + _DAY * (one.state in WAITING)
        day = format_day(end, language) if end else ""
        words = t(f"ribbon.{one.state}" if end else f"ribbon.{one.state}-open", language, by=by, day=day)
    elif one.state in _SINCE:
        day = format_day(one.since, language) if one.since else ""
        words = t(f"ribbon.{one.state}" if day else "ribbon.ended-open", language, by=by, day=day)
    elif one.state == "in-force" and one.since is not None:
        words = t("ribbon.in-force", language, day=format_day(one.since, language))
    else:
        words = sanitize_line(label("status", one.state, language))
    return t("ribbon.part", language, part=sanitize_line(one.part), words=words) if one.part else words


def names_day(state: str, which: str) -> bool:
    """Whether the words of a state name its first day (`from`) or its last (`until`), or leave it out on purpose: since
    when a document waits says nothing about the law."""
    if which == "until":
        return state in _UNTIL
    return state in _SINCE or state in WAITING or state == "in-force"


def status_words(status: Status, language: Language) -> str:
    """Return a status of a record in the words of a ribbon, with the units that it is confined to."""
    part = ", ".join(status.units)
    by = status.by or ""
    return state_words(StateOnDay(status.state, status.since, status.until, by, status.quote, part), language)
