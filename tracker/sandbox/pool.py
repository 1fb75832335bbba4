"""The pool of parser workers: at most two processes, started on first use and reused.

A worker parses one document at a time. When it dies, a fresh worker tries the document once more, because an earlier
document may have damaged the first worker. A document that kills a fresh worker is refused (ParserCrashed).
"""

from __future__ import annotations

import atexit
import builtins
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from tracker import errors
from tracker.errors import (
    AttachmentUnreadable,
    FetchError,
    OutOfTime,
    ParserCrashed,
    ReaderKilled,
    TrackerError,
)
from tracker.logs import Logger
from tracker.sandbox import protocol

SIZE = 2
MEMORY = (
    2_000_000_000  # bytes of address space; the largest known text, a title of the CFR of 30 MB, takes 0.5
)
SECONDS = 60  # seconds of processor time; the same title takes 4
PATIENCE = 300  # seconds of wall-clock time, for a parser that only waits
_GRACE = 30  # seconds more, after which the tracker itself ends a worker whose own timers failed
# The environment of a worker: nothing about channels and passwords.
_KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PYTHONHOME",
)
_START = "import sys; sys.path[:] = sys.argv.pop(1).split('\\n'); from runpy import run_module; run_module('tracker.sandbox.worker', run_name='__main__')"
_OVERRAN = frozenset({signal.SIGPROF, signal.SIGALRM}) if os.name == "posix" else frozenset()
# Signals from outside: an operator, a service manager, or a system short of memory. A document never causes them.
_OUTSIDE = frozenset({"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"})

_CURE = "check free memory and the permission to start processes"

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The time for the jobs of one source: until `end` on the monotonic clock, `seconds` in all."""

    end: float
    seconds: float
    slow: bool


_BOUNDS: ContextVar[_Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def bounded(*, seconds: float, slow: bool = False) -> Iterator[None]:
    """Limits all jobs of this thread within the block to `seconds` in all. Jobs of `slow` sources leave one
    worker to the others.
    """
    token = _BOUNDS.set(_Bounds(time.monotonic() + seconds, seconds, slow))
    try:
        yield
    finally:
        _BOUNDS.reset(token)


def is_slow() -> bool:
    """Whether the jobs of this thread are those of a slow source."""
    bounds = _BOUNDS.get()
    return bounds is not None and bounds.slow


def seconds_left() -> float | None:
    """The seconds that the source of this thread has left; None without a limit. Raises OutOfTime where none are."""
    left = _left(_BOUNDS.get())
    return None if left == math.inf else left


class WorkerDied(Exception):
    """A worker died. `again`: a fresh worker may succeed; `outside`: a signal from outside ended it; `late`:
    the time limit of its source was over.
    """

    def __init__(self, cause: str, *, again: bool, outside: bool = False, late: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.again = again
        self.outside = outside
        self.late = late


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    end: socket.socket
    jobs: int = 0

    def ask(self, job: bytes, patience: float, left: float) -> tuple[Any, bool]:
        """Return the result of a job, and whether the worker accepts another. `left`: seconds until the
        source's time is over. Raises WorkerDied.
        """
        fresh = self.jobs == 0
        self.jobs += 1
        late = left < patience + _GRACE
        self.end.settimeout(left if late else patience + _GRACE)
        try:
            protocol.send(self.end, job)
            data = protocol.receive(self.end)
        except TimeoutError:
            within = left if late else patience + _GRACE
            raise WorkerDied(f"it did not end within {within:.0f} s", again=False, late=late) from None
        except protocol.PeerClosed:
            raise self._death(fresh) from None
        try:
            return protocol.handle_request(data)
        except protocol.UntrustedPickle:
            raise WorkerDied("its answer is invalid", again=False) from None

    def _death(self, fresh: bool) -> WorkerDied:
        try:
            code = self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return WorkerDied("it fell silent", again=False)
        if code >= 0:
            return WorkerDied(f"it ended with {code}", again=not fresh)
        if -code in _OVERRAN:
            return WorkerDied("it takes too long", again=False)
        name = signal.Signals(-code).name
        outside = name in _OUTSIDE
        return WorkerDied(f"it was ended by {name}", again=not fresh or outside, outside=outside)

    def close(self) -> None:
        self.end.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """Worker processes. `run` is safe to call from any thread; it waits while all workers are busy."""

    def __init__(
        self, size: int = SIZE, memory: int = MEMORY, seconds: float = SECONDS, patience: float = PATIENCE
    ) -> None:
        self.memory, self.seconds, self.patience = memory, seconds, patience
        self._free = threading.Semaphore(size)
        self._for_slow = threading.Semaphore(max(1, size - 1))
        self._idle: list[_Worker] = []
        self._guard = threading.Lock()

    def run(self, function: Callable[..., R], *arguments: Any) -> R:
        """The result of `function(*arguments)`, run by a worker, which imports the function by its name.

        Raises what the function raises: tracker's own errors unchanged, those of Python with the worker's
        traceback as a note. Raises ParserCrashed when the job kills its worker or exceeds its limits,
        ReaderKilled when something else ended the worker, and OutOfTime when the time of the source (`bounded`)
        is over. A job that alone takes more than half of that time without ending raises ParserCrashed.
        """
        bounds = _BOUNDS.get()
        left = _left(bounds)
        job = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        with ExitStack() as turn:
            if bounds is not None and bounds.slow:
                _take_turn(turn, self._for_slow, left)
            _take_turn(turn, self._free, _left(bounds))
            for last in (False, True):
                left = _left(bounds)
                try:
                    return self._once(job, left)  # type: ignore[no-any-return]
                except WorkerDied as death:
                    if death.late and bounds is not None and left < bounds.seconds / 2:
                        raise _out_of_time(bounds) from None
                    _warn("a reader died", cause=death.cause, again=death.again and not last)
                    if last and death.outside:
                        cause = f"the parser of this document was ended from outside: {death.cause}"
                        raise ReaderKilled(cause, cure="it is parsed again at the next poll") from None
                    if last or not death.again:
                        raise ParserCrashed(f"this document crashed its parser: {death.cause}") from None
        raise AssertionError

    def _once(self, job: bytes, left: float) -> Any:
        worker = self._take()
        try:
            (good, value), goes_on = worker.ask(job, self.patience, left)
        except BaseException:
            worker.close()
            raise
        if not good and value.name == MemoryError.__name__:
            worker.close()
            raise WorkerDied(f"it wants more than {self.memory / 1e9:g} GB", again=worker.jobs > 1)
        if goes_on:
            self._put(worker)
        else:
            worker.close()
        if not good:
            raise _raised(value)
        return value

    def _take(self) -> _Worker:
        with self._guard:
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                worker.close()  # it ended while it was idle
        return _started(self.memory, self.seconds, self.patience)

    def _put(self, worker: _Worker) -> None:
        with self._guard:
            self._idle.append(worker)

    def close(self) -> None:
        """Ends the idle workers; busy ones end with this process."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()


