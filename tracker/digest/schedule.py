"""Decides which digests are due for which recipients (pure), and sends each of them once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tracker.alerts import incidents
from tracker.clock import ahead, reader_day, reader_instant
from tracker.config.models import Channel, Digest, Settings
from tracker.digest.delivery_forms import digest_message
from tracker.digest.period import Period, last_week, read_week
from tracker.digest.queries import load_week
from tracker.digest.week import Week
from tracker.logs import Logger
from tracker.model import Language
from tracker.notifications import targets as places
from tracker.notifications.delivery import DeliveryGate, DeliveryOutcome, Send, deliver
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.source_text import source_names
from tracker.storage import outbox
from tracker.storage.database import Store
from tracker.storage.deliveries import Delivery
from tracker.storage.digest_queries import DigestQueries
from tracker.storage.instants import from_text
from tracker.storage.outbox import DeliveryStatus, Outbox
from tracker.storage.read_queries import open_reader

# A PDF of a long week takes minutes. The lease of a claim is longer than any attempt.
SEND_LIMIT = timedelta(minutes=4)
LEASE = timedelta(minutes=5)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

log = Logger()


@dataclass(frozen=True, slots=True)
class DigestRecipient:
    """The recipient of one digest: a week by its name (`2026-W47`), a channel, a language, a profile (empty: none)."""

    week: str
    channel: str
    language: Language
    profile: str = ""

    @property
    def key(self) -> str:
        return outbox.digest_key(self.week, self.channel, self.language, self.profile)


def fires_at(at: str, timezone: str, now: datetime) -> datetime:
    """The last instant, not after now, of a weekly time such as `mon 08:00` in this time zone. A local time that a
    daylight saving change skips counts as the time that clocks show in its place."""
    day, _, clock = at.partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    today = reader_day(now, timezone)
    on = today - timedelta(days=(today.weekday() - _DAYS.index(day)) % 7)
    moment = reader_instant(on, timezone, time(hour, minute))
    if moment > now:
        moment = reader_instant(on - timedelta(days=7), timezone, time(hour, minute))
    return moment


def due(settings: Settings, now: datetime, watched_since: datetime | None) -> list[DigestRecipient]:
    """The digests of the last week that are due by now, sent or not. Empty where the first source was polled only after
    that week (`watched_since`; None: never polled)."""
    if settings.digest is None:
        return []
    fired = fires_at(settings.digest.at, settings.timezone, now)
    period = last_week(fired, settings.timezone)
    if watched_since is None or (watched_since >= period.end and not ahead(watched_since, now)):
        return []
    return readers(settings, settings.digest, period)


def readers(settings: Settings, digest: Digest, period: Period) -> list[DigestRecipient]:
    """The recipients of the digest of a week, by channel, profile and language."""
    found = []
    for name in digest.to:
        channel = settings.channel(name)
        own = channel.language if channel else None
        languages = (own,) if own else digest.languages or (settings.languages[0],)
        found += [
            DigestRecipient(period.name, name, language, profile)
            for profile in digest.profiles or ("",)
            for language in languages
        ]
    return found


def send_due(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    *,
    gate: DeliveryGate | None = None,
    stop: threading.Event | None = None,
    send: Send = places.send,
) -> tuple[DeliveryOutcome, ...]:
    """Sends the digests that are due, including pending ones of earlier weeks. Fast where nothing is due, because it is
    called every minute."""
    at = now()
    if settings.digest is not None:
        recipients = due(settings, at, _watched_since(store))
        if queued := _enqueue(store, recipients, at):
            log.info("digest due", week=recipients[0].week, readers=queued)
    return _send(settings, store, now, gate, stop, send)


def send_week(
    settings: Settings,
    digest: Digest,
    period: Period,
    store: Store,
    now: Callable[[], datetime],
    *,
    send: Send = places.send,
) -> tuple[tuple[DeliveryOutcome, ...], dict[DigestRecipient, DeliveryStatus]]:
    """Sends the digest of one week to every configured recipient that does not have it; returns the outcomes, and the
    state of all recipients. Dead digests are retried, because a person asked for it."""
    recipients = readers(settings, digest, period)
    _enqueue(store, recipients, now())
    keys = [recipient.key for recipient in recipients]
    with store.write() as connection:
        outbox.redeliver_keys(connection, now(), keys)
    outcomes = _send(settings, store, now, None, None, send)
    with store.read() as connection:
        found = outbox.statuses(connection, keys)
    return outcomes, {recipient: found[recipient.key] for recipient in recipients}


def _enqueue(store: Store, recipients: Sequence[DigestRecipient], now: datetime) -> int:
    """Queues the digests that are not in the outbox yet; returns their number."""
    with store.read() as connection:
        found = outbox.statuses(connection, [recipient.key for recipient in recipients])
    missing = [recipient for recipient in recipients if recipient.key not in found]
    if not missing:
        return 0
    with store.write() as connection:
        return sum(
            outbox.enqueue(
                connection, kind="digest", subject_id=recipient.week, channel=recipient.channel,
                language=recipient.language, profile=recipient.profile, reason={"code": "digest"}, now=now,
            )
            for recipient in missing
        )  # fmt: skip


def _watched_since(store: Store) -> datetime | None:
    with open_reader(store.state) as opened:
        found = DigestQueries(opened.connection).watched_since()
    return from_text(found) if found else None


def _send(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    gate: DeliveryGate | None,
    stop: threading.Event | None,
    send: Send,
) -> tuple[DeliveryOutcome, ...]:
    watch = incidents.channel_watch(settings.channels_for_outages())
    report = deliver(
        Outbox(store, watch, kind="digest"), DigestMessages(settings, store, now), settings, now,
        gate=gate, stop=stop, send=send, limit=SEND_LIMIT, lease=LEASE,
    )  # fmt: skip
    return report.outcomes


@dataclass(slots=True)
class DigestMessages:
    """Composes digests. The week of a profile is read once, for all channels and languages."""

    settings: Settings
    store: Store
    now: Callable[[], datetime]
    _weeks: dict[tuple[str, str], Week] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, _: Channel, deliveries: Sequence[Delivery], repeated: bool) -> OutboundMessage:
        """The message of one digest. Raises the error of reading the week, and UsageError where the PDF extra is missing."""
        (delivery,) = deliveries
        form = self.settings.digest.format if self.settings.digest else "html"
        language: Language = "en" if delivery.language == "en" else "ja"
        return digest_message(self._week(delivery), language, delivery.key, form=form, repeated=repeated)

    def _week(self, delivery: Delivery) -> Week:
        name = (delivery.subject_id, delivery.profile)
        with self._lock:
            if name not in self._weeks:
                self._weeks[name] = load_week(
                    self.store.state,
                    read_week(delivery.subject_id, self.settings.timezone),
                    now=self.now(),
                    profile=delivery.profile,
                    viewer_url=self.settings.viewer_url,
                    watched=[source.id for source in self.settings.sources if source.enabled],
                    names=source_names(self.settings),
                    store=self.store,
                )
            return self._weeks[name]
