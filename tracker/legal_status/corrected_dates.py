"""The record of a document of which a correction changes a day by its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tracker.legal_status.date_corrections import corrected_day, types_named
from tracker.model import Change, DateMove, DocumentRelation, LegalDate, Status

_DAY = timedelta(days=1)


def with_corrected_days(
    target: Change, link: DocumentRelation, by: str, where: str, number: str | None
) -> Change:
    """Return the record with the days of its own words moved that the quoted correction changes, and the statuses that
    begin or end on them. Where the same day has several types in different words, and the correction names none of them,
    nothing is moved. `by` and `number` are the names of the correcting document."""
    found = [
        (day, new)
        for day in target.tagging.dates
        if not day.by
        and (not day.superseded or (day.moved is not None and day.moved.by == by))
        and (new := corrected_day(link.quote, day.date)) is not None
    ]
    named = types_named(link.quote)
    found = [one for one in found if one[0].type in named] or found
    if len({(day.date, day.quote) for day, _ in found}) > len({day.date for day, _ in found}):
        return target
    moves = {(day.type, day.date): new for day, new in found}
    known = {(day.type, day.date) for day in target.tagging.dates}
    dates = [
        replace(day, superseded=True, moved=DateMove(moves[day.type, day.date], by))
        if not day.by and (day.type, day.date) in moves
        else day
        for day in target.tagging.dates
    ]
    given = [
        replace(day, date=new, quote=link.quote, superseded=False, where=where, by=by, moved=None, counted="")
        for day, new in found
    ]
    dates += [day for day in given if (day.type, day.date) not in known]
    status = target.tagging.status
    for (old, _), right in zip(found, given, strict=True):
        status = tuple(_moved(one, old, right, number) for one in status)
    tagging = replace(target.tagging, dates=tuple(dates), status=tuple(dict.fromkeys(status)))
    return target if tagging == target.tagging else replace(target, tagging=tagging)


def _moved(status: Status, old: LegalDate, new: LegalDate, number: str | None) -> Status:
    """The status of the document's own words with the first and the last day that follow from a corrected day."""
    before, after = _edges(old.type, old.date), _edges(old.type, new.date)
    if status.by not in (None, new.by) or before is None or after is None:
        return status
    since = after[1] if status.since == before[1] else status.since
    until = after[0] if status.until == before[0] else status.until
    if (since, until) == (status.since, status.until):
        return status
    moved = replace(status, since=since, until=until)
    if status.state != "in-force":
        return moved
    return replace(moved, by=new.by, quote=new.quote, where=new.where, number=number)


def _edges(kind: str, day: date) -> tuple[date, date] | None:
    """The last day of the status that ends by a date of this type, and the first day of the next one."""
    if kind == "effective":
        return day - _DAY, day
    return (day, day + _DAY) if kind in ("expires", "stay-ends") else None
