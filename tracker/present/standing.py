"""Where a document stands in law on a given day, out of the statuses that were found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.i18n import day as written
from tracker.i18n import label, t
from tracker.model import Language, Status
from tracker.present.inert import line

# What prevails when several hold on one day: the end of a rule over its suspension, that over force.
_PREVAILS = (
    "rescinded",
    "withdrawn",
    "expired",
    "stayed",
    "not-enforced",
    "delayed",
    "in-force",
    "published",
    "proposed",
)
_BEFORE_FORCE = frozenset({"published", "proposed", "delayed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """`now` holds for the whole document on the day asked for; `parts` hold for some units only;
    `ahead` is the next to begin; `ended` the last that ended, where nothing holds now."""

    now: Status | None = None
    parts: tuple[Status, ...] = ()
    ahead: Status | None = None
    ended: Status | None = None


def standing(statuses: Iterable[Status], today: date) -> Standing:
    """Both ends count: a stay from 10 November until 9 November a year later holds on both days."""
    known = tuple(statuses)
    began = {status.state for status in known if status.since is None or status.since <= today}
    active = [
        status
        for status in known
        if (status.since is None or status.since <= today)
        and (status.until is None or status.until >= today)
        and not (status.state in _BEFORE_FORCE - {"delayed"} and "in-force" in began)
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
    return Standing(whole, parts, ahead, ended)


def standing_line(statuses: Iterable[Status], today: date, language: Language) -> str:
    """One line that says whether it is in force: the state first, then since when, by what, what next."""
    found = standing(statuses, today)
    said: list[str] = []
    for status in (*((found.now,) if found.now else ()), *found.parts):
        said.append(_said(status, today if not said else None, language))
    if found.ended is not None and found.ended.until is not None:
        said.append(
            t(
                "standing.ended",
                language,
                state=label("status", found.ended.state, language),
                day=written(found.ended.until, language),
            )
        )
    if found.ahead is not None and found.ahead.since is not None:
        said.append(
            t(
                "standing.next",
                language,
                state=label("status", found.ahead.state, language),
                day=written(found.ahead.since, language),
            )
        )
    stop = "。" if language == "ja" else "; "
    return stop.join(said) if said else t("standing.unknown", language)


def _order(status: Status) -> int:
    return _PREVAILS.index(status.state) if status.state in _PREVAILS else len(_PREVAILS)


def _said(status: Status, today: date | None, language: Language) -> str:
    state = label("status", status.state, language)
    details = [
        t("standing.now", language, day=written(today, language)) if today else "",
        _span(status, language),
        t("standing.units", language, units=line(", ".join(status.units))) if status.units else "",
        t("standing.by", language, by=line(status.by)) if status.by else "",
    ]
    told = [detail for detail in details if detail]
    if not told:
        return state
    return f"{state}({'、'.join(told)})" if language == "ja" else f"{state} ({', '.join(told)})"


def _span(status: Status, language: Language) -> str:
    since = written(status.since, language) if status.since else ""
    until = written(status.until, language) if status.until else ""
    if since and until:
        return t("standing.from-until", language, since=since, until=until)
    if since:
        return t("standing.from", language, day=since)
    return t("standing.until", language, day=until) if until else ""
