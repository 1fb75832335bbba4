"""Builds the content of a week's digest: new changes, actions, changes of legal status. Pure: records in, `Week` out.

Legal dates count by New York's day; the bounds of the week are in the readers' time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tracker.clock import legal_day
from tracker.digest.changed_parties import (
    PartyChange,
    SectionChanges,
    follows,
    last_reported,
    parties,
    repeats,
    sections,
)
from tracker.digest.period import Period
from tracker.digest.quarter import ChangeSighting, Quarter, quarter
from tracker.digest.story_items import by_story
from tracker.documents.names import names_of
from tracker.legal_status.current import current_status
from tracker.model import Change, DocumentKind, LegalDate, Level, Operation, ProfileMatch, Status
from tracker.model.expiry import expired_after
from tracker.rendering.deadlines import identity, upcoming
from tracker.rendering.source_text import SourceNames, id_as_name
from tracker.rendering.words_on_day import worded_on

SOON = timedelta(days=14)  # dates within this span need action
HORIZON = timedelta(days=28)  # later dates are left out
FAR = timedelta(days=92)
_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LAW, DocumentKind.LIST})
# States that every new document has; the others are reported.
_PLAIN = frozenset({"published", "proposed"})


@dataclass(frozen=True, slots=True)
class SourceOutage:
    """A period in which a source failed; `until` None: it is still failing. `reason` and `cause` as in the table
    `incident`."""

    since: datetime
    until: datetime | None
    reason: str
    cause: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The health of a source: its current state, since when and why, the number of documents of the week (`taken`), and
    the outages that overlap the week."""

    id: str
    state: str
    since: datetime | None = None
    reason: str = ""
    taken: int = 0
    outages: tuple[SourceOutage, ...] = ()

    def well(self, period: Period) -> bool:
        """Whether everything that the source published by the end of the week was received. A source that recovered
        delivers what it published during the outage; one that failed after the week does not count."""
        if any(outage.until is None or outage.until >= period.end for outage in self.outages):
            return False
        later = self.since is not None and self.since >= period.end
        return later or self.state in {"healthy", "new", "disabled"}


