"""The application, its common options, and the exit codes of errors."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from tracker import __version__, clock
from tracker.cli import stores, terminal
from tracker.errors import SettingsError, StateLost, StoreError, TrackerError, UsageError
from tracker.model import Language

if TYPE_CHECKING:
    from tracker.client import Client
    from tracker.config.models import Settings

CONFIG = Path("sources.toml")
STATE = Path("state")

Command = Callable[..., None]


@click.group(
    name="tracker",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `tracker demo`, or with `tracker check` on your own sources.toml. Exit codes: 0 done; 1 it ran, "
    "but something needs attention; 2 wrong use or bad settings. Information, not legal advice.",
)
@click.version_option(__version__, prog_name="tracker")
@click.option(
    "--server",
    default="",
    metavar="URL",
    envvar="TRACKER_SERVER",
    help="Ask the viewer at this address instead of --state (or TRACKER_SERVER): changes, show, diff, search, screen.",
)
@click.option(
    "--key",
    default="",
    metavar="env:NAME",
    help="With --server: the API key, in an environment variable or a file (env:NAME, file:PATH).",
)
def app(server: str, key: str) -> None:
    """Watches US export-control, tariff and AI-export law, and reports what changed, since when, and why it
    matters to a Japanese firm.
    """


def command(name: str, *, old_name: str = "", remote: bool = False) -> Callable[[Command], click.Command]:
    """Declare a command of ours: it takes --config and --state like all of them. `old_name` still works, hidden
    and with a warning. `remote`: it also asks another tracker, with --server.
    """

    def decorate(function: Command) -> click.Command:
        if not remote:
            function = _local_only(function, name)
        for option in (
            click.option("--state", type=click.Path(path_type=Path), default=STATE, envvar="TRACKER_STATE", show_default=True,
                         help="The folder for all data (or TRACKER_STATE)."),
            click.option("--config", type=click.Path(path_type=Path), default=CONFIG, envvar="TRACKER_CONFIG", show_default=True,
                         help="The settings file (or TRACKER_CONFIG)."),
        ):  # fmt: skip
            function = option(function)
        declared = app.command(name)(_with_store(function))
        if old_name:
            alias = copy(declared)
            alias.hidden, alias.deprecated = True, f"use `tracker {name}`"
            app.add_command(alias, old_name)
        return declared

    return decorate


def _local_only(function: Command, name: str) -> Command:
    @wraps(function)
    def checked(*arguments: Any, **named: Any) -> None:
        if click.get_current_context().find_root().params.get("server"):
            raise UsageError(
                f"`tracker {name}` cannot ask a server", cure="leave out --server (TRACKER_SERVER)"
            )
        function(*arguments, **named)

    return checked


def remote_client() -> Client | None:
    """Return the client of --server, closed when the command ends; None without it. Raises UsageError for a key that is written
    out, or cannot be read."""
    root = click.get_current_context().find_root()
    server, key = root.params.get("server"), root.params.get("key")
    if not server:
        if key:
            raise UsageError("--key: it goes with --server")
        return None
    from tracker.client import Client

    client = Client(server, secret_of(key) if key else "")
    root.call_on_close(client.close)
    return client


def secret_of(value: str) -> str:
    """Return the secret that env:NAME or file:PATH names. Raises UsageError for any other text: it would be in the list of
    processes and in the history of the shell."""
    kind, _, name = value.partition(":")
    if kind == "env" and os.environ.get(name, "").strip():
        return os.environ[name].strip()
    if kind == "file":
        try:
            return Path(name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--key: {name} cannot be read") from error
    what = f"the environment has no {name}" if kind == "env" else "not env:NAME or file:PATH"
    raise UsageError(f"--key: {what}")


def _with_store(function: Command) -> Command:
    """Bind the state folder to the database of `[store] url` before the command runs."""

    @wraps(function)
    def run_bound(*arguments: Any, **named: Any) -> None:
        stores.bind_store(named["config"], named["state"])
        function(*arguments, **named)

    return run_bound


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document to standard output, and nothing else."
)
lang = click.option(
    "--lang", metavar="ja|en", default="", help="Language; default: the first language of the settings."
)
output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file instead of standard output.",
)


def run() -> int:
    """Run the command and return the exit code."""
    from tracker.cli import (  # noqa: F401 - they register their commands
        accounts,
        alerts,
        amendments,
        archive,
        checking,
        corrections,
        digest,
        duty,
        effects,
        evaluation,
        mcp,
        noise,
        queries,
        running,
        screening,
        search,
        serve,
        settings_file,
        webhooks,
    )

    terminal.prepare()
    try:
        clock.now()  # TRACKER_NOW is checked first
        code = app(prog_name="tracker", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        shown = getattr(error, "ctx", None)
        asked = f"{shown.command_path if shown else 'tracker'} --help"
        return _say(UsageError(error.format_message().rstrip("."), cure=f"see `{asked}`"), 2)
    except click.Abort:
        return 1
    except UnicodeError as error:
        return _say(
            UsageError(
                f"an argument is not valid text: {error.reason if isinstance(error, UnicodeEncodeError | UnicodeDecodeError) else error}",
                cure="use UTF-8",
            ),
            2,
        )
    except TrackerError as error:
        return print_error(error)
    except sqlite3.DatabaseError as error:
        from tracker.storage.presence import is_damage

        what = "is damaged" if is_damage(error) else "cannot be read"
        return _say(StoreError(f"the database {what}: {error}", cure="run `tracker verify`"), 1)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has closed it; Python must not report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def print_error(error: TrackerError) -> int:
    """Print an error and return the exit code of the command."""
    return _say(error, 2 if isinstance(error, SettingsError | UsageError | StateLost) else 1)


def _say(error: TrackerError, code: int) -> int:
    print(error.line(), file=sys.stderr)
    return code


def finish(code: int) -> None:
    """End a command with an exit code."""
    if code:
        raise SystemExit(code)


def print_json(value: Any) -> None:
    # A terminal that cannot show Japanese gets the same JSON with escapes.
    json.dump(value, sys.stdout, ensure_ascii=not terminal.writes_unicode(), indent=2)
    sys.stdout.write("\n")


def language_of(wanted: str, default: Language) -> Language:
    """Return the language of --lang, or of the settings. Raises UsageError for another language."""
    if not wanted:
        return default
    if wanted == "ja":
        return "ja"
    if wanted == "en":
        return "en"
    raise UsageError(f"--lang: {wanted!r} is not ja or en")


def file_bytes(path: Path) -> bytes:
    """Return the content of a file. Raises UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def write_out(content: str | bytes, output: Path | None) -> None:
    """Write to a file, or to standard output. Raises UsageError where that fails."""
    data = content.encode() if isinstance(content, str) else content
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    print(f"written: {output}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings that read-only commands need."""

    timezone: str = "Asia/Tokyo"
    language: Language = "ja"
    viewer_url: str = "http://127.0.0.1:8000"
    similarity: bool = False


def preferences(config: Path) -> Preferences:
    """Read `[tracker]` alone: a missing secret of a channel must not prevent showing stored data."""
    import tomli

    try:
        head = tomli.loads(config.read_text("utf-8")).get("tracker", {})
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(head, Mapping):
        return Preferences()
    default = Preferences()
    languages = head.get("languages")
    language = (
        languages[0] if isinstance(languages, list) and languages and languages[0] in {"ja", "en"} else "ja"
    )
    return Preferences(
        timezone=str(head.get("timezone", default.timezone)),
        language=cast(Language, language),
        viewer_url=str(head.get("viewer_url", default.viewer_url)),
        similarity=head.get("similarity") is True,
    )


def tables_of(config: Path, name: str) -> list[Mapping[str, Any]] | None:
    """Return the tables `[[source]]` or `[[profile]]` from the file, without resolving secrets; None where the
    file cannot be read.
    """
    import tomli

    try:
        rows = tomli.loads(config.read_text("utf-8")).get(name, [])
    except (OSError, ValueError):
        return None
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None


def known_ids(config: Path, table: str, name: str, state: Path | None = None) -> None:
    """Raise UsageError where the settings can be read and have no such source or profile. With `state`, entries that
    operators added in the viewer count.
    """
    rows = tables_of(config, table)
    ids = [str(row.get("id", "")) for row in rows or ()]
    if name and name not in ids and state is not None:
        from tracker.storage.read_queries import open_reader
        from tracker.storage.watch_queries import keys

        with open_reader(state) as reader:
            ids += keys(reader.connection, table)
    if name and rows is not None and name not in ids:
        raise UsageError(f"no {table} has the id {name!r}", cure=f"there are: {', '.join(ids) or 'none'}")


def settings_of(config: Path) -> Settings:
    from tracker.scheduler.schedule import load_checked

    if not config.exists():
        raise UsageError(
            f"{config}: the settings file does not exist",
            cure="run `tracker init`, or give --config FILE",
        )
    settings = load_checked(config)
    for warning in settings.warnings:
        sys.stderr.write(f"{warning}\n")
    return settings


def settings_in_use(config: Path, state: Path) -> Settings:
    """The settings with the entries that operators added in the viewer."""
    from tracker.alerts.watch_list import applied
    from tracker.storage.database import Store
    from tracker.storage.presence import check

    settings = settings_of(config)
    if not check(state):
        return settings
    store = Store(state)
    try:
        return applied(settings, store)
    finally:
        store.close()
