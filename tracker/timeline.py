"""One rule, one timeline: what a later document does to the record of an earlier one.

A stay stands on the stayed rule's record, an extension moves the deadline of the proposal that it extends.
Pure: the pipeline finds the two records, this decides what the earlier one says from now on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from tracker.model import Change, LegalDate, Link, Status, Tagging
from tracker.text import name_form

_STATES = {"stays": "stayed", "delays": "delayed", "withdraws": "withdrawn", "rescinds": "rescinded"}
_OPEN = {"comments-close", "effective", "compliance", "expires", "hearing", "stay-ends"}


# A document that is spoken of by its title alone is one of the last years': titles come again.
_REMEMBERED = timedelta(days=3 * 366)


def references(change: Change) -> tuple[str, ...]:
    """The names by which other documents speak of this one, in the form in which names are compared."""
    names = [change.document_number, change.citation]
    if change.document_number:
        names.append(change.title)
    return tuple(name_form(name) for name in names if name)


def acts_on(actor: Change, target: Change) -> list[Link]:
    if actor.id == target.id:
        return []
    names = references(target)
    sure = set(names[:-1]) if target.document_number else set(names)
    if (
        target.published
        and actor.published
        and timedelta() < actor.published - target.published < _REMEMBERED
    ):
        sure.update(names)
    return [link for link in actor.tagging.links if name_form(link.target) in sure]


def applied(target: Change, actor: Change) -> Change:
    """The target's record after all that the actor does to it; the same object when nothing differs.

    Applying the same document again changes nothing, so a repeated poll is harmless.
    """
    for link in acts_on(actor, target):
        target = _apply(target, actor, link)
    return target


def confined(tagging: Tagging, paths: Iterable[str]) -> Tagging:
    """What a change of some units of a standing text says: of the stays that its notes tell of, those on the
    sections and supplements that it touches, not those that stand elsewhere in the same part."""
    touched = {section(path) for path in paths}
    status = tuple(
        found
        for found in tagging.status
        if not found.units or touched & {section(unit) for unit in found.units}
    )
    if len(status) == len(tagging.status):
        return tagging
    ends = {found.until for found in tagging.status} - {found.until for found in status}
    elsewhere = {section(unit) for found in tagging.status if found not in status for unit in found.units}
    dates = tuple(
        day
        for day in tagging.dates
        if not (day.type == "stay-ends" and (day.date in ends or (section(day.note) in elsewhere - touched)))
    )
    return replace(tagging, status=status, dates=dates)


def section(path: str) -> str:
    """`15 CFR 744.11` of `15 CFR 744.11(a)(1)`; of a path with several names, the first."""
    return path.split(" › ", 1)[0].split("(", 1)[0].strip()


def kept(old: Change, new: Change) -> Change:
    """A record read anew, with what other documents have done to it since, and with the day on which it went on
    public inspection, which the published record no longer says."""
    foreign = tuple(
        status
        for status in old.tagging.status
        if status.by and name_form(status.by) not in references(new) and status not in new.tagging.status
    )
    fallen = {(day.type, day.date) for day in old.tagging.dates if day.superseded}
    known = {(day.type, day.date) for day in new.tagging.dates}
    added = tuple(
        day
        for day in old.tagging.dates
        if (day.note.startswith("by ") or day.type == "filed-for-inspection")
        and (day.type, day.date) not in known
    )
    dates = tuple(
        replace(day, superseded=True) if (day.type, day.date) in fallen else day for day in new.tagging.dates
    )
    return replace(
        new, tagging=replace(new.tagging, status=new.tagging.status + foreign, dates=dates + added)
    )


def _apply(target: Change, actor: Change, link: Link) -> Change:
    by = actor.document_number or actor.citation or actor.id
    if link.relation in _STATES:
        target = _with_status(target, actor, link, _STATES[link.relation], by)
    if link.relation == "extends":
        target = _moved(target, actor, "comments-close", by)
    elif link.relation == "delays":
        target = _moved(target, actor, "effective", by)
    elif link.relation == "stays":
        target = _with_dates(target, _named(actor, "stay-ends", by))
    elif link.relation in {"withdraws", "rescinds"}:
        target = _fallen(target, actor)
    return target


def _with_status(target: Change, actor: Change, link: Link, state: str, by: str) -> Change:
    if any(status.state == state and status.by == by for status in target.tagging.status):
        return target
    said = next((status for status in actor.tagging.status if status.state == state), None)
    status = Status(
        state,
        since=(said.since if said else None) or _day(actor, "effective") or actor.published,
        until=(said.until if said else None) or (_day(actor, "stay-ends") if state == "stayed" else None),
        by=by,
        units=said.units if said else (),
        quote=(said.quote if said else "") or link.quote,
    )
    return replace(target, tagging=replace(target.tagging, status=(*target.tagging.status, status)))


def _moved(target: Change, actor: Change, kind: str, by: str) -> Change:
    """The actor's dates of a kind replace the target's."""
    later = _named(actor, kind, by)
    if not later:
        return target
    days = {day.date for day in later}
    dates = tuple(
        replace(day, superseded=True) if day.type == kind and day.date not in days else day
        for day in target.tagging.dates
    )
    return _with_dates(replace(target, tagging=replace(target.tagging, dates=dates)), later)


def _named(actor: Change, kind: str, by: str) -> tuple[LegalDate, ...]:
    return tuple(
        replace(day, note=f"by {by}")
        for day in actor.tagging.dates
        if day.type == kind and not day.superseded
    )


def _with_dates(target: Change, days: Iterable[LegalDate]) -> Change:
    known = {(day.type, day.date) for day in target.tagging.dates}
    new = tuple(day for day in days if (day.type, day.date) not in known)
    if not new:
        return target
    return replace(target, tagging=replace(target.tagging, dates=target.tagging.dates + new))


def _fallen(target: Change, actor: Change) -> Change:
    """What is withdrawn has no dates ahead any more; those that had passed by then stay as they were."""
    end = actor.published or actor.detected_at.date()
    dates = tuple(
        replace(day, superseded=True) if day.type in _OPEN and day.date >= end else day
        for day in target.tagging.dates
    )
    return replace(target, tagging=replace(target.tagging, dates=dates))


def _day(change: Change, kind: str) -> date | None:
    return next((day.date for day in change.tagging.dates if day.type == kind), None)
