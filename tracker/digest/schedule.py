"""Decides which digests are due for which recipients (pure), and sends each of them once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

import structlog

from tracker.alerts import incidents
from tracker.clock import ahead, reader_day, reader_instant
from tracker.config.models import Channel, Digest, Settings
from tracker.digest.delivery_forms import digest_message
from tracker.digest.period import Period, last_week, read_week
from tracker.digest.queries import load_week as gather
from tracker.digest.week import Week
from tracker.errors import TrackerError
from tracker.model import Attempt
from tracker.notifications import recipient_list
from tracker.notifications import targets as places
from tracker.notifications.delivery_result import DeliveryResult, next_attempt_at
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.recipient_copies import send_copies
from tracker.notifications.recipient_list import Roster
from tracker.recipients import ONLY
from tracker.storage import digests
from tracker.storage.database import Store
from tracker.storage.digest_queries import DigestQueries
from tracker.storage.digests import Claim, DigestRecipient
from tracker.storage.instants import from_text
from tracker.storage.read_queries import open_reader

# Longer than any channel takes to answer or to time out: an older claim was lost in a crash.
LEASE = timedelta(minutes=5)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Send = Callable[[Channel, OutboundMessage], DeliveryResult]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DigestReport:
    """The outcome of one digest. `state`: sent, pending (will be retried), dead."""

    owed: DigestRecipient
    state: str
    answer: str
    repeated: bool = False


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
    settings: Settings, store: Store, now: Callable[[], datetime], *, send: Send = places.send
) -> list[DigestReport]:
    """Sends the digests that are due, including pending ones of earlier weeks. Channels are independent of each other.
    Fast where nothing is due, because it is called every minute."""
    at = now()
    if settings.digest is not None:
        wanted = due(settings, at, _watched_since(store))
        if wanted and digests.enqueue(store, wanted, at):
            log.info("digest due", week=wanted[0].week, readers=len(wanted))
    return _send(digests.claim(store, at, LEASE), settings, store, now, send)


def send_week(
    settings: Settings,
    digest: Digest,
    period: Period,
    store: Store,
    now: Callable[[], datetime],
    *,
    send: Send = places.send,
) -> tuple[list[DigestReport], list[digests.Sent]]:
    """Sends the digest of one week to every configured recipient that does not have it; returns the attempts, and the
    state of all recipients. Dead digests are retried, because a person asked for it."""
    wanted = readers(settings, digest, period)
    digests.enqueue(store, wanted, now())
    digests.retry_failed(store, wanted, now())
    reports = _send(digests.claim(store, now(), LEASE), settings, store, now, send)
    return reports, digests.deliveries(store, wanted)


def _watched_since(store: Store) -> datetime | None:
    with open_reader(store.state) as opened:
        found = DigestQueries(opened.connection).watched_since()
    return from_text(found) if found else None


def _send(
    claims: Sequence[Claim], settings: Settings, store: Store, now: Callable[[], datetime], send: Send
) -> list[DigestReport]:
    if not claims:
        return []
    weeks: dict[tuple[str, str], Week | DeliveryResult] = {}
    for claimed in claims:
        name = (claimed.owed.week, claimed.owed.profile)
        if name not in weeks:
            weeks[name] = _load(claimed.owed, settings, store, now())
    by_channel: dict[str, list[Claim]] = {}
    for claimed in claims:
        by_channel.setdefault(claimed.owed.channel, []).append(claimed)

    def one_channel(mine: Iterable[Claim]) -> list[DigestReport]:
        return [
            _attempt(claimed, weeks[(claimed.owed.week, claimed.owed.profile)], settings, store, now, send)
            for claimed in mine
        ]

    with ThreadPoolExecutor(len(by_channel), "digest") as pool:
        rounds = [pool.submit(partial(one_channel, mine)) for mine in by_channel.values()]
    return [report for done in rounds for report in done.result()]


def _load(owed: DigestRecipient, settings: Settings, store: Store, at: datetime) -> Week | DeliveryResult:
    """The week; a failed result where it cannot be loaded."""
    watched = [source.id for source in settings.sources if source.enabled]
    try:
        return gather(
            store.state,
            read_week(owed.week, settings.timezone),
            now=at,
            profile=owed.profile,
            viewer_url=settings.viewer_url,
            watched=watched,
            store=store,
        )
    except TrackerError as error:
        return DeliveryResult(False, error.line())


def _attempt(
    claimed: Claim,
    week: Week | DeliveryResult,
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    send: Send,
) -> DigestReport:
    owed = claimed.owed
    rosters: list[Roster] = []
    answer = (
        week if isinstance(week, DeliveryResult) else _send_digest(claimed, week, settings, send, rosters)
    )
    if not any(entry.seen for entry in rosters):
        rosters.append(Roster(seen={ONLY}, answers={ONLY: answer}))
    tried_for = recipient_list.combine_rosters(rosters, complete=True)
    answer = recipient_list.summary(tried_for.answers, answer)
    again = next_attempt_at(claimed.attempts + 1, answer, now(), random.Random())  # noqa: S311 - spreads retries
    if answer.uncertain and claimed.repeated:
        again = None  # it may have been sent twice: no third attempt
    known = {recipient.name: recipient for recipient in claimed.recipients}
    recipients = recipient_list.recipients_after(known, tried_for, answer, last=again is None)
    states = {recipient.state for recipient in recipients}
    state = "pending" if "pending" in states else "dead" if "dead" in states else "sent"
    again = again if state == "pending" else None
    at = now()
    with store.write() as connection:
        digests.record(
            store,
            claimed,
            state=state,
            answer=answer.text,
            now=at,
            next_attempt_at=again,
            uncertain=answer.uncertain,
            recipients=recipients,
        )
        if settings.channel(owed.channel) is not None:
            # A digest that was given up opens an incident of its channel, like an alert.
            tried = Attempt(at, answer.ok, f"{owed.week}: {answer.text}", 0.0, recipients=recipients)
            incidents.channel_watch(settings.channels_for_outages())(
                connection, owed.channel, state, tried, owed.key
            )
    (log.info if answer.ok else log.warning)(
        "digest", week=owed.week, channel=owed.channel, language=owed.language, profile=owed.profile or None,
        state=state, answer=answer.text,
    )  # fmt: skip
    return DigestReport(owed, state, answer.text, claimed.repeated)


def _send_digest(
    claimed: Claim, week: Week, settings: Settings, send: Send, rosters: list[Roster]
) -> DeliveryResult:
    channel = settings.channel(claimed.owed.channel)
    if channel is None:
        return DeliveryResult(False, "the settings have no such channel any more", transient=False)
    form = settings.digest.format if settings.digest else "html"
    try:
        return send_copies(
            channel,
            lambda repeated: digest_message(
                week, claimed.owed.language, claimed.owed.key, form=form, repeated=repeated
            ),
            send,
            known=claimed.recipients,
            repeated=claimed.repeated,
            rosters=rosters,
        )
    except TrackerError as error:
        return DeliveryResult(False, error.line())
    except Exception as error:
        # A digest that cannot be rendered or sent must not stop the others. The error's own text may contain the
        # channel's URL.
        log.exception("internal error in digest", channel=channel.id)
        return DeliveryResult(False, f"internal: {type(error).__name__}")
