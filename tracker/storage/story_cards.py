"""The inbox by story: a rule, its text in the CFR, list rows and pages are one card. Plain SQL, for readers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from tracker.storage import kept_counts
from tracker.storage.change_query import DAY, RANKED, ChangeQuery, QueueView, conditions, rank_column
from tracker.storage.leading_records import leading_texts
from tracker.storage.read_queries import StoreReader
from tracker.storage.story_queries import FACE, texts_with_stories
from tracker.storage.text_index import MATCHES, Match

_SEQS = "(SELECT CAST(value AS INTEGER) FROM json_each(?))"
_KEPT = ("all", "open", "done")  # views that are counted without being read


@dataclass(frozen=True, slots=True)
class Card:
    """The records of one story that a search found: of those in the view the gravest leads, a document before texts, the
    newest before others. `rest` are the others, newest first."""

    lead: dict[str, Any]
    rest: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Member:
    """A matching change of a story. `open`: something in the story within the field is open."""

    seq: int
    rank: int
    handled: bool
    open: bool


def cards(store: StoreReader, wanted: ChangeQuery) -> list[Card]:
    """The cards of one page, newest first: a card is as new as its newest change in the view. With words, the best match
    first: a card is as good as its best change. A card holds what matches outside the view too."""
    leaders = _best(store, wanted) if wanted.match else _newest(store, wanted)
    return _filled(store, wanted, leaders)


def _best(store: StoreReader, wanted: ChangeQuery) -> list[int]:
    """The best change of each card of one page, the best card first."""
    stories = [members for members in _stories(store, wanted).values() if len(members) > 1]
    ranks = _ranks(store, wanted.match, [member.seq for members in stories for member in members])
    leaders = {min(members, key=lambda member: ranks[member.seq]).seq for members in stories}
    hidden = [member.seq for members in stories for member in members if member.seq not in leaders]
    return store.seqs(wanted, without=hidden)


def _newest(store: StoreReader, wanted: ChangeQuery) -> list[int]:
    """The newest change of each card of one page, the newest card first. A change is left out where a newer one of its
    story matches too, so that only the changes of the page, and of their stories, are read."""
    where, values = conditions(wanted)
    # CROSS JOIN keeps this order: SQLite would begin with all open changes, for each of them.
    newer = (
        "SELECT 1 FROM document_group AS own CROSS JOIN document_group AS other"  # noqa: S608 - conditions are ours, values are bound
        f" CROSS JOIN (SELECT id, seq, {DAY} AS day FROM change WHERE {where}) AS twin"
        " WHERE own.name = change.id AND other.story = own.story AND twin.id = other.name"
        f" AND (twin.day, twin.seq) > ({DAY}, change.seq)"
    )
    rows = store.connection.execute(
        f"SELECT seq FROM change WHERE {where} AND NOT EXISTS ({newer})"  # noqa: S608 - as above
        f" ORDER BY {DAY} DESC, seq DESC LIMIT ? OFFSET ?",
        [*values, *values, wanted.limit, wanted.offset],
    )
    return [row["seq"] for row in rows]


def _filled(store: StoreReader, wanted: ChangeQuery, leaders: list[int]) -> list[Card]:
    """The cards with these changes, in this order."""
    others = store.connection.execute(
        "SELECT change.seq AS lead, other.name AS id FROM change JOIN document_group AS own ON own.name = change.id"  # noqa: S608 - ours
        f" JOIN document_group AS other ON other.story = own.story AND other.name <> own.name WHERE change.seq IN {_SEQS}",
        [json.dumps(leaders)],
    )
    lead_of = {row["id"]: row["lead"] for row in others}
    found: dict[int, list[int]] = {seq: [] for seq in leaders}
    for row in _of_ids(store, _everywhere(wanted), lead_of):
        found[lead_of[row["id"]]].append(row["seq"])
    in_view = {*leaders, *(row["seq"] for row in _of_ids(store, wanted, lead_of))}
    records = _records(store, [seq for lead, seqs in found.items() for seq in (lead, *seqs)])
    return [
        _card([(records[each], each in in_view) for each in reversed([*found[seq], seq])], wanted.profile)
        for seq in leaders
    ]


def _of_ids(store: StoreReader, wanted: ChangeQuery, ids: Collection[str]) -> list[Any]:
    """Id and row number of the changes among these that match, oldest first."""
    if not ids:
        return []
    where, values = conditions(wanted)
    # CROSS JOIN: SQLite reads these ids, and not all changes of the view.
    return store.connection.execute(
        f"SELECT id, seq FROM (SELECT value AS name FROM json_each(?)) AS own CROSS JOIN change WHERE change.id = own.name AND {where} ORDER BY {DAY}, seq",  # noqa: S608 - conditions are ours, values are bound
        [json.dumps(list(ids)), *values],
    ).fetchall()


def _everywhere(wanted: ChangeQuery) -> ChangeQuery:
    """The same search in all views."""
    return replace(wanted, queue=wanted.queue and QueueView("all"))


def levels(store: StoreReader, wanted: ChangeQuery) -> dict[int, int]:
    """The number of cards in a view by the rank of their gravest change in it; with a profile, of its level for it."""
    view = wanted.queue.name if wanted.queue else "all"
    return views(store, wanted)[view] if view in _KEPT else _levels(store, wanted)


def views(store: StoreReader, wanted: ChangeQuery) -> dict[str, dict[int, int]]:
    """What `levels` says of the views `all`, `open` and `done`, in one pass."""
    plain = ChangeQuery(
        editorial=False, baseline=False, on=wanted.on, limit=wanted.limit, offset=wanted.offset
    )
    if replace(wanted, level=None, queue=None) == plain:
        lowest = wanted.level.rank if wanted.level else 0
        return {view: kept_counts.cards(store.connection, view, lowest) for view in _KEPT}
    anywhere = replace(wanted, queue=QueueView("all"))
    found: dict[str, Counter[int]] = {view: Counter() for view in _KEPT}
    for rank, handled, number in _grouped(store, anywhere):
        found["all"][rank] += number
        found["done" if handled else "open"][rank] += number
    for members in _stories(store, anywhere).values():
        for one in members:
            found["all"][one.rank] -= 1
            found["done" if one.handled else "open"][one.rank] -= 1
        still = [one.rank for one in members if not one.handled]
        done = [one.rank for one in members if one.handled and not one.open]
        for view, ranks in (("all", [one.rank for one in members]), ("open", still), ("done", done)):
            if ranks:
                found[view][max(ranks)] += 1
    return {view: {rank: number for rank, number in of.items() if number} for view, of in found.items()}


def _levels(store: StoreReader, wanted: ChangeQuery) -> dict[int, int]:
    found = Counter(store.levels(wanted))
    for members in _stories(store, wanted).values():
        for rank in sorted(member.rank for member in members)[:-1]:
            found[rank] -= 1
    return {rank: number for rank, number in found.items() if number}


def _grouped(store: StoreReader, wanted: ChangeQuery) -> list[tuple[int, bool, int]]:
    """Rank, whether they are handled, and number of the matching changes."""
    where, values = conditions(wanted)
    rank, first = _rank(wanted)
    rows = store.connection.execute(
        f"SELECT {rank} AS rank, handled, count(*) FROM change WHERE {where} GROUP BY 1, 2",  # noqa: S608 - conditions are ours, values are bound
        [*first, *values],
    )
    return [(row[0], bool(row[1]), row[2]) for row in rows]


def _rank(wanted: ChangeQuery) -> tuple[str, list[object]]:
    if wanted.profile is None:
        return rank_column(wanted), []
    of_profile = "(SELECT level FROM change_profile WHERE change_profile.seq = change.seq AND profile = ?)"
    return of_profile, [wanted.profile]


def _stories(store: StoreReader, wanted: ChangeQuery) -> dict[str, list[_Member]]:
    """The matching changes of each story, oldest first."""
    where, values = conditions(replace(wanted, limit=0))
    rank, first = _rank(wanted)
    rows = store.connection.execute(
        f"SELECT document_group.story AS story, seq, {rank} AS rank, {DAY} AS day, change.handled AS handled, card.open AS open"  # noqa: S608 - conditions are ours, values are bound
        " FROM document_group JOIN change ON change.id = document_group.name JOIN card ON card.name = document_group.story"
        f" WHERE {where}",
        [*first, *values],
    )
    found: dict[str, list[_Member]] = {}
    for row in sorted(rows, key=lambda row: (row["day"], row["seq"])):
        member = _Member(row["seq"], row["rank"], bool(row["handled"]), bool(row["open"]))
        found.setdefault(row["story"], []).append(member)
    return found


def _ranks(store: StoreReader, match: Match, seqs: Iterable[int]) -> dict[int, float]:
    """The rank of these matching changes, the best (lowest) first."""
    rows = store.connection.execute(
        f"SELECT seq, {RANKED} AS rank FROM {MATCHES} JOIN change ON seq = hit WHERE seq IN {_SEQS}",  # noqa: S608 - ours; values are bound
        [match, json.dumps(list(seqs))],
    )
    return {row["seq"]: row["rank"] for row in rows}


def _records(store: StoreReader, seqs: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = store.connection.execute(
        f"SELECT seq, {FACE} FROM change WHERE seq IN {_SEQS}",  # noqa: S608 - columns are ours, values are bound
        [json.dumps(list(seqs))],
    ).fetchall()
    texts = texts_with_stories(store.connection, rows, leading_texts(store.connection, rows))
    return {row["seq"]: json.loads(text) for row, text in zip(rows, texts, strict=True)}


_LEVELS = ("none", "low", "medium", "high", "critical")


def _card(records: list[tuple[dict[str, Any], bool]], profile: str | None) -> Card:
    """`records` are newest first, each with whether it is in the view."""

    def weight(one: tuple[dict[str, Any], bool]) -> tuple[bool, int, bool]:
        record, in_view = one
        of_profiles = {match["profile"]: _LEVELS.index(match["level"]) for match in record["profile_matches"]}
        general = _LEVELS.index(record["level"]) or max(of_profiles.values(), default=0)
        return (in_view, of_profiles.get(profile or "", general), record["document_number"] is not None)

    lead, _ = max(records, key=weight)
    return Card(lead, tuple(record for record, _ in records if record is not lead))
