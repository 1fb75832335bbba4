"""A week as it will be told: what came, what must be done, what stands otherwise in law. Pure: records in, `Week` out.

Days are New York's, as everywhere in the law; the week's own bounds are the readers'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

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
from tracker.documents.names import names_of
from tracker.legal_status.current import current_status
from tracker.model import Change, DocumentKind, LegalDate, Level, Operation, ProfileMatch, Status
from tracker.rendering.deadlines import identity, upcoming

SOON = timedelta(days=14)  # a date so near asks for action
HORIZON = timedelta(days=28)  # further dates are none of this week's business
FAR = timedelta(days=92)
_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST})
# States that a new document has anyway; the others are news of their own.
_PLAIN = frozenset({"published", "proposed"})


@dataclass(frozen=True, slots=True)
class SourceOutage:
    """A time in which a source gave nothing; `until` None: it lasts."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source: its state now, since when and why, how many texts it brought in the week, and its outages that lie
    in the week or reach into it."""

    id: str
    state: str
    since: datetime | None = None
    reason: str = ""
    taken: int = 0
    outages: tuple[SourceOutage, ...] = ()

    def well(self, period: Period) -> bool:
        """Whether all that it had to say by the week's end came in. A source that has come back tells then what
        it had to tell meanwhile; one that failed later is no matter of this week."""
        if any(outage.until is None or outage.until >= period.end for outage in self.outages):
            return False
        later = self.since is not None and self.since >= period.end
        return later or self.state in {"healthy", "new", "disabled"}


@dataclass(frozen=True, slots=True)
class Review:
    """What people have done about a change: whether it is decided, and who has it."""

    decided: bool = False
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class DigestMaterial:
    """What a week is made from. `changes` were first seen in it and `updates` told anew; `planned` have a date ahead;
    `affected` have a legal status that begins or ends in it, or that a document of the week set. `earlier` are the
    texts and lists that the weeks before told of, with what differed in them."""

    changes: tuple[Change, ...] = ()
    updates: tuple[Change, ...] = ()
    operations: Mapping[str, tuple[Operation, ...]] = field(default_factory=dict)
    planned: tuple[Change, ...] = ()
    affected: tuple[Change, ...] = ()
    earlier: tuple[tuple[Change, tuple[Operation, ...]], ...] = ()
    sightings: tuple[ChangeSighting, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    reviews: Mapping[str, Review] = field(default_factory=dict)
    watched_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A change as this reader sees it: `level` is the one that it has for the profile, where it touches it.
    `also` are sources that say the same."""

    change: Change
    level: Level
    matched: bool = False
    update: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionItem:
    """Something to do. `date` is the next one that is due, where there is one; `in_force`: it is new and binds
    already."""

    item: DigestItem
    date: LegalDate | None = None
    in_force: bool = False
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class UpcomingDate:
    """A date of the weeks ahead that asks for no action yet."""

    item: DigestItem
    date: LegalDate


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A legal status that begins, or has ended (`ended`: its last day lies in the week and nothing follows).
    `before` is the state until then, where one was known."""

    item: DigestItem
    status: Status
    day: date
    before: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """`as_of` is the day that it speaks as of: New York's at the week's end, or today while the week runs. `items` come
    with what matters most first; those of level `low` are among them."""

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
        """Sources that may have missed something."""
        return tuple(source for source in self.sources if not source.well(self.period))

    def count(self, level: Level) -> int:
        return sum(item.level is level for item in self.items)


def build_week(
    period: Period, material: DigestMaterial, *, now: datetime, profile: str = "", viewer_url: str = ""
) -> Week:
    """The week as `now` knows it. What was first seen after it is left out of everything."""
    as_of = legal_day(min(now, period.end))

    def item(change: Change, *, update: bool = False, also: tuple[str, ...] = ()) -> DigestItem:
        match = _match(change, profile)
        level = match.level if match else change.tagging.level
        return DigestItem(change, level, match is not None, update, also)

    known = [change for change in material.changes if _told(change)]
    before_it = last_reported(material.earlier)
    known = [
        change
        for change in known
        if change.kind is not DocumentKind.LIST
        or not follows(material.operations.get(change.id, ()), change, before_it)
    ]
    kept, also = _folded(known, material.operations)
    items = [item(change, also=also.get(change.id, ())) for change in kept]
    seen = {entry.change.id for entry in items}
    items += [
        item(change, update=True) for change in material.updates if _told(change) and change.id not in seen
    ]
    items = sorted((entry for entry in items if entry.level is not Level.NONE), key=_weight)
    before = [change for change in material.planned if change.detected_at < period.end]
    actions = _actions(items, [item(change) for change in before], material.reviews, as_of)
    taken = {identity(action.item.change, action.date) for action in actions if action.date}
    touched = [(change, material.operations.get(change.id, ())) for change in known]
    return Week(
        period=period,
        made_at=now,
        as_of=as_of,
        profile=profile,
        viewer_url=viewer_url,
        items=tuple(items),
        actions=actions,
        coming=_coming(
            [item(change) for change in {c.id: c for c in (*before, *kept)}.values()], taken, as_of
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
    """The week itself is counted as it is told, without what only repeats."""
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


def _told(change: Change) -> bool:
    return not (change.baseline or change.editorial)


def _match(change: Change, profile: str) -> ProfileMatch | None:
    return next((match for match in change.profiles if match.profile == profile), None) if profile else None


def _weight(item: DigestItem) -> tuple[object, ...]:
    change = item.change
    return (not item.matched, -item.level.rank, not change.tagging.japan_nexus, change.detected_at, change.id)


def _folded(
    changes: Sequence[Change], operations: Mapping[str, tuple[Operation, ...]]
) -> tuple[list[Change], dict[str, tuple[str, ...]]]:
    """Without lists that repeat what the regulations say of the same parties; and who repeats what."""
    also: dict[str, tuple[str, ...]] = {}
    kept = []
    texts = [change for change in changes if change.kind is DocumentKind.CFR]
    for change in changes:
        mine = operations.get(change.id, ())
        told = next(
            (text for text in texts if repeats(mine, operations.get(text.id, ()), change, text)), None
        ) if change.kind is DocumentKind.LIST else None  # fmt: skip
        if told is None:
            kept.append(change)
        else:
            also[told.id] = (*also.get(told.id, ()), change.source)
    return kept, also


def _actions(
    items: Sequence[DigestItem], before: Sequence[DigestItem], reviews: Mapping[str, Review], as_of: date
) -> tuple[ActionItem, ...]:
    """What is due soon, whatever week it is from, and what this week brought at `high` or above; one for each
    change, by deadline, what binds already first. What people have decided about is done."""
    found: dict[str, ActionItem] = {}
    for item in (*items, *before):
        change = item.change
        review = reviews.get(change.id, Review())
        if change.id in found or review.decided or item.level.rank < Level.MEDIUM.rank:
            continue
        due = next(iter(upcoming(change, as_of)), None)
        new = item.level.rank >= Level.HIGH.rank and any(item is entry for entry in items)
        binds = new and _binds(change, as_of)
        if binds and due is not None and due.date > as_of + FAR:
            due = None  # it binds today: a date in another season is none to act by
        if new or (due is not None and due.date <= as_of + SOON):
            found[change.id] = ActionItem(item, due, binds, review.assignee)
    return tuple(sorted(_once(found.values()), key=_urgency))


def _once(actions: Iterable[ActionItem]) -> list[ActionItem]:
    """A date that several records tell of is one thing to do."""
    found: dict[tuple[object, ...], ActionItem] = {}
    for action in actions:
        due = action.date
        change = action.item.change
        key = identity(change, due) if due else (change.id,)
        found.setdefault(key, action)
    return list(found.values())


def _urgency(action: ActionItem) -> tuple[object, ...]:
    day = date.max if action.date is None else action.date.date
    if action.in_force:
        day = date.min
    return (not action.item.matched, day, -action.item.level.rank, action.item.change.id)


def _binds(change: Change, as_of: date) -> bool:
    """A text of the regulations or a list binds as it stands; a document when its status says so."""
    now = current_status(change.tagging.status, as_of).now
    return change.kind in _TEXTS if now is None else now.state == "in-force"


def _coming(
    items: Sequence[DigestItem], taken: set[tuple[object, ...]], as_of: date
) -> tuple[UpcomingDate, ...]:
    found: dict[tuple[object, ...], UpcomingDate] = {}
    for item in items:
        if item.change.editorial or item.level is Level.NONE:
            continue
        for entry in upcoming(item.change, as_of):
            same = identity(item.change, entry)
            if entry.date <= as_of + HORIZON and same not in taken:
                found.setdefault(same, UpcomingDate(item, entry))
    return tuple(
        sorted(found.values(), key=lambda one: (one.date.date, -one.item.level.rank, one.item.change.id))
    )


def _turns(items: Sequence[DigestItem], known: Sequence[Change], period: Period) -> tuple[StatusChange, ...]:
    """Statuses that begin or end in the week, or that a document of the week set for later."""
    acting = {names_of(change) for change in known} | {change.document_number for change in known}
    turns = []
    for item in items:
        change = item.change
        if item.level is Level.NONE or change.detected_at >= period.end:
            continue
        own = {change.document_number, change.citation} - {None}
        others = [status for status in change.tagging.status if status.by not in own]
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
