"""The command that serves the viewer alone."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Annotated

import typer

from tracker.cli.app import CONFIG, STATE, Config, State, app, logging, settings_of

Listen = Annotated[
    str, typer.Option("--listen", metavar="HOST:PORT", help="Where the viewer is served; this machine only.")
]
LISTEN = "127.0.0.1:8000"


@app.command()
def serve(listen: Listen = LISTEN, config: Config = CONFIG, state: State = STATE) -> None:
    """The viewer alone, until SIGTERM or Ctrl-C."""
    from tracker.web.server import Viewer

    settings = settings_of(config)
    logging(settings.log_format == "json")
    viewer = Viewer(settings, state, listen)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    viewer.start()
    print(f"the viewer is at {viewer.url}", file=sys.stderr, flush=True)
    while not ended.wait(0.5):
        pass
    viewer.stop()
