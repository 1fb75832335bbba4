"""The conditions of a search for changes, and the SQL that they make. Plain SQL, for readers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tracker.clock import legal_instant
from tracker.model import Level
from tracker.storage.instants import to_text
from tracker.storage.status_conditions import status_on
from tracker.storage.text_index import HITS, Match
from tracker.text.words import expression

_QUOTED = re.compile(r'"([^"]+)"|(\S+)')
DAY = "coalesce(published, substr(detected_at, 1, 10))"
# A change in the field goes before one outside of it with the same words.
RANKED = "score * (1 + 0.2 * level) * CASE WHEN editorial THEN 0.5 ELSE 1 END"
ALL = "1 = 1"
_SINCE = "(published IS NOT NULL OR detected_at >= ?)"
_UNTIL = "(published IS NOT NULL OR detected_at < ?)"
_ONE_DAY = timedelta(days=1)
_REVIEWS = {
    "open": "NOT baseline AND NOT change.handled",
    "acknowledged": "change.handled AND NOT decided",
    "decided": "decided",
}
# Only while the rules find nothing: a finding replaces the similarity.
RESEMBLING = (
    "EXISTS (SELECT 1 FROM similarity_result AS alike WHERE alike.change_id = change.id AND alike.topic <> ''"
    " AND alike.revision = change.revision)"
    " AND (level = 0 OR NOT EXISTS (SELECT 1 FROM change_topic WHERE change_topic.seq = change.seq))"
)
# The literal lets the database take the index of the changes that somebody has.
_ASSIGNED = "assignee <> '' AND assignee IN (SELECT value FROM json_each(?))"
_NOT_READ = "NOT EXISTS (SELECT 1 FROM read_mark WHERE reader = ? AND change_id = change.id AND read_mark.revision >= change.revision)"
_CARD_OPEN = (
    "EXISTS (SELECT 1 FROM document_group JOIN card ON card.name = document_group.story"
    " WHERE document_group.name = change.id AND card.open > 0)"
)


@dataclass(frozen=True, slots=True)
class QueueView:
    """A view of the inbox. `name`: `open` (nobody acknowledged or decided it), `done` (somebody did, and nothing else of
    its story is open), `mine` (assigned to one of `people`, the spellings of a name, not decided), `unread` (not opened by `reader` since it came, and of the
    day `since` or later), `all`. In each, the level is the one that the inbox shows."""

    name: str
    people: tuple[str, ...] = ()
    reader: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """The conditions of a search for changes. `level`: that level or above; with `profile` the level for it.
    `since` and `until` are days of publication, or of detection (in New York) for records that were not published.
    `topics`: at least one of them. `profile`: the change touches it. `status`: a legal status that applies on the day `on`. `editorial`: False
    leaves out typographic changes. `baseline`: False leaves out the baseline. `resembling`: only changes in which
    the rules found nothing and whose words are similar to a topic. `terms`: each in one of its forms, where the
    words of `query` are not enough. `review`: `open` (nobody acknowledged or decided the current revision),
    `acknowledged`, `decided`. `assignees`: the spellings of the name to which it is assigned. `queue`: a view of the inbox."""

    since: date | None = None
    until: date | None = None
    topic: str | None = None
    topics: tuple[str, ...] = ()
    level: Level | None = None
    source: str | None = None
    query: str | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    kind: str | None = None
    profile: str | None = None
    status: str | None = None
    on: date | None = None
    review: str | None = None
    assignees: tuple[str, ...] = ()
    editorial: bool | None = None
    baseline: bool | None = None
    resembling: bool = False
    queue: QueueView | None = None
    limit: int = 50
    offset: int = 0

    @property
    def match(self) -> Match:
        """The question of the full-text index; empty where no word is searched."""
        asked = [(quoted or bare,) for quoted, bare in _QUOTED.findall(self.query or "")]
        return Match(expression((*asked, *self.terms)))


# All values of the columns before the day in `ix_change_queue`, so that it leads to the day.
_ANY_QUEUE = " AND ".join(f"change.{name} IN (false, true)" for name in ("baseline", "editorial", "handled"))


def conditions(wanted: ChangeQuery) -> tuple[str, list[Any]]:
    where, values = [ALL], list[Any]()
    rank = rank_column(wanted)
    end = min(wanted.until, date.max - _ONE_DAY) + _ONE_DAY if wanted.until else None
    plain: Sequence[tuple[str, Any]] = (
        # The index has the day in UTC, which is New York's or the next one: it narrows the rows, the instant decides.
        (f"{DAY} >= ?", wanted.since and wanted.since.isoformat()),
        (_SINCE, wanted.since and to_text(legal_instant(wanted.since))),
        (f"{DAY} <= ?", end and end.isoformat()),
        ("coalesce(published, '') <= ?", wanted.until and wanted.until.isoformat()),
        (_UNTIL, end and to_text(legal_instant(end))),
        ("seq IN (SELECT seq FROM change_topic WHERE topic = ?)", wanted.topic),
        (f"{rank} >= ?", None if wanted.profile else wanted.level and wanted.level.rank),
        (
            "source || '' = ?",
            wanted.source,
        ),  # not that column alone: its index would be used, not that of the newest
        ("kind = ?", wanted.kind),
        ("editorial = ?", wanted.editorial),
        ("baseline = ?", wanted.baseline),
        (_ASSIGNED, json.dumps(wanted.assignees) if wanted.assignees else None),
    )
    if wanted.since is not None:
        where.append(_ANY_QUEUE)
    for condition, value in plain:
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.topics:
        where.append("seq IN (SELECT seq FROM change_topic WHERE topic IN (SELECT value FROM json_each(?)))")
        values.append(json.dumps(wanted.topics))
    if wanted.profile is not None:
        where.append("seq IN (SELECT seq FROM change_profile WHERE profile = ? AND level >= ?)")
        values += [wanted.profile, wanted.level.rank if wanted.level else 0]
    if wanted.resembling:
        where.append(RESEMBLING)
    if wanted.review is not None:
        where.append(_REVIEWS[wanted.review])
    if wanted.status is not None:
        condition, given = status_on(wanted.status, wanted.on.isoformat() if wanted.on else "9999-12-31")
        where.append(condition)
        values += given
    if wanted.match:
        where.append(f"seq IN {HITS}")
        values.append(wanted.match)
    if wanted.queue is not None:
        condition, given = _in_view(wanted.queue)
        where.append(condition)
        values += given
    return " AND ".join(where), values


def rank_column(wanted: ChangeQuery) -> str:
    """The column with the rank of a change: the inbox shows that of a profile where the change is outside the field."""
    return "level" if wanted.queue is None else "queue_level"


def _in_view(view: QueueView) -> tuple[str, list[Any]]:
    match view.name:
        case "open":
            return "NOT baseline AND change.handled = false", []
        case "done":
            return f"change.handled = true AND NOT {_CARD_OPEN}", []
        case "mine":
            return f"{_ASSIGNED} AND NOT decided", [json.dumps(view.people)]
        case "unread":
            day = view.since.isoformat() if view.since else ""
            return f"{_ANY_QUEUE} AND {DAY} >= ? AND {_NOT_READ}", [day, view.reader]
    return ALL, []
