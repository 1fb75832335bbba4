"""Commands about the settings: config."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, preferences, print_json, write_out
from tracker.cli.app import output as output_option
from tracker.errors import UsageError

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
