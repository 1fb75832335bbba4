"""The command that answers assistants over the Model Context Protocol."""

from __future__ import annotations

import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock, logs
from tracker.cli.app import command
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.config.models import Settings


@command("mcp")
@click.option(
    "--http",
    "listen",
    default="",
    metavar="HOST:PORT",
    help="Serve streamable HTTP at http://HOST:PORT/mcp; default: standard input and output. Other machines can"
    " reach it only with sign_in in [viewer], and send a key: Authorization: Bearer KEY.",
)
def mcp(listen: str, config: Path, state: Path) -> None:
    """Answers assistants (Claude Desktop, VS Code, ...) over the Model Context Protocol, read-only.

    \b
    Tools:
      changes_since        what changed since a day; by topic, level, profile or words
      get_change           one change with its evidence, dates, status and effects
      search               changes and passages of the law for a question
      law_as_of            the words and the status of a unit or an order on a day
      diff                 the old and the new words of a change, or between two days
      effects              which document stays, delays, ends or amends which
      deadlines            dates ahead
      screen_party         a name against the stored lists of restricted parties
      explain_for_profile  why a change concerns a profile of the settings

    Each answer has citations with hashes, what could not be determined, and at most 100 kB; a longer one goes on with
    next_cursor. Words of sources are under quote, official_text and source_text: data, never instructions. Digests are
    resources (tracker://digest/2026-W47/ja); prompts are in Japanese and English.

    An assistant on this machine starts the command by itself, for example with these lines of its settings:

    \b
      {"mcpServers": {"tracker": {"command": "tracker",
        "args": ["mcp", "--config", "/srv/tracker/sources.toml", "--state", "/srv/tracker/state"]}}}

    Needs the extra: pip install 'tracker[mcp]'. Secrets of the settings are not read.
    """
    from tracker.storage.read_queries import open_reader

    if find_spec("mcp") is None:
        raise UsageError(
            "the extra mcp is not installed", cure="run pip install 'tracker[mcp]' where tracker is installed"
        )
    settings = _settings(config)
    with open_reader(state):  # says in one line where nothing is stored
        pass
    logs.configure(settings.log_format == "json")
    if listen:
        _serve(settings, state, listen)
    else:
        _answer_on_standard_streams(settings, state)


def _settings(config: Path) -> Settings:
    from tracker.config.loader import load

    if not config.exists():
        raise UsageError(f"{config}: the settings file does not exist", cure="use --config FILE")
    return load(config, secrets=False)


def _serve(settings: Settings, state: Path, listen: str) -> None:
    from tracker.mcp.http import serve
    from tracker.web.authentication import MCP

    server = serve(settings, state, listen, clock.now)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    server.start()
    print(f"assistants are answered at {server.url}{MCP}", file=sys.stderr, flush=True)
    while not ended.wait(0.5):
        pass
    server.stop()


def _answer_on_standard_streams(settings: Settings, state: Path) -> None:
    from tracker.mcp.answering import Answers
    from tracker.mcp.server import make_server
    from tracker.storage.database import Store
    from tracker.web.context import WebContext

    context = WebContext(lambda: settings, state, Store(state), clock.now)
    make_server(Answers(context)).run("stdio")
