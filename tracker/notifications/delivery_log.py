"""The log of webhooks: each request with its event, id, time, status, duration, number of the attempt and next attempt. Pure, but for the
queueing of test events and of events that are sent once more, which the audit log records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.model import Level
from tracker.notifications import webhook_events
from tracker.serialization import format_instant
from tracker.storage import audit_log, delivery_log, notices
from tracker.storage.audit_log import Event
from tracker.storage.delivery_log import Span
from tracker.storage.instants import from_text
from tracker.storage.reading import ReadConnection

SHOWN = 200  # requests
_STATUS = re.compile(r"([1-5]\d\d)\b")
_SCHEMES = ("json://", "jsons://")


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request, or one that is queued. `id` is the `webhook-id`, the same in each repetition; `count` the alerts of a message that
    combines several; `status` the HTTP status, None where no answer arrived; `next_attempt` only of the newest attempt at a message
    that is pending. `delivery` is the number for a replay; `replayable` is the newest attempt at what was sent or given up."""

    id: str
    event: str
    channel: str
    delivery: int
    subject: str
    title: str
    count: int
    state: str
    at: datetime | None
    ok: bool | None
    status: int | None
    answer: str
    seconds: float | None
    attempt: int
    next_attempt: datetime | None
    replayable: bool

    def json(self) -> dict[str, Any]:
        instants = {
            name: format_instant(value) if value else None
            for name, value in (("at", self.at), ("next_attempt", self.next_attempt))
        }
        return {**asdict(self), **instants}


def webhooks(settings: Settings) -> list[str]:
    """Return the ids of the channels that are webhooks."""
    return [channel.id for channel in settings.channels if channel.url.startswith(_SCHEMES)]


def requests(
    connection: ReadConnection, channels: Iterable[str], now: datetime, days: int, *, limit: int = SHOWN
) -> list[LoggedRequest]:
    """Return the requests of the last days, newest first, after those that are queued and were not tried yet."""
    names = list(channels)
    tried = delivery_log.attempts(connection, names, now - timedelta(days=days), limit)
    seen = {row["delivery_id"] for row in tried}
    queued = [row for row in delivery_log.waiting(connection, names, limit) if row["delivery_id"] not in seen]
    untried = [
        {
            **row,
            "id": None,
            "newest": None,
            "at": None,
            "ok": None,
            "answer": "",
            "seconds": None,
            "number": 0,
        }
        for row in queued
    ]
    return [_request(group) for row_group in (untried, tried) for group in _messages(row_group)]


def _messages(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """The rows by message: alerts that were sent together have one attempt each, at the same instant."""
    for _, found in groupby(rows, key=lambda row: (row["channel"], row["batch"] or row["key"], row["at"])):
        yield sorted(found, key=lambda row: int(row["delivery_id"]))


def _request(rows: list[dict[str, Any]]) -> LoggedRequest:
    first, last = rows[0], rows[-1]
    combined = len({row["subject_id"] for row in rows}) > 1
    key = f"batch/{first['key']}" if combined else last["key"]
    status = _STATUS.match(last["answer"])
    newest = last["id"] == last["newest"]
    pending = newest and last["state"] in {"pending", "claimed"}
    return LoggedRequest(
        id=webhook_events.message_id(key),
        event=webhook_events.BATCH if combined else _event(last),
        channel=last["channel"],
        delivery=int(last["delivery_id"]),
        subject=last["subject_id"],
        title=last["title"] or "",
        count=len(rows),
        state=last["state"],
        at=from_text(last["at"]) if last["at"] else None,
        ok=None if last["ok"] is None else bool(last["ok"]),
        status=int(status[1]) if status else None,
        answer=last["answer"],
        seconds=last["seconds"],
        attempt=int(last["number"]),
        next_attempt=from_text(last["next_attempt_at"]) if pending else None,
        replayable=newest and last["state"] in {"sent", "dead"} and last["kind"] == "alert",
    )


def _event(row: Mapping[str, Any]) -> str:
    if row["kind"] == "digest":
        return webhook_events.DIGEST
    if row["notice"]:
        return webhook_events.notice_event(row["notice"])
    return webhook_events.change_event(row["revision"], str(row["reason"].get("code") or ""))


def queue_test(connection: Connection, channel: str, now: datetime, who: str, address: str = "") -> None:
    """Queue a test event for a channel: it is signed, repeated and logged like any other event."""
    identity = notices.notice_id("test", channel, now)
    notices.enqueue_notice(
        connection, name=(channel, now), kind="test", level=Level.NONE, story=identity,
        data={"test": True, "who": who}, channels=[channel], reason={"code": "test"}, now=now,
    )  # fmt: skip
    audit_log.add(connection, now, who, Event.WEBHOOK_TESTED, channel, address)


def queue_replay(
    connection: Connection, wanted: int | Span, settings: Settings, now: datetime, who: str, address: str = ""
) -> int:
    """Queue events once more, and return their number. Raises UsageError as `delivery_log.replay`."""
    number = delivery_log.replay(connection, now, wanted, webhooks(settings))
    if isinstance(wanted, Span):
        value = f"{wanted.channel} {format_instant(wanted.first)}/{format_instant(wanted.until)} ({number})"
    else:
        value = f"{wanted} ({number})"
    audit_log.add(connection, now, who, Event.WEBHOOK_REPLAYED, value, address)
    return number
