"""The stories of stored records: the id that a rule, its text in the CFR, list rows and pages share. Plain SQL, for
readers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def story_id(root: str) -> str:
    """The id of the story that begins with a document, a page or a change of this name."""
    return "sty_" + hashlib.sha256(root.encode()).hexdigest()[:16]


def own_story(record: Mapping[str, Any], document_id: str = "") -> str:
    """The id of the story of a record that nothing else belongs to yet."""
    page = document_id if record["kind"] == "page" else ""
    return story_id(record["document_number"] or record["citation"] or page or record["id"])


def stories_of(connection: sqlite3.Connection, change_ids: Iterable[str]) -> dict[str, str]:
    """The story of each change that shares one, or was alerted."""
    rows = connection.execute(
        "SELECT name, story FROM document_group WHERE name IN (SELECT value FROM json_each(?))",
        [json.dumps(list(change_ids))],
    )
    return {row["name"]: row["story"] for row in rows}


def with_stories(connection: sqlite3.Connection, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records with their `story`."""
    known = stories_of(connection, [record["id"] for record in records])
    alone = [record["id"] for record in records if record["id"] not in known and record["kind"] == "page"]
    rows = connection.execute(
        "SELECT id, document_id FROM change WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(alone)]
    )
    pages = {row["id"]: row["document_id"] for row in rows}
    return [
        {**record, "story": known.get(record["id"]) or own_story(record, pages.get(record["id"], ""))}
        for record in records
    ]


def members(connection: sqlite3.Connection, story: str) -> list[str]:
    """The ids of the changes of a story, oldest first."""
    rows = connection.execute(
        "SELECT change.id FROM document_group JOIN change ON change.id = document_group.name WHERE story = ?"
        " ORDER BY coalesce(published, substr(detected_at, 1, 10)), seq",
        [story],
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A change of a story: `seq`, its day, and the rank of its level."""

    story: str
    seq: int
    day: str
    level: int
    is_document: bool


def shared(
    connection: sqlite3.Connection, where: str, values: Sequence[object], day: str
) -> dict[str, list[StoryMember]]:
    """The stories with two or more changes under these conditions on `change`, each with those changes, oldest first.
    `day` is the expression by which changes are sorted."""
    rows = connection.execute(
        f"SELECT document_group.story AS story, change.seq AS seq, {day} AS day, level, document_number"  # noqa: S608 - conditions are ours, values are bound
        f" FROM document_group JOIN change ON change.id = document_group.name WHERE {where} ORDER BY {day}, change.seq",
        list(values),
    )
    found: dict[str, list[StoryMember]] = {}
    for row in rows:
        member = StoryMember(
            row["story"], row["seq"], row["day"], row["level"], row["document_number"] is not None
        )
        found.setdefault(member.story, []).append(member)
    return {story: every for story, every in found.items() if len(every) > 1}
