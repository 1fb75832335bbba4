"""The effects of a later document on the record of an earlier one: a stay is recorded on the stayed rule's record,
an extension moves the deadline of the proposal that it extends.

Pure: the pipeline finds the two records, this module decides what the earlier one becomes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tracker import citations
from tracker.clock import legal_day
from tracker.documents.names import names_of, other_name, quoted_name, references_in
from tracker.legal_status.corrected_dates import with_corrected_days
from tracker.model import Change, Classification, DateMove, DocumentRelation, LegalDate, Status
from tracker.text import name_key

_ENDS = {"withdraws": "withdrawn", "rescinds": "rescinded"}
# Which dates of its target a document moves.
_MOVED = {
    "extends": ("comments-close", "applications-close", "compliance", "expires", "stay-ends"),
    "delays": ("effective", "compliance"),
}
# The status that ends on such a day.
_UNTIL = {"expires": "in-force", "stay-ends": "stayed"}
_OPEN = {"comments-close", "applications-close", "effective", "compliance", "expires", "hearing", "stay-ends"}
_DAY = timedelta(days=1)

_SOME = re.compile(r"\bparagraphs?\b|\binstructions?\b|\bportions?\b|\bpartial\w*\b|\bin part\b|\bcertain (?:provisions|amendments)\b", re.I)  # fmt: skip

# A title alone identifies a document of the last years only, because titles are used again.
_REMEMBERED = timedelta(days=3 * 366)


def relations_to(actor: Change, target: Change) -> list[DocumentRelation]:
    """The relations of the actor to this target."""
    if actor.id == target.id or (actor.document_number and actor.document_number == target.document_number):
        return []
    names = references_in(target)
    sure = set(names[:-1]) if target.document_number else set(names)
    if (
        target.published
        and actor.published
        and timedelta() < actor.published - target.published < _REMEMBERED
    ):
        sure.update(names)
    stated = _published_on(actor)
    recent = target.published is not None and timedelta() <= stated - target.published < _REMEMBERED
    return [
        link
        for link in actor.tagging.links
        if name_key(link.target) in sure or (recent and quoted_name(target, link.target))
    ]


def apply_relations(target: Change, actor: Change) -> Change:
    """The target's record after all effects of the actor; the same object where nothing differs.

    Applying the same document again changes nothing, so a repeated poll is harmless.
    """
    for link in relations_to(actor, target):
        target = _apply(target, actor, link)
    return target


def restrict_to_units(tagging: Classification, paths: Iterable[str]) -> Classification:
    """Return the classification with only the statuses and dates of the sections and supplements that a change touches:
    stays noted elsewhere in the same part are left out."""
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


def status_on(tagging: Classification, whole: Classification, paths: Iterable[str]) -> Classification:
    """Return the classification with those statuses of the whole text that apply to the given paths or to a unit that
    contains them, and their end dates: a stay of a supplement is one of each of its paragraphs."""
    touched = tuple(paths)
    found = [
        status
        for status in whole.status
        if status not in tagging.status
        and any(_within(path, unit) for unit in status.units for path in touched)
    ]
    if not found:
        return tagging
    ends = {(status.until, section(unit)) for status in found for unit in status.units}
    days = [day for day in whole.dates if (day.date, section(day.note)) in ends and day not in tagging.dates]
    return replace(tagging, status=(*tagging.status, *found), dates=(*tagging.dates, *days))


def _within(path: str, unit: str) -> bool:
    return path == unit or path.startswith((f"{unit}(", f"{unit} "))


def section(path: str) -> str:
    """`15 CFR 744.11` of `15 CFR 744.11(a)(1)`; of a path with several names, the first."""
    return path.split(" › ", 1)[0].split("(", 1)[0].strip()


def keep_earlier_status(old: Change, new: Change) -> Change:
    """Return the reread record with the statuses that other documents gave it, and with its public inspection date,
    which the published record no longer contains."""
    foreign = tuple(
        status
        for status in old.tagging.status
        if status.by and name_key(status.by) not in references_in(new) and status not in new.tagging.status
    )
    fallen = {(day.type, day.date): day for day in old.tagging.dates if day.superseded}
    known = {(day.type, day.date) for day in new.tagging.dates}
    added = tuple(
        day
        for day in old.tagging.dates
        if (day.by or day.type == "filed-for-inspection") and (day.type, day.date) not in known
    )
    dates = tuple(
        replace(day, superseded=True, moved=before.moved)
        if (before := fallen.get((day.type, day.date)))
        else day
        for day in new.tagging.dates
    )
    return replace(
        new, tagging=replace(new.tagging, status=new.tagging.status + foreign, dates=dates + added)
    )


def date_moves(actor: Change) -> list[DocumentRelation]:
    """Return the links to the documents whose dates this one moves."""
    return [link for link in actor.tagging.links if link.relation in _MOVED]


def supersede_dates(earlier: Change, later: Change, names: Collection[str]) -> Change:
    """The record of a document that moved the dates of another, after a later one moved them again: the day that it
    gave is superseded. `names` are those of the document that both act on, as `references_in` gives them."""
    if not earlier.published or not later.published or earlier.id == later.id:
        return earlier
    if not timedelta() < later.published - earlier.published < _REMEMBERED:
        return earlier
    shared = _relations(earlier, names) & _relations(later, names)
    after = earlier
    for kind in dict.fromkeys(kind for name in _MOVED if name in shared for kind in _MOVED[name]):
        new = max((day.date for day in _live(later, kind)), default=date.min)
        old = sorted(day.date for day in _live(after, kind) if day.date < new)
        if kind not in ("comments-close", "applications-close"):
            # The last of its days is the one that it gave to the other; those before are its own.
            old = [day for day in old if day >= later.published][-1:]
        if old and new > later.published:
            after = _superseded(after, kind, old, DateMove(new, names_of(later)))
    return after


def supersede_state(earlier: Change, later: Change) -> Change:
    """The record of an earlier state of a text that a later state replaces: the days that the later one does not have at the
    same place are superseded."""
    now = {(day.type, day.where): day.date for day in later.tagging.dates if not day.superseded}
    moved = tuple(
        replace(day, superseded=True, moved=DateMove(new, names_of(later)) if new else None)
        if not day.superseded and day.type in _OPEN and (new := now.get((day.type, day.where))) != day.date
        else day
        for day in earlier.tagging.dates
    )
    return (
        earlier
        if moved == earlier.tagging.dates
        else replace(earlier, tagging=replace(earlier.tagging, dates=moved))
    )


def _relations(actor: Change, names: Collection[str]) -> set[str]:
    return {link.relation for link in actor.tagging.links if name_key(link.target) in names}


def _apply(target: Change, actor: Change, link: DocumentRelation) -> Change:
    by = names_of(actor)
    target = _with_citation(target, actor, by)
    after = target
    if link.relation == "extends":
        after = _comments_moved(target, actor, by)
        for kind in _MOVED["extends"][1:]:
            after = _postponed(after, actor, kind, by)
    elif link.relation == "delays":
        after = _delayed(target, actor, link, by)
    elif link.relation == "corrects":
        after = with_corrected_days(target, link, by, _location(by, link.where), other_name(actor))
    elif link.relation == "stays":
        status = _status_by(actor, link, "stayed", by)
        ends = _named(actor, "stay-ends", by)
        if not ends and status.until is not None:
            ends = (LegalDate("stay-ends", status.until, quote=status.quote, where=status.where, by=by),)
        after = _with_dates(_with_status(target, status), ends)
    elif link.relation == "suspends-enforcement":
        after = _without_enforcement(target, _status_by(actor, link, "not-enforced", by))
    elif link.relation == "resumes-enforcement":
        after = _with_enforcement(target, actor, link, by)
    elif link.relation in _ENDS:
        after = _withdrawn(_with_status(target, _status_by(actor, link, _ENDS[link.relation], by)), actor)
    return target if after == target else after


def _location(by: str, where: str) -> str:
    """The location in another document, which begins with its name; the paths of a page begin with its title
    already."""
    return where if where.startswith(by) else " › ".join(part for part in (by, where) if part)


def _acts_from(actor: Change) -> date:
    """The first day of the document's own effect. A day that it only reports, such as a superseded one, does not
    count."""
    own = [day.date for day in _live(actor, "effective") if not day.note and not day.by]
    return min(own, default=None) or _published_on(actor)


def _published_on(actor: Change) -> date:
    """The publication date; for a page without one, the day of detection."""
    return actor.published or legal_day(actor.detected_at)


def _with_citation(target: Change, actor: Change, by: str) -> Change:
    """Replaces the actor's other names by its display name: its effects before it was printed were recorded by its
    document number."""
    tagging = target.tagging
    before = {one.by for one in tagging.status} | {day.by for day in tagging.dates}
    former = ({actor.document_number, actor.citation} - {by, None}) & before
    if not former:
        return target
    number = other_name(actor)
    status = tuple(replace(one, by=by, number=number) if one.by in former else one for one in tagging.status)
    dates = tuple(
        replace(
            day,
            by=by if day.by in former else day.by,
            moved=replace(day.moved, by=by) if day.moved and day.moved.by in former else day.moved,
        )
        for day in tagging.dates
    )
    return replace(target, tagging=replace(tagging, status=status, dates=dates))


def _status_by(actor: Change, link: DocumentRelation, state: str, by: str) -> Status:
    """The status that the actor gives to its target, in the actor's own words where it has such a status. Words
    that stay the rule as such stay all of it, whichever units the actor's instructions name."""
    stated = next((status for status in actor.tagging.status if status.state == state), None)
    ends = (_day(actor, "stay-ends") or _day(actor, "expires")) if state == "stayed" else None
    quoted = stated if stated is not None and stated.quote else link
    return Status(
        state,
        since=(stated.since if stated else None) or _acts_from(actor),
        until=(stated.until if stated else None) or ends,
        by=by,
        units=stated.units if stated and not _of_whole(link) else (),
        quote=quoted.quote,
        where=_location(by, quoted.where),
        number=other_name(actor),
    )


