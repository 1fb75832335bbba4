"""The names of the entries of the viewer's watch list. Plain SQL, so that commands that only read start fast."""

from __future__ import annotations

from tracker.storage.reading import ReadConnection

_NEWEST = """
SELECT key FROM watch_entry AS e WHERE kind = ? AND value IS NOT NULL
  AND id = (SELECT max(id) FROM watch_entry WHERE kind = e.kind AND key = e.key) ORDER BY id
"""


def keys(connection: ReadConnection, kind: str) -> list[str]:
    """The ids of the profiles, or the names of the watched instruments, that operators added."""
    return [str(row[0]) for row in connection.execute(_NEWEST, (kind,))]