def _left(bounds: _Bounds | None) -> float:
    """The seconds that a source has left. Raises OutOfTime where none are."""
    if bounds is None:
        return math.inf
    left = bounds.end - time.monotonic()
    if left <= 0:
        raise _out_of_time(bounds)
    return left


def _out_of_time(bounds: _Bounds) -> OutOfTime:
    cause = f"its time limit of {bounds.seconds:g} s is over; the rest is parsed at the next poll"
    return OutOfTime(cause, cure="time_limit in the settings")


def _take_turn(turn: ExitStack, semaphore: threading.Semaphore, left: float) -> None:
    """Waits for a worker, at most as long as the source has left."""
    if not semaphore.acquire(timeout=None if left == math.inf else left):
        raise OutOfTime("no parser was free within its time limit", cure="it is polled again")
    turn.callback(semaphore.release)


def _started(memory: int, seconds: float, patience: float) -> _Worker:
    """Starts a worker. Raises TrackerError where it does not start, which no document causes."""
    ours, theirs = socket.socketpair()
    numbers = [str(number) for number in (theirs.fileno(), memory, seconds, patience)]
    try:
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-B", "-c", _START, "\n".join(sys.path), *numbers],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()], env={name: os.environ[name] for name in _KEPT if name in os.environ},
            )  # fmt: skip
    except OSError as error:
        ours.close()
        raise TrackerError(f"a parser cannot be started: {error.strerror}", cure=_CURE) from error
    worker = _Worker(process, ours)
    ours.settimeout(_GRACE)
    try:
        protocol.receive(ours)
    except (protocol.PeerClosed, TimeoutError):
        worker.close()
        raise TrackerError(
            f"a parser cannot be started: it ended with {process.returncode}", cure=_CURE
        ) from None
    return worker


def _raised(failure: protocol.Failure) -> Exception:
    kind = getattr(errors, failure.name, None)
    if isinstance(kind, type) and issubclass(kind, FetchError):
        return kind(failure.cause, cure=failure.cure, url=failure.url, status=failure.status)
    if kind is AttachmentUnreadable:
        return AttachmentUnreadable(failure.cause, cure=failure.cure, attachment=failure.attachment)
    if isinstance(kind, type) and issubclass(kind, TrackerError):
        return kind(failure.cause, cure=failure.cure)
    known = getattr(builtins, failure.name, None)
    error: Exception = RuntimeError(f"{failure.name}: {failure.cause}")
    if isinstance(known, type) and issubclass(known, Exception) and not issubclass(known, UnicodeError):
        error = known(failure.cause)
    error.add_note(failure.trace)
    return error


# --- the pool of this process


@lru_cache(maxsize=1)
def _pool() -> Pool:
    pool = Pool()
    atexit.register(pool.close)
    missing = resource_limits()
    if missing:
        _warn("documents are parsed without all limits", missing=missing)
    return pool


def _warn(event: str, **facts: Any) -> None:
    Logger().warning(event, **facts)


def resource_limits() -> str:
    """The limits that this system cannot enforce, in words; "" where it enforces all."""
    if os.name != "posix":
        return "no separate processes for parsers on this system: a document that crashes its parser ends the tracker"
    if sys.platform == "darwin":
        return "no limit on the memory of a parser on this system"
    return ""


def run(function: Callable[..., R], *arguments: Any) -> R:
    """`Pool.run` on the workers of this process; on a system without them, the call itself."""
    if os.name != "posix":
        return function(*arguments)
    return _pool().run(function, *arguments)
