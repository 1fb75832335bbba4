"""The legal status of a document on a given day, from the statuses that were found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from tracker.clock import day_in
from tracker.i18n import format_day as written
from tracker.i18n import label, t
from tracker.legal_status.register import ENDED, PREVAILS, RegisterState
from tracker.legal_status.ribbons import WAITING, names_day, status_words
from tracker.model import Language, Status
from tracker.model.expiry import expired_after
from tracker.sanitize import sanitize_line

_BEFORE_FORCE = frozenset({"published", "proposed", "delayed"})
# While these last, a rule that took effect is printed in the CFR but does not bind.
_PAUSED = frozenset({"stayed", "not-enforced"})
_NOTES = frozenset({RegisterState.UNCLEAR, RegisterState.NOT_INCORPORATED})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CurrentStatus:
    """`now` applies to the whole document on the given day; `parts` apply to some units only; `ahead` is the next
    to begin; `ended` is the last that ended, where none applies now; `resumed` is the last stay or non-enforcement
    that ended, where the document is in force now; `notes` are what a reader must know beside that: an effect that could
    not be determined, or not be incorporated into the CFR."""

    now: Status | None = None
    parts: tuple[Status, ...] = ()
    ahead: Status | None = None
    ended: Status | None = None
    resumed: Status | None = None
    notes: tuple[Status, ...] = ()


def current_status(statuses: Iterable[Status], today: date) -> CurrentStatus:
    """The status on a day. Both ends count: a stay from 10 November until 9 November a year later applies on both
    days."""
    everything = tuple(statuses)
    today = day_in(today, zone_of(everything))
    # The end of force is a state of its own once it is there; before that, the status in force names its last day.
    everything = (*everything, *(one for one in expired_after(everything) if _holds(one, today)))
    notes = tuple(status for status in everything if status.state in _NOTES and _holds(status, today))
    known = tuple(status for status in everything if status.state not in _NOTES)
    began = {status.state for status in known if status.since is None or status.since <= today}
    active = [
        status
        for status in known
        if _holds(status, today) and not (status.state in _BEFORE_FORCE - {"delayed"} and "in-force" in began)
    ]
    whole = min((status for status in active if not status.units), key=_order, default=None)
    parts = tuple(
        status
        for status in sorted(active, key=_order)
        if status.units and (whole is None or _order(status) < _order(whole))
    )
    ahead = min(
        (status for status in known if status.since is not None and status.since > today),
        key=lambda status: (status.since or today, _order(status)),
        default=None,
    )
    ended = None
    if whole is None and not parts:
        ended = max(
            (status for status in known if status.until is not None and status.until < today),
            key=lambda status: status.until or today,
            default=None,
        )
    resumed = None
    if whole is not None and whole.state == "in-force":
        resumed = max(
            (
                status
                for status in known
                if status.state in _PAUSED
                and status.until is not None
                and status.until < today
                and (whole.since is None or status.until >= whole.since - _DAY)
            ),
            key=lambda status: status.until or today,
            default=None,
        )
    if whole is not None and whole.state in ENDED:
        notes = ()
    return CurrentStatus(whole, parts, ahead, ended, resumed, notes)


def zone_of(statuses: Iterable[Status]) -> str:
    """Return the time zone in which the days of these statuses begin; empty for New York."""
    return next((status.zone for status in statuses if status.zone), "")


def _holds(status: Status, today: date) -> bool:
    return (status.since is None or status.since <= today) and (status.until is None or status.until >= today)


def status_line(
    statuses: Iterable[Status], today: date, language: Language, *, codified: bool = False, dated: bool = True
) -> str:
    """Whether a document is in force, in one line: the state in the words of a ribbon first, then since when, for which
    units, and what comes next. `codified`: it is, or amends, text of the CFR, in which stayed text is still printed.
    `dated`: with the day of reference."""
    known = tuple(statuses)
    today = day_in(today, zone_of(known))
    found = current_status(known, today)
    waiting = with_first_day(found)
    said: list[str] = []
    for status in (*((waiting,) if waiting else ()), *_together(found.parts)):
        day = today if dated and not said else None
        if status is waiting and found.resumed is not None:
            said.append(_again(found.resumed, day, language))
        else:
            printed = codified and status.state in _PAUSED and bool(status.units or _began(known, status))
            said.append(_said(status, day, language, printed=printed))
    if codified and found.ended is not None and found.ended.state in _PAUSED:
        same = [one for one in known if _tie(one) == _tie(found.ended)]
        said.append(_again(_together(same)[0], today if dated else None, language))
    elif found.ended is not None and found.ended.until is not None:
        said.append(
            t(
                "legal-status.ended",
                language,
                state=label("status", found.ended.state, language),
                day=written(found.ended.until, language),
            )
        )
    if found.ahead is not None and found.ahead.since is not None and not _names_start(waiting, found.ahead):
        said.append(
            t(
                "legal-status.next",
                language,
                state=label("status", found.ahead.state, language),
                day=written(found.ahead.since, language),
            )
        )
    said += [status_words(status, language) for status in found.notes]
    stop = "。" if language == "ja" else "; "
    return stop.join(said) if said else t("legal-status.unknown", language)


def _names_start(waiting: Status | None, ahead: Status) -> bool:
    """Whether the words of what waits name the day on which it is in force."""
    if waiting is None or waiting.state not in WAITING or waiting.until is None:
        return False
    return ahead.state == "in-force" and ahead.since == waiting.until + _DAY


def with_first_day(found: CurrentStatus) -> Status | None:
    """The present status; of what is published and has no last day of waiting, with the day before it is in force."""
    now, ahead = found.now, found.ahead
    if now is None or now.state != "published" or now.until is not None:
        return now
    if ahead is None or ahead.state != "in-force" or ahead.since is None or ahead.units:
        return now
    return replace(now, until=ahead.since - _DAY)


def _order(status: Status) -> int:
    return PREVAILS.index(status.state) if status.state in PREVAILS else len(PREVAILS)


def _tie(status: Status) -> tuple[str, date, date, str]:
    return (status.state, status.since or date.min, status.until or date.max, status.by or "")


def _together(statuses: Iterable[Status]) -> list[Status]:
    """Joins equal statuses of several units into one."""
    return [
        replace(same[0], units=tuple(dict.fromkeys(unit for one in same for unit in one.units)))
        for _, group in groupby(sorted(statuses, key=_tie), key=_tie)
        if (same := list(group))
    ]


def _began(known: Iterable[Status], status: Status) -> bool:
    """Whether it was in force before it was stayed."""
    since = status.since or date.max
    return any(one.state == "in-force" and (one.since or date.min) < since for one in known)


def _again(ended: Status, today: date | None, language: Language) -> str:
    """ "In force again since November 10, 2026 (..., stayed until November 9, 2026 by 90 FR 50857)"."""
    until = ended.until or date.min
    state = label("status", ended.state, language)
    over = t(
        "legal-status.over",
        language,
        state=state if language == "ja" else state.lower(),
        day=written(until, language),
        by=t("legal-status.over-by", language, by=sanitize_line(ended.by)) if ended.by else "",
    )
    details = [
        t("legal-status.now", language, day=written(today, language)) if today else "",
        _units(ended, language),
        over,
    ]
    return t("legal-status.again", language, day=written(until + _DAY, language)) + _bracketed(
        details, language
    )


def _units(status: Status, language: Language) -> str:
    return (
        t("legal-status.units", language, units=sanitize_line(", ".join(status.units)))
        if status.units
        else ""
    )


def _bracketed(details: Iterable[str], language: Language) -> str:
    given = [detail for detail in details if detail]
    if not given:
        return ""
    return f"({'、'.join(given)})" if language == "ja" else f" ({', '.join(given)})"


def _said(status: Status, today: date | None, language: Language, *, printed: bool) -> str:
    """ "Stayed until November 9, 2026 by 90 FR 50857 (as of December 1, 2025, still printed in the CFR, from November 10, 2025)"."""
    details = [
        t("legal-status.now", language, day=written(today, language)) if today else "",
        t("legal-status.printed", language) if printed else "",
        *_days_beside(status, language),
        _units(status, language),
    ]
    return status_words(replace(status, units=()), language) + _bracketed(details, language)


def _days_beside(status: Status, language: Language) -> list[str]:
    """The first and the last day of a status that its words do not name."""
    return [
        t(f"legal-status.{name}", language, day=written(day, language))
        for name, day in (("from", status.since), ("until", status.until))
        if day is not None and not names_day(status.state, name)
    ]