@dataclass(frozen=True, slots=True)
class Review:
    """The review state of a change: whether it is decided, and its assignee."""

    decided: bool = False
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class DigestMaterial:
    """The input of a week. `changes` were first seen in it, and `updates` revised; `planned` have a future date;
    `affected` have a legal status that begins or ends in it, or that a document of the week set. `earlier` are the
    changes of texts and lists in the weeks before, with their operations. `stories`: the story of each change that shares
    one, by id."""

    changes: tuple[Change, ...] = ()
    updates: tuple[Change, ...] = ()
    operations: Mapping[str, tuple[Operation, ...]] = field(default_factory=dict)
    planned: tuple[Change, ...] = ()
    affected: tuple[Change, ...] = ()
    earlier: tuple[tuple[Change, tuple[Operation, ...]], ...] = ()
    sightings: tuple[ChangeSighting, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    reviews: Mapping[str, Review] = field(default_factory=dict)
    stories: Mapping[str, str] = field(default_factory=dict)
    watched_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A change for this reader: `level` is its level for the profile, where it matches. `also` are sources that report
    the same, `records` the other changes of its story in the week."""

    change: Change
    level: Level
    matched: bool = False
    update: bool = False
    also: tuple[str, ...] = ()
    records: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionItem:
    """A change that needs action. `date` is its next due date, if any; `in_force`: it is new and already in force."""

    item: DigestItem
    date: LegalDate | None = None
    in_force: bool = False
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class UpcomingDate:
    """A date of the coming weeks that needs no action yet."""

    item: DigestItem
    date: LegalDate


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A legal status that begins, or has ended (`ended`: its last day is in the week and no status follows). `before` is
    the earlier state; empty where it is unknown."""

    item: DigestItem
    status: Status
    day: date
    before: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """The content of the digest. `as_of` is the reference day: New York's day at the end of the week, or today while the
    week runs. `items` are sorted by importance and include level `low`."""

    period: Period
    made_at: datetime
    as_of: date
    profile: str
    viewer_url: str
    items: tuple[DigestItem, ...]
    actions: tuple[ActionItem, ...]
    coming: tuple[UpcomingDate, ...]
    turns: tuple[StatusChange, ...]
    parties: tuple[PartyChange, ...]
    sections: tuple[SectionChanges, ...]
    proposals: tuple[DigestItem, ...]
    sources: tuple[SourceHealth, ...]
    quarter: Quarter
    source_name: SourceNames = field(default=id_as_name, compare=False)

    @property
    def over(self) -> bool:
        return self.made_at >= self.period.end

    @property
    def empty(self) -> bool:
        return not self.items

    @property
    def matched(self) -> int:
        return sum(item.matched for item in self.items)

    @property
    def ill(self) -> tuple[SourceHealth, ...]:
        """The sources that may have missed something."""
        return tuple(source for source in self.sources if not source.well(self.period))

    def count(self, level: Level) -> int:
        return sum(item.level is level for item in self.items)


def build_week(
    period: Period,
    material: DigestMaterial,
    *,
    now: datetime,
    profile: str = "",
    viewer_url: str = "",
    names: SourceNames = id_as_name,
) -> Week:
    """The week as known at `now`. Changes first seen after the week are left out. `names`: those of the sources."""
    as_of = legal_day(min(now, period.end))

    def item(change: Change, *, update: bool = False, also: tuple[str, ...] = ()) -> DigestItem:
        match = _match(change, profile)
        level = match.level if match else change.tagging.level
        return DigestItem(worded_on(change, as_of), level, match is not None, update, also)

    known = [change for change in material.changes if _is_reported(change)]
    before_it = last_reported(material.earlier)
    known = [
        change
        for change in known
        if change.kind is not DocumentKind.LIST
        or not follows(material.operations.get(change.id, ()), change, before_it)
    ]
    kept, also = _without_repetitions(known, material.operations)
    items = [item(change, also=also.get(change.id, ())) for change in kept]
    seen = {entry.change.id for entry in items}
    items += [
        item(change, update=True)
        for change in material.updates
        if _is_reported(change) and change.id not in seen
    ]
    stories = material.stories
    items = by_story([entry for entry in items if entry.level is not Level.NONE], stories)
    items = sorted(items, key=_weight)
    before = [change for change in material.planned if change.detected_at < period.end]
    actions = _actions(items, [item(change) for change in before], material.reviews, as_of, stories)
    taken: set[tuple[object, ...]] = {
        _same(action.item.change, action.date, stories) for action in actions if action.date
    }
    touched = [(change, material.operations.get(change.id, ())) for change in known]
    return Week(
        period=period,
        made_at=now,
        as_of=as_of,
        profile=profile,
        viewer_url=viewer_url,
        source_name=names,
        items=tuple(items),
        actions=actions,
        coming=_coming(
            [item(change) for change in {c.id: c for c in (*before, *kept)}.values()], taken, as_of, stories
        ),
        turns=_turns([item(change) for change in material.affected], known, period),
        parties=parties(touched, before_it),
        sections=sections(touched),
        proposals=tuple(entry for entry in items if _proposes(entry.change)),
        sources=material.sources,
        quarter=quarter(period, _counted(period, material.sightings, kept), material.watched_since),
    )


def _counted(
    period: Period, sightings: Sequence[ChangeSighting], kept: Sequence[Change]
) -> Iterator[ChangeSighting]:
    """The sightings for statistics; those of the week itself are the reported changes, without repetitions."""
    yield from (sighting for sighting in sightings if sighting.detected_at not in period)
    for change in kept:
        effective = [
            day.date for day in change.tagging.dates if day.type == "effective" and not day.superseded
        ]
        if change.tagging.level is not Level.NONE:
            topics = tuple(topic.id for topic in change.tagging.topics)
            yield ChangeSighting(
                change.detected_at, change.tagging.level, topics, min(effective, default=None)
            )


def _is_reported(change: Change) -> bool:
    return not (change.baseline or change.editorial)


def _match(change: Change, profile: str) -> ProfileMatch | None:
    return next((match for match in change.profiles if match.profile == profile), None) if profile else None


def _weight(item: DigestItem) -> tuple[object, ...]:
    change = item.change
    return (not item.matched, -item.level.rank, not change.tagging.japan_nexus, change.detected_at, change.id)


def _without_repetitions(
    changes: Sequence[Change], operations: Mapping[str, tuple[Operation, ...]]
) -> tuple[list[Change], dict[str, tuple[str, ...]]]:
    """The changes without lists that repeat the regulations, and the sources that repeat each change."""
    also: dict[str, tuple[str, ...]] = {}
    kept = []
    texts = [change for change in changes if change.kind is DocumentKind.CFR]
    for change in changes:
        mine = operations.get(change.id, ())
        original = next(
            (text for text in texts if repeats(mine, operations.get(text.id, ()), change, text)), None
        ) if change.kind is DocumentKind.LIST else None  # fmt: skip
        if original is None:
            kept.append(change)
        else:
            also[original.id] = (*also.get(original.id, ()), change.source)
    return kept, also


def _actions(
    items: Sequence[DigestItem],
    before: Sequence[DigestItem],
    reviews: Mapping[str, Review],
    as_of: date,
    stories: Mapping[str, str],
) -> tuple[ActionItem, ...]:
    """The changes that need action: those with a date due soon, from any week, and new ones of level `high` or above. One
    action per change, in force first, then by date; decided changes are left out."""
    found: dict[str, ActionItem] = {}
    led = {record.id for item in items for record in item.records}
    for item in (*items, *before):
        change = item.change
        if change.id in led:
            continue
        review = reviews.get(change.id, Review())
        if change.id in found or review.decided or item.level.rank < Level.MEDIUM.rank:
            continue
        due = next(iter(upcoming(change, as_of)), None)
        new = item.level.rank >= Level.HIGH.rank and any(item is entry for entry in items)
        binds = new and _is_in_force(change, as_of)
        if binds and due is not None and due.date > as_of + FAR:
            due = None  # it is in force today: a distant date is no deadline
        if new or (due is not None and due.date <= as_of + SOON):
            found[change.id] = ActionItem(item, due, binds, review.assignee)
    return tuple(sorted(_without_duplicates(found.values(), stories), key=_urgency))


def _same(change: Change, entry: LegalDate, stories: Mapping[str, str]) -> tuple[object, ...]:
    """What makes two dates equal: their kind, their day, and their story or the act that set them."""
    kind, day, act = identity(change, entry)
    return (kind, day, stories.get(change.id, act))


def _without_duplicates(actions: Iterable[ActionItem], stories: Mapping[str, str]) -> list[ActionItem]:
    """The actions without duplicates: a date in several records is one action."""
    found: dict[tuple[object, ...], ActionItem] = {}
    for action in actions:
        due = action.date
        change = action.item.change
        key = _same(change, due, stories) if due else (change.id,)
        found.setdefault(key, action)
    return list(found.values())


def _urgency(action: ActionItem) -> tuple[object, ...]:
    day = date.max if action.date is None else action.date.date
    if action.in_force:
        day = date.min
    return (not action.item.matched, day, -action.item.level.rank, action.item.change.id)


def _is_in_force(change: Change, as_of: date) -> bool:
    """Whether the change is in force: always for the regulations and lists, by its status for a document."""
    now = current_status(change.tagging.status, as_of).now
    return change.kind in _TEXTS if now is None else now.state == "in-force"


def _coming(
    items: Sequence[DigestItem],
    taken: set[tuple[object, ...]],
    as_of: date,
    stories: Mapping[str, str],
) -> tuple[UpcomingDate, ...]:
    found: dict[tuple[object, ...], UpcomingDate] = {}
    for item in items:
        if item.change.editorial or item.level is Level.NONE:
            continue
        for entry in upcoming(item.change, as_of):
            same = _same(item.change, entry, stories)
            if entry.date <= as_of + HORIZON and same not in taken:
                found.setdefault(same, UpcomingDate(item, entry))
    return tuple(
        sorted(found.values(), key=lambda one: (one.date.date, -one.item.level.rank, one.item.change.id))
    )


def _turns(items: Sequence[DigestItem], known: Sequence[Change], period: Period) -> tuple[StatusChange, ...]:
    """The statuses that begin or end in the week, or that a document of the week set for later."""
    acting = {names_of(change) for change in known} | {change.document_number for change in known}
    turns = []
    for item in items:
        change = item.change
        if item.level is Level.NONE or change.detected_at >= period.end:
            continue
        own = {change.document_number, change.citation, change.order} - {None}
        others = [status for status in change.tagging.status if status.by not in own]
        others += expired_after(others)
        for status in others:
            begins = status.since is not None and period.first <= status.since <= period.last
            if status.state not in _PLAIN and (begins or status.by in acting):
                day = status.since or period.first
                was = current_status(others, day - timedelta(days=1)).now
                turns.append(StatusChange(item, status, day, was.state if was and was != status else ""))
            elif status.until is not None and period.first <= status.until <= period.last:
                after = current_status(others, status.until + timedelta(days=1)).now
                if after is None:
                    turns.append(StatusChange(item, status, status.until, ended=True))
    distinct = {(turn.item.change.id, turn.status.state, turn.day, turn.ended): turn for turn in turns}
    return tuple(
        sorted(distinct.values(), key=lambda turn: (not turn.item.matched, turn.day, -turn.item.level.rank))
    )


def _proposes(change: Change) -> bool:
    return (
        change.kind is DocumentKind.PROPOSED_RULE
        or any(status.state == "proposed" for status in change.tagging.status)
        or any(topic.id == "comment-opportunity" for topic in change.tagging.topics)
    )
