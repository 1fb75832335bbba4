"""The worker process: parses one document after another until its limits, its age or its parent end it.

The kernel enforces its limits, so that they hold whatever the parser does.
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

OLD = 1000  # documents after which a fresh worker replaces this one, so that leaks do not add up
# The share of its address space beyond which a worker's answer is not trusted. Not every library reports a
# failed allocation: libxml2 then treats a whole page as one without elements.
_FULL = 0.8
LARGE = 400_000_000  # bytes of memory, after which the worker is replaced too: Python returns little to the system


def main(number: int, memory: int, seconds: float, patience: float) -> None:
    """Serves jobs on the socket with this file number. Limits per document: `memory` in bytes of address space,
    `seconds` of processor time, `patience` in seconds by the clock.
    """
    import resource
    import signal

    # The tracker stops its workers. A signal to the whole process group must not end one in the middle of a document.
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    for clock in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(clock, signal.SIG_DFL)
    with suppress(OSError):  # when the machine runs out of memory, the system ends a worker first
        Path("/proc/self/oom_score_adj").write_text("500")
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_AS: memory}
    for limit, most in limits.items():
        with suppress(
            OSError, ValueError
        ):  # not every system has every limit: `resource_limits` reports what is missing
            resource.setrlimit(limit, (most, most))
    with socket.socket(fileno=number) as end:
        send(end, READY)
        for left in reversed(range(OLD)):
            try:
                job = receive(end)
                signal.setitimer(signal.ITIMER_PROF, seconds)
                signal.setitimer(signal.ITIMER_REAL, patience)
                reply = _done(job)
                peak, used = _memory()
                if peak > memory * _FULL:
                    reply = pickle.dumps((False, Failure(MemoryError.__name__, "")))
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                last = left == 0 or used > LARGE
                send(end, (LAST if last else MORE) + reply)
            except PeerClosed:
                return
            if last:
                return


def _done(job: bytes) -> bytes:
    """Return the pickled result of a job, or its failure."""
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
    except Exception as error:  # noqa: BLE001 - whatever a parser raises is sent to the caller
        value = (False, Failure(type(error).__name__, str(error), trace=traceback.format_exc()))
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((False, Failure(MemoryError.__name__, "")))


def _memory() -> tuple[int, int]:
    """Return the largest address space that this process had, 0 where the system does not report it, and the most memory that
    it used, both in bytes. On Linux `ru_maxrss` starts with the parent's value, so the process's own high-water mark is
    read instead.
    """
    import resource

    with suppress(OSError, KeyError, ValueError):
        status = dict(line.split(b":", 1) for line in Path("/proc/self/status").read_bytes().splitlines())
        peak, used = (1024 * int(status[name].split()[0]) for name in (b"VmPeak", b"VmHWM"))
        return peak, used
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0, most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    # Results go through the socket only; anything that a library prints is discarded.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
