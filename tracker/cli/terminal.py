"""Prepares the terminal for a command: characters that it cannot show, and Ctrl-C."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import threading
from types import FrameType

ENDS_WITHIN = 3.0  # seconds after Ctrl-C in which threads may end by themselves
hung_up = threading.Event()  # SIGHUP arrived before the daemon listened for it


def prepare() -> None:
    """Prepare every command, before anything else is imported."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not _is_unicode(stream.encoding):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def keep_hangup() -> None:
    """Make the daemon survive a SIGHUP, which asks for a reload, while it starts."""
    if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, lambda *_: hung_up.set())


def writes_unicode() -> bool:
    """Return whether standard output can show every character; True where it is not a file, as in a test."""
    return not isinstance(sys.stdout, io.TextIOWrapper) or _is_unicode(sys.stdout.encoding)


def _is_unicode(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf")


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    """End the command in the usual way. Where a thread does not end (a slow server, a busy parser), end the
    process anyway: uncommitted work is repeated, and leases expire at the next start.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    timer = threading.Timer(ENDS_WITHIN, _end)
    timer.daemon = True
    timer.start()
    raise KeyboardInterrupt


def _end() -> None:
    os.write(2, b"interrupted while something was under way; it is done again next time\n")
    os._exit(1)
