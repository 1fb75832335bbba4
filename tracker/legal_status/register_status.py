"""The status of a stored record after the register changed: what other documents make of it, each with its document.

Pure. The classification of a later document gives its target a status too (`propagation`). Where the register has the
same effect, the register decides whether it still holds and until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tracker.documents.effect_names import affecting_names, ancestors, canonical_path
from tracker.documents.names import references_in
from tracker.effects import EffectVerb, RecordedEffect
from tracker.legal_status.register import (
    RegisterState,
    StateOnDay,
    Subject,
    affecting_name,
    last_day,
    relevant,
    runs,
    states_of,
    verb_state,
)
from tracker.model import Change, DateMove, LegalDate, Status
from tracker.text import name_key

_DAY = timedelta(days=1)
# The states that a record keeps.
_RECORDED = frozenset(set(RegisterState) - {RegisterState.PUBLISHED})


def with_register(
    change: Change, subject: Subject, effects: Sequence[RecordedEffect], about: Sequence[RecordedEffect]
) -> Change:
    """Return the record of a document with the statuses that the register gives it; the same object where nothing differs.
    `effects` are all that may decide, `about` those on the document itself, retracted ones included."""
    by_id = {one.id: one for one in effects}
    held = [run for run in runs(subject, effects) if run.state in _RECORDED]
    own = set(references_in(change))
    status: list[Status] = []
    used: set[StateOnDay] = set()
    for one in change.tagging.status:
        if not one.by or name_key(one.by) in own:
            status.append(one)
            continue
        governing = [
            each
            for each in about
            if one.state in (*states_of(each.effect), verb_state(each.effect)) and _names(each) & _keys(one)
        ]
        if not governing:
            status.append(one)
            continue
        same = [
            run for run in held if run.state == one.state and run.effect in {each.id for each in governing}
        ]
        used.update(same)
        status += [_confirmed(one, run, by_id[run.effect]) for run in same]
    status += [
        _status(run, by_id[run.effect]) for run in held if run not in used and not _is_own(run, by_id, own)
    ]
    settled = tuple(dict.fromkeys(status))
    dates = tuple(dict.fromkeys(_ends(change.tagging.dates, settled, effects)))
    if settled == change.tagging.status and dates == change.tagging.dates:
        return change
    return replace(change, tagging=replace(change.tagging, status=settled, dates=dates))


def _ends(
    dates: Iterable[LegalDate], status: Iterable[Status], effects: Iterable[RecordedEffect]
) -> Iterator[LegalDate]:
    """The dates of a record, with the last days of its stays as the register knows them: the day before an instant at
    which a stay ends, or the day to which a later document extended it."""
    ends = {one.by: one.until for one in status if one.state == "stayed" and one.until and not one.units}
    extended = {last_day(one.effect.until): one for one in effects if one.effect.verb is EffectVerb.EXTENDS}
    for day in dates:
        end = ends.get(day.by) if day.type == "stay-ends" and day.by and not day.superseded else None
        if end is None or end == day.date:
            yield day
        elif end == day.date - _DAY:
            yield replace(day, date=end)
        elif end > day.date and (mover := extended.get(end)) is not None:
            by = affecting_name(mover)
            yield replace(day, superseded=True, moved=DateMove(end, by))
            affecting = mover.effect.affecting
            where = " › ".join(filter(None, (by, affecting.where)))
            yield LegalDate("stay-ends", end, quote=affecting.quote, where=where, by=by)
        else:
            yield day


def with_unit_status(
    change: Change, effects: Sequence[RecordedEffect], units: Sequence[tuple[str, Subject]]
) -> Change:
    """Return the record of a codified text with the statuses that the register gives the units that it touches."""
    by_id = {one.id: one for one in effects}
    spans: dict[tuple[str, date | None, date | None, str], list[str]] = {}
    governed: set[tuple[str, str]] = set()
    for path, subject in units:
        for one in relevant(subject, effects):
            path_of = canonical_path(one.effect.affected.path or "")
            governed.update((state, path_of) for state in states_of(one.effect))
        for run in runs(subject, effects):
            below = run.part and subject.path in tuple(ancestors(canonical_path(run.part)))[1:]
            # The change that removes a unit says so itself.
            removed = by_id[run.effect].effect.verb is EffectVerb.REMOVES
            if run.state in _RECORDED and not removed and not below:
                spans.setdefault((run.state, run.since, run.until, run.effect), []).append(path)
    kept = [
        one
        for one in change.tagging.status
        if not one.units or any((one.state, canonical_path(unit)) not in governed for unit in one.units)
    ]
    earlier = [one for one in change.tagging.status if one not in kept]
    for (state, since, until, effect), paths in spans.items():
        target = by_id[effect].effect.affected.path
        on = (target,) if target and len(paths) > 1 else tuple(paths)
        made = replace(_status(StateOnDay(state, since, until, effect=effect), by_id[effect]), units=on)
        kept.append(next((one for one in earlier if _same(one, made, by_id[effect])), made))
    settled = tuple(dict.fromkeys(kept))
    if settled == change.tagging.status:
        return change
    return replace(change, tagging=replace(change.tagging, status=settled))


def _same(one: Status, made: Status, recorded: RecordedEffect) -> bool:
    """Whether a status that the text's own note gives says the same."""
    return (one.state, one.since, one.until) == (made.state, made.since, made.until) and bool(
        _keys(one) & _names(recorded)
    )


def effective(change: Change, today: date) -> set[tuple[str, str, date | None, date | None]]:
    """Return the statuses by other documents that hold on a day or later: where these differ, readers are alerted."""
    own = set(references_in(change))
    return {
        (one.state, one.by or "", one.since, one.until)
        for one in change.tagging.status
        if one.by
        and name_key(one.by) not in own
        and (one.until is None or one.until >= today)
        and one.state != RegisterState.UNCLEAR
    }


def _confirmed(one: Status, run: StateOnDay, recorded: RecordedEffect) -> Status:
    """The status with the days that the register gives it, and with the portion that the effect names."""
    if run.part and run.part == recorded.effect.affected.part and not one.units:
        one = replace(one, units=(run.part,))
    if not run.part and one.units == (recorded.effect.affected.part,):
        one = replace(one, units=())
    # Without a day of its own an effect counts from the day on which it became known; the record may know better.
    since = run.since if recorded.effect.from_ is not None else one.since
    return replace(one, since=since, until=run.until)


def _status(run: StateOnDay, recorded: RecordedEffect) -> Status:
    affecting = recorded.effect.affecting
    order = affecting.executive_order or affecting.proclamation
    by = affecting_name(recorded) if order else affecting.citation or affecting.document_number
    by = by or affecting_name(recorded)
    number = affecting.citation if order else affecting.document_number
    if run.state == RegisterState.UNCLEAR:
        by = affecting_name(recorded)
    where = (
        affecting.where if affecting.where.startswith(by) else " › ".join(filter(None, (by, affecting.where)))
    )
    return Status(
        str(run.state),
        run.since,
        run.until,
        by,
        (run.part,) if run.part else (),
        affecting.quote,
        where,
        number if number != by and (order or by == affecting.citation) else None,
    )


def _is_own(run: StateOnDay, by_id: dict[str, RecordedEffect], own: Iterable[str]) -> bool:
    return not _names(by_id[run.effect]).isdisjoint(own)


def _names(recorded: RecordedEffect) -> set[str]:
    found = {*affecting_names(recorded.effect.affecting)}
    return found | ({name_key(recorded.title)} if recorded.title else set())


def _keys(status: Status) -> set[str]:
    return {name_key(name) for name in (status.by, status.number) if name}
