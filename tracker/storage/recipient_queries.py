"""Read-only queries of the states of recipients, and of deliveries for channels that the settings no longer have."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from tracker.serialization import format_instant
from tracker.storage.instants import from_text
from tracker.storage.reading import ReadConnection, Row


def held(row: Row) -> dict[str, Any]:
    """A delivery with its reason and its hold as objects."""
    return {
        **dict(row),
        "reason": json.loads(row["reason"]),
        "held": json.loads(row["held"]) if row["held"] else None,
    }


def with_recipients(connection: ReadConnection, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deliveries, each with its `recipients`: recipient, state, attempts, answer, at, repeated. The list is empty
    where the only recipient of a channel accepted the message at the first attempt."""
    found = {row["id"]: {**row, "recipients": []} for row in rows}
    listed = connection.execute(
        "SELECT delivery.id, recipient, delivery_recipient.state, delivery_recipient.attempts, answer, at,"
        " delivery_recipient.repeated FROM delivery JOIN delivery_recipient ON delivery_recipient.key = delivery.key"
        " WHERE delivery.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) ORDER BY delivery.id, recipient",
        [json.dumps(list(found))],
    )
    for row in listed:
        entry = dict(row)
        entry["at"] = format_instant(from_text(entry["at"]))
        entry["repeated"] = bool(entry["repeated"])
        found[entry.pop("id")]["recipients"].append(entry)
    return list(found.values())


def not_reached(connection: ReadConnection) -> dict[str, list[dict[str, Any]]]:
    """For each channel the recipients that lack messages, because they are pending or dead: recipient, state (the
    worst), number of messages, last answer."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = connection.execute(
        "SELECT channel, recipient, worst AS state, number, answer, at FROM (SELECT delivery.channel, recipient, answer, at,"
        " min(delivery_recipient.state) OVER every AS worst, count(*) OVER every AS number, row_number() OVER"
        " (PARTITION BY delivery.channel, recipient ORDER BY at DESC, delivery.id DESC) AS place FROM delivery_recipient"
        " JOIN delivery ON delivery.key = delivery_recipient.key"
        " WHERE delivery.state IN ('pending', 'claimed', 'dead') AND delivery_recipient.state IN ('dead', 'pending')"
        " WINDOW every AS (PARTITION BY delivery.channel, recipient)) AS found WHERE place = 1 ORDER BY channel, recipient"
    )
    for row in rows:
        if row["recipient"]:
            entry = {name: row[name] for name in ("recipient", "state", "number", "answer")}
            found.setdefault(row["channel"], []).append({**entry, "at": format_instant(from_text(row["at"]))})
    return found


def stranded(connection: ReadConnection, channels: Collection[str]) -> dict[str, int]:
    """The number of unfinished and dead deliveries for each channel that is not among these, because it was removed from the
    settings or renamed."""
    rows = connection.execute(
        "SELECT channel, sum(pending + claimed + dead) AS number FROM delivery_count"
        " WHERE pending + claimed + dead > 0 GROUP BY channel ORDER BY channel"
    )
    return {row["channel"]: row["number"] for row in rows if row["channel"] not in channels}