def _of_whole(link: DocumentRelation) -> bool:
    """Whether the words act on the other document as such and name none of its parts."""
    parts = ("cfr", "section", "supplement")
    named = any(hit.kind in parts for hit in citations.find_citations(link.quote))
    return not named and not _SOME.search(link.quote)


def _without_enforcement(target: Change, status: Status) -> Change:
    """Adds the status. Where it was ended since, it stays ended when its document repeats it."""
    ended = next(
        (
            one.until
            for one in target.tagging.status
            if (one.state, one.by, one.since) == (status.state, status.by, status.since)
        ),
        None,
    )
    return _with_status(target, replace(status, until=ended) if ended else status)


def _with_enforcement(target: Change, actor: Change, link: DocumentRelation, by: str) -> Change:
    """Ends a non-enforcement status on the day that the document names, else on its publication date."""
    since = _acts_from(actor)
    changed = [
        one
        for one in target.tagging.status
        if one.state == "not-enforced" and (one.since is None or one.since < since)
    ]
    if not changed:
        return target
    target = _of_status(
        target,
        [replace(one, until=since - _DAY) if one in changed else one for one in target.tagging.status],
    )
    where = _location(by, link.where)
    return _with_status(
        target,
        Status("in-force", since, by=by, quote=link.quote, where=where, number=other_name(actor)),
    )


