"""The states of pages for `status`, as plain SQL over `sqlite3`, as in `read_queries`."""

from __future__ import annotations

import json
from typing import Any

from tracker.storage.reading import ReadConnection

_FLAPPING = "SELECT source, url, polls, seen, since, at FROM flapping ORDER BY source, key"
_ABSENT = "SELECT source, url, reason, polls, since, at, change FROM absence ORDER BY source, key"
# Of the newest version of each resource: learned masks are carried from version to version.
_MASKED = (
    "SELECT source, key, volatile_patterns FROM version WHERE volatile_patterns <> '[]' AND NOT EXISTS (SELECT 1 FROM version"
    " AS newer WHERE newer.source = version.source AND newer.key = version.key AND newer.id > version.id) ORDER BY source, key"
)


def flapping(connection: ReadConnection) -> dict[str, list[dict[str, Any]]]:
    """Pages that alternate between two texts, by source."""
    return _by_source(connection, _FLAPPING)


def absent(connection: ReadConnection) -> dict[str, list[dict[str, Any]]]:
    """Removed pages and documents, by source. `change` is the record of the removal."""
    return _by_source(connection, _ABSENT)


def masked(connection: ReadConnection) -> dict[str, list[tuple[str, list[str]]]]:
    """The learned volatile content by source: the key of each page, and its templates."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for row in connection.execute(_MASKED):
        found.setdefault(row["source"], []).append((row["key"], json.loads(row["volatile_patterns"])))
    return found


def _by_source(connection: ReadConnection, query: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query):
        values = dict(row)
        found.setdefault(values.pop("source"), []).append(values)
    return found
