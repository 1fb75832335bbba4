"""Read-only queries of the weekly digest. Records are returned as stored JSON objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.storage.instants import to_text
from tracker.storage.leading_records import leading_records
from tracker.storage.reading import ReadConnection

_IN_FIELD = "level > 0 AND NOT editorial"
_NEWS = f"{_IN_FIELD} AND NOT baseline"


@dataclass(frozen=True, slots=True)
class SeenChange:
    """The figures of a change: rank of its level, ids of its topics, the first effective date in its text."""

    detected_at: str
    level: int
    topics: tuple[str, ...]
    effective: str | None


class DigestQueries:
    """Queries over a connection of `read_queries.StoreReader`."""

    def __init__(self, connection: ReadConnection) -> None:
        self.connection = connection

    def first_seen(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """The changes first seen between two instants, oldest first. Those outside the field are included where
        they touch a profile."""
        return self._records(
            "(level > 0 OR seq IN (SELECT seq FROM change_profile)) AND NOT editorial AND NOT baseline"
            " AND detected_at >= ? AND detected_at < ?",
            to_text(start),
            to_text(end),
        )

    def compared(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """The changes of texts and lists first seen between two instants."""
        return self._records(
            f"{_NEWS} AND kind IN ('cfr', 'list') AND detected_at >= ? AND detected_at < ?",
            to_text(start),
            to_text(end),
        )

    def renewed(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """Records seen earlier whose document got a new version between two instants."""
        return self._records(
            f"{_NEWS} AND revision > 1 AND detected_at < ?1 AND document_id IN"  # noqa: S608
            " (SELECT document_id FROM version WHERE ordinal > 1 AND at >= ?1 AND at < ?2)",
            to_text(start),
            to_text(end),
        )

    def planned(self, first: date, last: date) -> list[dict[str, Any]]:
        """Records with a date in force between two days."""
        return self._records(
            f"{_IN_FIELD} AND seq IN (SELECT seq FROM legal_date WHERE day BETWEEN ? AND ? AND NOT superseded)",  # noqa: S608
            first.isoformat(),
            last.isoformat(),
        )

    def turning(self, first: date, last: date, names: Sequence[str]) -> list[dict[str, Any]]:
        """Records with a legal status that begins or ends between two days, or ended on the day before, or that one of these documents acts on."""
        days = (first.isoformat(), last.isoformat())
        return self._records(
            f"{_IN_FIELD} AND (seq IN (SELECT seq FROM change_status WHERE since BETWEEN ?1 AND ?2"  # noqa: S608
            " OR until BETWEEN date(?1, '-1 day') AND ?2) OR document_number IN (SELECT value FROM json_each(?3))"
            " OR citation IN (SELECT value FROM json_each(?3)))",
            *days,
            json.dumps(list(names)),
        )

    def seen(self, start: datetime, end: datetime) -> Iterator[SeenChange]:
        """The figures of every change first seen between two instants."""
        rows = self.connection.execute(
            "SELECT detected_at, level,"  # noqa: S608 - conditions are ours, values are bound
            " (SELECT group_concat(topic) FROM change_topic WHERE change_topic.seq = change.seq) AS topics,"
            " (SELECT min(day) FROM legal_date WHERE legal_date.seq = change.seq AND type = 'effective' AND NOT superseded)"
            f" AS effective FROM change WHERE {_NEWS} AND detected_at >= ? AND detected_at < ?",
            [to_text(start), to_text(end)],
        )
        for row in rows:
            topics = tuple(row["topics"].split(",")) if row["topics"] else ()
            yield SeenChange(row["detected_at"], row["level"], topics, row["effective"])

    def taken(self, start: datetime, end: datetime) -> dict[str, int]:
        """The number of texts of each source between two instants."""
        return dict(
            self.connection.execute(
                "SELECT source, count(*) FROM version WHERE at >= ? AND at < ? GROUP BY source",
                [to_text(start), to_text(end)],
            ).fetchall()
        )

    def outages(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """The incidents that were open at some time between two instants, oldest first: subject, reason, cause (JSON or
        None), opened_at, closed_at (None: it lasts)."""
        rows = self.connection.execute(
            "SELECT subject, reason, cause, opened_at, closed_at FROM incident WHERE opened_at < ?2"
            " AND (closed_at IS NULL OR closed_at >= ?1) ORDER BY opened_at, id",
            [to_text(start), to_text(end)],
        )
        return [dict(row) for row in rows]

    def watched_since(self) -> str | None:
        """The time of the first successful poll of any source; None before it."""
        row = self.connection.execute("SELECT min(baseline_at) FROM source").fetchone()
        return str(row[0]) if row and row[0] else None

    def _records(self, condition: str, *values: str) -> list[dict[str, Any]]:
        rows = self.connection.execute(
            f"SELECT id, record FROM change WHERE {condition} ORDER BY detected_at, seq",  # noqa: S608
            values,
        )
        return list(leading_records(self.connection, rows))
