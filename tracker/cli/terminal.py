"""How a command meets its terminal: characters that it cannot show, and Ctrl-C."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import threading
from types import FrameType

ENDS_WITHIN = 3.0  # seconds after Ctrl-C that threads get to end by themselves
hung_up = threading.Event()  # SIGHUP came before the daemon listened for it


def prepare() -> None:
    """For every command, before anything else is imported."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not _is_unicode(stream.encoding):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def keep_hangup() -> None:
    """For the daemon: SIGHUP, which asks for a reload, must not end it while it starts."""
    if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, lambda *_: hung_up.set())


def writes_unicode() -> bool:
    """Whether standard output takes every character. What is no file (in a test) does."""
    return not isinstance(sys.stdout, io.TextIOWrapper) or _is_unicode(sys.stdout.encoding)


def _is_unicode(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf")


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    """The command is ended in the usual way; where a thread does not end (a server that sends a byte at a time, a reader
    that is busy), the process ends all the same. What was not committed is repeated, leases are free at the next start."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    timer = threading.Timer(ENDS_WITHIN, _end)
    timer.daemon = True
    timer.start()
    raise KeyboardInterrupt


def _end() -> None:
    os.write(2, b"interrupted while something was under way; it is done again next time\n")
    os._exit(1)
