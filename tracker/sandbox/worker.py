"""The reader's own process: one document after the other, until its bounds, its age or its parent end it.

Its limits are the kernel's, so that they hold for a reader that has lost its mind as well.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tracker.errors import AttachmentUnreadable, FetchError, TrackerError
from tracker.sandbox.protocol import LAST, MORE, READY, Failure, PeerClosed, receive, send

OLD = 1000  # documents after which a worker makes room for a fresh one: what leaks is gone
# The share of its address space beyond which a worker's answer is not believed. Libraries that are refused memory do not all
# say so: libxml2 then calls a whole page one without elements.
_FULL = 0.8
LARGE = 400_000_000  # bytes once used, after which it does as well: Python gives little back


def main(number: int, memory: int, seconds: float, patience: float) -> None:
    """Serves on the socket of this file number. `memory` in bytes of address space; `seconds` of the processor and
    `patience` of the clock for each document."""
    import resource
    import signal

    # A stop is the tracker's business, also where the system tells the whole group: when it is gone, so are we.
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    for clock in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(clock, signal.SIG_DFL)
    with suppress(OSError):  # should the machine run out of memory, a reader goes before anything else
        Path("/proc/self/oom_score_adj").write_text("500")
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_AS: memory}
    for limit, most in limits.items():
        with suppress(OSError, ValueError):  # not every system knows every limit: `bounds` says so
            resource.setrlimit(limit, (most, most))
    with socket.socket(fileno=number) as end:
        send(end, READY)
        for left in reversed(range(OLD)):
            try:
                job = receive(end)
                signal.setitimer(signal.ITIMER_PROF, seconds)
                signal.setitimer(signal.ITIMER_REAL, patience)
                reply = _done(job)
                if _peak() > memory * _FULL:
                    reply = pickle.dumps((False, Failure(MemoryError.__name__, "")))
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                last = left == 0 or _used() > LARGE
                send(end, (LAST if last else MORE) + reply)
            except PeerClosed:
                return
            if last:
                return


def _done(job: bytes) -> bytes:
    """What a job gives, or why it gives nothing."""
    value: Any
    try:
        function: Callable[..., Any]
        function, arguments = pickle.loads(job)  # noqa: S301 - from the tracker itself
        value = (True, function(*arguments))
    except MemoryError:
        value = (False, Failure(MemoryError.__name__, ""))
    except AttachmentUnreadable as error:
        value = (False, Failure(type(error).__name__, error.cause, error.cure, attachment=error.attachment))
    except TrackerError as error:
        place = (error.url, error.status) if isinstance(error, FetchError) else ("", None)
        value = (False, Failure(type(error).__name__, error.cause, error.cure, *place))
    except Exception as error:  # noqa: BLE001 - whatever a reader may raise is told to whoever asked
        value = (False, Failure(type(error).__name__, str(error), trace=traceback.format_exc()))
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((False, Failure(MemoryError.__name__, "")))


def _peak() -> int:
    """The most address space that this process ever had, in bytes; 0 where the system does not say."""
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmPeak:")).split()[1])
    return 0


def _used() -> int:
    """The most memory that was ever in use, in bytes. Linux hands a process the `ru_maxrss` of the one that started it,
    so that beside a large tracker every reader would look large: its own high-water mark is asked there."""
    import resource

    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    # The answers go through the socket alone: what a library prints is nobody's message.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
