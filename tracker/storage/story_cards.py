"""The inbox by story: a rule, its text in the CFR, list rows and pages are one card. Plain SQL, for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tracker.storage import kept_counts
from tracker.storage.leading_records import leading_texts
from tracker.storage.read_queries import DAY, RANKED, ChangeQuery, StoreReader, conditions
from tracker.storage.story_queries import FACE, texts_with_stories
from tracker.storage.text_index import MATCHES, Match

_SEQS = "(SELECT CAST(value AS INTEGER) FROM json_each(?))"
_IDS = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Card:
    """The records of one story that a search found: the gravest leads, a document before texts, the newest before
    others. `rest` are the others, newest first."""

    lead: dict[str, Any]
    rest: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Member:
    seq: int
    level: int


def cards(store: StoreReader, wanted: ChangeQuery) -> list[Card]:
    """The matching changes by story, newest first: a card is as new as its newest change. With words, the best match
    first: a card is as good as its best change."""
    page = _best(store, wanted) if wanted.match else _newest(store, wanted)
    records = _records(store, [seq for seqs in page for seq in seqs])
    return [_card([records[seq] for seq in reversed(seqs)], wanted.profile) for seqs in page]


def _best(store: StoreReader, wanted: ChangeQuery) -> list[list[int]]:
    """The changes of each card of one page, the best card first."""
    stories = _shared(store, wanted)
    ranks = _ranks(store, wanted.match, [member.seq for members in stories for member in members])
    leaders = [min(members, key=lambda member: ranks[member.seq]).seq for members in stories]
    shown = dict(zip(leaders, stories, strict=True))
    hidden = [member.seq for leader, members in shown.items() for member in members if member.seq != leader]
    return [
        [member.seq for member in shown[seq]] if seq in shown else [seq]
        for seq in store.seqs(wanted, without=hidden)
    ]


def _newest(store: StoreReader, wanted: ChangeQuery) -> list[list[int]]:
    """The changes of each card of one page, the newest card first. A change is left out where a newer one of its story
    matches too, so that only the changes of the page, and of their stories, are read."""
    where, values = conditions(wanted)
    newer = (
        "SELECT 1 FROM document_group AS own JOIN document_group AS other ON other.story = own.story"  # noqa: S608 - conditions are ours, values are bound
        f" JOIN (SELECT id, seq, {DAY} AS day FROM change WHERE {where}) AS twin ON twin.id = other.name"
        f" WHERE own.name = change.id AND (twin.day, twin.seq) > ({DAY}, change.seq)"
    )
    rows = store.connection.execute(
        f"SELECT seq FROM change WHERE {where} AND NOT EXISTS ({newer})"  # noqa: S608 - as above
        f" ORDER BY {DAY} DESC, seq DESC LIMIT ? OFFSET ?",
        [*values, *values, wanted.limit, wanted.offset],
    )
    leaders = [row["seq"] for row in rows]
    others = store.connection.execute(
        "SELECT change.seq AS lead, other.name AS id FROM change JOIN document_group AS own ON own.name = change.id"  # noqa: S608 - ours
        f" JOIN document_group AS other ON other.story = own.story AND other.name <> own.name WHERE change.seq IN {_SEQS}",
        [json.dumps(leaders)],
    )
    lead_of = {row["id"]: row["lead"] for row in others}
    members = store.connection.execute(
        f"SELECT id, seq FROM change WHERE id IN {_IDS} AND {where} ORDER BY {DAY}, seq",  # noqa: S608 - as above
        [json.dumps(list(lead_of)), *values],
    )
    found: dict[int, list[int]] = {seq: [] for seq in leaders}
    for row in members:
        found[lead_of[row["id"]]].append(row["seq"])
    return [[*found[seq], seq] for seq in leaders]


def count(store: StoreReader, wanted: ChangeQuery) -> int:
    """The number of cards."""
    return store.count(wanted) - sum(len(members) - 1 for members in _shared(store, wanted))


def levels(store: StoreReader, wanted: ChangeQuery) -> dict[int, int]:
    """The number of cards by the rank of the level of their gravest change; with a profile, of its level for it."""
    plain = ChangeQuery(editorial=False, on=wanted.on, limit=wanted.limit, offset=wanted.offset)
    if replace(wanted, level=None) == plain:
        return kept_counts.cards(store.connection, wanted.level.rank if wanted.level else 0)
    found = store.levels(wanted)
    for members in _shared(store, wanted):
        for rank in sorted(member.level for member in members)[:-1]:
            found[rank] -= 1
    return found


def _shared(store: StoreReader, wanted: ChangeQuery) -> list[list[_Member]]:
    """The matching changes of each story that has two or more of them, oldest first."""
    where, values = conditions(replace(wanted, limit=0))
    rank, first = "level", list[object]()
    if wanted.profile is not None:
        rank = "(SELECT level FROM change_profile WHERE change_profile.seq = change.seq AND profile = ?)"
        first = [wanted.profile]
    rows = store.connection.execute(
        f"SELECT document_group.story AS story, seq, {rank} AS rank, {DAY} AS day FROM document_group"  # noqa: S608 - conditions are ours, values are bound
        f" JOIN change ON change.id = document_group.name WHERE {where}",
        [*first, *values],
    )
    found: dict[str, list[_Member]] = {}
    for row in sorted(rows, key=lambda row: (row["day"], row["seq"])):
        found.setdefault(row["story"], []).append(_Member(row["seq"], row["rank"]))
    return [members for members in found.values() if len(members) > 1]


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


def _card(records: list[dict[str, Any]], profile: str | None) -> Card:
    """`records` are newest first."""

    def weight(record: dict[str, Any]) -> tuple[int, bool]:
        level = next(
            (match["level"] for match in record["profile_matches"] if match["profile"] == profile),
            record["level"],
        )
        return (_LEVELS.index(level), record["document_number"] is not None)

    lead = max(records, key=weight)
    return Card(lead, tuple(record for record in records if record is not lead))
