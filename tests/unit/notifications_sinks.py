"""Real targets on this machine, which behave and misbehave, and an outbox in memory."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.unit.rendering_samples import affiliates_rule
from tracker.config.models import Channel, Settings
from tracker.model import Change, Language
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.alert_message import build_message
from tracker.serialization import change_to_json
from tracker.storage.deliveries import Attempt, Delivery

NOW = datetime(2025, 9, 30, 1, 0, tzinfo=UTC)


def parcel_of(
    change: Change, language: Language = "ja", *, update: bool = False, repeated: bool = False
) -> OutboundMessage:
    alerted = build_message(
        change,
        language,
        now=NOW,
        timezone="Asia/Tokyo",
        viewer_url="http://127.0.0.1:8000",
        update=update,
        repeated=repeated,
    )
    return OutboundMessage(
        alerted, change_to_json(change), key=f"{change.id}/1/it", thread=change.document_number or change.id
    )


def settings_of(*channels: Channel) -> Settings:
    return Settings(path=Path("sources.toml"), channels=channels)


@dataclass
class HttpSink:
    """Answer with the result of `reply`: a status with headers and body, or `hang`, or `drop` after the data."""

    reply: Callable[[int], Any] = lambda number: 200
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    port: int = 0


@contextmanager
def http_sink(reply: Callable[[int], Any] = lambda _: 200) -> Iterator[HttpSink]:
    sink = HttpSink(reply)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.raw.append(body)
            is_json = "json" in self.headers.get("Content-Type", "")
            sink.bodies.append(json.loads(body) if is_json else body)
            sink.headers.append(dict(self.headers))
            sink.paths.append(self.path)
            wanted = sink.reply(len(sink.bodies))
            if wanted == "hang":
                sink.release.wait(20)
                return
            if wanted == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, text = wanted if isinstance(wanted, tuple) else (wanted, {}, "")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            with suppress(ConnectionError):  # the sender was killed
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def refusing_port() -> int:
    """Return a port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class MailSink:
    """Takes mail, or answers DATA with `reply`, and RCPT to names in `refused` with 550."""

    reply: str = "250 OK"
    refused: tuple[str, ...] = ()
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.mails.append(letter)
        self.recipients.append(list(envelope.rcpt_tos))
        return self.reply


@contextmanager
def mail_sink(reply: str = "250 OK", refused: tuple[str, ...] = ()) -> Iterator[MailSink]:
    sink = MailSink(reply, refused)
    sink.port = refusing_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@dataclass
class Row:
    delivery: Delivery
    state: str = "pending"
    due: datetime = NOW
    leased_until: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)


class MemoryOutbox:
    """The store's outbox as `OutboxProtocol` describes it."""

    def __init__(self, channels: tuple[str, ...], changes: int = 1, revision: int = 1) -> None:
        self._lock = threading.Lock()
        self.claims: list[tuple[datetime, str | None]] = []
        self.rows: dict[int, Row] = {}
        for change in range(changes):
            for channel in channels:
                number = len(self.rows) + 1
                change_id = f"chg_{change:016x}"
                key = f"{change_id}/{revision}/{channel}"
                self.rows[number] = Row(Delivery(number, change_id, revision, channel, key, 0, False))

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        with self._lock:
            self.claims.append((now, channel))
            claimed: list[Delivery] = []
            for row in self.rows.values():
                if len(claimed) == limit or (channel is not None and row.delivery.channel != channel):
                    continue
                lost = row.state == "claimed" and row.leased_until is not None and row.leased_until <= now
                if not lost and not (row.state == "pending" and row.due <= now):
                    continue
                row.delivery = replace(
                    row.delivery,
                    attempts=row.delivery.attempts + lost,
                    repeated=row.delivery.repeated or lost,
                )
                row.state, row.leased_until = "claimed", now + lease
                claimed.append(row.delivery)
            return claimed

    def record(
        self, delivery_ids: Sequence[int], attempt: Attempt, *, state: str, next_attempt_at: datetime | None
    ) -> None:
        with self._lock:
            (delivery_id,) = delivery_ids
            row = self.rows[delivery_id]
            row.attempts.append(attempt)
            row.state, row.leased_until = state, None
            row.due = next_attempt_at or row.due
            row.delivery = replace(
                row.delivery,
                attempts=row.delivery.attempts + 1,
                repeated=row.delivery.repeated or attempt.uncertain,
            )

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]


def lookup(change_id: str, revision: int) -> Change:
    return replace(affiliates_rule(), id=change_id, revision=revision)


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now
