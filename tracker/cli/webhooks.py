"""The command about webhooks: their log, a test event, and events that are sent once more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from tracker import clock
from tracker.cli.alerts import moment_of, store_of
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, print_json, settings_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.config.models import Settings
    from tracker.notifications.delivery_log import LoggedRequest
    from tracker.storage.delivery_log import Span

ACTIONS = ("log", "test", "replay")


@command("webhooks")
@click.argument("action", metavar="|".join(ACTIONS))
@click.argument("name", default="", metavar="[CHANNEL|DELIVERY]")
@click.option(
    "--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="With log: of the last days."
)
@click.option(
    "--since",
    default="",
    metavar="DATE",
    help="With replay CHANNEL: what was queued from this day or instant on.",
)
@click.option(
    "--until", default="", metavar="DATE", help="With replay CHANNEL: and before this day or instant."
)
@json_option
def webhooks(
    config: Path, state: Path, action: str, name: str, days: int, since: str, until: str, as_json: bool
) -> None:
    """The requests to webhooks, a test event, or events once more with their ids. `tracker run` sends what is queued at
    once, `tracker poll` at its next cycle.
    """
    if action not in ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(ACTIONS)}")
    settings = settings_of(config)
    if action == "log":
        _log(settings, state, name, days, as_json)
        return
    from tracker.notifications import delivery_log
    from tracker.storage.audit_log import MACHINE

    now = clock.now()
    if action == "test":
        channel = _webhook(settings, name)
        with store_of(state).write() as connection:
            delivery_log.queue_test(connection, channel, now, MACHINE)
        print(f"a test event for {channel} is queued")
        return
    wanted = _wanted(settings, name, since, until)
    with store_of(state).write() as connection:
        number = delivery_log.queue_replay(connection, wanted, settings, now, MACHINE)
    print(f"{number} queued again")


def _wanted(settings: Settings, name: str, since: str, until: str) -> int | Span:
    from tracker.storage.delivery_log import Span

    if name.isascii() and name.isdecimal() and not (since or until):
        return int(name)
    if not (since and until):
        raise UsageError(
            "which events?", cure="give the number of a delivery, or a CHANNEL with --since DATE --until DATE"
        )
    channel = _webhook(settings, name)
    span = Span(channel, moment_of(since, settings.timezone), moment_of(until, settings.timezone))
    if span.until <= span.first:
        raise UsageError("--until is not after --since")
    return span


def _webhook(settings: Settings, name: str) -> str:
    from tracker.notifications import delivery_log

    known = delivery_log.webhooks(settings)
    if name not in known:
        raise UsageError(f"no webhook has the id {name!r}", cure=f"there are: {', '.join(known) or 'none'}")
    return name


def _log(settings: Settings, state: Path, name: str, days: int, as_json: bool) -> None:
    from tracker.notifications import delivery_log
    from tracker.storage.read_queries import open_reader

    channels = [_webhook(settings, name)] if name else delivery_log.webhooks(settings)
    with open_reader(state) as opened:
        rows = delivery_log.requests(opened.connection, channels, clock.now(), days)
    if as_json:
        print_json([row.json() for row in rows])
    else:
        zone = ZoneInfo(settings.timezone)
        for row in rows:
            _print(row, zone)
        if not rows:
            print("no request to a webhook in this time")
    finish(1 if any(row.state == "dead" for row in rows) else 0)


def _print(row: LoggedRequest, zone: ZoneInfo) -> None:
    from tracker.sanitize import sanitize_line

    at = row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if row.at else "queued             "
    answered = str(row.status or ("ok" if row.ok else "-")) if row.at else "-"
    took = f"{row.seconds:.2f} s" if row.seconds is not None else "-"
    print(
        f"{row.delivery:>6}  {at}  {row.channel}  {row.event}  {answered}  {took}  try {row.attempt}  {row.id}"
    )
    if row.title:
        print(f"        {sanitize_line(row.title)}")
    if row.ok is False:
        print(f"        {sanitize_line(row.answer)}")
    if row.next_attempt is not None:
        print(f"        next {row.next_attempt.astimezone(zone).strftime('%Y-%m-%d %H:%M:%S')}")
