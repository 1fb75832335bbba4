"""The inbox by story: a rule, its text in the CFR, list rows and pages are one card. Plain SQL, for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tracker.storage.leading_records import leading_texts
from tracker.storage.read_queries import DAY, MATCHES, RANKED, ChangeQuery, StoreReader, conditions
from tracker.storage.story_queries import FACE, texts_with_stories

_SEQS = "(SELECT value FROM json_each(?))"


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
    stories = _shared(store, wanted)
    if wanted.match:
        ranks = _ranks(store, wanted.match, [member.seq for members in stories for member in members])
        leaders = [min(members, key=lambda member: ranks[member.seq]).seq for members in stories]
    else:
        leaders = [members[-1].seq for members in stories]
    shown = dict(zip(leaders, stories, strict=True))
    hidden = [member.seq for leader, members in shown.items() for member in members if member.seq != leader]
    page = [
        [member.seq for member in shown[seq]] if seq in shown else [seq]
        for seq in store.seqs(wanted, without=hidden)
    ]
    records = _records(store, [seq for seqs in page for seq in seqs])
    return [_card([records[seq] for seq in reversed(seqs)], wanted.profile) for seqs in page]


def count(store: StoreReader, wanted: ChangeQuery) -> int:
    """The number of cards."""
    return store.count(wanted) - sum(len(members) - 1 for members in _shared(store, wanted))


def levels(store: StoreReader, wanted: ChangeQuery) -> dict[int, int]:
    """The number of cards by the rank of the level of their gravest change; with a profile, of its level for it."""
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
        f"SELECT document_group.story AS story, seq, {rank} AS rank FROM document_group"  # noqa: S608 - conditions are ours, values are bound
        f" JOIN change ON change.id = document_group.name WHERE {where} ORDER BY {DAY}, seq",
        [*first, *values],
    )
    found: dict[str, list[_Member]] = {}
    for row in rows:
        found.setdefault(row["story"], []).append(_Member(row["seq"], row["rank"]))
    return [members for members in found.values() if len(members) > 1]


def _ranks(store: StoreReader, match: str, seqs: Iterable[int]) -> dict[int, float]:
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
