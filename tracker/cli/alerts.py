"""Commands about alerts: route, deliveries, redeliver, acknowledge, mute, snooze."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import click

from tracker import clock
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, preferences, print_json, settings_in_use, settings_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.alerts.routing import Scope
    from tracker.storage.database import Store

STATES = ("pending", "claimed", "sent", "dead", "withheld")
SCOPES = ("channel", "source", "topic", "story")


@command("route")
@click.argument("change", metavar="CHANGE")
@json_option
def route(config: Path, state: Path, change: str, as_json: bool) -> None:
    """Shows which channels would get a change, when and why, and which would not, and why. Sends nothing."""
    from tracker.alerts import mutes, routing
    from tracker.config.validators import weekday_span
    from tracker.rendering.delivery_hold import deliveries_to_json, hold_line, reason_line
    from tracker.sanitize import sanitize_line
    from tracker.serialization import change_from_json
    from tracker.storage.read_queries import open_reader
    from tracker.stories import story_index

    settings = settings_in_use(config, state)
    with open_reader(state) as opened:
        found = change_from_json(opened.change(change))
        past = opened.deliveries(found.id)
    now = clock.now()
    with store_of(state).read() as connection:
        story = story_index.register_story_names(connection, found)
        muted = mutes.active(connection, now)
    silent = routing.is_below_alerting(found)
    would: list[dict[str, Any]] = []
    for routed in routing.route(found, settings):
        channel = settings.channel(routed.channel)
        if channel is None:
            continue
        plan = routing.plan_delivery(
            channel, routed.level, now=now, timezone=settings.timezone, mutes=muted, story=story,
            source=found.source, topics=[topic.id for topic in found.tagging.topics],
        )  # fmt: skip
        would.append(
            {
                "channel": channel.id,
                "language": routed.language,
                "told": not plan.withheld,
                "at": plan.at.isoformat() if plan.at else None,
                "together": plan.batch is not None,
                "why": reason_line(routed.reason, "en"),
                "held": plan.hold.record() if plan.hold else None,
            }
        )
    got = {entry["channel"] for entry in would}
    refusals = routing.mismatches(found, settings)
    others = [channel.id for channel in settings.channels if channel.id not in got]
    later = routing.escalations(found, settings)
    if as_json:
        untaken = [{"route": entry.number, "to": entry.to, "why": entry.reasons} for entry in refusals]
        print_json(
            {
                "change": found.id,
                "silent": silent or None,
                "channels": would,
                "not": others,
                "untaken": untaken,
                "escalations": [{"after": int(within.total_seconds()), "to": to} for within, to in later],
                "deliveries": deliveries_to_json(past),
            }
        )
        return
    zone = ZoneInfo(settings.timezone)
    print(f"{found.id} ({found.tagging.level}): {sanitize_line(found.title)}")
    for delivery in past:
        hold = hold_line(delivery, "en", settings.timezone)
        summary = f"{delivery['state']}{f', {hold}' if hold else ''}"
        print(f"  already {delivery['channel']} (revision {delivery['revision']}): {summary}")
    if silent:
        print(f"  no channel: {silent}")
        return
    for one in would:
        moment = (
            f"at {_local(one['at'], zone)}, in one message with other pending alerts"
            if one["at"]
            else "at once"
        )
        row = {"held": one["held"], "state": "pending" if one["told"] else "withheld"}
        why = "; ".join(filter(None, (one["why"], hold_line(row, "en", settings.timezone))))
        print(f"  {one['channel']}: {moment if one['told'] else 'not sent'} ({why})")
    for within, to in later:
        print(f"  {', '.join(to)}: if it is not acknowledged within {weekday_span(within)}")
    for entry in refusals:
        name = f"route {entry.number}" if entry.number else "no route"
        print(f"  not {', '.join(entry.to)} by {name}: {'; '.join(entry.reasons)}")
    for channel_id in others:
        if not any(channel_id in entry.to for entry in refusals):
            print(f"  not {channel_id}: no route to it")


@command("deliveries")
@click.option("--dead", is_flag=True, help="Only deliveries that were given up.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="Show at most this many of each state.",
)
@json_option
def deliveries(config: Path, state: Path, dead: bool, limit: int, as_json: bool) -> None:
    """Lists alerts and digests, newest first: pending, sent, given up, and withheld (muted). Ends with 1 when a
    delivery was given up.
    """
    from tracker.rendering.delivery_hold import deliveries_to_json, hold_line, recipient_lines
    from tracker.sanitize import sanitize_line
    from tracker.storage.read_queries import open_reader

    with open_reader(state) as opened:
        rows = {
            name: opened.deliveries_in(name, limit, digests=True) for name in (("dead",) if dead else STATES)
        }
    if as_json:
        print_json([row for found in rows.values() for row in deliveries_to_json(found)])
    else:
        zone = ZoneInfo(preferences(config).timezone)
        for row in [row for found in rows.values() for row in found]:
            at = _local(row["at"] or row["next_attempt_at"], zone)
            answer = f": {sanitize_line(row['answer'])}" if row["answer"] else ""
            of = f"rev. {row['revision']}" if row["kind"] == "alert" else _digest_name(row)
            print(f"{row['id']:>6}  {row['state']:<8} {at}  {row['channel']}  {row['change_id']} {of}")
            if row["title"]:
                print(f"        {sanitize_line(row['title'])}")
            if row["attempts"] or answer:
                print(f"        {row['attempts']} tries{answer}")
            if waits := hold_line(row, "en", zone.key):
                print(f"        {waits}")
            for answer in recipient_lines(row, "en"):
                print(f"        {answer}")
        if not any(rows.values()):
            print("nothing was given up" if dead else "there are no deliveries")
    finish(1 if rows["dead"] else 0)


def _digest_name(row: Mapping[str, Any]) -> str:
    from tracker.sanitize import sanitize_line

    return sanitize_line(" ".join(filter(None, ("digest", row["language"], row["profile"]))))


@command("redeliver")
@click.argument("delivery", required=False, type=int, metavar="[DELIVERY]")
@click.option("--dead", is_flag=True, help="All deliveries that were given up.")
@click.option(
    "--to",
    default="",
    metavar="CHANNEL",
    help="Send to this channel instead: one delivery, or those pending for removed channels.",
)
@click.option(
    "--from",
    "source",
    default="",
    metavar="CHANNEL",
    help="With --to: the deliveries pending for this channel.",
)
def redeliver(config: Path, state: Path, delivery: int | None, dead: bool, to: str, source: str) -> None:
    """Sends deliveries that were given up again, with a full set of attempts: one by its number, or all.
    Recipients that have the message already are left out. With --to, sends to another channel what is
    pending for a removed or renamed one. `tracker run` sends it at once, `tracker poll` at its next cycle.
    """
    from tracker.storage import outbox

    if to:
        if dead or (delivery is not None and source):
            raise UsageError(
                "no delivery is selected",
                cure="with --to, give the number of a delivery, or --from CHANNEL, or neither",
            )
        known = [channel.id for channel in settings_of(config).channels]
        if to not in known:
            raise UsageError(
                f"--to: no channel has the id {to!r}", cure=f"there are: {', '.join(known) or 'none'}"
            )
        with store_of(state).write() as connection:
            number = outbox.redirect(
                connection, clock.now(), to=to, channels=known, delivery_id=delivery, source=source or None
            )
        print(f"{number} will be sent to {to}")
        return
    if source:
        raise UsageError("--from needs --to", cure="give --to CHANNEL")
    if (delivery is None) != dead:
        raise UsageError(
            "no delivery is selected",
            cure="give the number of a delivery (`tracker deliveries --dead`), or --dead, or --to CHANNEL",
        )
    with store_of(state).write() as connection:
        number = outbox.redeliver(connection, clock.now(), delivery)
    if delivery is not None and not number:
        raise UsageError(
            f"no delivery {delivery} was given up", cure="`tracker deliveries --dead` lists them"
        )
    print(f"{number} queued again")


@command("acknowledge")
@click.argument("change", metavar="CHANGE")
@click.option("--who", default="", metavar="NAME", help="The person who has seen it.")
@click.option("--note", default="", metavar="WORDS", help="A note for the review log.")
def acknowledge(config: Path, state: Path, change: str, who: str, note: str) -> None:  # noqa: ARG001
    """Records in the review log that a person has seen a change and the rest of its story, so that it is not escalated."""
    from tracker.storage import reviews
    from tracker.storage.read_queries import open_reader

    if not who:
        raise UsageError("by whom?", cure="give --who NAME")
    with open_reader(state) as opened:
        found = opened.change(change)
    with store_of(state).write() as connection:
        written = reviews.add_to_story(
            connection,
            found["id"],
            at=clock.now(),
            who=who,
            action=reviews.ReviewAction.ACKNOWLEDGE,
            note=note,
        )
    print(f"{', '.join(written)}: acknowledged")


@command("mute")
@click.argument("what", required=False, metavar="[WHAT]")
@click.option(
    "--until",
    default="",
    metavar="DATE",
    help="The end: the beginning of this day, or an ISO instant.",
)
@click.option("--channel", default="", metavar="CHANNEL", help="On this channel only.")
@click.option("--end", "number", type=int, metavar="N", help="End a mute or snooze early.")
def mute(config: Path, state: Path, what: str | None, until: str, channel: str, number: int | None) -> None:
    """Mutes until a day: `source=ID`, `topic=ID`, `channel=ID`, or a change with all related changes. Critical
    changes are sent all the same, unless they belong to the muted change. Without WHAT, lists all mutes and
    snoozes.
    """
    from tracker.alerts import mutes

    if number is not None:
        with store_of(state).write() as connection:
            if not mutes.end(connection, number, clock.now()):
                raise UsageError(f"there is no {number}", cure="`tracker mute` lists them")
        print(f"{number} has ended")
    elif what is None:
        with store_of(state).read() as connection:
            found = mutes.active(connection, clock.now())
        for entry in found:
            print(f"{entry.id:>4}  {entry.describe(preferences(config).timezone)}")
        if not found:
            print("nothing is muted or snoozed")
    else:
        _silence(config, state, what, until, channel, hold=False)


@command("snooze")
@click.argument("what", metavar="WHAT")
@click.option(
    "--until",
    required=True,
    metavar="DATE",
    help="When to send: the beginning of this day, or an ISO instant.",
)
@click.option("--channel", default="", metavar="CHANNEL", help="On this channel only.")
def snooze(config: Path, state: Path, what: str, until: str, channel: str) -> None:
    """Holds alerts back until a day, and then sends them as one message. Takes the same WHAT as mute."""
    _silence(config, state, what, until, channel, hold=True)


def _silence(config: Path, state: Path, what: str, until: str, channel: str, *, hold: bool) -> None:
    from tracker.alerts import mutes

    settings = settings_of(config)
    now = clock.now()
    moment = moment_of(until, settings.timezone)
    if moment <= now:
        raise UsageError(f"--until: {until!r} has passed")
    if channel and settings.channel(channel) is None:
        raise UsageError(f"--channel: no channel has the id {channel!r}")
    store = store_of(state)
    scope, value = _scope(what, state, store)
    known = {
        "channel": [entry.id for entry in settings.channels],
        "source": [entry.id for entry in settings.sources],
    }
    if scope in known and value not in known[scope]:
        raise UsageError(
            f"no {scope} has the id {value!r}", cure=f"there are: {', '.join(known[scope]) or 'none'}"
        )
    with store.write() as connection:
        number = mutes.add(
            connection, scope=scope, value=value, channel=channel or None, hold=hold, until=moment, now=now
        )
        (entry,) = (entry for entry in mutes.active(connection, now) if entry.id == number)
    print(f"{number}: {entry.describe(settings.timezone)}")


def _scope(what: str, state: Path, store: Store) -> tuple[Scope, str]:
    from tracker.model import TOPIC_IDS
    from tracker.serialization import change_from_json
    from tracker.storage.read_queries import open_reader
    from tracker.stories import story_index

    name, equals, value = what.partition("=")
    if equals:
        if name not in SCOPES or not value:
            raise UsageError(f"{what!r} names nothing", cure="source=ID, topic=ID, channel=ID, or a change")
        if name == "topic" and value not in TOPIC_IDS:
            raise UsageError(f"there is no topic {value!r}", cure=f"one of {', '.join(TOPIC_IDS)}")
        return cast("Scope", name), value
    with open_reader(state) as opened:
        change = change_from_json(opened.change(what))
    with store.write() as connection:
        return "story", story_index.story_of_stored(connection, change)


def moment_of(text: str, timezone: str) -> datetime:
    if not text:
        raise UsageError("until when?", cure="give --until DATE")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--until: {text!r} is not a day such as 2026-12-01") from error
    if len(text) == 10:
        return clock.reader_instant(found.date(), timezone)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


def _local(text: str, zone: ZoneInfo) -> str:
    from tracker.storage.instants import from_text

    return from_text(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def store_of(state: Path) -> Store:
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    required(state)
    return Store(state)
