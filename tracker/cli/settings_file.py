"""Commands about the settings: config, init."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from getpass import getpass
from pathlib import Path

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, language_of, preferences, print_json, write_out
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import UsageError
from tracker.model import Language

ACTIONS = ("export", "log")


@command("config")
@click.argument("action", metavar="export|log")
@output_option
@json_option
def config_command(config: Path, state: Path, action: str, output: Path | None, as_json: bool) -> None:
    """The profiles, routes and watched instruments that operators added in the viewer: `export` writes them as tables
    for `sources.toml`, `log` lists the edits, the newest first.
    """
    from tracker.alerts.watch_list import to_toml
    from tracker.i18n import format_timestamp
    from tracker.sanitize import sanitize_line
    from tracker.serialization import format_instant
    from tracker.storage import watch_entries
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    if action not in ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(ACTIONS)}")
    required(state)
    store = Store(state)
    with store.read() as connection:
        current, edits = watch_entries.current(connection), watch_entries.log(connection, 10_000)
    store.close()
    if action == "export" and not as_json:
        write_out(to_toml(current), output)
        return
    rows = [
        {
            "id": entry.id,
            "at": format_instant(entry.at),
            "who": entry.who,
            "kind": str(entry.kind),
            "key": entry.key,
            "value": entry.value,
        }
        for entry in (current if action == "export" else edits)
    ]
    if as_json:
        print_json(rows)
        return
    timezone = preferences(config).timezone
    lines = [
        f"{format_timestamp(entry.at, timezone)}  {entry.kind} {sanitize_line(entry.key)}"
        f"{'' if entry.value is not None else ' removed'}  {sanitize_line(entry.who)}"
        for entry in edits
    ]
    write_out("\n".join(lines) + "\n" if lines else "nothing was edited in the viewer\n", output)


class _Questions:
    """Asks on the terminal. At the end of the input, the rest of the answers are the defaults."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.ended = False

    def ask(self, key: str, default: str = "", *, hidden: bool = False) -> str:
        from tracker.i18n import t

        if self.ended:
            return default
        shown = f" [{default}]" if default else ""
        prompt = f"{t(f'setup.ask.{key}', self.language)}{shown}: "
        try:
            found = getpass(prompt) if hidden and sys.stdin.isatty() else _line(prompt)
        except EOFError:
            self.ended = True
            sys.stderr.write("\n")
            return default
        return found.strip() or default

    def chosen(self, key: str, names: Mapping[str, str]) -> tuple[str, ...]:
        """Ask for some of these, by number or id."""
        for number, (name, words) in enumerate(names.items(), 1):
            sys.stderr.write(f"  {number}. {words} ({name})\n")
        wanted = re.split(r"[\s,、]+", self.ask(key))
        ids = list(names)
        return tuple(
            ids[int(one) - 1] if one.isdecimal() and 0 < int(one) <= len(ids) else one
            for one in wanted
            if one
        )


def _line(prompt: str) -> str:
    # Questions go to standard error, so that standard output stays clean.
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


@command("init")
@click.option("--timezone", default="", metavar="ZONE", help="Time zone of the readers; default: Asia/Tokyo.")
@lang_option
@click.option(
    "--contact", default="", metavar="ADDRESS", help="Your address, for the operators of the sources."
)
@click.option("--channel", default="", metavar="ID", help="Name of the channel for alerts; default: alerts.")
@click.option(
    "--channel-url",
    default="",
    metavar="URL",
    help="env:NAME or file:PATH that holds the channel's Apprise URL. A URL itself is written to a file of its own.",
)
@click.option(
    "--industry", "industry", multiple=True, metavar="ID", help="An industry, for the first profile."
)
@click.option("--eccn", "eccn", multiple=True, metavar="ECCN", help="An ECCN, for the first profile.")
@click.option("--test", is_flag=True, help="Send a test message to the channel.")
@click.option("--yes", is_flag=True, help="Ask nothing: use the options and the defaults.")
def init(
    config: Path,
    state: Path,  # noqa: ARG001 - every command takes --state
    timezone: str,
    lang: str,
    contact: str,
    channel: str,
    channel_url: str,
    industry: tuple[str, ...],
    eccn: tuple[str, ...],
    test: bool,
    yes: bool,
) -> None:
    """Asks what is needed (time zone, language, a channel, industries, ECCNs) and writes the settings file. An existing
    file is never changed.
    """
    from tracker.config.first_settings import FirstAnswers, industries, write
    from tracker.i18n import t

    if config.exists():
        raise UsageError(f"{config}: there are settings already", cure="edit them, or give --config FILE")
    language = language_of(lang, "ja")
    asking = _Questions(language)
    asking.ended = yes
    if not lang:
        language = language_of(asking.ask("language", "ja"), "ja")
        asking.language = language
    names = {one.id: one.name(language) for one in industries().values()}
    answers = FirstAnswers(
        timezone=timezone or asking.ask("timezone", "Asia/Tokyo"),
        language=language,
        contact=contact or asking.ask("contact"),
        channel_url=channel_url or asking.ask("channel", hidden=True),
        channel_id=channel or "alerts",
        industries=industry or asking.chosen("industries", names),
        eccns=eccn or tuple(filter(None, re.split(r"[\s,、]+", asking.ask("eccns")))),
    )
    settings = write(answers, config)
    print(t("setup.written", language, file=config), flush=True)
    if settings.channels and (test or asking.ask("test", "n").lower() in {"y", "yes", "はい"}):
        from tracker.notifications.targets import try_channel

        print(f"{settings.channels[0].id}: {try_channel(replace(settings.channels[0], language=language))}")
    print(t("setup.next", language))
