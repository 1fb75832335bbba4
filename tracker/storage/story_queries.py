"""The stories of stored records: the id that a rule, its text in the CFR, list rows and pages share. Plain SQL, for
readers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from tracker.storage.reading import ReadConnection, Row


def story_id(root: str) -> str:
    """The id of the story that begins with a document, a page or a change of this name."""
    return "sty_" + hashlib.sha256(root.encode()).hexdigest()[:16]


# The columns of `change` by which the story of a record is named.
FACE = "id, kind, document_number, citation, document_id, record"


def own_story(row: Row) -> str:
    """The id of the story of a record that nothing else belongs to yet."""
    page = row["document_id"] if row["kind"] == "page" else ""
    return story_id(row["document_number"] or row["citation"] or page or row["id"])


def stories_of(connection: ReadConnection, change_ids: Iterable[str]) -> dict[str, str]:
    """The story of each change that shares one, or was alerted."""
    rows = connection.execute(
        "SELECT name, story FROM document_group WHERE name IN (SELECT value FROM json_each(?))",
        [json.dumps(list(change_ids))],
    )
    return {row["name"]: row["story"] for row in rows}


def records_of_stories(
    connection: ReadConnection, change_ids: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """The records of the story of each change, the newest first; none for a change that shares no story."""
    rows = connection.execute(
        "SELECT own.name AS name, change.record AS record FROM document_group AS own"
        " JOIN document_group AS other ON other.story = own.story JOIN change ON change.id = other.name"
        " WHERE own.name IN (SELECT value FROM json_each(?)) ORDER BY change.published DESC, change.seq DESC",
        [json.dumps(list(change_ids))],
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(json.loads(row["record"]))
    return found


def texts_with_stories(connection: ReadConnection, rows: Sequence[Row], texts: Sequence[str]) -> list[str]:
    """The JSON texts of these rows (`FACE`), each with its `story` as the last key."""
    known = stories_of(connection, [row["id"] for row in rows])
    return [
        f'{text[:-1]},"story":"{known.get(row["id"]) or own_story(row)}"}}'
        for row, text in zip(rows, texts, strict=True)
    ]


def faces_of_stories(connection: ReadConnection, stories: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The first record of each story: its id and title."""
    rows = connection.execute(
        "SELECT own.story AS story, change.id AS id, change.record AS record FROM document_group AS own"
        " JOIN change ON change.id = own.name WHERE own.story IN (SELECT value FROM json_each(?))"
        " ORDER BY change.seq DESC",
        [json.dumps(list(stories))],
    )
    return {row["story"]: (row["id"], json.loads(row["record"])["title"]) for row in rows}