def _with_status(target: Change, status: Status) -> Change:
    """Add a status, replacing the earlier one that the same document gave."""
    known = target.tagging.status
    places = [n for n, one in enumerate(known) if (one.state, one.by) == (status.state, status.by)]
    if not places:
        return _of_status(target, (*known, status))
    return _of_status(
        target,
        [status if n == places[0] else one for n, one in enumerate(known) if n not in places[1:]],
    )


def _of_status(target: Change, status: Iterable[Status]) -> Change:
    return replace(target, tagging=replace(target.tagging, status=tuple(dict.fromkeys(status))))


# --- dates that move ----------------------------------------------------------------------------


def _comments_moved(target: Change, actor: Change, by: str) -> Change:
    """Replaces the target's comment deadlines by the actor's."""
    given = _named(actor, "comments-close", by)
    if not given or _is_moved_again(target, "comments-close", by):
        return target
    days = {day.date for day in given}
    old = [day.date for day in _of(target, "comments-close") if day.date not in days]
    return _moved(target, "comments-close", old, given, by)


def _postponed(target: Change, actor: Change, kind: str, by: str) -> Change:
    """Moves a date of the target for which the actor names a later day. A document may have such a day of its own,
    so the target must have a date to be moved."""
    others = [day.date for day in _of(target, kind) if day.by != by]
    given = [day for day in _named(actor, kind, by) if others and day.date > max(others)]
    if not given or _is_moved_again(target, kind, by):
        return target
    new = max(given, key=lambda day: day.date)
    old = [day for day in others if actor.published is None or day >= actor.published] or [max(others)]
    target = _moved(target, kind, old, (new,), by)
    if kind in _UNTIL:
        target = _with_later_end(target, _UNTIL[kind], old, new, by, other_name(actor))
    return target


def _with_later_end(
    target: Change, state: str, old: Sequence[date], new: LegalDate, by: str, number: str | None
) -> Change:
    """Moves the end of a status that ends on a moved day."""
    return _of_status(
        target,
        [
            replace(status, until=new.date, by=by, quote=new.quote, where=new.where, number=number)
            if status.state == state and status.until in old
            else status
            for status in target.tagging.status
            if not (status.state == "expired" and status.since and status.since - _DAY in old)
        ],
    )


