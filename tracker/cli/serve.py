"""The command that serves the viewer alone."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from tracker import logs
from tracker.cli.app import command, settings_of

LISTEN = "127.0.0.1:8000"

listen = click.option(
    "--listen", metavar="HOST:PORT", default=LISTEN, show_default=True,
    help="Address of the viewer. Other machines can reach it only with sign_in in [viewer]."
)  # fmt: skip


@command("serve")
@listen
def serve(listen: str, config: Path, state: Path) -> None:
    """Serves the viewer alone, until SIGTERM or Ctrl-C."""
    from tracker.web.server import Viewer

    settings = settings_of(config)
    logs.configure(settings.log_format == "json")
    viewer = Viewer(settings, state, listen)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    viewer.start()
    print(f"the viewer is at {viewer.url}", file=sys.stderr, flush=True)
    while not ended.wait(0.5):
        pass
    viewer.stop()