def _delayed(target: Change, actor: Change, link: DocumentRelation, by: str) -> Change:
    """Moves the effective date to the day that the actor names after it; a day that the actor names before it is
    its own effective date. A delay that names no such day lasts until further notice, if it moves no compliance
    date."""
    if _is_moved_again(target, "effective", by):
        return target
    target = _postponed(target, actor, "compliance", by)
    old = _delayed_days(target, actor, by)
    floor = max((*old, actor.published or date.min))
    later = [day for day in _named(actor, "effective", by) if day.date > floor]
    if not later and any(day.by == by for day in _of(target, "compliance")):
        return target
    new = max(later, key=lambda day: day.date, default=None)
    own = [day.date for day in _live(actor, "effective") if new is None or day.date < new.date]
    began = min(own, default=None) or actor.published
    if new is None:
        old = [day for day in old if began is not None and day >= began]
    target = _moved(target, "effective", old, () if new is None else (new,), by)
    states: list[Status] = []
    for status in target.tagging.status:
        changed = status
        if status.state == "in-force" and not status.units and status.since in old:
            continue
        if (
            began is not None
            and status.state in {"published", "delayed"}
            and not status.units
            and status.by != by
            and status.until is not None
            and status.until + _DAY in old
        ):
            changed = replace(status, until=min(status.until, began - _DAY))
            if changed.since is not None and changed.until is not None and changed.until < changed.since:
                continue
        states.append(changed)
    quote, where = (new.quote, new.where) if new and new.quote else (link.quote, _location(by, link.where))
    until = new.date - _DAY if new else None
    number = other_name(actor)
    changed = Status("delayed", began, until, by, quote=quote, where=where, number=number)
    target = _with_status(_of_status(target, states), changed)
    if new is not None:
        begins = Status("in-force", new.date, by=by, quote=quote, where=where, number=number)
        target = _with_status(target, begins)
    return target


def _delayed_days(target: Change, actor: Change, by: str) -> list[date]:
    """The effective dates of the target that a delay moves: those that the actor itself names as the old ones, else
    the upcoming ones, those of the whole document before those of single instructions, else the last."""
    others = [day for day in _of(target, "effective") if day.by != by]
    named = {day.date for day in _of(actor, "effective") if day.superseded}
    ahead = [day for day in others if actor.published is not None and day.date >= actor.published]
    whole = [day for day in ahead if not day.note]
    found = [day for day in others if day.date in named] or whole or ahead or others[-1:]
    return sorted({day.date for day in found})


def _is_moved_again(target: Change, kind: str, by: str) -> bool:
    """Whether a later document has moved again what this one moved."""
    given = [day for day in _of(target, kind) if day.by == by]
    return bool(given) and all(day.superseded for day in given)


def _moved(target: Change, kind: str, old: Sequence[date], given: Sequence[LegalDate], by: str) -> Change:
    """Replaces the old days, and those that the same document gave before, by the given days."""
    days = {day.date for day in given}
    before = [day.date for day in _of(target, kind) if day.by == by and day.date not in days]
    if not days:
        return _superseded(target, kind, [*old, *before])
    return _with_dates(_superseded(target, kind, [*old, *before], DateMove(max(days), by)), given)


def _of(change: Change, kind: str) -> list[LegalDate]:
    return [day for day in change.tagging.dates if day.type == kind]


def _live(change: Change, kind: str) -> list[LegalDate]:
    return [day for day in _of(change, kind) if not day.superseded]


def _superseded(target: Change, kind: str, days: Collection[date], moved: DateMove | None = None) -> Change:
    dates = tuple(
        replace(day, superseded=True, moved=moved) if day.type == kind and day.date in days else day
        for day in target.tagging.dates
    )
    return replace(target, tagging=replace(target.tagging, dates=dates))


def _named(actor: Change, kind: str, by: str) -> tuple[LegalDate, ...]:
    return tuple(replace(day, note="", by=by, where=_location(by, day.where)) for day in _live(actor, kind))


def _with_dates(target: Change, days: Iterable[LegalDate]) -> Change:
    known = {(day.type, day.date) for day in target.tagging.dates}
    new = tuple(day for day in days if (day.type, day.date) not in known)
    if not new:
        return target
    return replace(target, tagging=replace(target.tagging, dates=target.tagging.dates + new))


def _withdrawn(target: Change, actor: Change) -> Change:
    """Supersedes the upcoming dates of a withdrawn document; past ones stay."""
    end = _published_on(actor)
    dates = tuple(
        replace(day, superseded=True) if day.type in _OPEN and day.date >= end else day
        for day in target.tagging.dates
    )
    return replace(target, tagging=replace(target.tagging, dates=dates))


def _day(change: Change, kind: str) -> date | None:
    """The first day of a kind, preferably one that is in force and applies to the whole document."""
    days = sorted(_of(change, kind), key=lambda day: (day.superseded, bool(day.note or day.by)))
    return days[0].date if days else None
